"""What good tools write has no issue of our own rules, and none that compression brought."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests import peers

from forge3d.document import Document
from forge3d.gltf import Severity
from forge3d.optimize import PRESETS
from forge3d.validate import validate

MODELS = (
    "khronos/BoxVertexColors/glTF-Binary/BoxVertexColors.glb", "khronos/RiggedSimple/glTF-Binary/RiggedSimple.glb",
    "khronos/AnimatedMorphCube/glTF-Binary/AnimatedMorphCube.glb",
    "blender-io/24_gpu_instancing/24_gpu_instancing.gltf",
)  # fmt: skip


def faults(file: Path | bytes) -> set[str]:
    """Codes of errors, and of our own warnings."""
    issues = validate(file).issues
    ours = {issue.code for issue in issues if issue.code.startswith("FORGE3D_") and issue.severity <= Severity.WARNING}
    return ours | {issue.code for issue in issues if issue.severity == Severity.ERROR}


def test_real_models(shared_assets: Path) -> None:
    files = [path for path in (shared_assets / "models").rglob("*.gl*") if path.suffix in (".gltf", ".glb")]
    assert len(files) > 100
    assert {
        path.name: found for path in files if (found := {c for c in faults(path) if c.startswith("FORGE3D_")})
    } == {}


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("name", MODELS)
def test_presets(name: str, preset: str, shared_assets: Path) -> None:
    document = Document.read(shared_assets / "models" / name)
    document.apply(*PRESETS[preset])
    assert faults(document.to_bytes()) == set()


@pytest.mark.peers
@pytest.mark.parametrize("command", ["draco", "meshopt", "instance"])
def test_gltf_transform(command: str, shared_assets: Path, tmp_path: Path) -> None:
    peers.require_node()
    program = peers.FOLDER / "node_modules" / ".bin" / "gltf-transform"
    name = MODELS[0] if command == "draco" else "khronos/CesiumMilkTruck/glTF-Binary/CesiumMilkTruck.glb"
    source, out = shared_assets / "models" / name, tmp_path / "out.glb"
    subprocess.run([program, command, source, out], check=True, capture_output=True, timeout=60)
    assert faults(out) == set()


@pytest.mark.peers
@pytest.mark.parametrize("options", [("-cc",), ("-cz", "-vpf")])
def test_gltfpack(options: tuple[str, ...], shared_assets: Path, tmp_path: Path) -> None:
    peers.require_node()
    program = peers.FOLDER / "node_modules" / ".bin" / "gltfpack"
    source, out = shared_assets / "models" / MODELS[2], tmp_path / "out.glb"
    subprocess.run([program, "-i", source, "-o", out, *options], check=True, capture_output=True, timeout=60)
    assert faults(out) == set()
