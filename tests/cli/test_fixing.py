"""`forge3d validate --fix`: what is written where, what is told, and that no input is ever written over."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.optimize.fixes import Model, model

from forge3d.validate import validate

from .test_validate import run

BAD = b'{\n  "asset": {"version": "2.0"},\n  "cameras": []\n}\n'
GOOD = b'{"asset": {"version": "2.0"}}'


def split(m: Model, folder: Path, name: str, uri: str) -> None:
    """Write the model as a .gltf with its buffer beside it."""
    m.json["buffers"][0]["uri"] = uri
    (folder / uri).parent.mkdir(parents=True, exist_ok=True)
    (folder / uri).write_bytes(bytes(m.data))
    (folder / name).write_text(json.dumps(m.json))


def with_long_normals(tilt: float = 2) -> Model:
    m = Model()
    m.vertices("NORMAL", [[0, 0, tilt]] * 4)
    return m


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in {"in/good.gltf": GOOD, "in/bad.gltf": BAD, "in/deep/er/bad.gltf": BAD}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_one_file_to_one_file(folder: Path) -> None:
    result = run("in/bad.gltf", "--fix", "new.gltf", cwd=folder)
    assert result.returncode == 0
    assert result.stdout.splitlines() == [
        "in/bad.gltf → new.gltf  1 fixed",
        "  fixed EMPTY_ENTITY /cameras: cameras removed",
        "✓ new.gltf  no issues",
    ]
    assert (folder / "new.gltf").read_bytes() == b'{\n  "asset": {\n    "version": "2.0"\n  }\n}\n'
    assert (folder / "in/bad.gltf").read_bytes() == BAD


def test_a_folder_keeps_its_layout_and_good_files_their_bytes(folder: Path) -> None:
    before = contents(folder / "in")
    result = run("in", "--fix", "out", "--json", cwd=folder)
    assert result.returncode == 0
    assert contents(folder / "in") == before
    assert sorted(contents(folder / "out")) == ["bad.gltf", "deep/er/bad.gltf", "good.gltf"]
    assert (folder / "out/good.gltf").read_bytes() == GOOD
    reports = {report["fixes"]["input"]: report for report in json.loads(result.stdout)}
    assert reports["in/good.gltf"]["fixes"] == {
        "input": "in/good.gltf", "output": "out/good.gltf", "changed": [], "left": [],
    }  # fmt: skip
    (change,) = reports["in/bad.gltf"]["fixes"]["changed"]
    assert change == {"code": "EMPTY_ENTITY", "pointer": "/cameras", "message": "cameras removed"}
    again = contents(folder / "out")
    assert run("in", "--fix", "out", cwd=folder).returncode == 0
    assert contents(folder / "out") == again


def test_an_output_below_the_input_is_not_mended_itself(folder: Path) -> None:
    for _ in range(2):
        assert run("in", "--fix", "in/out", cwd=folder).returncode == 0
    assert not (folder / "in/out/out").exists()


@pytest.mark.parametrize(
    "out", ["in/bad.gltf", "in/../in/bad.gltf", "link.gltf", "hard.gltf", "in", "./in", "linked", "IN_ABSOLUTE"]
)
def test_an_input_is_never_written_over(out: str, folder: Path) -> None:
    (folder / "link.gltf").symlink_to("in/bad.gltf")
    os.link(folder / "in/bad.gltf", folder / "hard.gltf")
    (folder / "linked").symlink_to("in")
    before = contents(folder)
    target = str(folder / "in" / "bad.gltf") if out == "IN_ABSOLUTE" else out
    given = "in" if out in ("in", "./in", "linked") else "in/bad.gltf"
    result = run(given, "--fix", target, "--json", cwd=folder)
    assert result.returncode == 4
    assert json.loads(result.stdout)["error"]["type"] == "OutputError"
    assert "does not write over it" in result.stderr
    assert contents(folder) == before


def test_another_input_is_safe_too(folder: Path) -> None:
    before = contents(folder)
    assert run("in/bad.gltf", "in/deep/er", "--fix", "in", cwd=folder).returncode == 4
    assert contents(folder) == before


def test_two_files_that_would_become_one_are_refused(folder: Path) -> None:
    result = run("in/bad.gltf", "in/deep/er/bad.gltf", "--fix", "out", cwd=folder)
    assert result.returncode == 4
    assert "would both become" in result.stderr
    assert not (folder / "out").exists()


def test_the_format_stays(folder: Path) -> None:
    result = run("in/bad.gltf", "--fix", "new.glb", cwd=folder)
    assert result.returncode == 4
    assert "forge3d optimize" in result.stderr


def test_a_buffer_beside_the_model_comes_along_mended(tmp_path: Path) -> None:
    split(with_long_normals(), tmp_path, "a.gltf", "data/a_b.bin")
    before = contents(tmp_path)
    assert run("a.gltf", "--fix", "out", cwd=tmp_path).returncode == 0
    assert {name: data for name, data in contents(tmp_path).items() if not name.startswith("out/")} == before
    assert not validate(tmp_path / "out/a.gltf").errors
    assert json.loads((tmp_path / "out/a.gltf").read_text())["buffers"][0]["uri"] == "data/a_b.bin"
    old, new = before["data/a_b.bin"], (tmp_path / "out/data/a_b.bin").read_bytes()
    assert old[:60] == new[:60]
    assert np.frombuffer(new[60:], np.float32).reshape(4, 3).tolist() == [[0, 0, 1]] * 4


def test_beside_its_input_a_mended_buffer_gets_a_name_of_its_own(tmp_path: Path) -> None:
    split(with_long_normals(), tmp_path, "a.gltf", "a.bin")
    before = contents(tmp_path)
    assert run("a.gltf", "--fix", "b.gltf", cwd=tmp_path).returncode == 0
    after = contents(tmp_path)
    assert {name: after[name] for name in before} == before
    assert sorted(set(after) - set(before)) == ["b-a.bin", "b.gltf"]
    assert not validate(tmp_path / "b.gltf").errors


def test_models_that_share_a_buffer_each_keep_what_they_mean(tmp_path: Path) -> None:
    """One mends the shared buffer, the other has it as something that must not change."""
    one = with_long_normals()
    split(one, tmp_path, ["in", "one.gltf"][-1], "shared.bin")
    other = json.loads((tmp_path / "one.gltf").read_text())
    attributes: dict[str, Any] = other["meshes"][0]["primitives"][0]["attributes"]
    attributes["_CUSTOM"] = attributes.pop("NORMAL")
    (tmp_path / "two.gltf").write_text(json.dumps(other))
    assert run("one.gltf", "two.gltf", "--fix", "out", cwd=tmp_path).returncode == 0
    assert json.loads((tmp_path / "out/two.gltf").read_text())["buffers"][0]["uri"] == "two-shared.bin"
    assert (tmp_path / "out/two-shared.bin").read_bytes() == bytes(one.data)
    assert not validate(tmp_path / "out/one.gltf").errors


def test_a_data_uri_is_mended_in_place(tmp_path: Path) -> None:
    m = with_long_normals()
    m.json["buffers"][0]["uri"] = "data:application/octet-stream;base64," + base64.b64encode(m.data).decode()
    (tmp_path / "a.gltf").write_text(json.dumps(m.json))
    assert run("a.gltf", "--fix", "b.gltf", cwd=tmp_path).returncode == 0
    assert sorted(contents(tmp_path)) == ["a.gltf", "b.gltf"]


def test_what_is_left_fails_the_order(folder: Path) -> None:
    (folder / "in/bad.gltf").write_bytes(b'{"asset": {"version": "2.0"}, "cameras": [], "scene": 3}')
    result = run("in/bad.gltf", "--fix", "new.gltf", cwd=folder)
    assert result.returncode == 1
    assert "fixed EMPTY_ENTITY" in result.stdout
    assert "error UNRESOLVED_REFERENCE" in result.stdout


def test_what_cannot_be_read_leaves_the_others_their_turn(folder: Path) -> None:
    (folder / "in/cut.glb").write_bytes(model()[:-8])
    (folder / "in/text.gltf").write_bytes(b"{")
    result = run("in", "missing.glb", "--fix", "out", cwd=folder)
    assert result.returncode == 3
    assert sorted(contents(folder / "out")) == ["bad.gltf", "deep/er/bad.gltf", "good.gltf"]
    assert result.stdout.count("nothing written for it") == 2
    assert "✗ missing.glb: cannot be read" in result.stdout


def test_ignored_rules_are_not_mended(folder: Path) -> None:
    run("in/bad.gltf", "--fix", "new.gltf", "--ignore", "EMPTY_ENTITY", cwd=folder)
    assert (folder / "new.gltf").read_bytes() == BAD


def test_units_and_axes(tmp_path: Path) -> None:
    (tmp_path / "a.glb").write_bytes(model())
    result = run("a.glb", "--fix", "b.glb", "--unit", "cm", "--up", "z", cwd=tmp_path)
    assert result.returncode == 0
    assert "one unit is 0.01 m, z points up" in result.stdout
    assert run("a.glb", "--fix", "c.glb", "--unit", "0.01", "--up", "z", cwd=tmp_path).returncode == 0
    assert (tmp_path / "b.glb").read_bytes() == (tmp_path / "c.glb").read_bytes() != model()


@pytest.mark.parametrize("name", ["sarif", "junit", "github", "markdown"])
def test_the_other_formats_tell_what_is_left(name: str, folder: Path) -> None:
    (folder / "in/bad.gltf").write_bytes(b'{"asset": {"version": "2.0"}, "cameras": [], "scene": 3}')
    text = run("in/bad.gltf", "--fix", "new.gltf", "--format", name, cwd=folder).stdout
    assert "UNRESOLVED_REFERENCE" in text
    assert "EMPTY_ENTITY" not in text
