"""Keys of a CloudFront key group, and their rotation without a minute in which a good URL is refused.

    rotate   a new pair; its public half joins the group; its private half goes to a folder
    sign     with the newest key that every edge knows by now
    retire   what the last URL was signed with so long ago that it has ended leaves the group, and is deleted

A folder holds one file a key, `<id>.pem`, for its owner alone. What stands above the PEM block says whose and how old
it is, so that the same text can lie in a secret's value.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from ..errors import DependencyMissing, OutputError, RecipeError
from .refusals import told
from .signing import SigningKey

Algorithm = Literal["ecdsa", "rsa"]

SETTLED_AFTER = timedelta(minutes=15)
"""How long a new key waits before it signs: until every edge knows it."""
LONGEST = timedelta(days=7)
"""How long the key before is kept by default after another signs in its place: the longest that a URL may live."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """What became of a key group: ids of the keys that joined, left and stayed, oldest first."""

    group: str
    joined: tuple[str, ...]
    left: tuple[str, ...]
    stayed: tuple[str, ...]


def new_key(algorithm: Algorithm = "ecdsa") -> bytes:
    """A private key, PEM. ECDSA makes URLs 250 characters shorter; RSA is what older verifiers know."""
    try:
        from cryptography.hazmat.primitives.asymmetric import ec, rsa
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    except ImportError as error:
        raise DependencyMissing("signing needs the package cryptography: pip install 'forge3d[aws]'") from error
    key = ec.generate_private_key(ec.SECP256R1()) if algorithm == "ecdsa" else rsa.generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_key(text: bytes, *, id: str | None = None) -> SigningKey:
    """A key from its file's or secret's text; `id` where the text does not say it."""
    start = max(text.find(b"-----BEGIN"), 0)
    above = dict(re.findall(r"^([A-Za-z-]+): (\S+)$", text[:start].decode("ascii", "replace"), re.MULTILINE))
    found = id or above.get("Key-Pair-Id")
    if found is None:
        raise RecipeError("the key does not say its id: give the id that CloudFront has for its public half")
    try:
        created = datetime.fromisoformat(above["Created"]) if "Created" in above else None
    except ValueError as error:
        raise RecipeError(f"the key {found} was created at {above['Created']!r}, which is no time") from error
    return SigningKey(found, text[start:], created)


def keys_in(folder: Path) -> list[SigningKey]:
    """The keys of a folder, oldest first."""
    try:
        keys = [read_key(path.read_bytes(), id=path.stem) for path in sorted(folder.glob("*.pem"))]
    except OSError as error:
        raise RecipeError(f"{folder} holds a key that cannot be read: {error.strerror}") from error
    return sorted(keys, key=_age)


def current(keys: list[SigningKey], *, at: datetime | None = None) -> SigningKey:
    """The key to sign with: the newest that every edge knows, or the oldest where none is that old."""
    if not keys:
        raise RecipeError("there is no key to sign with: `forge3d sign rotate` makes one")
    at = at or datetime.now(UTC)
    settled = [key for key in keys if _age(key) <= at - SETTLED_AFTER]
    return (settled or keys[:1])[-1]


def rotate(group: str, folder: Path, *, algorithm: Algorithm = "ecdsa", client: Any = None) -> Rotation:
    """Make a pair of keys, let its public half join the group, and write its private half to the folder.

    The private half takes the name by which it signs when the group knows it. Killed before, a key that nobody has may
    stay in the group, and a second run makes another.

    Raises:
        RemoteError: CloudFront refused, or the group was changed by somebody else meanwhile.
        OutputError: the folder cannot be written.
    """
    client = client or _cloudfront()
    private, created = new_key(algorithm), datetime.now(UTC)
    pending = _write(folder / f".{created:%Y%m%dT%H%M%S%f}.pending", private)  # before anything is asked for
    try:
        with told(f"rotating the key group {group}"):
            found = client.get_key_group(Id=group)
            public = client.create_public_key(
                PublicKeyConfig={
                    "CallerReference": f"forge3d-{created.isoformat()}",
                    "Name": f"forge3d-{created:%Y%m%dT%H%M%S%f}",
                    "EncodedKey": SigningKey("new", private).public().decode(),
                }
            )
            id = public["PublicKey"]["Id"]
            stayed = tuple(found["KeyGroup"]["KeyGroupConfig"]["Items"])
            _update(client, found, [*stayed, id])
        text = f"Key-Pair-Id: {id}\nCreated: {created.isoformat()}\n".encode() + private
        _write(folder / f"{id}.pem", text)
    finally:
        pending.unlink()
    return Rotation(group, (id,), (), stayed)


def retire(
    group: str, folder: Path, *, longest: timedelta = LONGEST, at: datetime | None = None, client: Any = None
) -> Rotation:
    """Take out of the group, and delete, each key of the folder that nothing which still works was signed with.

    Args:
        longest: how long a URL lives at most.
    """
    client, at = client or _cloudfront(), at or datetime.now(UTC)
    keys = keys_in(folder)
    # A key signs until the one after it has settled.
    old = [key.id for key, after in pairwise(keys) if _age(after) + SETTLED_AFTER + longest <= at]
    with told(f"retiring keys of the key group {group}"):
        found = client.get_key_group(Id=group)
        items = found["KeyGroup"]["KeyGroupConfig"]["Items"]
        stayed = [id for id in items if id not in old]
        if stayed != items:
            _update(client, found, stayed)
        for id in old:
            _delete_public(client, id)
            (folder / f"{id}.pem").unlink(missing_ok=True)
    return Rotation(group, (), tuple(old), tuple(stayed))


def _age(key: SigningKey) -> datetime:
    return key.created or datetime.min.replace(tzinfo=UTC)


def _update(client: Any, found: dict[str, Any], items: list[str]) -> None:
    config = found["KeyGroup"]["KeyGroupConfig"] | {"Items": items}
    client.update_key_group(Id=found["KeyGroup"]["Id"], IfMatch=found["ETag"], KeyGroupConfig=config)


def _delete_public(client: Any, id: str) -> None:
    try:
        client.delete_public_key(Id=id, IfMatch=client.get_public_key(Id=id)["ETag"])
    except client.exceptions.NoSuchPublicKey:
        return  # a run before came this far


def _write(path: Path, text: bytes) -> Path:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error
    return path


def _cloudfront() -> Any:
    import boto3

    return boto3.client("cloudfront")
