"""What was uploaded: one version of one object, as S3's notification names it; and where its parts are kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from ...skus import is_sku, sku_of

INCOMING = "incoming/"
QUARANTINE = "quarantine/"
_PATH_BYTES = 800  # of a path that is repeated in a longer key: S3 takes 1,024 bytes


@dataclass(frozen=True, slots=True)
class Upload:
    """One version of one object. Everything that follows from an upload is named by these three."""

    bucket: str
    key: str
    version: str

    @property
    def job(self) -> str:
        """The name of its job: the same however often the upload is told of."""
        return hashlib.sha256("\0".join((self.bucket, self.key, self.version)).encode()).hexdigest()[:32]

    @property
    def path(self) -> str:
        """The key below `incoming/`."""
        return self.key.removeprefix(INCOMING)

    @property
    def sku(self) -> str | None:
        """The product it belongs to: its first folder, or else its name; None where that is no SKU."""
        folder, slash, _ = self.path.partition("/")
        sku = folder if slash else sku_of(self.path.rpartition(".")[0])
        return sku if is_sku(sku) else None

    @property
    def kept(self) -> str:
        """Where it goes when it is refused; the reason is beside it, with `.json` at the end."""
        path = self.path.encode()[:_PATH_BYTES].decode(errors="ignore")
        return f"{QUARANTINE}{path}/{self.version}"

    @property
    def reason(self) -> str:
        return self.kept + ".json"


def uploads(message: str, bucket: str) -> Iterator[Upload]:
    """The uploads that a message of S3 tells of; its other events, folders and other places are skipped.

    Raises:
        ValueError: it is no message of S3, tells of another bucket, or of an object without a version.
    """
    try:
        body = json.loads(message)
        if body.get("Event") == "s3:TestEvent":  # sent once, when notifications are set up
            return
        told = [_told(record) for record in body["Records"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError("the message is no notification of S3") from None
    for event, upload in told:
        if not event.startswith("ObjectCreated:") or upload.key.endswith("/") or not upload.key.startswith(INCOMING):
            continue
        if upload.bucket != bucket:
            raise ValueError(f"the message tells of bucket {upload.bucket!r}; this intake serves {bucket!r}")
        if not upload.version:
            raise ValueError(f"the object has no version: switch versioning on for bucket {bucket!r}")
        yield upload


def _told(record: dict[str, Any]) -> tuple[str, Upload]:
    entity = record["s3"]
    key = unquote_plus(entity["object"]["key"])
    version = entity["object"].get("versionId", "")
    return str(record["eventName"]), Upload(str(entity["bucket"]["name"]), key, str(version))
