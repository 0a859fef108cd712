"""Clean-up takes what nothing needs, and nothing else."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from tests.aws.emulators import Cloud
from tests.aws.making import key_of, make_bundle, read_product, sha

from forge3d.aws import gc as gc_module
from forge3d.aws.gc import Garbage, gc
from forge3d.aws.history import rollback, versions
from forge3d.aws.layout import KEPT_FOR, Headers, now, pointer_key, version_key
from forge3d.aws.publish import publish
from forge3d.aws.store import Store, open_store
from forge3d.errors import RecipeError, RemoteError

TEXT = Headers("text/plain", "no-store")


@pytest.fixture(params=["folder", "moto", "ministack"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    if request.param == "folder":
        return open_store((tmp_path / "served").as_uri())
    emulator = request.getfixturevalue(request.param)
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
    return open_store(f"s3://{emulator.bucket()}/shop")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clean-up happens when all that is there now is older than it must be."""
    monkeypatch.setattr(gc_module, "now", lambda: now() + KEPT_FOR + timedelta(days=1))


def put(store: Store, key: str, data: bytes = b"x") -> None:
    store.write(key, data, TEXT, sha256=sha(data))


def keys(store: Store) -> set[str]:
    return {item.key for prefix in ("", "pointers/") for item in store.list(prefix)}


def published(store: Store, folder: Path, *seeds: int) -> None:
    for seed in seeds:
        publish([make_bundle(folder, seed=seed)], store)


@pytest.mark.usefixtures("later")
def test_only_what_no_retained_version_names(store: Store, tmp_path: Path) -> None:
    published(store, tmp_path, 1, 2, 3, 4)
    put(store, "chair/notes.txt")
    put(store, "readme.txt")
    put(store, f"table/{sha(b'x')}.glb")  # of a publication that came to nothing
    before, found = keys(store), list[Garbage]()
    planned = gc(store, keep=2, report=found.append)
    assert keys(store) == before
    assert (planned.deleted, planned.products, planned.left_alone) == (False, 2, ())
    gone = {garbage.key for garbage in found if garbage.kind in ("object", "record")}
    # Six of the seven objects of a generation are its own; a picture is shared by all.
    assert len(gone) == 2 * 6 + 2 + 1
    assert {version_key("chair", 1), version_key("chair", 2), f"table/{sha(b'x')}.glb"} <= gone
    assert planned.bytes == sum(garbage.bytes for garbage in found)

    done = gc(store, keep=2, dry_run=False)
    assert (done.deleted, done.garbage, done.bytes, done.spared) == (True, planned.garbage, planned.bytes, 0)
    assert keys(store) == before - gone
    assert [each.generation for each in versions(store, "chair")] == [4, 3]
    assert read_product(store)
    assert rollback(store, "chair").restores == 3
    assert read_product(store)
    assert gc(store, keep=3).garbage == 0


def test_what_is_young_stays(store: Store, tmp_path: Path) -> None:
    published(store, tmp_path, 1, 2, 3)
    put(store, f"table/{sha(b'x')}.glb")
    before = keys(store)
    assert gc(store, keep=1, dry_run=False).garbage == 0
    assert keys(store) == before


def test_what_was_live_a_moment_ago_stays(tmp_path: Path) -> None:
    """Readers still have its pointer, or its page open."""
    store = open_store((tmp_path / "served").as_uri())
    published(store, tmp_path, 1, 2)
    for path in (tmp_path / "served").rglob("*.*"):
        os.utime(path, (time.time() - 30 * 86400,) * 2)
    published(store, tmp_path, 3)
    before = keys(store)
    gc(store, keep=1, dry_run=False)
    assert before - keys(store) == {key for key in before if version_key("chair", 1) == key} | own_objects(1, tmp_path)
    assert [each.generation for each in versions(store, "chair")] == [3, 2]


def own_objects(seed: int, folder: Path) -> set[str]:
    """Keys of the objects that no other seed's bundle has."""
    names = [{path.name for path in make_bundle(folder, seed=each).glob("*.*")} for each in (seed, seed + 1)]
    manifest = sha((make_bundle(folder, seed=seed) / "manifest.json").read_bytes())
    return {f"chair/{name}" for name in (names[0] - names[1]) | {f"{manifest}.json"}}


@pytest.mark.usefixtures("later")
def test_what_a_rollback_brought_back_stays(store: Store, tmp_path: Path) -> None:
    published(store, tmp_path, 1, 2, 3)
    rollback(store, "chair", to=1)
    gc(store, keep=1, dry_run=False)
    assert [each.generation for each in versions(store, "chair")] == [4, 1]
    record = read_product(store)
    assert record
    assert record["key"] == key_of(1)


@pytest.mark.usefixtures("later")
def test_older_versions_and_deletion_markers(cloud: Cloud, tmp_path: Path) -> None:
    store = open_store(cloud.url)
    published(store, tmp_path, 1)
    record = read_product(store)
    assert record
    model = record["files"][0]["key"]
    head = store.head(model)
    assert head
    store.refresh(head)
    lost = f"table/{sha(b'x')}.glb"
    put(store, lost)
    store.delete(lost)
    found = list[Garbage]()
    gc(store, report=found.append)
    assert sorted((each.kind, each.key) for each in found) == sorted(
        [("older version", model), ("deletion marker", lost), ("object", lost)]
    )
    gc(store, dry_run=False)
    assert list(store.history("table/")) == []
    assert len(list(store.history(model))) == 1
    assert read_product(store)
    # What is needed and was deleted by mistake is not clean-up's: its versions are what it comes back from.
    store.delete(model)
    assert gc(store, dry_run=False).garbage == 0
    assert len(list(store.history(model))) == 2


@pytest.mark.usefixtures("later")
def test_older_versions_stay_while_the_newest_is_damaged(cloud: Cloud, tmp_path: Path) -> None:
    store = open_store(cloud.url)
    published(store, tmp_path, 1)
    record = read_product(store)
    assert record
    model = record["files"][0]["key"]
    cloud.emulator.client().put_object(
        Bucket=cloud.bucket, Key=f"shop/{model}", Body=b"?", Metadata={"sha256": sha(b"!")}
    )
    assert gc(store, dry_run=False).garbage == 0
    assert len(list(store.history(model))) == 2


@pytest.mark.usefixtures("later")
def test_damaged_products_are_left_alone(cloud: Cloud, tmp_path: Path) -> None:
    store = open_store(cloud.url)
    published(store, tmp_path, 1, 2, 3)
    whole = keys(store)

    def left_alone() -> str:
        swept = gc(store, keep=2, dry_run=False)
        assert (swept.garbage, len(swept.left_alone), swept.left_alone[0].sku) == (0, 1, "chair")
        return swept.left_alone[0].why

    for harm, told in (
        (pointer_key("chair"), "pointer"),
        (version_key("chair", 3), "3.json"),
        (version_key("chair", 2), "2.json"),
    ):
        store.delete(harm)
        assert told in left_alone()
        [marker] = [each for each in store.history(harm) if each.deleted]
        store.delete(harm, version=marker.version)
    put(store, version_key("chair", 3), b"{")
    assert "damaged" in left_alone()
    assert keys(store) == whole


@pytest.mark.usefixtures("later")
def test_a_pointer_that_is_gone_without_a_trace(store: Store, tmp_path: Path) -> None:
    published(store, tmp_path, 1, 2)
    for version in list(store.history(pointer_key("chair"))):
        store.delete(version.key, version=version.version)
    before = keys(store)
    swept = gc(store, keep=1, dry_run=False)
    assert (swept.garbage, swept.exit_code, swept.left_alone[0].sku) == (0, 1, "chair")
    assert keys(store) == before


@pytest.mark.usefixtures("later")
def test_a_bucket_without_versions_is_not_safe(one_cloud: Cloud, tmp_path: Path) -> None:
    store = open_store(f"s3://{one_cloud.emulator.bucket(versioned=False)}/shop")
    published(store, tmp_path, 1, 2)
    before = keys(store)
    swept = gc(store, keep=1, dry_run=False)
    assert swept.garbage == 0
    assert "kept no versions" in swept.left_alone[0].why
    assert keys(store) == before


def test_limits_that_are_not_safe(store: Store) -> None:
    with pytest.raises(RecipeError, match="8 days"):
        gc(store, older_than=timedelta(days=7, hours=1))
    with pytest.raises(RecipeError, match="keep"):
        gc(store, keep=0)


@pytest.mark.usefixtures("later")
def test_what_is_made_young_between_look_and_deletion_stays(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(store, tmp_path, 1, 2)
    old = {version.key for version in store.history("chair/") if "versions" not in version.key}
    head = type(store).head
    refreshed = set[str]()

    def meanwhile(self: Store, key: str) -> object:
        if key in old and key not in refreshed:
            refreshed.add(key)
            time.sleep(0.01)  # so that a folder's times differ
            found = head(self, key)
            assert found
            self.refresh(found)
        return head(self, key)

    monkeypatch.setattr(type(store), "head", meanwhile)
    swept = gc(store, keep=1, dry_run=False)
    assert swept.spared == 6
    assert {key for key in keys(store) if key in old} == old


def test_a_store_that_is_away(one_cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(RemoteError, match="listing"):
        gc(one_cloud.url)
