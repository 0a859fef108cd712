"""The Lambda function's entry: `forge3d.aws.intake.handler.handle`, called with messages of the queue of uploads.

Environment: INTAKE_BUCKET, JOBS_TABLE, JOBS_QUEUE_URL, IDEMPOTENCY_TABLE; INTAKE_MAX_BYTES where the usual limit does
not suit. A message that fails is given back alone, and comes again.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.typing import LambdaContext

from ...gltf.limits import Limits
from .jobs import Job, Jobs
from .reception import Reception
from .uploads import Upload, uploads

_REMEMBERED_S = 24 * 3600
"""How long powertools remembers that an upload was dealt with; after that the job's record still does."""

logger = Logger(service="intake")
metrics = Metrics(namespace="forge3d", service="intake")
_once = IdempotencyConfig(event_key_jmespath="[bucket, key, version]", expires_after_seconds=_REMEMBERED_S)


@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Deal with a batch of messages; those that failed are named in the answer, and SQS keeps them."""
    _once.register_lambda_context(context)  # a call that is cut off is not waited for longer than it could have run
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event, _message, processor, context)


def _message(record: SQSRecord) -> None:
    try:
        receive = _receiver()
        for upload in uploads(record.body, os.environ["INTAKE_BUCKET"]):
            receive(upload={"bucket": upload.bucket, "key": upload.key, "version": upload.version})
    except Exception:
        logger.exception("not dealt with", extra={"message_id": record.message_id})
        metrics.add_metric(name="Failed", unit=MetricUnit.Count, value=1)
        raise


@cache
def _receiver() -> Any:
    """Dealing with one upload, once: of two deliveries at a time, one is turned away and comes again."""
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "max_attempts": 4})
    limits = Limits()
    if allowed := os.environ.get("INTAKE_MAX_BYTES"):
        limits = replace(limits, max_file_bytes=int(allowed))
    dynamodb = boto3.client("dynamodb", config=config)
    sqs = boto3.client("sqs", config=config)
    jobs = Jobs(dynamodb, sqs, os.environ["JOBS_TABLE"], os.environ["JOBS_QUEUE_URL"])
    reception = Reception(boto3.client("s3", config=config), jobs, limits)
    memory = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY_TABLE"], boto3_client=dynamodb)

    def receive(*, upload: dict[str, str]) -> dict[str, str]:
        which = Upload(**upload)
        done = reception.receive(which)
        _tell(which, done)
        return {"job": which.job, "state": _state(done)}

    return idempotent_function(receive, data_keyword_argument="upload", persistence_store=memory, config=_once)


def _state(done: Job | str) -> str:
    return done if isinstance(done, str) else done.state


def _tell(upload: Upload, done: Job | str) -> None:
    """One line of the log and one count for each upload."""
    facts = {"job": upload.job, "key": upload.key, "version": upload.version, "state": _state(done)}
    if isinstance(done, str):
        metrics.add_metric(name=done.capitalize(), unit=MetricUnit.Count, value=1)
    else:
        facts |= {"sku": done.sku, "reason": done.reason[0] if done.reason else ""}
        metrics.add_metric(name="Refused" if done.reason else "Ordered", unit=MetricUnit.Count, value=1)
        metrics.add_metric(name="UploadBytes", unit=MetricUnit.Bytes, value=done.bytes)
    logger.info("upload", extra=facts)
