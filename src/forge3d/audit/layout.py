"""UV layouts: the triangles of one material in texture space, and the islands that they form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..document.material import Material, Slot
from ..document.texture import TextureTransform
from .edges import Ints, weld
from .shown import Shown

Floats = npt.NDArray[np.float64]


@dataclass(eq=False)
class Layout:
    """Triangles that share a texture space.

    Attributes:
        shown: the primitives, in order.
        sizes: triangles of each.
        points: `(n, 2)` float64, places in texture space, v downwards, each once.
        faces: `(triangles, 3)`, between `points`, of all primitives.
    """

    shown: list[Shown]
    sizes: list[int]
    points: Floats
    faces: Ints

    @cached_property
    def corners(self) -> Floats:
        """`(triangles, 3, 2)`."""
        return np.asarray(self.points[self.faces])

    @cached_property
    def areas(self) -> Floats:
        """Signed areas `(triangles,)`: negative where the picture is not mirrored, since v runs downwards."""
        a, b, c = np.moveaxis(self.corners, 1, 0)
        areas: Floats = ((b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])) / 2
        return areas

    @cached_property
    def islands(self) -> Ints:
        """For each point a number, equal for points that triangles connect."""
        return components(len(self.points), self.faces)

    def outline(self) -> Ints:
        """Edges `(n, 2)` of points that belong to one triangle only."""
        ends = np.sort(np.stack([self.faces, np.roll(self.faces, -1, axis=1)], axis=2).reshape(-1, 2), axis=1)
        keys, counts = np.unique(ends[:, 0] * len(self.points) + ends[:, 1], return_counts=True)
        once = keys[counts == 1]
        return np.stack([once // len(self.points), once % len(self.points)], axis=1)

    def per_primitive(self, marked: npt.NDArray[np.bool_]) -> list[tuple[Shown, int]]:
        """How many of the marked triangles `(triangles,)` each primitive has."""
        stops = np.cumsum(self.sizes)
        return [
            (shown, int(marked[stop - size : stop].sum()))
            for shown, size, stop in zip(self.shown, self.sizes, stops, strict=True)
        ]


def layouts(shown: Sequence[Shown]) -> list[Layout]:
    """One layout for each material (and one for none), of those primitives that have UVs."""
    groups: dict[int, list[tuple[Shown, Floats]]] = {}
    for one in shown:
        uvs = texture_coordinates(one)
        if uvs is not None:
            groups.setdefault(id(one.primitive.material), []).append((one, uvs))
    return [_layout(group) for group in groups.values()]


def texture_coordinates(shown: Shown) -> Floats | None:
    """The UVs `(vertices, 2)` that the first texture of its material reads, KHR_texture_transform applied; without
    textures, TEXCOORD_0. None where there are none, or some are not finite."""
    slot = first_slot(shown.primitive.material)
    number = 0 if slot is None else slot.info.uv_set
    accessor = shown.primitive.attributes.get(f"TEXCOORD_{number}")
    if accessor is None:
        return None
    uvs = accessor.floats.astype(np.float64)
    if slot is not None and slot.info.transform is not None:
        uvs = _moved(uvs, slot.info.transform)
    return uvs if np.isfinite(uvs.astype(np.float32)).all() else None


def first_slot(material: Material | None) -> Slot | None:
    """The texture that UVs are judged for: the base colour's where there is one."""
    return None if material is None else next(material.textures(), None)


def components(count: int, faces: Ints) -> Ints:
    """Connected components: `(count,)`, for each point the lowest number of a point that triangles connect it with.

    Every round hooks each triangle's roots to their lowest and shortens all paths: O(log count) rounds.
    """
    labels = np.arange(count)
    while True:
        roots = labels[faces]
        lowest = roots.min(axis=1)
        if (roots == lowest[:, None]).all():
            return labels
        for corner in range(3):
            np.minimum.at(labels, roots[:, corner], lowest)
        while (labels[labels] != labels).any():
            labels = labels[labels]


def _layout(group: Sequence[tuple[Shown, Floats]]) -> Layout:
    everything = np.concatenate([uvs for _, uvs in group])
    numbers = weld(everything.astype(np.float32))
    points = np.empty((int(numbers.max()) + 1, 2))
    points[numbers] = everything
    starts = np.cumsum([0, *(len(uvs) for _, uvs in group)])
    faces = [one.triangles.astype(np.int64) + start for (one, _), start in zip(group, starts, strict=False)]
    return Layout([one for one, _ in group], list(map(len, faces)), points, numbers[np.concatenate(faces)])


def _moved(uvs: Floats, transform: TextureTransform) -> Floats:
    """KHR_texture_transform: scale, then rotate, then offset."""
    u, v = (uvs * transform.scale).T
    cosine, sine = np.cos(transform.rotation), np.sin(transform.rotation)
    return np.stack([cosine * u + sine * v, cosine * v - sine * u], axis=1) + transform.offset
