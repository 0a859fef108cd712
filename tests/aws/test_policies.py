"""The policies, enforced: each role can do its work with the product's own code, and nothing beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.aws.emulators import environment
from tests.aws.guarded import DENIED, Guarded, guarding
from tests.aws.making import make_bundle

from forge3d.aws import policies
from forge3d.aws.deployment import Deployment, Place
from forge3d.aws.gc import gc
from forge3d.aws.history import rollback, versions
from forge3d.aws.intake.jobs import Jobs
from forge3d.aws.intake.reception import Reception
from forge3d.aws.intake.uploads import Upload
from forge3d.aws.layout import VERSION_HEADERS, headers_for
from forge3d.aws.publish import publish
from forge3d.aws.s3 import S3Store
from forge3d.aws.verify import verify
from forge3d.errors import RecipeError, RemoteError
from forge3d.gltf import glb
from forge3d.pipeline.manifest import File


@pytest.fixture(scope="module", params=["moto", "ministack"])
def guarded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with pytest.MonkeyPatch.context() as patch:  # not the keys of this machine's user, from the first request on
        for name, value in environment("http://127.0.0.1:9", tmp_path_factory.getbasetemp() / "no-keys").items():
            patch.setenv(name, value)
        with guarding(request.param, tmp_path_factory.mktemp("guarded")) as guarded:
            yield guarded


@pytest.fixture(scope="module")
def clients(guarded: Guarded) -> Callable[..., Any]:
    """Clients by role and service."""
    keys = {role: guarded.user(policy(guarded.shop)) for role, policy in policies.ROLES.items()}

    def client(role: str, service: str, **more: bool) -> Any:
        return guarded.client(service, keys[role], **more)

    return client


def denied(call: Callable[..., Any], **given: Any) -> None:
    with pytest.raises(ClientError) as error:
        call(**given)
    assert error.value.response["Error"]["Code"] in DENIED, error.value


def test_the_publisher_publishes_and_rolls_back(
    guarded: Guarded, clients: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, s3 = guarded.shop, clients("publisher", "s3")
    here = S3Store(s3, shop.assets.bucket, shop.assets.prefix, trusted=False, part=5 << 20)
    there = S3Store(s3, shop.replicas[0].bucket, shop.replicas[0].prefix, trusted=False)
    with guarded.enforced():
        big = bytes(6 << 20)  # in parts
        here.write("chair/big", big, VERSION_HEADERS, sha256=hashlib.sha256(big).hexdigest(), if_absent=True)
        publish([make_bundle(tmp_path, seed=1)], here)
        publish([make_bundle(tmp_path, seed=2)], here)
    _replicate(guarded)
    with guarded.enforced():
        [again] = publish([make_bundle(tmp_path, seed=2)], here, replicas=[there])
        assert (again.status, again.replicas) == ("unchanged", {there.url: 2})
        back = rollback(here, "chair", to=1, replicas=[there], timeout_s=0.1, wait=False)
        assert (back.generation, back.restores) == (3, 1)
        assert [version.generation for version in versions(here, "chair")] == [3, 2, 1]


def _replicate(guarded: Guarded) -> None:
    """What S3's replication does."""
    shop, s3 = guarded.shop, guarded.root("s3")
    source, target = shop.assets.bucket, shop.replicas[0].bucket
    for item in s3.list_objects_v2(Bucket=source, Prefix=f"{shop.assets.prefix}/")["Contents"]:
        s3.copy_object(Bucket=target, Key=item["Key"], CopySource={"Bucket": source, "Key": item["Key"]})


def test_the_publisher_does_nothing_else(guarded: Guarded, clients: Callable[..., Any]) -> None:
    shop, s3, sqs = guarded.shop, clients("publisher", "s3"), clients("publisher", "sqs")
    bucket, replica = shop.assets.bucket, shop.replicas[0].bucket
    put = guarded.root("s3").put_object(Bucket=bucket, Key="shop/a", Body=b"")
    with guarded.enforced():
        s3.put_object(Bucket=bucket, Key="shop/b", Body=b"", StorageClass="INTELLIGENT_TIERING")
        s3.put_object(Bucket=replica, Key="pointers/a.json", Body=b"")
        denied(s3.put_object, Bucket=bucket, Key="elsewhere/a", Body=b"")
        denied(s3.put_object, Bucket=replica, Key="shop/a", Body=b"")  # S3 copies them
        denied(s3.put_object, Bucket="somebody-elses", Key="shop/a", Body=b"")
        denied(s3.delete_object, Bucket=bucket, Key="shop/a")
        denied(s3.delete_object, Bucket=bucket, Key="shop/a", VersionId=put["VersionId"])
        denied(s3.get_object, Bucket=bucket, Key="elsewhere/a")
        denied(s3.put_bucket_policy, Bucket=bucket, Policy="{}")
        denied(sqs.list_queues)
        denied(clients("publisher", "iam").list_users)


def test_conditions_hold(guarded: Guarded, clients: Callable[..., Any]) -> None:
    if guarded.emulator.name == "moto":
        pytest.skip("moto reads no conditions")
    bucket = guarded.shop.assets.bucket
    s3, plain = clients("publisher", "s3"), clients("publisher", "s3", tls=False)
    s3.put_object(Bucket=bucket, Key="shop/c", Body=b"", ServerSideEncryption="AES256")
    denied(s3.put_object, Bucket=bucket, Key="shop/c", Body=b"", ServerSideEncryption="aws:kms:dsse")
    denied(plain.put_object, Bucket=bucket, Key="shop/c", Body=b"")
    denied(plain.get_object, Bucket=bucket, Key="shop/c")
    s3.list_objects_v2(Bucket=bucket, Prefix="shop/chair/versions/")
    s3.list_objects_v2(Bucket=bucket, Prefix="pointers/")
    denied(s3.list_objects_v2, Bucket=bucket)
    denied(s3.list_objects_v2, Bucket=bucket, Prefix="else")
    denied(clients("ingest", "dynamodb", tls=False).get_item, TableName="forge3d-jobs", Key={"job": {"S": "a"}})


def test_the_keeper_cleans_up(guarded: Guarded, clients: Callable[..., Any], tmp_path: Path) -> None:
    shop, s3 = guarded.shop, clients("keeper", "s3")
    put = guarded.root("s3").put_object(Bucket=shop.assets.bucket, Key="shop/d", Body=b"")
    copy = guarded.root("s3").put_object(Bucket=shop.replicas[0].bucket, Key="shop/d", Body=b"")
    with guarded.enforced():
        here = S3Store(s3, shop.assets.bucket, "shop", trusted=False)
        publish([make_bundle(tmp_path, "lamp", seed=1)], here)
        assert gc(here, dry_run=False).garbage == 0
        assert len(list(here.history("lamp/"))) == 8
        s3.delete_object(Bucket=shop.assets.bucket, Key="shop/d", VersionId=put["VersionId"])
        s3.delete_object(Bucket=shop.replicas[0].bucket, Key="shop/d", VersionId=copy["VersionId"])
        s3.put_object(Bucket=shop.replicas[0].bucket, Key="shop/d", Body=b"")
        denied(s3.delete_object, Bucket=shop.assets.bucket, Key="pointers/lamp.json")  # it would be gone for readers
        denied(s3.delete_object, Bucket=shop.intake, Key="incoming/a.glb", VersionId="null")
        denied(s3.delete_bucket, Bucket=shop.assets.bucket)


def test_the_keeper_repairs_and_the_publisher_only_looks(
    guarded: Guarded, clients: Callable[..., Any], tmp_path: Path
) -> None:
    shop, root = guarded.shop, guarded.root("s3")
    places = (shop.assets, *shop.replicas)

    def stores(role: str) -> list[S3Store]:
        return [S3Store(clients(role, "s3"), place.bucket, place.prefix, trusted=False) for place in places]

    with guarded.enforced():
        here, there = stores("publisher")
        publish([make_bundle(tmp_path, "sofa", seed=1)], here)
    _replicate(guarded)
    with guarded.enforced():
        publish([make_bundle(tmp_path, "sofa", seed=1)], here, replicas=[there])
        assert verify(here, "sofa", replicas=[there]).is_sound
    files = [item.key for item in here.list("sofa/") if item.key.endswith((".webp", ".usdz"))]
    for place, key in zip(places, files, strict=False):  # another one in each region
        root.put_object(Bucket=place.bucket, Key=f"shop/{key}", Body=b"damaged")
    with guarded.enforced():
        assert len(verify(here, "sofa", replicas=[there]).findings) == 2
        assert not verify(here, "sofa", replicas=[there], deep=True).is_sound
        here, there = stores("keeper")
        mended = verify(here, "sofa", replicas=[there], repair=True)
        assert mended.is_sound
        assert len(mended.findings) == 2
        assert verify(here, "sofa", replicas=[there], deep=True).findings == ()


def test_ingest_takes_in(guarded: Guarded, clients: Callable[..., Any]) -> None:
    shop, s3 = guarded.shop, guarded.root("s3")
    sqs, dynamodb = clients("ingest", "sqs"), clients("ingest", "dynamodb")
    queue = guarded.root("sqs").get_queue_url(QueueName=shop.jobs_queue)["QueueUrl"]
    events = guarded.root("sqs").get_queue_url(QueueName=shop.uploads_queue)["QueueUrl"]
    foreign = guarded.root("sqs").get_queue_url(QueueName="somebody-elses")["QueueUrl"]
    uploads = []
    for name, data in (
        ("good.glb", glb.pack(b'{"asset":{"version":"2.0"}}')),
        ("bad.glb", b"PK\3\4"),
        ("gone.glb", b""),
    ):
        put = s3.put_object(Bucket=shop.intake, Key=f"incoming/{name}", Body=data)
        uploads.append(Upload(shop.intake, f"incoming/{name}", put["VersionId"]))
    s3.delete_object(Bucket=shop.intake, Key=uploads[2].key, VersionId=uploads[2].version)
    mine = clients("ingest", "s3")
    with guarded.enforced():
        sqs.receive_message(QueueUrl=events)
        sqs.get_queue_attributes(QueueUrl=events, AttributeNames=["All"])
        reception = Reception(mine, Jobs(dynamodb, sqs, shop.jobs_table, queue))
        done = [reception.receive(upload) for upload in uploads]
        assert [each if isinstance(each, str) else each.state for each in done] == ["queued", "refused", "gone"]
        for verb, more in (("get_item", {"Key": {"id": {"S": "a"}}}), ("put_item", {"Item": {"id": {"S": "a"}}})):
            getattr(dynamodb, verb)(TableName=shop.memory_table, **more)
        dynamodb.delete_item(TableName=shop.memory_table, Key={"id": {"S": "a"}})

        denied(mine.put_object, Bucket=shop.intake, Key="incoming/x.glb", Body=b"")
        denied(mine.get_object, Bucket=shop.intake, Key=uploads[1].reason)
        denied(mine.get_object, Bucket=shop.assets.bucket, Key="pointers/chair.json")
        denied(mine.put_object, Bucket=shop.assets.bucket, Key="shop/x", Body=b"")
        denied(dynamodb.delete_item, TableName=shop.jobs_table, Key={"job": {"S": "a"}}) if _resources(
            guarded
        ) else None
        denied(dynamodb.scan, TableName=shop.jobs_table)
        if _resources(guarded):
            denied(dynamodb.delete_item, TableName=shop.jobs_table, Key={"job": {"S": "a"}})
            denied(sqs.receive_message, QueueUrl=queue)
            denied(sqs.send_message, QueueUrl=foreign, MessageBody="a")
            denied(dynamodb.get_item, TableName="somebody-elses", Key={"id": {"S": "a"}})


def test_the_worker_takes_jobs(guarded: Guarded, clients: Callable[..., Any]) -> None:
    shop, s3, sqs, dynamodb = guarded.shop, *(clients("worker", name) for name in ("s3", "sqs", "dynamodb"))
    queue = guarded.root("sqs").get_queue_url(QueueName=shop.jobs_queue)["QueueUrl"]
    put = guarded.root("s3").put_object(Bucket=shop.intake, Key="incoming/w.glb", Body=b"glTF")
    guarded.root("sqs").send_message(QueueUrl=queue, MessageBody="{}")
    with guarded.enforced():
        (message, *_) = sqs.receive_message(QueueUrl=queue)["Messages"]
        taken = {"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]}
        sqs.change_message_visibility(**taken, VisibilityTimeout=60)
        sqs.delete_message(**taken)
        s3.get_object(Bucket=shop.intake, Key="incoming/w.glb", VersionId=put["VersionId"])
        s3.put_object(Bucket=shop.assets.bucket, Key="shop/w", Body=b"")
        dynamodb.update_item(
            TableName=shop.jobs_table,
            Key={"job": {"S": "w"}},
            UpdateExpression="SET #a = :a",
            ExpressionAttributeNames={"#a": "state"},
            ExpressionAttributeValues={":a": {"S": "running"}},
        )
        denied(sqs.send_message, QueueUrl=queue, MessageBody="{}")
        denied(s3.put_object, Bucket=shop.intake, Key="incoming/x.glb", Body=b"")
        denied(s3.delete_object, Bucket=shop.assets.bucket, Key="shop/w")
        denied(dynamodb.put_item, TableName=shop.jobs_table, Item={"job": {"S": "w"}})
        if _resources(guarded):
            denied(dynamodb.get_item, TableName=shop.memory_table, Key={"id": {"S": "w"}})


def test_the_service_signs_and_shows(guarded: Guarded, clients: Callable[..., Any]) -> None:
    shop, s3, root = guarded.shop, clients("service", "s3"), guarded.root("s3")
    dynamodb, secrets = clients("service", "dynamodb"), clients("service", "secretsmanager")
    root.put_object(Bucket=shop.intake, Key="quarantine/a.glb/v1.json", Body=b"{}")
    root.put_object(Bucket=shop.assets.bucket, Key="pointers/s.json", Body=b"{}")
    with guarded.enforced():
        s3.put_object(Bucket=shop.intake, Key="incoming/s.glb", Body=b"")  # what a signed form does in its name
        s3.get_object(Bucket=shop.intake, Key="quarantine/a.glb/v1.json")
        s3.get_object(Bucket=shop.assets.bucket, Key="pointers/s.json")
        dynamodb.get_item(TableName=shop.jobs_table, Key={"job": {"S": "s"}})
        assert secrets.get_secret_value(SecretId=shop.secrets[0])["SecretString"] == "a secret"
        denied(s3.get_object, Bucket=shop.intake, Key="incoming/s.glb")
        denied(s3.put_object, Bucket=shop.assets.bucket, Key="pointers/s.json", Body=b"")
        denied(s3.get_object, Bucket=shop.intake, Key="quarantine/a.glb/v1")
        denied(dynamodb.put_item, TableName=shop.jobs_table, Item={"job": {"S": "s"}})
        denied(secrets.put_secret_value, SecretId=shop.secrets[0], SecretString="mine")
        if _resources(guarded):
            denied(secrets.get_secret_value, SecretId="somebody-elses")


def test_what_is_denied_is_told_without_a_secret(guarded: Guarded, tmp_path: Path) -> None:
    keys = guarded.user(policies.ingest(guarded.shop))
    store = S3Store(guarded.client("s3", keys), guarded.shop.assets.bucket, "shop", trusted=False)
    with guarded.enforced(), pytest.raises(RemoteError, match="assets-here/pointers/chair") as error:
        publish([make_bundle(tmp_path, seed=1)], store)
    assert not any(secret in str(error.value) for secret in keys.values())


def test_what_s3_calls_forbidden_may_be_missing(guarded: Guarded, clients: Callable[..., Any], tmp_path: Path) -> None:
    """S3 answers 403 for what is not there to whom it lets list certain prefixes only; the emulators say 404."""
    s3, bucket = clients("publisher", "s3"), guarded.shop.assets.bucket

    def forbid(parsed: dict[str, Any], **_: Any) -> None:
        if parsed["ResponseMetadata"]["HTTPStatusCode"] == 404:
            parsed["Error"]["Code"] = "403"

    s3.meta.events.register("after-call.s3", forbid)
    store = S3Store(s3, bucket, "shop", trusted=False)
    with guarded.enforced():
        assert store.head("missing/a") is store.read("missing/a") is store.digest("missing/a") is None
        [done] = publish([make_bundle(tmp_path, "stool", seed=1)], store)
        assert done.generation == 1
        with pytest.raises(RemoteError, match="403"):
            store.read("missing/a", version="1")


def _resources(guarded: Guarded) -> bool:
    """Whether the emulator tells one table, queue or secret from another."""
    return guarded.emulator.name == "ministack"


SHOP = Deployment(
    "123456789012", "eu-central-1", Place("assets", "shop"), (Place("copies"),), "E1", kms_key="arn:aws:kms:x:y:key/z"
)


@pytest.mark.parametrize("role", policies.ROLES)
def test_every_permission_is_narrow(role: str) -> None:
    statements = policies.ROLES[role](SHOP)["Statement"]
    assert len({statement["Sid"] for statement in statements}) == len(statements)
    for statement in statements:
        assert statement["Effect"] == "Allow"
        assert statement["Condition"]["BoolIfExists"] == {"aws:SecureTransport": "true"}
        assert not [action for action in statement["Action"] if "*" in action]
        if statement["Resource"] == ["*"]:  # metrics have no ARN: their names are held to a namespace
            assert statement["Condition"]["StringEquals"] == {"cloudwatch:namespace": "forge3d"}
        else:
            assert all(resource.startswith("arn:aws:") for resource in statement["Resource"])
        for action in ("s3:ListBucket", "s3:ListBucketVersions"):
            if action in statement["Action"] and statement["Sid"] != "TellGoneFromForbidden":
                assert statement["Condition"]["StringLike"]["s3:prefix"]
        if "s3:PutObject" in statement["Action"] and "intake" not in statement["Resource"][0]:
            held = statement["Condition"]["StringEqualsIfExists"]
            assert held == {
                "s3:x-amz-storage-class": ["INTELLIGENT_TIERING", "STANDARD"],
                "s3:x-amz-server-side-encryption": ["AES256", "aws:kms"],
            }
        if "kms:Decrypt" in statement["Action"]:
            assert statement["Condition"]["StringEquals"] == {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}
    assert len(json.dumps({"Statement": statements})) < 10_240  # a role's inline policies, together


def test_storage_classes_are_the_layouts() -> None:
    file = File(path=f"{'a' * 64}.glb", role="model", bytes=1, sha256="a" * 64, media_type="model/gltf-binary")
    assert {headers_for(file, size).storage_class for size in (1, 1 << 30)} == set(policies.STORAGE_CLASSES)


@pytest.mark.parametrize("url", ["assets", "s3://", "s3://UPPER/x", "s3://assets/a*b", "s3://assets/${x}", "file:///a"])
def test_places_that_are_none(url: str) -> None:
    with pytest.raises(RecipeError):
        Place.parse(url)


def test_places() -> None:
    assert Place.parse("s3://assets/shop/eu/") == Place("assets", "shop/eu")
    assert (Place.parse("s3://assets").objects, Place("assets", "shop").objects) == ("*", "shop/*")


@pytest.mark.parametrize(("account", "region"), [("12", "eu-central-1"), ("123456789012", "Europe")])
def test_accounts_and_regions_are_checked(account: str, region: str) -> None:
    with pytest.raises(RecipeError):
        Deployment(account, region, Place("assets"))
