"""S3, or something that speaks like it, as a store.

Every body is hashed before it is sent. S3 is given that hash and refuses what arrives otherwise; where the store at the
other end may only pretend to look (any endpoint that is not Amazon's), what was written is read back instead. The hash
is kept in the object's metadata, so that it can be judged again at any time.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from ..errors import RecipeError, RemoteError
from ..pipeline.bundle import writing
from .body import PART, Body, chunks
from .connecting import connect
from .heads import SHA256, head_of, in_base64, metadata_of
from .layout import POINTERS, now, tier
from .multipart import Multipart
from .refusals import ABSENT, FORBIDDEN, MISMATCHED, MOMENTARY, code_of, told
from .store import Head, Headers, Listed, ObjectVersion, Precondition, Stored

ATTEMPTS = 5
"""How often a body is sent, or read, that does not arrive as it should. Each request has its own retries besides."""
_Result = TypeVar("_Result")


class S3Store:
    """A bucket, or what begins with a prefix in one. See `Store`.

    Args:
        client: of boto3, for S3.
        trusted: the store refuses bodies that are not what their checksum says, as S3 does.
        part: bytes in one request at most.
    """

    encodes = True

    def __init__(self, client: Any, bucket: str, prefix: str = "", *, trusted: bool, part: int = PART):
        self._client, self._bucket, self._trusted, self._part = client, bucket, trusted, part
        self.prefix = f"{prefix}/" if prefix else ""
        self.url = f"s3://{bucket}/{prefix}".rstrip("/")

    @classmethod
    def open(
        cls, bucket: str, prefix: str = "", *, endpoint: str | None, region: str | None, profile: str | None
    ) -> S3Store:
        """Connect with the credentials that boto3 finds."""
        if f"{prefix}/".startswith(POINTERS):
            raise RecipeError(f"the prefix {prefix!r} is where pointers lie: choose another")
        with told(f"connecting to s3://{bucket}"):
            client = connect("s3", endpoint=endpoint, region=region, profile=profile)
        host = urlsplit(client.meta.endpoint_url).hostname or ""
        return cls(client, bucket, prefix, trusted=host.endswith((".amazonaws.com", ".amazonaws.com.cn")))

    def head(self, key: str) -> Head | None:
        """What is at a key."""
        answer = self._absent_as_none("looking at", key, self._client.head_object, ChecksumMode="ENABLED")
        return head_of(key, answer, trusted=self._trusted) if answer else None

    def read(self, key: str, *, version: str | None = None) -> Stored | None:
        """A small object whole."""
        stored = None
        for _ in range(ATTEMPTS):
            parts: list[bytes] = []
            head = self._stream(key, version, parts.clear, parts.append)
            if head is None:
                return None
            stored = Stored(b"".join(parts), head)
            if stored.is_sound or head.sha256 is None:
                break
        return stored

    def fetch(self, key: str, path: Path, *, version: str | None = None) -> Head | None:
        """Stream an object into a file."""
        with writing(path), path.open("wb") as file:

            def begin() -> None:
                file.seek(0)
                file.truncate()

            head = self._stream(key, version, begin, file.write)
        if head is None:
            path.unlink()
        return head

    def digest(self, key: str, *, version: str | None = None) -> str | None:
        """SHA-256 of a body, read back."""
        hashes = [hashlib.sha256()]

        def begin() -> None:
            hashes[0] = hashlib.sha256()

        head = self._stream(key, version, begin, lambda data: hashes[0].update(data))
        return hashes[0].hexdigest() if head else None

    def write(
        self,
        key: str,
        data: bytes | Path,
        headers: Headers,
        *,
        sha256: str,
        if_match: str | None = None,
        if_absent: bool = False,
    ) -> Head:
        """Put an object, in parts where it is large, and make sure of what is there afterwards."""
        body = Body(data, sha256, part=self._part)
        condition = {"IfNoneMatch": "*"} if if_absent else {"IfMatch": if_match} if if_match else {}
        for attempt in range(ATTEMPTS):
            _pause(attempt)
            with told(f"writing {self._name(key)}"):
                answer = self._sent(key, body, headers, condition, resume=attempt == 0)
            if answer is None:
                continue
            head = Head(
                key, body.size, answer["ETag"], now(), sha256, headers.media_type, headers.encoding,
                headers.cache_control, headers.storage_class, answer.get("VersionId"), self._trusted,
            )  # fmt: skip
            if self._holds(head, many=len(body.parts) > 1):
                return head
            condition = {"IfMatch": head.etag}  # something else arrived: write over that, and over nothing else
        raise RemoteError(
            f"writing {self._name(key)} failed {ATTEMPTS} times: what arrived was not what was sent; "
            "something on the way harms it. It is named by no published version"
        )

    def refresh(self, head: Head) -> Head:
        """Copy an object onto itself, which makes a new one."""
        where = {"Bucket": self._bucket, "Key": self._key(head.key)}
        source = {**where, "VersionId": head.version} if head.version else where
        kept = {
            "ContentType": head.media_type,
            "ContentEncoding": head.encoding,
            "CacheControl": head.cache_control,
            "StorageClass": head.storage_class,
        }
        try:
            with told(f"refreshing {self._name(head.key)}"):
                answer = self._client.copy_object(
                    **where,
                    CopySource=source,
                    CopySourceIfMatch=head.etag,
                    MetadataDirective="REPLACE",
                    Metadata={SHA256: head.sha256} if head.sha256 else {},
                    ChecksumAlgorithm="SHA256",
                    **{name: value for name, value in kept.items() if value},
                )
        except RemoteError as error:
            if code_of(error.__cause__) in ABSENT:
                raise Precondition(f"{self._name(head.key)} has been deleted by somebody else") from error
            raise
        fresh = self.head(head.key)
        if fresh is None or answer.get("VersionId") not in (None, fresh.version):
            raise Precondition(f"{self._name(head.key)} has been changed or deleted by somebody else")
        return fresh

    def list(self, prefix: str) -> Iterator[Listed]:
        """Every object whose key begins so, a thousand at a time."""
        for page in self._pages("list_objects_v2", prefix):
            for item in page.get("Contents", ()):
                yield Listed(self._relative(item["Key"]), item["Size"], item["LastModified"].astimezone(UTC))

    def history(self, prefix: str) -> Iterator[ObjectVersion]:
        """Every version and deletion marker by key, newest first, a thousand at a time."""
        for page in self._pages("list_object_versions", prefix):
            found = [
                ObjectVersion(
                    self._relative(item["Key"]),
                    item["VersionId"],
                    item["IsLatest"],
                    kind == "DeleteMarkers",
                    item["LastModified"].astimezone(UTC),
                    item.get("Size", 0),
                    item.get("ETag", ""),
                )
                for kind in ("Versions", "DeleteMarkers")
                for item in page.get(kind, ())
            ]
            # The client has taken a page's two kinds apart, which S3 lists as they came about.
            found.sort(key=lambda one: one.modified, reverse=True)
            yield from sorted(found, key=lambda one: (one.key, not one.latest))

    def delete(self, key: str, *, version: str | None = None) -> None:
        """Remove an object, or one version of it."""
        self._absent_as_none("deleting", key, self._client.delete_object, **_version(version))

    def restore(self, key: str, version: str) -> Head:
        """Copy an old version on top."""
        where = {"Bucket": self._bucket, "Key": self._key(key)}
        with told(f"restoring {self._name(key)}"):
            old = self._client.head_object(**where, VersionId=version)
            self._client.copy_object(
                **where,
                CopySource={**where, "VersionId": version},
                ChecksumAlgorithm="SHA256",
                StorageClass=tier(old["ContentLength"]),  # the only header that a copy does not keep
            )
        head = self.head(key)
        if head is None:
            raise RemoteError(f"restoring {self._name(key)} failed: it was deleted again at once")
        return head

    def _key(self, key: str) -> str:
        return key if key.startswith(POINTERS) else self.prefix + key

    def _relative(self, key: str) -> str:
        return key if key.startswith(POINTERS) else key.removeprefix(self.prefix)

    def _name(self, key: str) -> str:
        return f"s3://{self._bucket}/{self._key(key)}"

    def _absent_as_none(self, doing: str, key: str, call: Callable[..., _Result], **options: Any) -> _Result | None:
        try:
            with told(f"{doing} {self._name(key)}"):
                return call(Bucket=self._bucket, Key=self._key(key), **options)
        except RemoteError as error:
            code = code_of(error.__cause__)
            if code in ABSENT or (code in FORBIDDEN and not options.get("VersionId") and not self._is_listed(key)):
                return None
            raise

    def _is_listed(self, key: str) -> bool:
        """Whether a listing has a key. To whom it lets list certain prefixes only, S3 calls "forbidden" what is not
        there, as a request for one object names no prefix."""
        with told(f"looking for {self._name(key)}"):
            page = self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._key(key), MaxKeys=1)
        return any(item["Key"] == self._key(key) for item in page.get("Contents", ()))

    def _pages(self, operation: str, prefix: str) -> Iterator[dict[str, Any]]:
        pages = iter(self._client.get_paginator(operation).paginate(Bucket=self._bucket, Prefix=self._key(prefix)))
        while True:
            with told(f"listing {self._name(prefix)}"):
                page = next(pages, None)
            if page is None:
                return
            yield page

    def _stream(
        self, key: str, version: str | None, begin: Callable[[], object], take: Callable[[bytes], object]
    ) -> Head | None:
        """Read a body in pieces; where it breaks off, from its beginning."""
        from botocore.exceptions import HTTPClientError, IncompleteReadError

        for attempt in range(ATTEMPTS):
            _pause(attempt)
            answer = self._absent_as_none("reading", key, self._client.get_object, **_version(version))
            if answer is None:
                return None
            begin()
            with told(f"reading {self._name(key)}"), closing(answer["Body"]) as body:
                try:
                    for piece in chunks(body):
                        take(piece)
                    return head_of(key, answer, trusted=self._trusted)
                except (HTTPClientError, IncompleteReadError):
                    if attempt == ATTEMPTS - 1:
                        raise
        raise AssertionError("the last attempt returns or raises")

    def _sent(
        self, key: str, body: Body, headers: Headers, condition: dict[str, str], *, resume: bool
    ) -> dict[str, Any] | None:
        """Send a body; None where it should be sent again."""
        from botocore.exceptions import ClientError

        said: dict[str, Any] = {
            "Bucket": self._bucket,
            "Key": self._key(key),
            "ContentType": headers.media_type,
            "CacheControl": headers.cache_control,
            "StorageClass": headers.storage_class,
            "Metadata": metadata_of(body),
        }
        if headers.encoding:
            said["ContentEncoding"] = headers.encoding
        try:
            if len(body.parts) > 1:
                return Multipart(self._client, said, body).send(condition, resume=resume)
            answer: dict[str, Any] = self._client.put_object(
                **said, Body=body[0], ChecksumSHA256=in_base64(body.parts[0]), **condition
            )
            return answer
        except ClientError as error:
            code = code_of(error)
            if code in MISMATCHED | MOMENTARY:
                return None
            if code in ABSENT and "IfMatch" in condition:
                raise Precondition(f"{self._name(key)} has been deleted by somebody else") from error
            raise

    def _holds(self, head: Head, *, many: bool) -> bool:
        """Whether the store has what was sent. An upload of parts may have been begun by somebody else, with other
        metadata."""
        if many:
            there = self.head(head.key)
            if there is None or (there.etag == head.etag and there.sha256 != head.sha256):
                return False
        if self._trusted:
            return True
        return any(self.digest(head.key, version=head.version) == head.sha256 for _ in range(2))


def _version(version: str | None) -> dict[str, str]:
    return {"VersionId": version} if version else {}


def _pause(attempt: int) -> None:
    """Wait before another attempt, longer each time."""
    if attempt:
        time.sleep(random.uniform(0.1, 0.3) * 2 ** (attempt - 1))
