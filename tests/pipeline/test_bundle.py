from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec
import pytest

from forge3d.errors import OutputError
from forge3d.pipeline import bundle
from forge3d.pipeline.bundle import commit, is_whole, working_folder, write_if_changed
from forge3d.pipeline.keys import key_of, sha256
from forge3d.pipeline.manifest import File, Manifest, Source


def made(content: bytes, key: str = "first") -> tuple[Manifest, dict[str, bytes]]:
    path = f"{sha256(content)}.glb"
    file = File(path=path, role="model", bytes=len(content), sha256=sha256(content), media_type="model/gltf-binary")
    source = Source(name="chair.glb", bytes=1, sha256=key_of(0))
    return Manifest(sku="chair", key=key_of(key), ok=True, source=source, files=(file,)), {path: content}


def test_a_bundle_appears_whole_and_nothing_else(tmp_path: Path) -> None:
    manifest, files = made(b"one")
    with working_folder(tmp_path):
        commit(manifest, files, output=tmp_path)
    assert sorted(path.name for path in (tmp_path / "chair").iterdir()) == sorted(["manifest.json", *files])
    assert [path.name for path in tmp_path.iterdir()] == ["chair"]
    assert is_whole(tmp_path / "chair", manifest.key) == manifest
    assert is_whole(tmp_path / "chair", key_of("other")) is None
    assert stat.S_IMODE((tmp_path / "chair").stat().st_mode) == 0o777 & ~bundle._umask()


def test_files_of_equal_content_are_one_file(tmp_path: Path) -> None:
    manifest, files = made(b"one")
    twice = msgspec.structs.replace(manifest, files=manifest.files * 2)
    with working_folder(tmp_path):
        commit(twice, files, output=tmp_path)
    assert is_whole(tmp_path / "chair", manifest.key) == twice


@pytest.mark.parametrize("exchange", [True, False])
def test_a_new_bundle_takes_the_place_of_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    if not exchange:
        monkeypatch.setattr(bundle, "_exchange", lambda first, second: False)
    with working_folder(tmp_path):
        commit(*made(b"one"), output=tmp_path)
        manifest, files = made(b"two", "second")
        commit(manifest, files, output=tmp_path)
    assert sorted(path.name for path in (tmp_path / "chair").iterdir()) == sorted(["manifest.json", *files])
    assert [path.name for path in tmp_path.iterdir()] == ["chair"]


def test_this_file_system_swaps_in_one_step(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    assert bundle._exchange(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "a" / "b").exists()


def test_a_bundle_is_not_whole_when_a_file_is_harmed_missing_or_extra(tmp_path: Path) -> None:
    manifest, files = made(b"one")
    (name,) = files
    folder = tmp_path / "chair"

    def whole() -> bool:
        return is_whole(folder, manifest.key) is not None

    with working_folder(tmp_path):
        commit(manifest, files, output=tmp_path)
    (folder / name).write_bytes(b"two")
    assert not whole()
    (folder / name).unlink()
    assert not whole()
    (folder / name).write_bytes(b"one")
    assert whole()
    (folder / "extra").touch()
    assert not whole()


def test_what_killed_builds_left_is_cleared_by_the_next(tmp_path: Path) -> None:
    manifest, files = made(b"one")
    with working_folder(tmp_path):
        commit(manifest, files, output=tmp_path)
    work = tmp_path / bundle.WORK
    (work / "tmp123").mkdir(parents=True)
    (work / "tmp123" / "half").write_bytes(b"h")
    (work / "123-report.html").write_bytes(b"h")
    (tmp_path / "chair").rename(work / "retired-chair")  # killed between the two renames
    with working_folder(tmp_path) as folder:
        assert list(folder.iterdir()) == []
        assert is_whole(tmp_path / "chair", manifest.key) == manifest


def test_a_build_does_not_clear_what_another_is_at(tmp_path: Path) -> None:
    with working_folder(tmp_path) as folder:
        (folder / "staged").mkdir()
        with working_folder(tmp_path):
            assert (folder / "staged").exists()
        assert (folder / "staged").exists()
    assert not folder.exists()


def test_a_file_in_the_way_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(OutputError, match="file is in the way"), working_folder(tmp_path / "file" / "dist"):
        pass
    (tmp_path / "chair").write_bytes(b"mine")
    with working_folder(tmp_path), pytest.raises(OutputError):
        commit(*made(b"one"), output=tmp_path)
    assert (tmp_path / "chair").read_bytes() == b"mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chair", "file"]


def test_a_file_is_written_only_where_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    with working_folder(tmp_path):
        assert write_if_changed(path, b"one")
        os.utime(path, (1, 1))
        assert not write_if_changed(path, b"one")
        assert path.stat().st_mtime == 1
        assert write_if_changed(path, b"two")
    assert path.read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
