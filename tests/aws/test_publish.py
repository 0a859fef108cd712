"""Publish, and what readers see, on a folder and on both emulated clouds."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from tests.aws.making import key_of, make_bundle, read_product

from forge3d.aws import placing, records
from forge3d.aws.history import rollback, versions
from forge3d.aws.layout import IMMUTABLE, REVALIDATED, pointer_key, version_key
from forge3d.aws.publish import publish
from forge3d.aws.store import Store, open_store
from forge3d.aws.verify import verify
from forge3d.errors import InvalidAsset, PublishConflict, RecipeError, RemoteError


@pytest.fixture
def folder(tmp_path: Path) -> Store:
    return open_store((tmp_path / "served").as_uri())


def test_publish_then_new_then_back(store: Store, tmp_path: Path) -> None:
    [first] = publish([make_bundle(tmp_path, seed=1)], store)
    assert (first.status, first.generation, first.previous, first.sent, first.reused) == ("published", 1, None, 7, 0)
    [same] = publish([make_bundle(tmp_path, seed=1)], store)
    assert (same.status, same.generation, same.sent, same.reused) == ("unchanged", 1, 0, 7)
    [second] = publish([make_bundle(tmp_path, seed=2)], store)
    assert (second.status, second.generation, second.previous, second.sent, second.reused) == ("published", 2, 1, 6, 1)
    record = read_product(store)
    assert record
    assert record["key"] == key_of(2)
    back = rollback(store, "chair")
    assert (back.status, back.generation, back.previous, back.restores) == ("published", 3, 2, 1)
    record = read_product(store)
    assert record
    assert (record["key"], record["generation"]) == (key_of(1), 3)
    assert [(each.generation, each.live, each.was_live, each.restores) for each in versions(store, "chair")] == [
        (3, True, True, 1),
        (2, False, True, None),
        (1, False, True, None),
    ]
    assert verify(store, "chair").is_sound


def test_rolling_back_goes_on_backwards(folder: Store, tmp_path: Path) -> None:
    for seed in (1, 2, 3):
        publish([make_bundle(tmp_path, seed=seed)], folder)
    assert rollback(folder, "chair").restores == 2
    assert rollback(folder, "chair").restores == 1
    with pytest.raises(RecipeError, match="nothing was live before"):
        rollback(folder, "chair")
    assert rollback(folder, "chair", to=3).key == key_of(3)
    assert rollback(folder, "chair", to=3).status == "unchanged"
    assert rollback(folder, "chair").key == key_of(2)
    with pytest.raises(RecipeError, match="no generation 70"):
        rollback(folder, "chair", to=70)
    with pytest.raises(RemoteError, match="not published"):
        rollback(folder, "table")


def test_what_s3_is_told(cloud: Any, tmp_path: Path) -> None:
    make_bundle(tmp_path, size=300_000)
    publish([tmp_path], cloud.url)
    s3, bucket = cloud.emulator.client(), cloud.bucket
    pointer = s3.head_object(Bucket=bucket, Key="pointers/chair.json")
    assert (pointer["CacheControl"], pointer["ContentType"]) == (REVALIDATED, "application/json")
    record = s3.get_object(Bucket=bucket, Key="shop/chair/versions/1.json")
    assert record["CacheControl"] == IMMUTABLE
    record = json.loads(record["Body"].read())
    for file in (*record["files"], record["manifest"]):
        about = s3.head_object(Bucket=bucket, Key=f"shop/{file['key']}")
        assert about["CacheControl"] == IMMUTABLE
        assert about["ContentType"] == file["media_type"]
        assert about.get("ContentEncoding") == ("br" if file["role"] in ("model", "level") else None)
        tier = "INTELLIGENT_TIERING" if about["ContentLength"] >= 131_072 else None
        assert about.get("StorageClass") == tier


def test_a_model_that_scene_viewer_fetches_is_stored_as_it_is(cloud: Any, tmp_path: Path) -> None:
    """It was published for pages alone at first, and compressed."""
    target = make_bundle(tmp_path, seed=1)
    publish([target], cloud.url)
    manifest = json.loads((target / "manifest.json").read_bytes())
    model = manifest["files"][0]
    manifest["files"].append({**model, "role": "scene-viewer"})
    manifest["key"] = key_of(9)
    (target / "manifest.json").write_text(json.dumps(manifest))
    head = cloud.emulator.client().head_object
    key = f"shop/chair/{model['path']}"
    assert head(Bucket=cloud.bucket, Key=key)["ContentEncoding"] == "br"
    publish([target], cloud.url)
    assert "ContentEncoding" not in head(Bucket=cloud.bucket, Key=key)
    assert read_product(open_store(cloud.url))


def test_what_must_not_be_published_is_refused_before_anything_is_sent(folder: Store, tmp_path: Path) -> None:
    with pytest.raises(InvalidAsset, match="LOOKS_WRONG"):
        publish([make_bundle(tmp_path / "a", ok=False)], folder)
    target = make_bundle(tmp_path / "b")
    spoiled = sorted(target.glob("*.webp"))[-1]
    spoiled.write_bytes(spoiled.read_bytes()[:-1] + b"x")
    with pytest.raises(InvalidAsset, match="is not what its manifest says"):
        publish([target], folder)
    spoiled.unlink()
    with pytest.raises(InvalidAsset, match="cannot be read"):
        publish([target], folder)
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(InvalidAsset, match="no bundle is here"):
            publish([path], folder)
    with pytest.raises(RecipeError):
        publish([], folder)
    for sku in ("../chair", "pointers"):
        manifest = json.loads((make_bundle(tmp_path / "c") / "manifest.json").read_bytes())
        (tmp_path / "c" / "chair" / "manifest.json").write_text(json.dumps({**manifest, "sku": sku}))
        with pytest.raises(RecipeError, match="cannot be published"):
            publish([tmp_path / "c"], folder)
    assert list(folder.list("")) == []


def test_dry_run_writes_nothing(store: Store, tmp_path: Path) -> None:
    [planned] = publish([make_bundle(tmp_path, seed=1)], store, dry_run=True)
    assert (planned.status, planned.generation, planned.sent, planned.reused) == ("planned", 0, 7, 0)
    assert list(store.list("")) == []
    publish([make_bundle(tmp_path, seed=1)], store)
    [planned] = publish([make_bundle(tmp_path, seed=2)], store, dry_run=True)
    assert (planned.generation, planned.sent, planned.reused) == (1, 6, 1)
    publish([make_bundle(tmp_path, seed=2)], store)
    plan = rollback(store, "chair", dry_run=True)
    assert (plan.status, plan.generation, plan.restores) == ("planned", 2, 1)
    assert len(versions(store, "chair")) == 2


def test_a_folder_of_bundles(folder: Store, tmp_path: Path) -> None:
    for sku in ("table", "chair", "lamp"):
        make_bundle(tmp_path / "dist", sku)
    (tmp_path / "dist" / "report.html").write_text("a report")
    told: list[tuple[float, str]] = []
    done = publish([tmp_path / "dist"], folder, progress=lambda part, label: told.append((part, label)))
    assert [each.sku for each in done] == ["chair", "lamp", "table"]
    assert sorted(records.skus(folder)) == ["chair", "lamp", "table"]
    assert all(read_product(folder, sku) for sku in ("chair", "lamp", "table"))
    parts = [part for part, _ in told]
    assert parts == sorted(parts)
    assert told[-1] == (1.0, "table: published")


def test_what_is_missing_or_damaged_is_sent_again(store: Store, tmp_path: Path) -> None:
    target = make_bundle(tmp_path)
    publish([target], store)
    record = read_product(store)
    assert record
    gone, harmed = (file["key"] for file in record["files"][-2:])
    store.delete(gone)
    about = store.head(harmed)
    assert about
    spoil(store, harmed)
    [again] = publish([target], store)
    assert (again.status, again.generation, again.sent) == ("unchanged", 1, 2)
    assert read_product(store)


def spoil(store: Store, key: str) -> None:
    """Change an object's body, and leave what is said about it."""
    if not store.encodes:
        (Path(store.url.removeprefix("file://")) / key).write_bytes(b"another body")
        return
    client, bucket = store._client, store._bucket  # type: ignore[attr-defined]
    said = client.head_object(Bucket=bucket, Key=store.prefix + key)
    client.put_object(
        Bucket=bucket, Key=store.prefix + key, Body=bytes(said["ContentLength"]), Metadata=said["Metadata"]
    )


def test_old_objects_are_made_young(folder: Store, tmp_path: Path) -> None:
    target = make_bundle(tmp_path)
    publish([target], folder)
    old = (placing.now() - timedelta(days=8)).timestamp()
    served = tmp_path / "served" / "chair"
    for path in served.glob("*.*"):
        os.utime(path, (old, old))
    [again] = publish([target], folder)
    assert (again.sent, again.reused, again.refreshed) == (0, 7, 7)
    for path in served.glob("*.*"):
        assert path.stat().st_mtime > old
        os.utime(path, (old, old))
    publish([make_bundle(tmp_path, seed=2)], folder)
    rollback(folder, "chair", to=1)
    assert all(path.stat().st_mtime > old for path in served.glob("*.*"))


def test_old_objects_in_a_bucket_are_written_anew(cloud: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = make_bundle(tmp_path)
    publish([target], cloud.url)
    monkeypatch.setattr(placing, "FRESH_FOR", timedelta(0))
    [again] = publish([target], cloud.url)
    assert (again.sent, again.refreshed) == (0, 7)
    store = open_store(cloud.url)
    assert read_product(store)
    kept = [item for item in store.history("chair/") if item.key.endswith(".webp")]
    assert len(kept) == 2 * 3
    [again] = publish([target], cloud.url)
    assert again.sent == 0


def test_a_record_that_nobody_named_holds_nobody_up(folder: Store, tmp_path: Path) -> None:
    publish([make_bundle(tmp_path, seed=1)], folder)
    with pytest.raises(InterruptedError):
        cut_off(folder, tmp_path, seed=2)
    assert [(each.generation, each.was_live) for each in versions(folder, "chair")] == [(2, False), (1, True)]
    [other] = publish([make_bundle(tmp_path, seed=3)], folder)
    assert (other.generation, other.previous) == (3, 1)
    # The same build takes its own record over.
    with pytest.raises(InterruptedError):
        cut_off(folder, tmp_path, seed=4)
    [finished] = publish([make_bundle(tmp_path, seed=4)], folder)
    assert (finished.generation, finished.previous, finished.sent) == (4, 3, 0)
    assert [each.generation for each in versions(folder, "chair") if each.was_live] == [4, 3, 1]


def cut_off(store: Store, tmp_path: Path, *, seed: int) -> None:
    """Publish until just before the pointer."""

    def stop(part: float, label: str) -> None:
        if "moving the pointer" in label:
            raise InterruptedError

    publish([make_bundle(tmp_path, seed=seed)], store, progress=stop)


def test_generations_never_go_back_even_where_the_pointer_is_lost(folder: Store, tmp_path: Path) -> None:
    for seed in (1, 2):
        publish([make_bundle(tmp_path, seed=seed)], folder)
    folder.delete(pointer_key("chair"))
    [again] = publish([make_bundle(tmp_path, seed=3)], folder)
    assert (again.generation, again.previous) == (3, None)
    folder.delete(version_key("chair", 3))
    [again] = publish([make_bundle(tmp_path, seed=3)], folder)
    assert (again.status, again.generation) == ("published", 4)


def test_no_number_comes_again_where_the_pointer_and_cleaned_up_records_are_gone(store: Store, tmp_path: Path) -> None:
    """Caches keep `versions/1.json` for a year."""
    for seed in (1, 2, 3):
        publish([make_bundle(tmp_path, seed=seed)], store)
    for key in (version_key("chair", 1), pointer_key("chair")):
        store.delete(key)
    [again] = publish([make_bundle(tmp_path, seed=4)], store)
    assert (again.generation, again.previous) == (4, None)


def test_rolling_back_to_what_was_cleaned_up_is_told(folder: Store, tmp_path: Path) -> None:
    for seed in (1, 2):
        publish([make_bundle(tmp_path, seed=seed)], folder)
    folder.delete(version_key("chair", 1))
    with pytest.raises(RemoteError, match=r"1.json is missing: it was cleaned up.*--to"):
        rollback(folder, "chair")


@pytest.mark.parametrize("same", [False, True])
def test_of_eight_publishers_one_wins(store: Store, tmp_path: Path, same: bool) -> None:
    publish([make_bundle(tmp_path / "old", seed=0)], store)
    gate = Barrier(8)

    def enter(seed: int) -> int | None:
        entered = []

        def wait_for_all(part: float, label: str) -> None:
            if "files" in label and not entered:  # the pointer has been read, and things are being sent
                entered.append(gate.wait(60))

        try:
            bundle = make_bundle(tmp_path / str(seed), seed=1 if same else seed, pictures=2)
            return publish([bundle], store, progress=wait_for_all)[0].generation
        except PublishConflict:
            return None

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(enter, range(1, 9)))
    record = read_product(store)
    assert record
    if same:
        assert set(won) == {record["generation"]}
    else:
        assert [generation for generation in won if generation] == [record["generation"]]
        assert record["key"] == key_of(1 + next(index for index, generation in enumerate(won) if generation))
    assert [each.generation for each in versions(store, "chair") if each.was_live] == [record["generation"], 1]


def test_one_bucket_has_one_pointer_a_product(one_cloud: Any, tmp_path: Path) -> None:
    publish([make_bundle(tmp_path)], one_cloud.url)
    with pytest.raises(RemoteError, match="published under the prefix 'shop/'"):
        publish([make_bundle(tmp_path)], f"s3://{one_cloud.bucket}/staging")
    with pytest.raises(RecipeError, match="where pointers lie"):
        open_store(f"s3://{one_cloud.bucket}/pointers/x")
