"""What readers may be led to is held against its hashes in every region, and comes back when it is lost or damaged."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.aws.emulators import Cloud, Emulator
from tests.aws.making import key_of, make_bundle, read_product, sha

from forge3d.aws.history import rollback
from forge3d.aws.layout import Pointer, pointer_key, version_key
from forge3d.aws.publish import publish
from forge3d.aws.store import Store, open_store
from forge3d.aws.verify import verify
from forge3d.errors import RemoteError

Harm = Callable[[Any, str, str], None]


def deleted(s3: Any, bucket: str, key: str) -> None:
    s3.delete_object(Bucket=bucket, Key=key)


def changed(s3: Any, bucket: str, key: str) -> None:
    """A byte is another, and everything that is said about the object stays."""
    found = s3.get_object(Bucket=bucket, Key=key)
    data = bytearray(found["Body"].read())
    data[len(data) // 2] ^= 1
    about = {
        name: found[name] for name in ("Metadata", "ContentType", "CacheControl", "ContentEncoding") if name in found
    }
    s3.put_object(Bucket=bucket, Key=key, Body=bytes(data), **about)


def overwritten(s3: Any, bucket: str, key: str) -> None:
    """Somebody else's upload, sound in itself."""
    s3.put_object(Bucket=bucket, Key=key, Body=b"{}", Metadata={"sha256": sha(b"{}")})


def purged(s3: Any, bucket: str, key: str) -> None:
    """Every version is gone for good."""
    for version in s3.list_object_versions(Bucket=bucket, Prefix=key).get("Versions", ()):
        s3.delete_object(Bucket=bucket, Key=key, VersionId=version["VersionId"])


HARMS = [deleted, changed, overwritten, purged]


class Shop:
    """A product of three generations in two regions, and their clients."""

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self.s3 = cloud.emulator.client()
        self.stores = [open_store(url) for url in (cloud.url, cloud.replica())]
        self.buckets = cloud.bucket, self.stores[1].url.split("/")[2]
        for seed in (1, 2):
            publish([make_bundle(folder, seed=seed)], self.stores[0])
        rollback(self.stores[0], "chair")
        self.replicate()
        record = read_product(self.stores[0])
        assert record
        self.files = {file["role"]: file for file in [*record["files"], record["manifest"]]}

    def replicate(self) -> None:
        """As the replication rule of a bucket would, and the publisher at the end."""
        for item in self.s3.list_objects_v2(Bucket=self.buckets[0])["Contents"]:
            self.s3.copy_object(
                Bucket=self.buckets[1], Key=item["Key"], CopySource={"Bucket": self.buckets[0], "Key": item["Key"]}
            )

    def harm(self, harm: Harm, key: str, region: int = 0) -> None:
        harm(self.s3, self.buckets[region], key if key.startswith("pointers/") else f"shop/{key}")

    def problems(self, **how: Any) -> list[tuple[str, str, str, str | None]]:
        """What verification finds: region, key, problem, and where it came back from."""
        names = dict(zip([store.url for store in self.stores], ("primary", "replica"), strict=True))
        found = verify(self.stores[0], "chair", replicas=[self.stores[1]], **how).findings
        return [(names[one.url], one.key, one.problem, names.get(one.repaired or "", one.repaired)) for one in found]


@pytest.fixture
def shop(one_cloud: Cloud, tmp_path: Path) -> Shop:
    return Shop(one_cloud, tmp_path)


def test_the_other_cloud(moto: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Moto takes bodies that are not what their checksum says, so that each is read."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto.endpoint)
    bucket = moto.bucket()
    shop = Shop(Cloud(moto, bucket, f"s3://{bucket}/shop"), tmp_path)
    for harm in HARMS:
        shop.harm(harm, shop.files["model"]["key"])
        assert [problem for _, _, problem, _ in shop.problems(repair=True)]
        assert shop.problems() == []
    assert read_product(shop.stores[0])


def test_a_sound_product(shop: Shop, tmp_path: Path) -> None:
    for deep in (False, True):
        seen = verify(shop.stores[0], replicas=[shop.stores[1]], deep=deep)
        assert (seen.is_sound, seen.exit_code, seen.findings, seen.products) == (True, 0, (), 1)
        # In each region a pointer, three records, and the objects of two builds, of which a picture is in both.
        assert seen.objects == 2 * (1 + 3 + 7 + 6)
    publish([make_bundle(tmp_path, "table")], shop.stores[0])
    assert verify(shop.stores[0]).products == 2
    assert {finding.sku for finding in verify(shop.stores[0], replicas=[shop.stores[1]]).findings} == {"table"}
    with pytest.raises(RemoteError, match="lamp is not published"):
        verify(shop.stores[0], "lamp")


@pytest.mark.parametrize("harm", HARMS)
def test_one_thing_is_harmed_and_comes_back(shop: Shop, harm: Harm) -> None:
    small = (version_key("chair", 3), pointer_key("chair"))
    for key in (shop.files["model"]["key"], *small):
        shop.harm(harm, key)
        [(region, found, problem, repaired)] = shop.problems()
        assert (region, found, repaired) == ("primary", key, None)
        assert problem in (("is missing",) if harm in (deleted, purged) else ("is damaged", "is another file"))
        [(_, _, _, repaired)] = shop.problems(repair=True)
        assert repaired == ("replica" if harm is purged or key in small else "an older version")
        record = read_product(shop.stores[0])
        assert record
        assert (record["generation"], record["key"]) == (3, key_of(1))
    assert shop.problems(deep=True) == []


def test_what_only_rollback_needs_is_looked_at_too(shop: Shop) -> None:
    old = read_record(shop.stores[0], 2)
    shop.harm(changed, old["files"][0]["key"])
    [(_, _, problem, _)] = shop.problems()
    assert problem == "is damaged"
    assert verify(shop.stores[0], "chair").findings[0].generations == (2,)
    shop.problems(repair=True)
    assert rollback(shop.stores[0], "chair", to=2).status == "published"


def test_a_replica_is_repaired_from_the_primary(shop: Shop) -> None:
    model, picture = shop.files["model"]["key"], shop.files["spin"]["key"]
    shop.harm(purged, model, 1)
    shop.harm(changed, picture, 1)
    shop.harm(purged, version_key("chair", 3), 1)
    shop.harm(deleted, pointer_key("chair"), 1)
    found = shop.problems(repair=True)
    assert {(region, key) for region, key, _, _ in found} == {
        ("replica", key) for key in (model, picture, version_key("chair", 3), pointer_key("chair"))
    }
    assert {key: origin for _, key, _, origin in found}[model] == "primary"
    assert shop.problems(deep=True) == []
    assert read_product(shop.stores[1]) == read_product(shop.stores[0])


def test_a_whole_region_comes_back(shop: Shop) -> None:
    for item in shop.s3.list_objects_v2(Bucket=shop.buckets[0])["Contents"]:
        purged(shop.s3, shop.buckets[0], item["Key"])
    found = shop.problems(repair=True)
    assert len(found) == 1 + 3 + 7 + 6
    assert {origin for _, _, _, origin in found} == {"replica"}
    assert shop.problems(deep=True) == []
    assert read_product(shop.stores[0])


def test_a_pointer_does_not_come_back_before_what_it_names(shop: Shop) -> None:
    model = shop.files["model"]["key"]
    for region in (0, 1):
        shop.harm(purged, model, region)
    shop.harm(deleted, pointer_key("chair"))
    found = shop.problems(repair=True)
    assert {(region, key) for region, key, _, _ in found} == {
        ("primary", model), ("replica", model), ("primary", pointer_key("chair")),
    }  # fmt: skip
    assert {origin for *_, origin in found} == {None}
    assert shop.stores[0].read(pointer_key("chair")) is None
    assert verify(shop.stores[0], replicas=[shop.stores[1]]).exit_code == 1


def test_a_replica_that_is_behind(shop: Shop, tmp_path: Path) -> None:
    publish([make_bundle(tmp_path, seed=3)], shop.stores[0])
    found = shop.problems()
    assert ("replica", pointer_key("chair"), "is not the live one", None) in found
    assert all(region == "replica" for region, *_ in found)
    shop.problems(repair=True)
    record = read_product(shop.stores[1])
    assert record
    assert record["key"] == key_of(3)


def test_publishing_again_is_the_last_resort(shop: Shop, tmp_path: Path) -> None:
    for region in (0, 1):
        for key in (pointer_key("chair"), shop.files["model"]["key"]):
            shop.harm(purged, key, region)
    with pytest.raises(RemoteError, match="not published"):
        verify(shop.stores[0], "chair")
    publish([make_bundle(tmp_path, seed=1)], shop.stores[0])
    assert verify(shop.stores[0], "chair", deep=True).is_sound


def test_other_prefixes_and_other_things_are_not_looked_at(one_cloud: Cloud, tmp_path: Path) -> None:
    publish([make_bundle(tmp_path)], one_cloud.url)
    publish([make_bundle(tmp_path, "table")], f"s3://{one_cloud.bucket}/other")
    for key in ("pointers/read me.txt", "pointers/a/b.json", "pointers/notes.txt"):
        one_cloud.emulator.client().put_object(Bucket=one_cloud.bucket, Key=key, Body=b"")
    seen = verify(one_cloud.url)
    assert (seen.products, seen.findings) == (1, ())
    with pytest.raises(RemoteError, match="table is not published"):
        verify(one_cloud.url, "table")


def test_a_record_that_was_never_live_may_be_damaged(one_cloud: Cloud, tmp_path: Path) -> None:
    """What a publication leaves behind that gave up on a network which harms everything."""
    store = open_store(one_cloud.url)
    publish([make_bundle(tmp_path, seed=1)], store)
    lost = f"shop/{version_key('chair', 2)}"
    one_cloud.emulator.client().put_object(Bucket=one_cloud.bucket, Key=lost, Body=b"{", Metadata={"sha256": sha(b"")})
    publish([make_bundle(tmp_path, seed=2)], store)
    assert verify(store).is_sound
    one_cloud.emulator.client().put_object(Bucket=one_cloud.bucket, Key=f"shop/{version_key('chair', 1)}", Body=b"{")
    assert [finding.key for finding in verify(store).findings] == [version_key("chair", 1)]


def test_a_folder_and_its_copy(tmp_path: Path) -> None:
    places = [tmp_path / "a", tmp_path / "b"]
    one, two = (open_store(place.as_uri()) for place in places)
    publish([make_bundle(tmp_path)], one)
    publish([make_bundle(tmp_path)], two)
    record = read_product(one)
    assert record
    for file, data in zip(record["files"][:2], (b"harm", None), strict=True):
        path = places[0] / file["key"]
        path.unlink() if data is None else path.write_bytes(data)
    assert not verify(one).is_sound
    seen = verify(one, replicas=[two], repair=True)
    assert ([finding.repaired for finding in seen.findings], seen.exit_code) == ([two.url, two.url], 0)
    assert read_product(one)


def test_from_s3_to_a_folder_what_is_stored_encoded_is_decoded(one_cloud: Cloud, tmp_path: Path) -> None:
    from forge3d.aws.layout import PlacedFile
    from forge3d.aws.mending import mend

    store, folder = open_store(one_cloud.url), open_store((tmp_path / "served").as_uri())
    publish([make_bundle(tmp_path)], store)
    record = read_product(store)
    assert record
    file = PlacedFile(**record["files"][0])
    head = store.head(file.key)
    assert head
    assert head.encoding == "br"
    assert mend(folder, file, None, [store], tmp_path / "work") == store.url
    there = folder.read(file.key)
    assert there
    assert sha(there.data) == file.sha256


def test_what_comes_back_is_stored_as_it_was(one_cloud: Cloud, tmp_path: Path) -> None:
    """What Scene Viewer fetches is not compressed, though an older version is; what was in tiers is again."""
    store, s3 = open_store(one_cloud.url), one_cloud.emulator.client()
    bundle = make_bundle(tmp_path, size=300_000)
    publish([bundle], store)
    manifest = json.loads((bundle / "manifest.json").read_bytes())
    model, picture = manifest["files"][0], manifest["files"][-1]
    manifest |= {"key": key_of(9), "files": [*manifest["files"], {**model, "role": "scene-viewer"}]}
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    publish([bundle], store)
    keys = [f"shop/chair/{file['path']}" for file in (model, picture)]
    s3.delete_object(Bucket=one_cloud.bucket, Key=keys[0], VersionId=next(store.history(keys[0][5:])).version)
    s3.delete_object(Bucket=one_cloud.bucket, Key=keys[1])
    assert s3.head_object(Bucket=one_cloud.bucket, Key=keys[0])["ContentEncoding"] == "br"
    assert {finding.problem for finding in verify(store).findings} == {
        "is missing",
        "is stored encoded, and not all that fetch it decode",
    }
    assert verify(store, repair=True).is_sound
    about = [s3.head_object(Bucket=one_cloud.bucket, Key=key) for key in keys]
    assert "ContentEncoding" not in about[0]
    assert [each["StorageClass"] for each in about] == ["INTELLIGENT_TIERING"] * 2
    assert read_product(store)


def test_what_a_pointer_is_moved_to_is_made_young_first(tmp_path: Path) -> None:
    """Clean-up of a replica that was behind may be about to take what nothing there led to."""
    one, two = (open_store((tmp_path / name).as_uri()) for name in ("one", "two"))
    for store in (one, two):
        publish([make_bundle(tmp_path, seed=1)], store)
    behind = (tmp_path / "two" / pointer_key("chair")).read_bytes()
    for store in (one, two):
        publish([make_bundle(tmp_path, seed=2)], store)
    (tmp_path / "two" / pointer_key("chair")).write_bytes(behind)
    for path in (tmp_path / "two").rglob("*.*"):
        os.utime(path, (time.time() - 30 * 86400,) * 2)
    assert verify(one, replicas=[two], repair=True).is_sound
    record = read_product(two)
    assert record
    assert record["generation"] == 2
    for file in (*record["files"], record["manifest"]):
        assert time.time() - (tmp_path / "two" / file["key"]).stat().st_mtime < 60


def read_record(store: Store, generation: int) -> dict[str, Any]:
    stored = store.read(version_key("chair", generation))
    assert stored
    record: dict[str, Any] = json.loads(stored.data)
    return record


def test_a_pointer_that_lies_is_damaged(shop: Shop) -> None:
    """One of another product, sound in itself, does not count."""
    pointer = Pointer(sku="table", generation=9, version="table/versions/9.json", key="0" * 64)
    data = pointer.encode()
    shop.s3.put_object(Bucket=shop.buckets[0], Key=pointer_key("chair"), Body=data, Metadata={"sha256": sha(data)})
    assert [(key, problem) for _, key, problem, _ in shop.problems(repair=True)] == [
        (pointer_key("chair"), "is damaged")
    ]
    record = read_product(shop.stores[0])
    assert record
    assert record["generation"] == 3
