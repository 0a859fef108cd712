"""Transforms that call themselves invisible are: on real models, at rest and in motion, next to no pixel differs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forge3d.compare.flip import flip
from forge3d.document import Context, Document, Fidelity, Node, Transform
from forge3d.document.bounds import bounds
from forge3d.document.traversal import world_matrices
from forge3d.errors import Forge3DError
from forge3d.optimize import TRANSFORMS, Decompress, Instance, Quantize
from forge3d.render import Orbit, Renderer, RenderSettings

INVISIBLE = {name: kind for name, kind in TRANSFORMS.items() if kind.fidelity is Fidelity.INVISIBLE}
FEW = {
    "flatten": ["khronos/CesiumMilkTruck", "blender-io/02_node_hierarchy"],
    "join": ["assimp/ClearCoat-glTF"],
    "instance": ["khronos/CesiumMilkTruck"],
    "uninstance": ["khronos/CesiumMilkTruck"],
    "center": ["khronos/CesiumMan", "khronos/AnimatedMorphCube"],
    "pivot": ["khronos/CesiumMilkTruck"],
    "normals": ["khronos/SimpleMorph", "khronos/TriangleWithoutIndices"],
    "tangents": ["khronos/NormalTangentTest"],
    "dequantize": ["khronos/CesiumMilkTruck", "khronos/CesiumMan", "khronos/AnimatedMorphCube"],
}
VIEWS = [Orbit(yaw=30, pitch=20), Orbit(yaw=200, pitch=-20)]


def models_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in (".glb", ".gltf"))


def _spread(document: Document) -> None:
    """Five more of each mesh, none within another: where surfaces coincide, it would count which is drawn first."""
    box, world = bounds(document), world_matrices(document)
    if box is None or any(node.instancing for node in document.nodes):
        return
    for node in [node for node in world if node.mesh is not None and node.skin is None]:
        for number in range(1, 6):
            place = world[node].copy()
            place[:2, 3] += 1.1 * np.array([number % 3, number // 3]) * (box.max - box.min)[:2]
            document.nodes.append(Node(mesh=node.mesh, matrix=place))
            for scene in document.scenes[:1]:
                scene.nodes.append(document.nodes[-1])


def prepared(path: Path, name: str) -> Document:
    """The model in the state that the transform is for."""
    document = Document.read(path)
    document.apply(Decompress())
    if name == "dequantize":
        document.apply(Quantize())
    if name in ("instance", "uninstance"):
        _spread(document)
    if name == "uninstance":
        document.apply(Instance())
    return document


PLAIN = RenderSettings(occlusion=False)
"""Baked light starts rays at vertices: rounded otherwise, they pass edges on the other side."""


def differences(renderer: Renderer, before: Document, kind: type[Transform], size: int) -> tuple[float, float] | None:
    """The largest share of pixels that differ, and the largest object FLIP; None where nothing was to be done."""
    after = before.copy()
    kind()(after, Context())
    written = after.to_bytes()
    if written == before.to_bytes():
        return None
    after = Document.read(written)
    share = error = 0.0
    for view in VIEWS:
        a, b = (
            # A camera of its own: Center moves the whole scene.
            renderer.render(
                document,
                camera=renderer.fit(document, view, (size, size)),
                size=(size, size),
                time=0.4 if before.animations else None,
                settings=PLAIN,
            ).pixels
            for document in (before, after)
        )
        share = max(share, float((a != b).any(axis=2).mean()))
        error = max(error, flip(a, b) or 0.0)
    return share, error


def test_each_is_tried() -> None:
    assert FEW.keys() == INVISIBLE.keys()


@pytest.mark.parametrize("name", FEW)
def test_next_to_no_pixel_differs(shared_assets: Path, name: str) -> None:
    pytest.importorskip("flip_evaluator")
    with Renderer() as renderer:
        for model in FEW[name]:
            before = prepared(models_in(shared_assets / "models" / model)[0], name)
            found = differences(renderer, before, INVISIBLE[name], 256)
            assert found is not None, f"{model} gives {name} nothing to do"
            assert found[0] <= 0.01, model
            assert found[1] <= 0.002, model


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", INVISIBLE)
def test_next_to_no_pixel_of_any_model_differs(shared_assets: Path, name: str) -> None:
    pytest.importorskip("flip_evaluator")
    misses = {}
    with Renderer() as renderer:
        for path in models_in(shared_assets / "models"):
            try:
                found = differences(renderer, prepared(path, name), INVISIBLE[name], 256)
            except Forge3DError:
                continue  # broken on purpose
            if found is not None and (found[0] > 0.01 or found[1] > 0.002):
                misses[path.name] = found
    assert not misses
