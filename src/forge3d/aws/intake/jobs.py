"""Job records (DynamoDB) and the queue of jobs (SQS): what intake leaves for the workers.

A record is written once for each upload and moves only forward: `received` → `queued`, or `refused`. A worker takes a
job by moving it on from `queued` under a condition, so that a message that comes twice starts one build.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Literal

from .uploads import Upload

State = Literal["received", "queued", "refused"]
MESSAGE_VERSION = 1


@dataclass(frozen=True, slots=True)
class Job:
    """One upload's record.

    Attributes:
        created: when S3 had the object, ISO 8601.
        reason: code and message, where it was refused.
    """

    upload: Upload
    sku: str
    state: State
    bytes: int
    media_type: str
    created: str
    reason: tuple[str, str] | None = None

    def item(self) -> dict[str, Any]:
        """The record as DynamoDB's client takes it."""
        texts = {
            "job": self.upload.job, "state": self.state, "sku": self.sku, "bucket": self.upload.bucket,
            "key": self.upload.key, "version": self.upload.version, "media_type": self.media_type,
            "created": self.created,
        }  # fmt: skip
        item: dict[str, Any] = {name: {"S": text} for name, text in texts.items()}
        item["bytes"] = {"N": str(self.bytes)}
        if self.reason:
            code, message = self.reason
            item["reason"] = {"M": {"code": {"S": code}, "message": {"S": message}}}
        return item

    def message(self) -> str:
        """What a worker is told: where the upload is. The rest is in the record."""
        upload = self.upload
        where = {"bucket": upload.bucket, "key": upload.key, "version": upload.version}
        return json.dumps({"message": MESSAGE_VERSION, "job": upload.job, "sku": self.sku, **where})


def job_of(item: dict[str, Any]) -> Job:
    """The record that `Job.item` wrote."""
    said = {name: value.get("S", "") for name, value in item.items()}
    reason = item.get("reason", {}).get("M")
    state: Any = said["state"]
    return Job(
        Upload(said["bucket"], said["key"], said["version"]),
        said["sku"],
        state,
        int(item["bytes"]["N"]),
        said["media_type"],
        said["created"],
        (reason["code"]["S"], reason["message"]["S"]) if reason else None,
    )


class Jobs:
    """The table and the queue. Errors are those of boto3: the caller's retry heals them."""

    def __init__(self, dynamodb: Any, sqs: Any, table: str, queue: str):
        self._dynamodb, self._sqs, self._table, self._queue = dynamodb, sqs, table, queue

    def find(self, upload: Upload) -> Job | None:
        """The record of an upload, as it is now."""
        found = self._dynamodb.get_item(TableName=self._table, Key=_key(upload), ConsistentRead=True)
        return job_of(found["Item"]) if "Item" in found else None

    def record(self, job: Job) -> Job:
        """Write a record, or give the one that is there already."""
        try:
            self._dynamodb.put_item(
                TableName=self._table, Item=job.item(), ConditionExpression="attribute_not_exists(job)"
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return self.find(job.upload) or job
        return job

    def enqueue(self, job: Job) -> Job:
        """Tell the workers, and note that they were told. Cut off in between, it tells them twice: see above."""
        self._sqs.send_message(QueueUrl=self._queue, MessageBody=job.message())
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_key(job.upload),
                UpdateExpression="SET #state = :queued",
                ConditionExpression="#state = :received",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={":queued": {"S": "queued"}, ":received": {"S": "received"}},
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return self.find(job.upload) or job  # a worker was quicker, or another delivery
        return replace(job, state="queued")


def _key(upload: Upload) -> dict[str, Any]:
    return {"job": {"S": upload.job}}
