"""Large bodies in parts: several at a time, and from where an upload that broke off had come.

An upload belongs to a key, so whoever sends the same content may go on with it, also at the same time: parts that are
equal are sent once, and the end names each part by the hash of its content.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import BoundedSemaphore
from typing import Any

from .body import Body
from .heads import in_base64
from .refusals import ABSENT, MISMATCHED, code_of

AT_ONCE = 4
"""Parts of one object under way at the same time."""
_HELD = BoundedSemaphore(2 * AT_ONCE)
"""Parts that are in memory at the same time, of all objects."""
_TRIES = 4
_ABANDONED = timedelta(days=1)
"""After this, an upload is not gone on with, and removed."""


class Multipart:
    """One body on its way to one key.

    Args:
        said: bucket, key, headers and metadata, as boto3 takes them.
    """

    def __init__(self, client: Any, said: dict[str, Any], body: Body):
        self._client, self._said, self._body = client, said, body
        self._where = {"Bucket": said["Bucket"], "Key": said["Key"]}

    def send(self, condition: dict[str, str], *, resume: bool) -> dict[str, Any]:
        """Send what is missing, and finish on a condition.

        Args:
            resume: go on with an upload that is there.

        Raises:
            ClientError: and others of boto3's.
        """
        upload = (self._left() if resume else None) or self._begun()
        here = self._where | {"UploadId": upload}
        there = self._there(here)
        numbers = range(1, len(self._body.parts) + 1)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            etags = list(pool.map(lambda number: self._part(here, number, there.get(number)), numbers))
        parts = [
            {"PartNumber": number, "ETag": etag, "ChecksumSHA256": self._checksum(number)}
            for number, etag in zip(numbers, etags, strict=True)
        ]
        answer: dict[str, Any] = self._client.complete_multipart_upload(
            **here, MultipartUpload={"Parts": parts}, **condition
        )
        return answer

    def _begun(self) -> str:
        answer = self._client.create_multipart_upload(
            **self._said, ChecksumAlgorithm="SHA256", ChecksumType="COMPOSITE"
        )
        return str(answer["UploadId"])

    def _left(self) -> str | None:
        """The youngest upload of this key, if any that is not abandoned; those are removed.

        S3 dates an object by the beginning of its upload, so one that is finished late is old from its first day, and
        clean-up may take it.
        """
        pages = self._client.get_paginator("list_multipart_uploads").paginate(
            Bucket=self._where["Bucket"], Prefix=self._where["Key"]
        )
        left: tuple[datetime, str] | None = None
        for item in (item for page in pages for item in page.get("Uploads", ())):
            if item["Key"] == self._where["Key"]:
                if datetime.now(UTC) - item["Initiated"] > _ABANDONED:
                    self._abort(item["UploadId"])
                else:
                    left = max(left or (item["Initiated"], ""), (item["Initiated"], item["UploadId"]))
        return left[1] if left else None

    def _abort(self, upload: str) -> None:
        from botocore.exceptions import ClientError

        try:
            self._client.abort_multipart_upload(**self._where, UploadId=upload)
        except ClientError as error:
            if code_of(error) not in {*ABSENT, "NoSuchUpload"}:
                raise

    def _there(self, here: dict[str, str]) -> dict[int, dict[str, Any]]:
        """The parts that have arrived, by number."""
        pages = self._client.get_paginator("list_parts").paginate(**here)
        return {part["PartNumber"]: part for page in pages for part in page.get("Parts", ())}

    def _part(self, here: dict[str, str], number: int, there: dict[str, Any] | None) -> str:
        """Send a part, unless it is there; its ETag."""
        from botocore.exceptions import ClientError

        with _HELD:
            data = self._body[number - 1]
            if there and there["Size"] == len(data) and self._is(there, number, data):
                return str(there["ETag"])
            for attempt in range(_TRIES):
                try:
                    answer = self._client.upload_part(
                        **here, PartNumber=number, Body=data, ChecksumSHA256=self._checksum(number)
                    )
                    return str(answer["ETag"])
                except ClientError as error:
                    if code_of(error) not in MISMATCHED or attempt == _TRIES - 1:
                        raise
        raise AssertionError("the last attempt returns or raises")

    def _is(self, there: dict[str, Any], number: int, data: bytes) -> bool:
        checksum = there.get("ChecksumSHA256")
        if checksum is not None:
            return bool(checksum == self._checksum(number))
        return bool(there["ETag"].strip('"') == hashlib.md5(data, usedforsecurity=False).hexdigest())

    def _checksum(self, number: int) -> str:
        return in_base64(self._body.parts[number - 1])
