"""Levels of real models: no triangle on its back, texture where it was, skins that move as they did."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.optimize import world_corners

from forge3d.document import Context, Document
from forge3d.document.geometry import triangles
from forge3d.document.traversal import mesh_instances
from forge3d.native.nearest import Nearest
from forge3d.optimize.reduction import Part, Reduction, apply, reduction
from forge3d.surface.deviation import spread

MODELS = [
    "khronos/DamagedHelmet/glTF-Binary/DamagedHelmet.glb",
    "khronos/WaterBottle/glTF/WaterBottle.gltf",
    "3d-commerce/Mixer/glTF-Binary/Mixer.glb",
    "3d-commerce/WickerChair/glTF-Binary/WickerChair.glb",
    "khronos/BrainStem/glTF-Binary/BrainStem.glb",
]
RATIOS = (0.5, 0.25, 0.125)


def plan_of(path: Path) -> tuple[Document, Reduction]:
    document = Document.read(path)
    return document, reduction(document, Context())


def reduced(document: Document, plan: Reduction, ratio: float) -> Document:
    copy = document.copy()
    apply(copy, plan.cut(int(ratio * plan.total)))
    return copy


def normals(corners: np.ndarray) -> np.ndarray:
    a, b, c = np.moveaxis(corners.astype(np.float64), 1, 0)
    return np.cross(b - a, c - a)


def turned_over(part: Part, steps: int) -> int:
    """How many of the triangles that are left face away from where they faced at first."""
    mesh, level = part.collapse._mesh, part.collapse._native.level(steps)
    before = normals(mesh.points[mesh.point_of[mesh.corners[level.triangles]]])
    after = normals(level.places[level.corners])
    sizes = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    return int((np.einsum("nk,nk->n", before, after) < -1e-3 * sizes).sum())


@pytest.mark.parametrize("name", MODELS, ids=lambda name: Path(name).stem)
def test_no_triangle_turns_over(shared_assets: Path, name: str) -> None:
    _, plan = plan_of(shared_assets / "models" / name)
    for ratio in RATIOS:
        cut = plan.cut(int(ratio * plan.total))
        for part, steps in zip(cut.parts, cut.steps, strict=True):
            assert turned_over(part, steps) == 0, ratio


def texture_corners(document: Document) -> np.ndarray:
    """Texture coordinates of every triangle of the first scene, `(n, 3, 2)`, in the order of `world_corners`."""
    return np.concatenate(
        [
            part.attributes["TEXCOORD_0"].floats[triangles(part)]
            for instance in sorted(mesh_instances(document), key=lambda found: document.meshes.index(found.mesh))
            for part in instance.mesh.primitives
        ]
    )


@pytest.mark.parametrize("name", MODELS[:4], ids=lambda name: Path(name).stem)
def test_texture_slips_by_less_than_a_texel_in_the_middle(shared_assets: Path, name: str) -> None:
    document, plan = plan_of(shared_assets / "models" / name)
    side = max(max(image.header.width, image.header.height) for image in document.images)
    corners, uv = np.concatenate(world_corners(document)).astype(np.float64), texture_corners(document)
    nearest = Nearest(corners)
    for number, ratio in enumerate(RATIOS, start=1):
        level = reduced(document, plan, ratio)
        points, triangle, weights = spread(np.concatenate(world_corners(level)).astype(np.float64), 8000)
        _, hit, barycentric = nearest.query(points)
        here = np.einsum("nk,nkc->nc", weights, texture_corners(level)[triangle])
        there = np.einsum("nk,nkc->nc", barycentric, uv[hit])
        assert np.median(np.linalg.norm(here - there, axis=1)) * side / 2**number <= 1, ratio


def test_a_skin_moves_its_level_as_it_moves_the_model(shared_assets: Path) -> None:
    document, plan = plan_of(shared_assets / "models" / MODELS[4])
    level = reduced(document, plan, 0.25)
    rest = np.concatenate(world_corners(level))
    moved = 0.0
    for time in (0.5, 2.0, 5.0):
        model, lower = (np.concatenate(world_corners(d, time)).astype(np.float64) for d in (document, level))
        extent = np.ptp(model.reshape(-1, 3), axis=0).max()
        off = Nearest(model).query(spread(lower, 8000)[0])[0]
        assert off.mean() < 0.001 * extent
        assert np.quantile(off, 0.99) < 0.01 * extent
        moved = max(moved, float(np.abs(lower - rest).max() / extent))
    assert moved > 0.1
