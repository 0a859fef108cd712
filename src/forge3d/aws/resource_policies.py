"""What buckets and queues let happen to themselves, whoever asks: policies that are attached to them.

The conditions are S3's own: `s3:if-match` and `s3:if-none-match` are absent from a request without these headers, and
`s3:ObjectCreationOperation` is false for the parts of an upload, which cannot have them ("Enforce conditional writes on
Amazon S3 buckets", S3 User Guide, as of November 2024).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import RecipeError
from .deployment import Deployment, Place
from .intake.uploads import INCOMING
from .policies import ENCRYPTIONS, STORAGE_CLASSES, Policy, Statement


def assets_bucket(shop: Deployment) -> Policy:
    """The bucket of what is published: no overwriting unseen, and CloudFront reads."""
    return _published(shop, shop.assets)


def replica_bucket(shop: Deployment, number: int = 0) -> Policy:
    """A replica's bucket. S3's own copying is no `PutObject`, and is not asked for conditions.

    Raises:
        RecipeError: the deployment has no such replica.
    """
    if not number < len(shop.replicas):
        raise RecipeError("no replica was named: give its place, s3://bucket/prefix")
    return _published(shop, shop.replicas[number])


def intake_bucket(shop: Deployment) -> Policy:
    """The bucket of uploads."""
    return {"Version": "2012-10-17", "Statement": [_tls_only(shop, shop.intake), _encrypted(shop, shop.intake)]}


def uploads_queue(shop: Deployment) -> Policy:
    """The queue of S3's messages: only S3 sends, only for the intake bucket, and only the owner's."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "S3Tells",
                "Effect": "Allow",
                "Principal": {"Service": "s3.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": shop.arn("sqs", shop.uploads_queue),
                "Condition": {
                    "ArnEquals": {"aws:SourceArn": shop.bucket_arn(shop.intake)},
                    "StringEquals": {"aws:SourceAccount": shop.account},
                },
            }
        ],
    }


def intake_notification(shop: Deployment) -> dict[str, Any]:
    """The intake bucket's notification: what it tells the queue, in the words of S3's API."""
    return {
        "QueueConfigurations": [
            {
                "QueueArn": shop.arn("sqs", shop.uploads_queue),
                "Events": ["s3:ObjectCreated:*"],
                "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": INCOMING}]}},
            }
        ]
    }


DOCUMENTS: dict[str, Callable[[Deployment], dict[str, Any]]] = {
    "assets-bucket": assets_bucket, "replica-bucket": replica_bucket, "intake-bucket": intake_bucket,
    "uploads-queue": uploads_queue, "intake-notification": intake_notification,
}  # fmt: skip


def _published(shop: Deployment, place: Place) -> Policy:
    objects = [shop.bucket_arn(place.bucket, keys) for keys in place.keys]
    sources = [f"{start}{place.bucket}/{keys}" for keys in place.keys for start in ("", "/")]
    statements = [
        _tls_only(shop, place.bucket),
        _encrypted(shop, place.bucket),
        _deny(
            "NoOverwritingUnseen",
            objects,
            # Copies cannot carry these headers everywhere; an object is made young by a copy onto itself.
            Null={"s3:if-match": "true", "s3:if-none-match": "true", "s3:x-amz-copy-source": "true"},
            Bool={"s3:ObjectCreationOperation": "true"},
        ),
        _deny(
            "NoCopiesFromElsewhere",
            objects,
            Null={"s3:x-amz-copy-source": "false"},
            StringNotLike={"s3:x-amz-copy-source": sources},
        ),
        _deny(
            "OnlyTheseStorageClasses",
            objects,
            Null={"s3:x-amz-storage-class": "false"},
            StringNotEquals={"s3:x-amz-storage-class": list(STORAGE_CLASSES)},
        ),
    ]
    if shop.distribution:
        source = shop.arn("cloudfront", f"distribution/{shop.distribution}", everywhere=True)
        statements.append(
            {
                "Sid": "CloudFrontReads",
                "Effect": "Allow",
                "Principal": {"Service": "cloudfront.amazonaws.com"},
                "Action": "s3:GetObject",
                "Resource": objects,
                "Condition": {"StringEquals": {"AWS:SourceArn": source}},
            }
        )
    return {"Version": "2012-10-17", "Statement": statements}


def _tls_only(shop: Deployment, bucket: str) -> Statement:
    both = [shop.bucket_arn(bucket), shop.bucket_arn(bucket, "*")]
    return _deny("TlsOnly", both, action="s3:*", Bool={"aws:SecureTransport": "false"})


def _encrypted(shop: Deployment, bucket: str) -> Statement:
    """Encryption is the bucket's own, as no S3 object is without; a request may only name the same."""
    name, objects = "s3:x-amz-server-side-encryption", [shop.bucket_arn(bucket, "*")]
    named, others = {name: "false"}, {name: list(ENCRYPTIONS)}
    return _deny("OnlyTheseEncryptions", objects, Null=named, StringNotEquals=others)


def _deny(sid: str, resources: list[str], *, action: str = "s3:PutObject", **conditions: dict[str, Any]) -> Statement:
    whom = {"Sid": sid, "Effect": "Deny", "Principal": "*"}
    return whom | {"Action": action, "Resource": resources, "Condition": conditions}
