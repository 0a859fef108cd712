"""Blended triangles from far to near, across all meshes, so that each is laid over what stands behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from .gpu_scene import GpuDraw
from .shot import Shot

_MOST_RUNS = 2048
_MOST_SLICES = 256


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Triangles of one draw that are drawn together.

    Attributes:
        draw: its place among the shot's draws.
        indices: index buffer; None: the mesh's own.
        first, count: corners of `indices`; count None: all.
    """

    draw: int
    indices: Any = None
    first: int = 0
    count: int | None = None


def far_to_near(context: Any, shot: Shot, draws: Iterable[int]) -> list[Run]:
    """Cut the draws into runs, by the depths of their triangles' centres.

    Triangles of one draw are in exact order. Where draws reach into each other, space is cut into slices across the
    view, and a slice's draws follow each other by their mean depths in it.
    """
    parts: list[tuple[int, npt.NDArray[np.float64], Any]] = []
    used: Counter[int] = Counter()
    for index in draws:
        mesh = shot.scene.draws[index].mesh
        if mesh.mode != 4:
            parts.append((index, np.array([shot.depths[index]]), None))
            continue
        depths = _depths(shot, index)
        order = np.argsort(-depths, kind="stable")
        # Draws that share a mesh have different orders, and are drawn in turns.
        buffer = mesh.sorted_buffer(used[id(mesh)])
        used[id(mesh)] += 1
        buffer.write(mesh.triangles[order].tobytes())
        parts.append((index, depths[order], buffer))
    if not parts:
        return []
    far, near = max(depths[0] for _, depths, _ in parts), min(depths[-1] for _, depths, _ in parts)
    count = int(np.clip(_MOST_RUNS // len(parts), 1, _MOST_SLICES))
    edges = np.linspace(far, near, count + 1)[1:-1]
    pieces: list[tuple[int, float, Run]] = []
    for index, depths, buffer in parts:
        starts = np.concatenate([[0], np.searchsorted(-depths, -edges), [len(depths)]])
        for slice_, (first, last) in enumerate(pairwise(starts)):
            if first < last:
                run = Run(index) if buffer is None else Run(index, buffer, 3 * int(first), 3 * int(last - first))
                pieces.append((slice_, -float(depths[first:last].mean()), run))
    return _joined(run for _, _, run in sorted(pieces, key=lambda piece: piece[:2]))


def _joined(runs: Iterable[Run]) -> list[Run]:
    """The same runs, with those of one draw that follow each other made one."""
    joined: list[Run] = []
    for run in runs:
        last = joined[-1] if joined else None
        if last is not None and last.draw == run.draw and last.count is not None and run.count is not None:
            joined[-1] = Run(run.draw, run.indices, last.first, last.count + run.count)
        else:
            joined.append(run)
    return joined


def _depths(shot: Shot, index: int) -> npt.NDArray[np.float64]:
    """Along the view axis, of every triangle's centre: as its first corner is skinned, morph targets at rest."""
    draw, axis = shot.scene.draws[index], -shot.view.axes[2]
    if draw.joints is None:
        model = shot.models[index]
        return np.asarray(draw.mesh.centroids @ (axis @ model[:3, :3]) + axis @ model[:3, 3])
    return _skinned_depths(draw, axis)


def _skinned_depths(draw: GpuDraw, axis: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    assert draw.joints is not None
    rows = np.concatenate([axis, [0.0]]) @ draw.joints  # what each joint makes of (x, y, z, 1), along the axis
    total, depths = np.zeros(len(draw.mesh.centroids)), np.zeros(len(draw.mesh.centroids))
    centres = np.concatenate([draw.mesh.centroids, np.ones((len(draw.mesh.centroids), 1), np.float32)], 1)
    for joint, weight in draw.mesh.influences:
        depths += weight * (centres * rows[np.minimum(joint, len(rows) - 1)]).sum(1)
        total += weight
    return np.asarray(np.where(total > 0, depths / np.maximum(total, 1e-12), 0.0))
