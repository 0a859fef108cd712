"""Meshes with shorter edges: the same surface, with more vertices to keep baked light at."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock

import numpy as np
import numpy.typing as npt

from ..document import Mode
from ..document.accessor import dequantized
from ..document.geometry import triangles
from .features import material_key
from .geometry import Geometry, check_indices, geometry
from .program import tangent_uv_set
from .scene import Draw, SceneState

_ROUNDS = 12
_MADE = 4.5  # vertices for each square of the longest edge, as edges are halved until they are shorter
_LEAST = 3000
_COUNTED = 4  # instances whose area is measured, for all
_FINEST = 1 / 256  # of the scene's diagonal


class Shapes:
    """The meshes of a scene, refined so far that it has about `vertices` vertices in all; each is made once.

    Args:
        vertices: where the scene has more already, edges that are very long are still split.
    """

    def __init__(self, state: SceneState, vertices: int):
        there = sum(len(d.primitive.attributes.get("POSITION", ())) * len(d.worlds) for d in state.draws)
        more = max(_LEAST, vertices - there) / _MADE
        area = sum(_area(draw) for draw in state.draws)
        self._longest = max(float(np.sqrt(area / more)), state.hull.diagonal * _FINEST)
        self._making = Lock()
        self._made: dict[tuple[int, int | None, float], Geometry] = {}

    def longest(self, draw: Draw) -> float:
        """The longest edge of a draw's mesh, in the mesh's own units."""
        scale = float(np.linalg.norm(draw.worlds[0][:3, :3], axis=0).max())
        return self._longest / scale if scale > 0 else np.inf

    def __call__(self, draw: Draw) -> Geometry:
        tangent_uv, longest = tangent_uv_set(material_key(draw.material)), self.longest(draw)
        key = (id(draw.primitive), tangent_uv, longest)
        with self._making:  # a scene is baked and uploaded on two threads
            if key not in self._made:
                self._made[key] = refined(geometry(draw.primitive, tangent_uv=tangent_uv), longest)
            return self._made[key]

    def forget(self) -> None:
        """Give the meshes' memory back; they are made again when asked for."""
        self._made.clear()


def _area(draw: Draw) -> float:
    """Of all instances, in the world; what is skinned is not refined and counts for nothing."""
    accessor = draw.primitive.attributes.get("POSITION")
    if accessor is None or draw.joints is not None or draw.primitive.mode < Mode.TRIANGLES:
        return 0.0
    check_indices(draw.primitive, len(accessor))
    a, b, c = np.moveaxis(dequantized(accessor.array, accessor.normalized)[triangles(draw.primitive)], 1, 0)
    normals = np.cross(b - a, c - a)
    # Areas follow the cofactors, as normals do.
    cofactors = [np.linalg.det(m[:3, :3]) * np.linalg.pinv(m[:3, :3]).T for m in draw.worlds[:_COUNTED]]
    with np.errstate(over="ignore", invalid="ignore"):
        mean = np.mean([np.nansum(np.linalg.norm(normals @ m.T, axis=1)) for m in cofactors])
    return float(np.nan_to_num(mean, posinf=0)) / 2 * len(draw.worlds)


def refined(mesh: Geometry, longest: float, *, most: int = 1 << 18) -> Geometry:
    """Split edges in their middles until none is longer than `longest`.

    Attributes are interpolated as a rasteriser does, so pictures stay the same. Whether an edge is split depends on
    its ends alone: neighbours agree, also across seams, and nothing comes apart. A mesh that joints move stays as it
    is, as joints' numbers cannot be interpolated.

    Args:
        longest: in the mesh's own units.
        most: triangles, beyond which no round of splitting is begun.
    """
    if mesh.corners != 3 or any(name.startswith("JOINTS_") for name, _ in mesh.layout):
        return mesh
    table, deltas, faces = mesh.table, mesh.deltas, mesh.indices.astype(np.int64)
    for _ in range(_ROUNDS):
        ends = np.stack([faces, np.roll(faces, -1, 1)], 2)
        place = table[:, :3]
        with np.errstate(over="ignore", invalid="ignore"):
            long = ((place[ends[..., 0]] - place[ends[..., 1]]) ** 2).sum(2) > longest**2
        if not long.any() or len(faces) > most:
            break
        keys = ends.min(2) * len(table) + ends.max(2)
        split, number = np.unique(keys[long], return_inverse=True)
        a, b = split // len(table), split % len(table)
        middles = np.full(faces.shape, -1, np.int64)
        middles[long] = len(table) + number
        table = np.concatenate([table, (table[a] + table[b]) * np.float32(0.5)])
        if deltas is not None:
            deltas = np.concatenate([deltas, (deltas[:, a] + deltas[:, b]) * np.float32(0.5)], 1)
        faces = _split(faces, middles)
    if len(table) == len(mesh.table):
        return mesh
    return replace(mesh, table=table, deltas=deltas, indices=np.ascontiguousarray(faces, np.uint32))


def _split(faces: npt.NDArray[np.int64], middles: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Triangles cut at the middles of their edges 01, 12 and 20, where these are not -1. Their order is kept."""
    cut = middles >= 0
    count = cut.sum(1)
    # Turned so that a lone cut is on the first edge, and a lone uncut edge is the last.
    first = np.where(count == 1, cut.argmax(1), np.where(count == 2, ((~cut).argmax(1) + 1) % 3, 0))
    turn = (first[:, None] + np.arange(3)) % 3
    (a, b, c), (ab, bc, ca) = np.take_along_axis(faces, turn, 1).T, np.take_along_axis(middles, turn, 1).T
    pieces = np.full((len(faces), 4, 3), -1, np.int64)
    for number, corners in enumerate(_PIECES):
        at = count == number
        names = {"a": a, "b": b, "c": c, "x": ab, "y": bc, "z": ca}
        for place, piece in enumerate(corners):
            pieces[at, place] = np.stack([names[name][at] for name in piece], 1)
    return pieces[pieces[..., 0] >= 0]


_PIECES = (("abc",), ("axc", "xbc"), ("xby", "axy", "ayc"), ("axz", "xby", "zyc", "xyz"))
"""Of a triangle abc with so many edges cut at x (ab), y (bc) and z (ca)."""
