"""Blended triangles from far to near, across all meshes, so that each is laid over what stands behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from .gpu_scene import GpuDraw
from .shot import Shot

Order = npt.NDArray[np.uint32]
Depths = npt.NDArray[np.float32]
"""Along the view axis, metres."""

_MOST_RUNS = 2048
_MOST_SLICES = 64


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Triangles of one draw that are drawn together.

    Attributes:
        draw: its place among the shot's draws.
        order: places in the mesh's triangles, `(n,)`; None: all, as the mesh has them.
    """

    draw: int
    order: Order | None = None


def far_to_near(shot: Shot, draws: Iterable[int]) -> list[Run]:
    """Cut the draws into runs, by the depths of their triangles' centres.

    Triangles of one draw are in exact order. Where draws reach into each other, space is cut into slices across the
    view, and a slice's draws follow each other by their mean depths in it.
    """
    parts: list[tuple[Depths, Run]] = []
    for index in draws:
        if shot.scene.draws[index].mesh.mode != 4:
            parts.append((np.array([shot.depths[index]], np.float32), Run(index)))
            continue
        depths = _depths(shot, index)
        order = np.argsort(-depths, kind="stable").astype(np.uint32)
        parts.append((depths[order], Run(index, order)))
    if not parts:
        return []
    far, near = max(depths[0] for depths, _ in parts), min(depths[-1] for depths, _ in parts)
    slices = int(np.clip(_MOST_RUNS // len(parts), 1, _MOST_SLICES))
    edges = np.linspace(far, near, slices + 1)[1:-1]
    pieces: list[tuple[int, float, int, int, int]] = []
    for part, (depths, _) in enumerate(parts):
        starts = [0, *np.searchsorted(-depths, -edges).tolist(), len(depths)]
        for number, (first, last) in enumerate(pairwise(starts)):
            if first < last:
                pieces.append((number, -float(depths[first:last].mean()), part, first, last))
    joined: list[tuple[int, int, int]] = []
    for _, _, part, first, last in sorted(pieces):
        if joined and joined[-1][0] == part:  # a draw's pieces lie one behind the other
            first = joined.pop()[1]
        joined.append((part, first, last))
    runs = ((parts[part][1], first, last) for part, first, last in joined)
    return [run if run.order is None else Run(run.draw, run.order[first:last]) for run, first, last in runs]


def _depths(shot: Shot, index: int) -> Depths:
    """Along the view axis, of every triangle's centre: as its first corner is skinned, morph targets at rest."""
    draw, axis = shot.scene.draws[index], -shot.view.axes[2]
    if draw.joints is None:
        model = shot.models[index]
        across, offset = (axis @ model[:3, :3]).astype(np.float32), np.float32(axis @ model[:3, 3])
        # Column by column: a product of matrices would wake threads that then wait for the next one, spinning.
        x, y, z = draw.mesh.centroids.T
        return np.asarray(x * across[0] + y * across[1] + z * across[2] + offset)
    return _skinned_depths(draw, axis)


def _skinned_depths(draw: GpuDraw, axis: npt.NDArray[np.float64]) -> Depths:
    assert draw.joints is not None
    rows = (np.concatenate([axis, [0.0]]) @ draw.joints).astype(np.float32)  # of (x, y, z, 1), along the axis
    total, depths = np.zeros((2, len(draw.mesh.centroids)), np.float32)
    centres = np.concatenate([draw.mesh.centroids, np.ones((len(draw.mesh.centroids), 1), np.float32)], 1)
    for joint, weight in draw.mesh.influences:
        depths += weight * (centres * rows[np.minimum(joint, len(rows) - 1)]).sum(1)
        total += weight
    return np.asarray(np.where(total > 0, depths / np.maximum(total, 1e-12), 0.0))
