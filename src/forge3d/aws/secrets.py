"""Secrets of AWS Secrets Manager, by name: kept for a while, never written anywhere.

The signing key of CloudFront URLs lies there in the words of `key_groups`: its PEM block, and above it whose it is and
how old. Put a new key as the secret's new value: until every edge knows it, the value before is still signed with.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Any

from ..errors import RecipeError, RemoteError
from .key_groups import current, read_key
from .redaction import redact
from .refusals import told
from .signing import SigningKey

KEPT_S = 300.0
"""How long a secret is used before it is asked for again."""
ENDURED_S = 24 * 3600.0
"""How long a secret is still used when Secrets Manager is out of reach."""


class Secrets:
    """Secrets by name. May be shared by threads.

    Args:
        client: of boto3, for Secrets Manager; made when it is needed.
        kept_s: seconds before a secret is asked for again.
        clock: seconds that only go forward.
    """

    def __init__(self, client: Any = None, *, kept_s: float = KEPT_S, clock: Callable[[], float] = time.monotonic):
        redact()
        self._client, self._kept_s, self._clock = client, kept_s, clock
        self._known: dict[tuple[str, str], tuple[float, bytes | None]] = {}
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"Secrets({len(self._known)} known)"

    def read(self, name: str, *, stage: str = "AWSCURRENT") -> bytes | None:
        """A secret's value; None where it has none at this stage.

        Args:
            name: or ARN.
            stage: `AWSCURRENT`, or `AWSPREVIOUS` for the value before.

        Raises:
            RemoteError: there is no such secret, it may not be read, or nobody answers and none is known. The message
                names the secret, and says nothing of what is in it.
        """
        with self._lock:
            read_at, value = self._known.get((name, stage), (-float("inf"), None))
            age = self._clock() - read_at
            if age < self._kept_s:
                return value
            try:
                value = self._ask(name, stage)
            except RemoteError as error:
                if age < ENDURED_S and _is_passing(error):
                    return value
                self._known.pop((name, stage), None)  # what may not be read any more is not used any more
                raise
            self._known[name, stage] = self._clock(), value
            return value

    def _ask(self, name: str, stage: str) -> bytes | None:
        with told(f"reading the secret {name!r}"):
            if self._client is None:
                import boto3

                self._client = boto3.client("secretsmanager")
            try:
                answer = self._client.get_secret_value(SecretId=name, VersionStage=stage)
            except self._client.exceptions.ResourceNotFoundException:
                if stage != "AWSCURRENT":
                    return None
                raise
        binary = answer.get("SecretBinary")
        return bytes(binary) if binary is not None else str(answer["SecretString"]).encode()


def signing_key(secrets: Secrets, name: str) -> SigningKey:
    """The key to sign with now: the secret's value, or the one before while that is too new for every edge.

    Raises:
        RemoteError: as `Secrets.read`.
        RecipeError: the secret holds no signing key.
    """
    newest, before = _read(secrets, name, "AWSCURRENT"), _read(secrets, name, "AWSPREVIOUS")
    if newest is None:
        raise RecipeError(
            f"the secret {name!r} holds no signing key: its value is what `forge3d sign rotate` wrote, a line "
            "`Key-Pair-Id: …` and a PEM block without a password"
        )
    return current([newest] if before is None else [before, newest])


def _read(secrets: Secrets, name: str, stage: str) -> SigningKey | None:
    text = secrets.read(name, stage=stage)
    try:
        return None if text is None else read_key(text)
    except RecipeError:
        return None  # what is wrong with it would tell what is in it


def _is_passing(error: RemoteError) -> bool:
    """Whether the service is in trouble, and not the question."""
    response = getattr(error.__cause__, "response", None)
    return response is None or response["ResponseMetadata"]["HTTPStatusCode"] >= 500
