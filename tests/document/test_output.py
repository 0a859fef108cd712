"""Several files at once: all of them, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge3d.document import output
from forge3d.document.output import write_files
from forge3d.errors import OutputError


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_files_and_their_folders_appear(tmp_path: Path) -> None:
    write_files({tmp_path / "a/b/c.bin": b"1", tmp_path / "x.gltf": b"2"})
    assert names(tmp_path) == ["a", "a/b", "a/b/c.bin", "x.gltf"]


def test_equal_files_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.glb"
    path.write_bytes(b"same")
    before = path.stat().st_ino
    write_files({path: b"same"})
    assert path.stat().st_ino == before
    write_files({path: b"other"})
    assert path.stat().st_ino != before


def test_a_failure_in_the_last_file_undoes_the_first(tmp_path: Path) -> None:
    (tmp_path / "x.gltf").mkdir()
    with pytest.raises(OutputError, match=r"x\.gltf could not be written: there is a folder in the way"):
        write_files({tmp_path / "a/b/c.bin": b"1", tmp_path / "x.gltf": b"2"})
    assert names(tmp_path) == ["x.gltf"]


def test_a_kill_between_the_files_leaves_no_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*paths: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(output.os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        write_files({tmp_path / "x.bin": b"1", tmp_path / "x.gltf": b"2"})
    assert names(tmp_path) == []
