"""An intake on an emulator: bucket, tables, queues, and, where it is asked for, the function itself between them."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.aws.emulators import Emulator

from forge3d.aws.intake.jobs import Job, Jobs, job_of
from forge3d.aws.intake.packing import HANDLER
from forge3d.aws.intake.reception import Reception
from forge3d.aws.intake.uploads import Upload
from forge3d.aws.uploads import signed_upload

TIMEOUT_S = 30


@dataclass
class Desk:
    """Names are the bucket's with something after it, so that each test has its own."""

    emulator: Emulator
    bucket: str
    clients: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clients = {name: self.emulator.client(name) for name in ("s3", "dynamodb", "sqs", "lambda")}
        for name, key in ((self.jobs_table, "job"), (self.memory_table, "id")):
            self.clients["dynamodb"].create_table(
                TableName=name,
                KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
        create = self.clients["sqs"].create_queue
        self.queue = create(QueueName=f"{self.bucket}-jobs")["QueueUrl"]
        self.events = create(QueueName=f"{self.bucket}-uploads", Attributes={"VisibilityTimeout": str(2 * TIMEOUT_S)})[
            "QueueUrl"
        ]

    @property
    def jobs_table(self) -> str:
        return f"{self.bucket}-jobs"

    @property
    def memory_table(self) -> str:
        return f"{self.bucket}-memory"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "INTAKE_BUCKET": self.bucket,
            "JOBS_TABLE": self.jobs_table,
            "JOBS_QUEUE_URL": self.queue,
            "IDEMPOTENCY_TABLE": self.memory_table,
        }

    def reception(self, **clients: Any) -> Reception:
        """The intake's own code, on these clients or on ones that fail."""
        given = self.clients | clients
        return Reception(given["s3"], Jobs(given["dynamodb"], given["sqs"], self.jobs_table, self.queue))

    def upload(self, path: str, data: bytes, **more: Any) -> Upload:
        key = f"incoming/{path}"
        put = self.clients["s3"].put_object(Bucket=self.bucket, Key=key, Body=data, **more)
        return Upload(self.bucket, key, put["VersionId"])

    def send(self, path: str, data: bytes) -> Upload:
        """An upload by somebody without credentials, with a form that was signed for it."""
        import urllib3

        form = signed_upload(
            f"s3://{self.bucket}/incoming/{path}",
            media_type="model/gltf-binary",
            size=len(data),
            client=self.clients["s3"],
        )
        fields = form.fields | {"file": ("model.glb", data, "model/gltf-binary")}
        answer = urllib3.PoolManager().request("POST", form.url, fields=fields, timeout=30)
        assert answer.status in (200, 201, 204), answer.data
        head = self.clients["s3"].head_object(Bucket=self.bucket, Key=form.key)
        return Upload(self.bucket, form.key, head["VersionId"])

    def records(self) -> list[Job]:
        return [job_of(item) for item in self.clients["dynamodb"].scan(TableName=self.jobs_table)["Items"]]

    def messages(self) -> list[dict[str, Any]]:
        """What the workers would find; taken away."""
        found: list[dict[str, Any]] = []
        while True:
            answer = self.clients["sqs"].receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
            if not answer.get("Messages"):
                return found
            for message in answer["Messages"]:
                found.append(json.loads(message["Body"]))
                self.clients["sqs"].delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])

    def listing(self) -> list[str]:
        return sorted(
            item["Key"] for item in self.clients["s3"].list_objects_v2(Bucket=self.bucket).get("Contents", [])
        )

    def body(self, key: str) -> bytes:
        data: bytes = self.clients["s3"].get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return data

    def deploy(self, package: Path) -> None:
        """The function's zip, called with what the bucket tells the queue."""
        self.clients["lambda"].create_function(
            FunctionName=f"{self.bucket}-intake",
            Runtime="python3.11",
            Role="arn:aws:iam::000000000000:role/intake",
            Handler=HANDLER,
            Code={"ZipFile": package.read_bytes()},
            Environment={"Variables": self.environment},
            Timeout=TIMEOUT_S,
        )
        arn = self.clients["sqs"].get_queue_attributes(QueueUrl=self.events, AttributeNames=["QueueArn"])
        arn = arn["Attributes"]["QueueArn"]
        self.clients["lambda"].create_event_source_mapping(
            EventSourceArn=arn,
            FunctionName=f"{self.bucket}-intake",
            BatchSize=10,
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )
        only_incoming = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "incoming/"}]}}
        self.clients["s3"].put_bucket_notification_configuration(
            Bucket=self.bucket,
            NotificationConfiguration={
                "QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": only_incoming}]
            },
        )

    def waiting(self) -> bool:
        """Whether the function has messages to deal with, or at hand."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts = self.clients["sqs"].get_queue_attributes(QueueUrl=self.events, AttributeNames=names)["Attributes"]
        return any(int(counts[name]) for name in names)

    def let_time_pass(self) -> None:
        """As if every call that is under way had run out of its time."""
        for item in self.clients["dynamodb"].scan(TableName=self.memory_table)["Items"]:
            self.clients["dynamodb"].update_item(
                TableName=self.memory_table,
                Key={"id": item["id"]},
                UpdateExpression="SET in_progress_expiration = :past",
                ExpressionAttributeValues={":past": {"N": "1"}},
            )

    def tell_again(self, upload: Upload) -> None:
        """The notification of an upload once more, as S3 and SQS may deliver it."""
        self.clients["sqs"].send_message(QueueUrl=self.events, MessageBody=notification(upload))


def notification(upload: Upload, event: str = "ObjectCreated:Put") -> str:
    """S3's message about an upload, as far as it is read."""
    from urllib.parse import quote_plus

    described = {"key": quote_plus(upload.key, safe="/"), "versionId": upload.version}
    return json.dumps(
        {"Records": [{"eventName": event, "s3": {"bucket": {"name": upload.bucket}, "object": described}}]}
    )


def until(ready: Callable[[], bool], seconds: float = 40) -> None:
    """Wait for something that happens elsewhere."""
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.2)


def png(width: int, height: int) -> bytes:
    """A picture of one colour."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (width, height)).save(out, "PNG")
    return out.getvalue()
