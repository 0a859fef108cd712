"""A triangle surface with two sets of coordinates: metres for tiling textures, and a chart for the occlusion atlas."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .normals import smooth_normals

Array = npt.NDArray[np.float64]
Triangles = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Chart:
    """A part of a surface that is unfolded as one piece: its vertices (`start` to `stop`)."""

    start: int
    stop: int


@dataclass(frozen=True)
class Surface:
    """Triangles with per-vertex data.

    Attributes:
        positions: `(n, 3)` metres.
        uvs: `(n, 2)` metres along the surface, so that a texture has the same size everywhere.
        triangles: `(m, 3)` counter-clockwise from outside.
        normals: `(n, 3)` unit vectors.
        charts: which vertices unfold together; their `uvs` are also the shape of their piece in the atlas.
        cavity: `(n,)` light that reaches grooves too fine for the occlusion bake, 0 to 1.
    """

    positions: Array
    uvs: Array
    triangles: Triangles
    normals: Array
    charts: tuple[Chart, ...]
    cavity: Array

    @staticmethod
    def of(
        positions: Array, uvs: Array, triangles: Triangles, *, crease: float = 180.0, cavity: Array | None = None
    ) -> Surface:
        """A surface with smooth normals, split where neighbouring faces differ by more than `crease` degrees."""
        normals, corners, faces = smooth_normals(positions, triangles, crease)
        count = len(corners)
        light = np.ones(count) if cavity is None else cavity[corners]
        return Surface(positions[corners], uvs[corners], faces, normals, (Chart(0, count),), light)

    def transformed(self, matrix: npt.ArrayLike) -> Surface:
        """Moved by a `(4, 4)` affine matrix; a mirroring one turns the triangles so that outside stays outside."""
        m = np.asarray(matrix, dtype=np.float64)
        linear = m[:3, :3]
        normals = self.normals @ np.linalg.inv(linear)
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        triangles = self.triangles[:, ::-1] if np.linalg.det(linear) < 0 else self.triangles
        return replace(self, positions=self.positions @ linear.T + m[:3, 3], normals=normals, triangles=triangles)

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Surface:
        return replace(self, positions=self.positions + np.array([x, y, z]))

    def mirrored(self) -> Surface:
        """The other side's twin, through the plane x = 0."""
        return self.transformed(np.diag([-1.0, 1.0, 1.0, 1.0]))

    def flipped(self) -> Surface:
        """Inside out."""
        return replace(self, triangles=self.triangles[:, ::-1], normals=-self.normals)

    def turned(self) -> Surface:
        """With its UVs turned by a quarter, for patterns that run the other way."""
        return replace(self, uvs=self.uvs[:, ::-1])

    def outward(self) -> Surface:
        """Itself, or flipped where its signed volume is negative; for closed surfaces."""
        return self.flipped() if volume(self) < 0 else self


def join(*surfaces: Surface) -> Surface:
    """All surfaces as one; charts are kept apart."""
    starts = np.cumsum([0, *(len(s.positions) for s in surfaces)])
    charts = tuple(
        Chart(c.start + int(start), c.stop + int(start))
        for s, start in zip(surfaces, starts, strict=False)
        for c in s.charts
    )
    return Surface(
        np.concatenate([s.positions for s in surfaces]),
        np.concatenate([s.uvs for s in surfaces]),
        np.concatenate([s.triangles + start for s, start in zip(surfaces, starts, strict=False)]),
        np.concatenate([s.normals for s in surfaces]),
        charts,
        np.concatenate([s.cavity for s in surfaces]),
    )


def volume(surface: Surface) -> float:
    """Signed volume in cubic metres by the divergence theorem; meaningful for closed surfaces."""
    a, b, c = np.moveaxis(surface.positions[surface.triangles], 1, 0)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6.0)


def areas(surface: Surface) -> Array:
    """Area of each triangle in square metres."""
    a, b, c = np.moveaxis(surface.positions[surface.triangles], 1, 0)
    doubled: Array = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    return doubled / 2


def rotation(axis: str, degrees: float) -> Array:
    """A `(4, 4)` rotation about x, y or z, counter-clockwise seen from the axis' tip."""
    angle, i = np.radians(degrees), "xyz".index(axis)
    j, k = (i + 1) % 3, (i + 2) % 3
    m = np.eye(4)
    m[j, j] = m[k, k] = np.cos(angle)
    m[k, j], m[j, k] = np.sin(angle), -np.sin(angle)
    return m


def translation(x: float, y: float, z: float) -> Array:
    m = np.eye(4)
    m[:3, 3] = x, y, z
    return m


def select(surface: Surface, triangles: npt.NDArray[np.bool_]) -> Surface:
    """Only the marked triangles; normals stay as they were, so that neighbours still shade as one."""
    kept = surface.triangles[triangles]
    used, faces = np.unique(kept, return_inverse=True)
    return Surface(
        surface.positions[used],
        surface.uvs[used],
        faces.reshape(-1, 3),
        surface.normals[used],
        (Chart(0, len(used)),),
        surface.cavity[used],
    )
