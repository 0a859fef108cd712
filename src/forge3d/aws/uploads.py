"""Signed forms that let somebody without credentials put one file into a bucket, and only that file.

A form (S3's "POST policy") is bound to its key, its media type, its size, and where it is known to its SHA-256; S3
refuses what differs. For whoever hands models in: the bucket's owner signs, the uploader's page sends.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from ..errors import RecipeError
from .refusals import told

LONGEST = timedelta(hours=12)
"""How long a form works at most: about as long as the credentials of a role, which it ends with."""
LARGEST = 5 << 30
"""Bytes that S3 takes in one piece."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A form: POST `fields`, then the file as the last field `file`, to `url` as multipart/form-data."""

    url: str
    key: str
    fields: dict[str, str]


def signed_upload(
    target: str,
    *,
    media_type: str,
    size: int | tuple[int, int],
    sha256: str | None = None,
    lasts: timedelta = timedelta(hours=1),
    client: Any = None,
) -> Upload:
    """A form for one file.

    Args:
        target: `s3://bucket/key` of the object that the upload becomes.
        media_type: as the uploader must say it, such as `model/gltf-binary`.
        size: bytes, exactly, or the least and the most.
        sha256: in hexadecimal, where it is known; S3 then holds the body against it.
        lasts: until when the upload must have begun.

    Raises:
        RecipeError: an argument cannot be used.
        RemoteError: there are no credentials to sign with.
    """
    least, most = (size, size) if isinstance(size, int) else size
    bucket, key = _place(target)
    if not 0 < least <= most <= LARGEST:
        raise RecipeError(f"an upload has 1 to {LARGEST:,} bytes, and not {least:,} to {most:,}")
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", media_type, re.ASCII):
        raise RecipeError(f"{media_type!r} is not a media type such as model/gltf-binary")
    if not timedelta(seconds=1) <= lasts <= LONGEST:
        raise RecipeError(f"a form lasts from a second to {LONGEST.total_seconds() / 3600:.0f} hours")
    fields = {"Content-Type": media_type} | _checksum(sha256)
    conditions: list[Any] = [{name: value} for name, value in fields.items()]
    conditions.append(["content-length-range", least, most])
    form = _presign(client, bucket, key, fields, conditions, int(lasts.total_seconds()))
    return Upload(form["url"], key, form["fields"])


def _place(target: str) -> tuple[str, str]:
    parts = urlsplit(target)
    key = parts.path.lstrip("/")
    if parts.scheme != "s3" or not parts.netloc or not key or key.endswith("/") or "${" in target:
        raise RecipeError(f"{target.partition('?')[0]!r} is not an object to upload: give s3://bucket/key")
    return parts.netloc, key


def _checksum(sha256: str | None) -> dict[str, str]:
    if sha256 is None:
        return {}
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise RecipeError(f"{sha256!r} is not a SHA-256 in hexadecimal")
    digest = base64.b64encode(bytes.fromhex(sha256)).decode()
    return {"x-amz-checksum-algorithm": "SHA256", "x-amz-checksum-sha256": digest, "x-amz-meta-sha256": sha256}


def _presign(client: Any, bucket: str, key: str, fields: Any, conditions: Any, seconds: int) -> Any:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import NoCredentialsError

    with told(f"signing a form for s3://{bucket}/{key}"):
        if client is None:
            session = boto3.Session()
            if session.get_credentials() is None:
                raise NoCredentialsError
            client = session.client("s3", config=Config(signature_version="s3v4"))
        return client.generate_presigned_post(bucket, key, Fields=fields, Conditions=conditions, ExpiresIn=seconds)
