"""What each part of a shop may do on AWS, and nothing else: IAM policies, made from a `Deployment` in one place.

    publisher  publish, versions, rollback, verify                 CI
    keeper     what the publisher may, and repair and gc           a person, or a job by night
    worker     takes jobs, reads uploads, publishes                render machines
    service    signs uploads and URLs, shows jobs and products     the web tier
    ingest     judges uploads, orders or puts away                 the intake function

Only the keeper can delete what is published, and nobody can write over it without saying what is there: that is in the
bucket's own policy (`resource_policies`). Every permission holds over TLS only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .deployment import Deployment
from .intake.uploads import INCOMING, QUARANTINE

Policy = dict[str, Any]
Statement = dict[str, Any]

STORAGE_CLASSES = ("INTELLIGENT_TIERING", "STANDARD")
"""What `layout.headers_for` puts objects into."""
ENCRYPTIONS = ("AES256", "aws:kms")
METRICS_NAMESPACE = "forge3d"


def publisher(shop: Deployment) -> Policy:
    """Publish new generations, and look at everything that is published. Deletes nothing."""
    return _policy(_publishes(shop))


def keeper(shop: Deployment) -> Policy:
    """Repair what is damaged and delete what nothing names any more, in every region."""
    places = (shop.assets, *shop.replicas)
    everything = [shop.bucket_arn(place.bucket, keys) for place in places for keys in place.keys]
    statements = [
        *_publishes(shop),
        # By version only, so that nothing goes that was not looked at.
        _allow("Delete", ["s3:DeleteObjectVersion"], everything),
    ]
    if shop.replicas:
        copies = [shop.bucket_arn(place.bucket, place.objects) for place in shop.replicas]
        statements.append(_writes("Repair", copies))
    return _policy(statements)


def worker(shop: Deployment) -> Policy:
    """Take jobs, read what was uploaded for them, and publish what comes of it."""
    incoming = shop.bucket_arn(shop.intake, f"{INCOMING}*")
    return _policy(
        [
            *_publishes(shop),
            _allow("ReadUploads", ["s3:GetObject", "s3:GetObjectVersion"], [incoming]),
            _lists(shop, shop.intake, [f"{INCOMING}*"], ["s3:ListBucket"], "ListUploads"),
            _takes(shop, shop.jobs_queue, "TakeJobs"),
            _allow("KeepJobs", ["sqs:ChangeMessageVisibility"], [shop.arn("sqs", shop.jobs_queue)]),
            _allow("FollowJobs", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [_table(shop, shop.jobs_table)]),
            _allow(
                "Measure",
                ["cloudwatch:PutMetricData"],
                ["*"],  # it knows no resources, only names
                StringEquals={"cloudwatch:namespace": METRICS_NAMESPACE},
            ),
        ]
    )


def service(shop: Deployment) -> Policy:
    """Sign uploads and URLs; show uploaders what became of theirs, and shoppers what is published."""
    place, bucket = shop.assets, shop.bucket_arn
    readable = [bucket(place.bucket, keys) for keys in place.keys]
    statements = [
        _allow("ReadPublished", ["s3:GetObject"], readable),
        _lists(shop, place.bucket, place.keys, ["s3:ListBucket"], "ListPublished"),
        # A form that somebody else sends is judged as if the service sent it.
        _allow("SignUploads", ["s3:PutObject"], [bucket(shop.intake, f"{INCOMING}*")]),
        _allow("TellReasons", ["s3:GetObject"], [bucket(shop.intake, f"{QUARANTINE}*.json")]),
        _allow("ShowJobs", ["dynamodb:GetItem"], [_table(shop, shop.jobs_table)]),
    ]
    if shop.secrets:
        # AWS puts a dash and six letters behind a secret's name.
        names = [shop.arn("secretsmanager", f"secret:{name}-??????") for name in shop.secrets]
        statements.append(_allow("ReadSecrets", ["secretsmanager:GetSecretValue"], names))
    return _policy([*statements, *_decrypts(shop)])


def ingest(shop: Deployment) -> Policy:
    """Look at uploads, record and order jobs, move what is bad to quarantine. Sees nothing that is published."""
    incoming, quarantine = (shop.bucket_arn(shop.intake, f"{folder}*") for folder in (INCOMING, QUARANTINE))
    memory = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
    log = shop.arn("logs", f"log-group:/aws/lambda/{shop.function}:*")
    return _policy(
        [
            _takes(shop, shop.uploads_queue, "TakeMessages"),
            _allow("Look", ["s3:GetObject", "s3:GetObjectVersion"], [incoming]),
            # Without this S3 says "forbidden" of what is gone. The request has no prefix that could be held to one.
            _allow("TellGoneFromForbidden", ["s3:ListBucket"], [shop.bucket_arn(shop.intake)]),
            _allow("PutAway", ["s3:PutObject"], [quarantine]),
            _allow("TakeAway", ["s3:DeleteObjectVersion"], [incoming]),
            _allow("Record", [verb for verb in memory if "Delete" not in verb], [_table(shop, shop.jobs_table)]),
            _allow("Remember", memory, [_table(shop, shop.memory_table)]),
            _allow("Order", ["sqs:SendMessage"], [shop.arn("sqs", shop.jobs_queue)]),
            _allow("Log", ["logs:CreateLogStream", "logs:PutLogEvents"], [log]),
            *_decrypts(shop),
        ]
    )


ROLES: dict[str, Callable[[Deployment], Policy]] = {
    "publisher": publisher, "keeper": keeper, "worker": worker, "service": service, "ingest": ingest,
}  # fmt: skip


def _publishes(shop: Deployment) -> list[Statement]:
    place, bucket = shop.assets, shop.bucket_arn
    own = [bucket(place.bucket, keys) for keys in place.keys]
    copies = [bucket(copy.bucket, keys) for copy in shop.replicas for keys in copy.keys]
    places = (place, *shop.replicas)
    statements = [
        _allow("Read", ["s3:GetObject", "s3:GetObjectVersion"], [*own, *copies]),
        *(
            _lists(shop, each.bucket, each.keys, ["s3:ListBucket", "s3:ListBucketVersions"], f"List{number}")
            for number, each in enumerate(places)
        ),
        _writes("Write", own),
        _allow("Resume", ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"], own),
        _allow("FindUnfinished", ["s3:ListBucketMultipartUploads"], [bucket(place.bucket)]),
    ]
    if shop.replicas:  # S3 copies the rest
        statements.append(_writes("PointReplicas", [bucket(copy.bucket, copy.pointers) for copy in shop.replicas]))
    if shop.distribution:
        arn = shop.arn("cloudfront", f"distribution/{shop.distribution}", everywhere=True)
        statements.append(_allow("Invalidate", ["cloudfront:CreateInvalidation"], [arn]))
    return [*statements, *_decrypts(shop)]


def _policy(statements: list[Statement]) -> Policy:
    return {"Version": "2012-10-17", "Statement": statements}


def _allow(sid: str, actions: list[str], resources: list[str], **conditions: dict[str, Any]) -> Statement:
    # A service that goes on with a request in somebody's name may leave this out; whoever asks directly cannot.
    condition: dict[str, Any] = {"BoolIfExists": {"aws:SecureTransport": "true"}} | conditions
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources, "Condition": condition}


def _lists(shop: Deployment, bucket: str, prefixes: list[str], actions: list[str], sid: str) -> Statement:
    """Listing, of these keys alone."""
    return _allow(sid, actions, [shop.bucket_arn(bucket)], StringLike={"s3:prefix": prefixes})


def _writes(sid: str, objects: list[str]) -> Statement:
    """Writing, into the storage classes and with the encryption that are meant. Parts of an upload name neither."""
    meant = {
        "s3:x-amz-storage-class": list(STORAGE_CLASSES),
        "s3:x-amz-server-side-encryption": list(ENCRYPTIONS),
    }
    return _allow(sid, ["s3:PutObject"], objects, StringEqualsIfExists=meant)


def _takes(shop: Deployment, queue: str, sid: str) -> Statement:
    verbs = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
    return _allow(sid, [f"sqs:{verb}" for verb in verbs], [shop.arn("sqs", queue)])


def _table(shop: Deployment, name: str) -> str:
    return shop.arn("dynamodb", f"table/{name}")


def _decrypts(shop: Deployment) -> list[Statement]:
    """The buckets' key, through S3 alone."""
    if shop.kms_key is None:
        return []
    via = {"kms:ViaService": f"s3.{shop.region}.amazonaws.com"}
    return [_allow("Decrypt", ["kms:Decrypt", "kms:GenerateDataKey"], [shop.kms_key], StringEquals=via)]
