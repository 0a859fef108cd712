"""The program as users and pipelines meet it: output, exit codes, errors in words."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.optimize import document, sphere

from forge3d.document import Accessor, Document, Material, Mesh, Node, Primitive, Scene


def run(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    code = "from forge3d.cli import main; main()"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=100, check=False)


def cube() -> Document:
    """A green box of 1 × 2 × 3 m with flat sides: 24 vertices, 12 triangles."""
    signs = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32)
    sides, normals = [], []
    for axis in range(3):
        for end in (0, 1):
            corners = signs[signs[:, axis] == end]
            a, b = np.delete(corners, axis, axis=1).T
            corners = corners[np.argsort(np.arctan2(b - 0.5, a - 0.5))]
            normal = np.eye(3, dtype=np.float32)[axis] * (2 * end - 1)
            outward = np.dot(np.cross(corners[1] - corners[0], corners[2] - corners[0]), normal)
            sides.append(corners if outward > 0 else corners[::-1])
            normals.append(np.tile(normal, (4, 1)))
    faces = np.concatenate([np.array([0, 1, 2, 0, 2, 3]) + 4 * side for side in range(6)])
    primitive = Primitive(
        attributes={
            "POSITION": Accessor((np.concatenate(sides) * [1, 2, 3]).astype(np.float32)),
            "NORMAL": Accessor(np.concatenate(normals).astype(np.float32)),
        },
        indices=Accessor(faces.astype(np.uint16)),
        material=Material(name="Green", base_color_factor=(0.1, 0.6, 0.2, 1.0), metallic_factor=0.0),
    )
    node = Node(name="Box", mesh=Mesh(primitives=[primitive]))
    scene = Scene(nodes=[node])
    return Document(nodes=[node], scenes=[scene], scene=scene)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "box.glb"
    cube().write(path)
    return path


def test_help_names_every_command_and_the_exit_codes() -> None:
    out = run("--help").stdout
    for command in ("info", "validate", "optimize", "lod", "render", "turntable", "build", "init", "doctor"):
        assert re.search(rf"\b{command}\b", out)
    assert "130 interrupted" in " ".join(out.split())


def test_info(model: Path) -> None:
    facts = json.loads(run("info", model, "--json").stdout)
    assert facts["statistics"]["triangles"] == 12
    assert facts["bounds"] == {"min": [0, 0, 0], "max": [1, 2, 3]}
    assert facts["materials"][0]["name"] == "Green"
    assert "1 m × 2 m × 3 m" in run("info", model).stdout


def test_info_says_where_the_bytes_are(model: Path) -> None:
    facts = json.loads(run("info", model, "--json").stdout)
    assert sum(facts["bytes_by_purpose"].values()) == model.stat().st_size
    assert facts["decoders"] == []
    assert facts["meshes"][0]["triangles"] == 12
    assert facts["images"] == []
    assert "POSITION" in run("info", model).stdout


def test_diff_tells_what_changed_by_its_exit_code(tmp_path: Path) -> None:
    model = tmp_path / "ball.glb"
    document(sphere(16)).write(model)  # large enough for compression to pay
    same = run("diff", model, model)
    assert (same.returncode, same.stdout) == (0, "the same bytes\n")
    run("optimize", model, tmp_path / "small.glb", "--preset", "web")
    result = run("diff", model, tmp_path / "small.glb", "--json")
    assert result.returncode == 1
    facts = json.loads(result.stdout)
    assert not facts["same"]
    assert facts["bytes"]["POSITION"][1] < facts["bytes"]["POSITION"][0]
    assert "EXT_meshopt_compression" in facts["files"][1]["decoders"]
    assert "+ extensions: " in run("diff", model, tmp_path / "small.glb").stdout


def test_a_preset_explains_itself(model: Path) -> None:
    text = run("optimize", model, "--preset", "mobile", "--explain").stdout
    assert "simplify:ratio=none,error=0.0005" in text
    steps = json.loads(run("optimize", model, "--preset", "web", "--effort", "max", "--explain", "--json").stdout)
    textures = next(step for step in steps["steps"] if step["transform"] == "textures")
    assert textures["options"]["effort"] == 6
    assert textures["fidelity"] == "lossy"


def test_a_budget_that_cannot_be_met_is_a_finding(model: Path, tmp_path: Path) -> None:
    fits = run("optimize", model, tmp_path / "a.glb", "--preset", "web", "--max-bytes", "5kB", "--max-triangles", "1k")
    assert fits.returncode == 0, fits.stderr
    fails = run("optimize", model, tmp_path / "b.glb", "--preset", "web", "--max-bytes", "100", "--json")
    assert fails.returncode == 1
    assert json.loads(fails.stdout)["error"]["type"] == "BudgetMissed"
    assert not (tmp_path / "b.glb").exists()
    assert run("optimize", model, tmp_path / "c.glb", "--max-bytes", "lots").returncode == 2


def test_validate_says_good_and_bad_by_its_exit_code(model: Path, tmp_path: Path) -> None:
    good = run("validate", model)
    assert good.returncode == 0, good.stdout + good.stderr
    bad = tmp_path / "bad.gltf"
    bad.write_text('{"asset": {"version": "2.0"}, "meshes": [{"primitives": [{"attributes": {"POSITION": 7}}]}]}')
    result = run("validate", bad, "--json")
    assert result.returncode == 1
    codes = [message["code"] for message in json.loads(result.stdout)[0]["issues"]["messages"]]
    assert "UNRESOLVED_REFERENCE" in codes


def test_optimize_writes_a_new_file_and_leaves_the_input(model: Path, tmp_path: Path) -> None:
    before = model.read_bytes()
    facts = json.loads(run("optimize", model, tmp_path / "small.glb", "--preset", "web", "--json").stdout)
    assert facts["output"]["bytes"] == (tmp_path / "small.glb").stat().st_size
    assert [step["step"] for step in facts["steps"]]
    assert model.read_bytes() == before
    assert "KHR_mesh_quantization" in Document.read(tmp_path / "small.glb").extensions_used


def test_optimize_refuses_to_write_over_its_input(model: Path) -> None:
    before = model.read_bytes()
    result = run("optimize", model, model)
    assert result.returncode == 4
    assert model.read_bytes() == before


def test_optimize_names_what_it_does_not_know(model: Path, tmp_path: Path) -> None:
    result = run("optimize", model, tmp_path / "out.glb", "--step", "weld:tolernce=3")
    assert result.returncode == 2
    assert "tolernce" in result.stderr
    assert not (tmp_path / "out.glb").exists()


def test_optimize_lists_steps_with_their_options() -> None:
    out = run("optimize", "--list").stdout
    assert re.search(r"^simplify \(lossy\)", out, re.MULTILINE)
    assert "preset lossless" in out


def test_render(model: Path, tmp_path: Path) -> None:
    picture = tmp_path / "box.png"
    result = run("render", model, picture, "--size", "64x48", "--background", "white", "--yaw", "20")
    assert result.returncode == 0, result.stderr
    pixels = np.asarray(Image.open(picture).convert("RGB")).astype(int)
    assert pixels.shape == (48, 64, 3)
    assert (pixels[0, 0] == 255).all()
    red, green, blue = pixels[24, 32]
    assert green > red
    assert green > blue


def test_turntable(model: Path, tmp_path: Path) -> None:
    facts = json.loads(run("turntable", model, tmp_path / "spin", "--frames", "4", "--size", "32", "--json").stdout)
    assert len(facts["frames"]) == 4
    assert all((tmp_path / "spin" / name).is_file() for name in facts["frames"])


def test_init_writes_a_recipe_that_reads_back_and_never_over_one(tmp_path: Path) -> None:
    from forge3d.pipeline import Recipe

    assert run("init", cwd=tmp_path).returncode == 0
    assert Recipe.read(tmp_path / "forge3d.toml") == Recipe()
    assert run("init", cwd=tmp_path).returncode == 4


def test_doctor_finds_the_renderer() -> None:
    result = run("doctor", "--json")
    assert result.returncode == 0, result.stdout
    assert all(finding["ok"] is not False for finding in json.loads(result.stdout))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["info", "missing.glb"], 3),
        (["info"], 2),
        (["render", "missing.glb", "x.png", "--size", "many"], 2),
        (["render", "missing.glb", "x.png", "--size", "64x"], 2),
        (["nonsense"], 2),
    ],
)
def test_exit_codes(arguments: list[str], code: int, tmp_path: Path) -> None:
    result = run(*arguments, cwd=tmp_path)
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr


def test_errors_are_json_too_when_asked(tmp_path: Path) -> None:
    truncated = tmp_path / "cut.glb"
    truncated.write_bytes(b"glTF\x02\x00\x00\x00\xff\xff\x00\x00")
    result = run("info", truncated, "--json")
    assert result.returncode == 3
    assert json.loads(result.stdout)["error"]["type"] == "InvalidAsset"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make the file system that fills up")
def test_a_full_disk_is_said_and_leaves_nothing(model: Path, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "none", full], check=False).returncode:
        pytest.skip("this machine lets nobody mount a file system")
    try:
        (full / "filler").write_bytes(b"x" * 4096)
        result = run("optimize", model, full / "out.glb")
        assert result.returncode == 4, result.stderr
        assert [path.name for path in full.iterdir()] == ["filler"]
    finally:
        subprocess.run(["umount", full], check=True)


def test_optimize_lists_for_machines() -> None:
    facts = json.loads(run("optimize", "--list", "--json").stdout)
    assert facts["steps"]["simplify"] == {"fidelity": "lossy", "options": {"ratio": None, "error": None}}
    assert facts["presets"]["lossless"]


def test_optimize_takes_other_formats(tmp_path: Path) -> None:
    (tmp_path / "flat.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    result = run("optimize", "flat.obj", "flat.glb", "--json", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    facts = json.loads(result.stdout)
    assert facts["input"]["bytes"] == (tmp_path / "flat.obj").stat().st_size
    assert facts["output"]["bytes"] == (tmp_path / "flat.glb").stat().st_size


def test_lod_writes_levels_and_says_which_it_could_not_make(model: Path, tmp_path: Path) -> None:
    result = run("lod", model, tmp_path / "levels", "--json")
    facts = json.loads(result.stdout)
    assert len(facts["levels"]) + len(facts["warnings"]) == 1 + 3
    for level in facts["levels"]:
        assert level["triangles"] < 12 or level["level"] == 0
        assert (tmp_path / "levels" / level["file"]).stat().st_size == level["bytes"]
    warned = run("lod", model, tmp_path / "again").stderr.splitlines()
    assert [f"warning: {text}" for text in facts["warnings"]] == warned


@pytest.mark.parametrize("other", [("--yaw", "0"), ("--pitch", "3"), ("--distance", "2")])
def test_an_orbit_stands_alone(other: tuple[str, str], model: Path, tmp_path: Path) -> None:
    result = run("render", model, tmp_path / "box.png", "--orbit", "0deg,90deg,3m", *other)
    assert result.returncode == 2
    assert "--orbit" in result.stderr
    assert not (tmp_path / "box.png").exists()


def test_orbit_counts_theta_from_the_front_and_phi_from_above(model: Path, tmp_path: Path) -> None:
    pictures = {}
    for name, camera in {
        "orbit": ("--orbit", "40deg,70deg,9m"),
        "yaw": ("--yaw", "40", "--pitch", "20", "--distance", "9", "--target", "0,0,0"),
    }.items():
        path = tmp_path / f"{name}.png"
        assert run("render", model, path, "--size", "48", *camera).returncode == 0
        pictures[name] = path.read_bytes()
    assert pictures["orbit"] == pictures["yaw"]


def test_names_are_no_markup(tmp_path: Path) -> None:
    document = cube()
    name = "[red]paint[/bold]"
    document.materials[:] = [Material(name=name)]
    document.write(tmp_path / "a.glb")
    assert name in run("info", tmp_path / "a.glb").stdout
