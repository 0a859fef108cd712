"""What happens to an upload, in steps that can each be done again: look, judge, record, then order or put away.

The record comes first. Whoever is told of the upload again finds it, and goes on from there: a function that dies
anywhere leaves nothing that the next delivery of the message does not finish.
"""

from __future__ import annotations

import json
from typing import Any

from ...gltf.limits import Limits
from .jobs import Job, Jobs
from .judging import START_BYTES, Accepted, Refused, judge
from .uploads import Upload

COPY_BYTES = 5 << 30
"""The largest object that S3 copies in one request. What is larger and refused stays where it is."""


class Reception:
    """The intake of one bucket.

    Args:
        s3: a boto3 client.
        limits: how large a file may be.
    """

    def __init__(self, s3: Any, jobs: Jobs, limits: Limits | None = None):
        self._s3, self._jobs, self._limits = s3, jobs, limits or Limits()

    def receive(self, upload: Upload) -> Job | str:
        """Deal with an upload; twice has the effect of once.

        Returns:
            Its job as recorded; "part" for a file that a model names, which starts no job; "gone" if it is away.
        """
        job = self._jobs.find(upload)
        if job is None:
            head = self._head(upload)
            if head is None:
                return "gone"
            judged = self._judge(upload, head)
            if judged is None:
                return "part"
            job = self._jobs.record(judged)
        if job.state == "received":
            return self._jobs.enqueue(job)
        if job.state == "refused":
            self._put_away(job)
        return job

    def _head(self, upload: Upload) -> dict[str, Any] | None:
        try:
            head: dict[str, Any] = self._s3.head_object(**_where(upload))
        except self._s3.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise
        return head

    def _judge(self, upload: Upload, head: dict[str, Any]) -> Job | None:
        size, declared = head["ContentLength"], head.get("ContentType", "")
        created = head["LastModified"].isoformat()
        try:
            accepted = self._look(upload, size, declared, head.get("ContentEncoding", ""))
        except Refused as refused:
            reason = refused.code, refused.message
            return Job(upload, upload.sku or "", "refused", size, declared, created, reason)
        if not accepted.is_model:
            return None
        return Job(upload, upload.sku or "", "received", size, accepted.media_type, created)

    def _look(self, upload: Upload, size: int, declared: str, encoding: str) -> Accepted:
        if upload.sku is None:
            raise Refused(
                "NO_SKU",
                "its place names no product: upload it as incoming/<sku>/<file>, a SKU of letters, digits, . _ -",
            )
        start = b""
        if size:
            part = self._s3.get_object(**_where(upload), Range=f"bytes=0-{START_BYTES - 1}")
            start = part["Body"].read(START_BYTES)
        name = upload.path.rpartition("/")[2]
        return judge(name, size, start, declared=declared, encoding=encoding, limits=self._limits)

    def _put_away(self, job: Job) -> None:
        """Move a refused file to quarantine and write the reason beside it, unless that is done."""
        upload = job.upload
        if self._head(upload) is None:
            return
        moves = job.bytes <= COPY_BYTES
        if moves:
            self._s3.copy_object(
                Bucket=upload.bucket,
                Key=upload.kept,
                CopySource={"Bucket": upload.bucket, "Key": upload.key, "VersionId": upload.version},
                MetadataDirective="REPLACE",  # what the uploader said about it is not repeated
                ContentType="application/octet-stream",
                TaggingDirective="REPLACE",
            )
        self._s3.put_object(
            Bucket=upload.bucket,
            Key=upload.reason,
            Body=_reason(job, upload.kept if moves else upload.key),
            ContentType="application/json",
        )
        if moves:
            self._s3.delete_object(Bucket=upload.bucket, Key=upload.key, VersionId=upload.version)


def _reason(job: Job, kept: str) -> bytes:
    """What the uploader reads."""
    code, message = job.reason or ("", "")
    told = {
        "reason": code, "message": message, "file": job.upload.path, "version": job.upload.version, "bytes": job.bytes,
        "uploaded": job.created, "kept": kept, "job": job.upload.job,
    }  # fmt: skip
    return json.dumps(told, indent=2, ensure_ascii=False).encode() + b"\n"


def _where(upload: Upload) -> dict[str, str]:
    return {"Bucket": upload.bucket, "Key": upload.key, "VersionId": upload.version}
