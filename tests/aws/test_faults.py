"""The bad network is as bad as it says, and each time in the same way."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError, ResponseStreamingError
from tests.aws.emulators import Cloud
from tests.aws.faults import AFTER, BEFORE, FaultProxy, Kind, faulty
from tests.aws.replication import replicating

BODY = bytes(range(200))
ONCE = Config(retries={"total_max_attempts": 1})
TRUSTING = Config(retries={"total_max_attempts": 1}, response_checksum_validation="when_required")


@pytest.fixture
def plain(one_cloud: Cloud) -> Any:
    """A client before which nothing stands, and an object `old`."""
    s3 = one_cloud.emulator.client()
    s3.put_object(Bucket=one_cloud.bucket, Key="old", Body=BODY, Metadata={"sha256": "aa"}, CacheControl="immutable")
    return s3


def impatient(cloud: Cloud, proxy: FaultProxy) -> Any:
    """A client that tries once."""
    return cloud.emulator.client(endpoint=proxy.endpoint, config=ONCE)


def test_without_faults_nothing_changes(one_cloud: Cloud, plain: Any) -> None:
    with faulty(one_cloud.endpoint) as proxy:
        s3 = impatient(one_cloud, proxy)
        for wanted in (plain, s3):
            found = wanted.get_object(Bucket=one_cloud.bucket, Key="old")
            assert (found["Body"].read(), found["Metadata"], found["CacheControl"]) == (
                BODY,
                {"sha256": "aa"},
                "immutable",
            )
        assert s3.head_object(Bucket=one_cloud.bucket, Key="old")["ContentLength"] == len(BODY)
        s3.put_object(Bucket=one_cloud.bucket, Key="empty", Body=b"")
        assert plain.head_object(Bucket=one_cloud.bucket, Key="empty")["ContentLength"] == 0
        s3.delete_object(Bucket=one_cloud.bucket, Key="empty")
        assert s3.list_objects_v2(Bucket=one_cloud.bucket)["KeyCount"] == 1
    assert not proxy.injected
    assert proxy.requests["PUT"] == 1


@pytest.mark.parametrize("kind", BEFORE + AFTER)
def test_what_was_done_and_what_was_not(one_cloud: Cloud, plain: Any, kind: Kind) -> None:
    with (
        faulty(one_cloud.endpoint, chances={kind: 1.0}) as proxy,
        pytest.raises((ClientError, HTTPClientError)) as told,
    ):
        impatient(one_cloud, proxy).put_object(Bucket=one_cloud.bucket, Key="new", Body=BODY)
    assert isinstance(told.value, ConnectionClosedError) == kind.startswith("drop")
    if kind == "slow down":
        assert "SlowDown" in str(told.value)
    assert plain.list_objects_v2(Bucket=one_cloud.bucket)["KeyCount"] == (2 if kind in AFTER else 1)
    assert proxy.injected == {kind: 1}


def test_silence(one_cloud: Cloud, plain: Any) -> None:
    start = time.monotonic()
    with faulty(one_cloud.endpoint, chances={"hang": 1.0}, hang_s=0.3) as proxy, pytest.raises(ConnectionClosedError):
        impatient(one_cloud, proxy).head_object(Bucket=one_cloud.bucket, Key="old")
    assert time.monotonic() - start >= 0.3


def test_answers_are_spoiled(one_cloud: Cloud, plain: Any) -> None:
    with faulty(one_cloud.endpoint, chances={"corrupt answer": 1.0}) as proxy:
        s3 = one_cloud.emulator.client(endpoint=proxy.endpoint, config=TRUSTING)
        found = s3.get_object(Bucket=one_cloud.bucket, Key="old")["Body"].read()
    assert [i for i in range(len(BODY)) if found[i] != BODY[i]] == [100]
    with faulty(one_cloud.endpoint, chances={"truncated answer": 1.0}) as proxy:
        s3 = impatient(one_cloud, proxy)
        with pytest.raises(ResponseStreamingError):
            s3.get_object(Bucket=one_cloud.bucket, Key="old")["Body"].read()


@pytest.mark.parametrize("kind", ["corrupt upload", "truncated upload"])
def test_uploads_are_spoiled_and_moto_takes_them(moto: Any, kind: Kind) -> None:
    bucket = moto.bucket()
    with faulty(moto.endpoint, chances={kind: 1.0}) as proxy:
        s3 = moto.client(endpoint=proxy.endpoint, config=ONCE)
        s3.put_object(Bucket=bucket, Key="new", Body=BODY)
    kept = moto.client(config=TRUSTING).get_object(Bucket=bucket, Key="new")["Body"].read()
    assert kept != BODY
    assert len(kept) == (len(BODY) if kind == "corrupt upload" else 100)


def test_a_seed_repeats_itself() -> None:
    def plan(seed: int) -> list[Kind | None]:
        proxy = FaultProxy("http://127.0.0.1:9", seed=seed, chances={"error": 0.3, "drop": 0.2})
        return [proxy.choose("GET", f"/{key}", upload=False) for key in range(20) for _ in range(3)]

    assert plan(1) == plan(1) != plan(2)
    assert {"error", "drop", None} == set(plan(1))


def test_only_some_and_only_so_often() -> None:
    proxy = FaultProxy(
        "http://127.0.0.1:9", chances={"error": 1.0}, only=lambda method, path: method == "PUT" and "/a" in path, most=2
    )
    assert [proxy.choose("PUT", "/a", upload=True) for _ in range(4)] == ["error", "error", None, None]
    assert proxy.choose("PUT", "/b", upload=True) is proxy.choose("GET", "/a", upload=False) is None


def test_replication_is_late_and_disordered_and_leaves_pointers_out(one_cloud: Cloud, plain: Any) -> None:
    replica = one_cloud.emulator.bucket(region="eu-west-1")
    with replicating(one_cloud.emulator, one_cloud.bucket, replica, delay_s=(0.1, 0.4), seed=3) as replication:
        for name in range(8):
            plain.put_object(Bucket=one_cloud.bucket, Key=f"shop/{name}", Body=b"x", Metadata={"sha256": "bb"})
        plain.put_object(Bucket=one_cloud.bucket, Key="pointers/chair.json", Body=b"x")
        assert plain.list_objects_v2(Bucket=replica)["KeyCount"] < 9
        deadline = time.monotonic() + 20
        while len(replication.copied) < 9 and time.monotonic() < deadline:
            time.sleep(0.02)
    keys = [item["Key"] for item in plain.list_objects_v2(Bucket=replica)["Contents"]]
    assert keys == ["old", *(f"shop/{name}" for name in range(8))]
    assert sorted(replication.copied) == keys != replication.copied
    assert plain.head_object(Bucket=replica, Key="shop/3")["Metadata"] == {"sha256": "bb"}
