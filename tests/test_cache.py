from __future__ import annotations

import os
from pathlib import Path

import pytest

from forge3d.cache import Cache, default_folder
from forge3d.pipeline.keys import key_of, sha256

KEY, DATA = key_of("step"), b"a picture"


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    kept = Cache(tmp_path / "cache")
    kept.store(KEY, b"record", {sha256(DATA): DATA})
    return kept


def test_what_is_stored_comes_back(cache: Cache) -> None:
    assert cache.record(KEY) == b"record"
    assert cache.file(sha256(DATA)) == DATA
    assert cache.record(key_of("other")) is None
    assert cache.file(sha256(b"other")) is None


@pytest.mark.parametrize("damage", [b"", b"a pictur", b"b picture", b"a picture and more"])
def test_a_damaged_file_is_a_miss(cache: Cache, damage: bytes) -> None:
    (path,) = (cache.folder / "files").glob("*/*")
    path.write_bytes(damage)
    assert cache.file(sha256(DATA)) is None


def test_a_damaged_record_is_a_miss(cache: Cache) -> None:
    (path,) = (cache.folder / "steps").glob("*/*")
    whole = path.read_bytes()
    for damaged in (b"", whole[:-1], b"R" + whole[1:], whole[:-64] + b"0" * 64):
        path.write_bytes(damaged)
        assert cache.record(KEY) is None


def test_a_record_under_another_key_is_a_miss(cache: Cache) -> None:
    (path,) = (cache.folder / "steps").glob("*/*")
    other = key_of("other")
    (cache.folder / "steps" / other[:2]).mkdir(exist_ok=True)
    path.rename(cache.folder / "steps" / other[:2] / other)
    assert cache.record(other) is None


def test_pruning_keeps_what_was_used_last(tmp_path: Path) -> None:
    cache = Cache(tmp_path, max_bytes=2500)
    files = [bytes([number]) * 1000 for number in range(4)]
    for age, data in enumerate(files):
        cache.store(key_of(age), b"", {sha256(data): data})
        for path in tmp_path.glob(f"*/*/{sha256(data)}"):
            os.utime(path, (age, age))
    assert cache.file(sha256(files[0])) == files[0]  # used now
    assert cache.prune() == 2000
    assert [cache.file(sha256(data)) is not None for data in files] == [True, False, False, True]
    assert cache.prune() == 0


def test_pruning_deletes_what_killed_builds_left(cache: Cache) -> None:
    left = cache.folder / "files" / "ab" / "abc.123.partial"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"half")
    cache.prune()
    assert left.exists()  # a build that is running may be at it
    os.utime(left, (0, 0))
    cache.prune()
    assert not left.exists()
    assert cache.record(KEY) == b"record"


def test_a_cache_that_cannot_be_written_says_why_and_holds_less(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = Cache(tmp_path / "file" / "cache")
    cache.store(KEY, b"record", {})
    assert cache.record(KEY) is None
    assert "could not be written" in (cache.trouble or "")
    assert cache.prune() == 0


def test_the_default_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("FORGE3D_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "forge3d"
    monkeypatch.setenv("FORGE3D_CACHE", "/elsewhere")
    assert default_folder() == Path("/elsewhere")
