"""What S3 says of an object, and whether that proves what its body is."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC
from typing import Any

from .body import Body
from .store import Head

SHA256 = "sha256"
"""Metadata: SHA-256 of the body as stored, hexadecimal."""
PARTS = "sha256-parts"
"""Metadata of an upload in parts: the checksum that S3 computes of it, which is one of the checksums of its parts."""


def metadata_of(body: Body) -> dict[str, str]:
    """What an object says about its body."""
    return {SHA256: body.sha256} | ({PARTS: composite(body)} if len(body.parts) > 1 else {})


def head_of(key: str, answer: dict[str, Any], *, trusted: bool) -> Head:
    """S3's answer to HEAD or GET.

    Args:
        trusted: the store computes checksums, and does not only repeat them.
    """
    metadata, checksum = answer.get("Metadata", {}), answer.get("ChecksumSHA256")
    sha256 = metadata.get(SHA256)
    # An upload in parts that has been copied since has the checksum of the whole.
    proofs = {in_base64(bytes.fromhex(sha256)), metadata.get(PARTS)} if sha256 else set()
    return Head(
        key,
        answer["ContentLength"],
        answer["ETag"],
        answer["LastModified"].astimezone(UTC),
        sha256,
        answer.get("ContentType"),
        answer.get("ContentEncoding"),
        answer.get("CacheControl"),
        answer.get("StorageClass") or "STANDARD",
        answer.get("VersionId"),
        trusted and checksum is not None and checksum in proofs,
    )


def composite(body: Body) -> str:
    """The checksum that S3 gives an upload in parts: the SHA-256 of those of the parts, and their number."""
    return f"{in_base64(hashlib.sha256(b''.join(body.parts)).digest())}-{len(body.parts)}"


def in_base64(digest: bytes) -> str:
    """A digest as S3 writes it."""
    return base64.b64encode(digest).decode()
