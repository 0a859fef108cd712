"""Replicas follow: never before everything is there, never back; and the edge is told."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.aws.emulators import Cloud
from tests.aws.making import key_of, make_bundle, read_product
from tests.aws.replication import replicating

from forge3d.aws.history import rollback
from forge3d.aws.layout import Pointer, pointer_key
from forge3d.aws.publish import publish
from forge3d.aws.records import follow_pointer, read_live
from forge3d.aws.store import Store, open_store
from forge3d.errors import RecipeError, RemoteError


@pytest.fixture
def replica(one_cloud: Cloud) -> str:
    return one_cloud.replica()


def bucket_of(url: str) -> str:
    return urlsplit(url).netloc


@contextmanager
def watched(*stores: Store) -> Iterator[list[list[int]]]:
    """Read each store's product again and again; the generations that were seen, in order.

    A reader that finds something missing or of another version fails the block.
    """
    stop, seen = threading.Event(), [list[int]() for _ in stores]

    def watch(store: Store, numbers: list[int]) -> None:
        while not stop.is_set():
            if record := read_product(store):
                numbers.append(record["generation"])

    with ThreadPoolExecutor(len(stores)) as pool:
        watchers = [pool.submit(watch, *each) for each in zip(stores, seen, strict=True)]
        try:
            yield seen
        finally:
            stop.set()
    for watcher in watchers:
        watcher.result()


def test_no_region_shows_what_it_has_not_got(one_cloud: Cloud, replica: str, tmp_path: Path) -> None:
    primary, other = open_store(one_cloud.url), open_store(replica)
    with (
        replicating(one_cloud.emulator, one_cloud.bucket, bucket_of(replica), delay_s=(0.0, 0.6)),
        watched(primary, other) as seen,
    ):
        for seed in (1, 2, 3):
            [done] = publish([make_bundle(tmp_path, seed=seed)], primary, replicas=[other])
            assert done.replicas == {replica: seed}
        assert rollback(primary, "chair", to=1, replicas=[other]).replicas == {replica: 4}
    for numbers in seen:
        assert numbers == sorted(numbers)
    record = read_product(other)
    assert record
    assert (record["generation"], record["key"]) == (4, key_of(1))


def test_a_replica_that_lacks_something_keeps_what_it_has(one_cloud: Cloud, replica: str, tmp_path: Path) -> None:
    primary, other = open_store(one_cloud.url), open_store(replica)
    first, second = make_bundle(tmp_path / "1", seed=1), make_bundle(tmp_path / "2", seed=2)
    with replicating(one_cloud.emulator, one_cloud.bucket, bucket_of(replica), delay_s=(0.0, 0.1)):
        publish([first], primary, replicas=[other])
    with pytest.raises(RemoteError, match="nothing was made live"):
        publish([second], primary, replicas=[other], timeout_s=0.5)
    for store in (primary, other):
        live = read_live(store, "chair")
        assert live
        assert live.pointer.generation == 1
    [done] = publish([second], primary, replicas=[other], wait=False)
    assert (done.status, done.generation, done.replicas) == ("published", 2, {replica: None})
    assert "has not got everything" in done.warnings[0]
    record = read_product(other)
    assert record
    assert record["key"] == key_of(1)
    with replicating(one_cloud.emulator, one_cloud.bucket, bucket_of(replica), delay_s=(0.0, 0.1)):
        [done] = publish([second], primary, replicas=[other])
    assert (done.status, done.generation, done.sent, done.replicas) == ("unchanged", 2, 0, {replica: 2})
    record = read_product(other)
    assert record
    assert record["key"] == key_of(2)


def test_a_region_that_is_down_holds_nobody_up_who_does_not_wait(
    one_cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    down = open_store("s3://down/shop", endpoint="http://127.0.0.1:9")
    with pytest.raises(RemoteError, match="could not be reached"):
        publish([make_bundle(tmp_path)], one_cloud.url, replicas=[down])
    assert read_live(open_store(one_cloud.url), "chair") is None
    [done] = publish([make_bundle(tmp_path)], one_cloud.url, replicas=[down], wait=False)
    assert (done.generation, done.replicas) == (1, {"s3://down/shop": None})


def test_a_pointer_never_goes_back(tmp_path: Path) -> None:
    store = open_store(tmp_path.as_uri())

    def pointer(generation: int) -> Pointer:
        return Pointer(sku="chair", generation=generation, version=f"chair/versions/{generation}.json", key="0" * 64)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: follow_pointer(store, pointer(number)), [3, 7, 1, 8, 2, 6, 5, 4]))
    assert follow_pointer(store, pointer(2)) == 8
    (tmp_path / "pointers" / "chair.json").write_bytes(b"{")
    assert follow_pointer(store, pointer(9)) == 9


def test_what_was_made_young_is_waited_for(tmp_path: Path) -> None:
    """Clean-up of the replica may be about to take the old copy: it does not count."""
    bundle, places = make_bundle(tmp_path / "dist"), [tmp_path / "one", tmp_path / "two"]
    primary, other = (open_store(place.as_uri()) for place in places)
    for store in (primary, other):
        publish([bundle], store)
        publish([make_bundle(tmp_path / "next", seed=1)], store)
    for path in (*places[0].rglob("*.*"), *places[1].rglob("*.*")):
        os.utime(path, (time.time() - 20 * 86400,) * 2)
    for late in ("versions", ""):  # the record comes, then the files; with their times
        with pytest.raises(RemoteError, match="nothing was made live"):
            publish([bundle], primary, replicas=[other], timeout_s=0)
        shutil.copytree(places[0] / "chair" / late, places[1] / "chair" / late, dirs_exist_ok=True)
    [done] = publish([bundle], primary, replicas=[other], timeout_s=0)
    assert done.replicas == {other.url: done.generation}


def test_the_same_build_key_with_other_files(tmp_path: Path) -> None:
    """Two machines draw pictures differently: the replica needs the files of what is live, not of our bundle."""
    first, second = make_bundle(tmp_path / "1", seed=1), make_bundle(tmp_path / "2", seed=2)
    manifest = json.loads((second / "manifest.json").read_bytes())
    (second / "manifest.json").write_text(json.dumps({**manifest, "key": key_of(1)}))
    primary, other = (open_store((tmp_path / name).as_uri()) for name in ("one", "two"))
    publish([first], primary)
    publish([second], other)
    here, there = (tmp_path / name / "chair" for name in ("one", "two"))
    shutil.copytree(here / "versions", there / "versions", dirs_exist_ok=True)
    other.delete(pointer_key("chair"))
    with pytest.raises(RemoteError, match="has not got all"):
        publish([second], primary, replicas=[other], timeout_s=0)
    assert read_product(other) is None
    shutil.copytree(here, there, dirs_exist_ok=True)
    [done] = publish([second], primary, replicas=[other], timeout_s=0)
    assert (done.status, done.replicas) == ("unchanged", {other.url: 1})
    assert read_product(other)


def test_what_cannot_be_a_replica(one_cloud: Cloud, tmp_path: Path) -> None:
    bucket, other = one_cloud.bucket, bucket_of(one_cloud.replica())
    for target, replica, why in (
        (f"s3://{bucket}/shop", f"s3://{other}/store", "prefixes"),
        (f"s3://{bucket}/shop", f"s3://{bucket}/shop", "the target itself"),
        (f"s3://{bucket}", f"s3://{other}", "needs a prefix"),
    ):
        with pytest.raises(RecipeError, match=why):
            publish([make_bundle(tmp_path)], target, replicas=[replica])


def test_the_edge_is_told_and_its_trouble_is_a_warning(cloud: Cloud, tmp_path: Path) -> None:
    cloudfront = cloud.emulator.client("cloudfront")
    origin = {
        "Id": "s3",
        "DomainName": f"{cloud.bucket}.s3.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    made = cloudfront.create_distribution(
        DistributionConfig={
            "CallerReference": "1",
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {
                "TargetOriginId": "s3",
                "ViewerProtocolPolicy": "redirect-to-https",
                "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
            },
        }
    )
    distribution = made["Distribution"]["Id"]
    [done] = publish([make_bundle(tmp_path, seed=1)], cloud.url, distribution=distribution)
    assert done.warnings == ()
    listed = cloudfront.list_invalidations(DistributionId=distribution)["InvalidationList"]["Items"]
    told = cloudfront.get_invalidation(DistributionId=distribution, Id=listed[0]["Id"])["Invalidation"]
    assert told["InvalidationBatch"]["Paths"]["Items"] == ["/pointers/chair.json"]
    [done] = publish([make_bundle(tmp_path, seed=2)], cloud.url, distribution="EABSENT")
    assert (done.status, done.generation) == ("published", 2)
    assert "EABSENT" in done.warnings[0]
    assert "within its TTL" in done.warnings[0]
