"""One law for every store: a folder and both emulated clouds."""

from __future__ import annotations

import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.aws.emulators import Cloud

from forge3d.aws.store import Headers, Precondition, Store, is_sound, open_store
from forge3d.errors import Forge3DError, OutputError, RecipeError, RemoteError

HEADERS = Headers("application/json", "max-age=0")
BR = Headers("model/gltf-binary", "public, max-age=31536000, immutable", "br", "INTELLIGENT_TIERING")


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put(store: Store, key: str, data: bytes, **conditions: object) -> str:
    return store.write(key, data, HEADERS, sha256=sha(data), **conditions).etag  # type: ignore[arg-type]


def test_what_is_written_is_read(store: Store, tmp_path: Path) -> None:
    assert store.head("a/b.json") is None
    assert store.read("a/b.json") is None
    assert store.digest("a/b.json") is None
    assert store.fetch("a/b.json", tmp_path / "copy") is None
    written = store.write("a/b.json", b"{}", HEADERS, sha256=sha(b"{}"))
    head, stored = store.head("a/b.json"), store.read("a/b.json")
    assert head
    assert stored
    assert (head.size, head.etag, head.sha256) == (2, written.etag, sha(b"{}"))
    assert head.version == written.version
    assert stored.data == b"{}"
    assert stored.is_sound
    assert is_sound(store, head)
    assert store.digest("a/b.json") == sha(b"{}")
    assert store.fetch("a/b.json", tmp_path / "copy") == head
    assert (tmp_path / "copy").read_bytes() == b"{}"
    if store.encodes:
        assert (head.media_type, head.cache_control) == (HEADERS.media_type, HEADERS.cache_control)


def test_a_file_is_streamed_and_must_be_what_it_should(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "model.glb"
    path.write_bytes(os.urandom(100_000))
    with pytest.raises(OutputError, match="does not have the SHA-256"):
        store.write("a/model.glb", path, HEADERS, sha256=sha(b"another"))
    with pytest.raises(OutputError, match="cannot be read"):
        store.write("a/model.glb", tmp_path / "absent.glb", HEADERS, sha256=sha(b""))
    assert store.head("a/model.glb") is None
    store.write("a/model.glb", path, HEADERS, sha256=sha(path.read_bytes()))
    assert store.digest("a/model.glb") == sha(path.read_bytes())


def test_conditions_hold_or_nothing_changes(store: Store) -> None:
    with pytest.raises(Precondition):
        put(store, "p.json", b"0", if_match='"of nothing"')
    first = put(store, "p.json", b"1", if_absent=True)
    with pytest.raises(Precondition):
        put(store, "p.json", b"2", if_absent=True)
    second = put(store, "p.json", b"2", if_match=first)
    with pytest.raises(Precondition):
        put(store, "p.json", b"3", if_match=first)
    stored = store.read("p.json")
    assert stored
    assert (stored.data, stored.head.etag) == (b"2", second)


@pytest.mark.parametrize("condition", ["if_match", "if_absent"])
def test_of_eight_writers_one_wins(store: Store, condition: str) -> None:
    for round_ in range(3):
        key = f"pointers/p{round_}.json"
        rule = {"if_match": put(store, key, b"old")} if condition == "if_match" else {"if_absent": True}

        def write(data: bytes, key: str = key, rule: dict[str, object] = rule) -> bool:
            try:
                put(store, key, data, **rule)
            except Precondition:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            won = list(pool.map(write, [bytes([letter]) for letter in b"abcdefgh"]))
        stored = store.read(key)
        assert stored
        assert sum(won) == 1
        assert stored.data == b"abcdefgh"[won.index(True) :][:1]


def test_listing_and_deleting(store: Store) -> None:
    for key in ("chair/1.glb", "chair/2.glb", "chair/versions/1.json", "chairs/3.glb", "pointers/chair.json"):
        put(store, key, key.encode())
    assert {(item.key, item.size) for item in store.list("chair/")} == {
        ("chair/1.glb", 11),
        ("chair/2.glb", 11),
        ("chair/versions/1.json", 21),
    }
    assert [item.key for item in store.list("chair/v")] == ["chair/versions/1.json"]
    assert [item.key for item in store.list("pointers/")] == ["pointers/chair.json"]
    assert list(store.list("absent/")) == []
    store.delete("chair/1.glb")
    store.delete("chair/1.glb")
    assert store.head("chair/1.glb") is None
    assert {item.key for item in store.list("chair/")} == {"chair/2.glb", "chair/versions/1.json"}


def test_deleting_a_version_spares_what_was_refreshed_since(store: Store) -> None:
    put(store, "chair/1.glb", b"1")
    [old] = store.history("chair/")
    before = store.head("chair/1.glb")
    assert before
    time.sleep(1.1)  # S3's times are of whole seconds
    after = store.refresh(before)
    assert after.modified > before.modified
    assert (after.sha256, after.media_type, after.cache_control) == (sha(b"1"), before.media_type, before.cache_control)
    store.delete("chair/1.glb", version=old.version)
    head = store.head("chair/1.glb")
    assert head
    assert is_sound(store, head)
    [new] = store.history("chair/")
    store.delete("chair/1.glb", version=new.version)
    assert store.head("chair/1.glb") is None
    with pytest.raises(Precondition):
        store.refresh(after)


def test_headers_and_old_versions(cloud: Cloud) -> None:
    store = open_store(cloud.url)
    first = store.write("chair/1.glb", b"br", BR, sha256=sha(b"br"))
    head = store.head("chair/1.glb")
    assert head
    assert (head.media_type, head.encoding, head.cache_control, head.storage_class) == (
        BR.media_type,
        "br",
        BR.cache_control,
        "INTELLIGENT_TIERING",
    )
    again = store.refresh(head)
    assert (again.encoding, again.storage_class, again.sha256) == ("br", "INTELLIGENT_TIERING", head.sha256)
    store.write("chair/1.glb", b"damaged", HEADERS, sha256=sha(b"damaged"))
    store.delete("chair/1.glb")
    assert first.version
    assert [(item.latest, item.deleted) for item in store.history("chair/") if item.latest] == [(True, True)]
    restored = store.restore("chair/1.glb", first.version)
    assert (restored.sha256, restored.encoding) == (sha(b"br"), "br")
    old = store.read("chair/1.glb", version=first.version)
    assert old
    assert old.data == b"br"


def test_a_folder_has_no_old_versions(tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match="keeps no old versions"):
        open_store(tmp_path.as_uri()).restore("a.glb", "1")


def test_a_folder_shows_nothing_half_written(tmp_path: Path) -> None:
    store = open_store(tmp_path.as_uri())
    with pytest.raises(Forge3DError):
        store.write("a.glb", b"1", BR, sha256=sha(b"1"))  # it cannot say `br`
    put(store, "a.glb", b"1")
    left = tmp_path / ".publish" / "killed.partial"
    left.write_bytes(b"half")
    assert [item.key for item in store.list("")] == ["a.glb"]
    os.utime(left, (0, 0))
    put(store, "b.glb", b"2")
    assert [path.name for path in (tmp_path / ".publish").iterdir()] == ["lock"]


@pytest.mark.parametrize("key", ["../a", "/a", "a//b", "a/../b", ".publish/lock", ""])
def test_a_folder_is_not_left(tmp_path: Path, key: str) -> None:
    store = open_store(tmp_path.as_uri())
    with pytest.raises(RecipeError, match="is not a key"):
        put(store, key, b"1")


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "http://bucket/x",
        "ftp://a/b",
        "file://host/x",
        "s3://key:secret@bucket/x",
        "s3://bucket/x?X-Amz-Signature=secret",
    ],
)
def test_other_addresses_are_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(RecipeError) as caught:
        open_store(url)
    assert "secret" not in str(caught.value)
