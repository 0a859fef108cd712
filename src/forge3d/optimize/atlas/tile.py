"""A material's tile: the part of its textures that its primitives show, and where that goes."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, cos, floor, sin
from typing import Any

import numpy as np
import numpy.typing as npt

from ...document import Material, Primitive, TextureTransform
from ...document.accessor import Array
from ...document.geometry import used_vertices

PLAIN = 8  # pixels of a tile that has one colour
_EDGE = 1e-4  # of a texel: how far coordinates may lie outside by rounding

Floats = npt.NDArray[np.float64]


@dataclass(slots=True, eq=False)
class Tile:
    """What a material needs of the atlas.

    Attributes:
        texels: size of its largest textures at the atlas's scale, `(2,)`.
        low, high: the coordinates that its primitives use, snapped outwards to texels, `(2,)` each.
        place: the interior's lower corner in the atlas, in pixels.
    """

    material: Material
    primitives: list[Primitive]
    texels: tuple[int, int]
    low: Floats
    high: Floats
    place: tuple[int, int] = (0, 0)

    @property
    def size(self) -> tuple[int, int]:
        """Pixels of the interior."""
        if not any(True for _ in self.material.textures()):
            return PLAIN, PLAIN
        width, height = np.rint((self.high - self.low) * self.texels).astype(int).tolist()
        return max(width, 1), max(height, 1)

    def coordinates(self, primitive: Primitive, atlas: tuple[int, int]) -> npt.NDArray[np.float32]:
        """The primitive's texture coordinates in the atlas, `(n, 2)`."""
        if not any(True for _ in self.material.textures()):
            middle = (np.array(self.place) + PLAIN / 2) / atlas
            return np.tile(middle.astype(np.float32), (len(primitive.attributes["POSITION"]), 1))
        inside = (shown_coordinates(self.material, primitive) - self.low) * self.texels
        return ((inside + self.place) / atlas).astype(np.float32)

    def where(self, pixels: npt.NDArray[np.floating[Any]], axis: int) -> npt.NDArray[np.floating[Any]]:
        """The texture coordinate along an axis at these atlas pixels."""
        found: npt.NDArray[np.floating[Any]] = self.low[axis] + (pixels - self.place[axis]) / self.texels[axis]
        return found


def tile_of(material: Material, primitives: list[Primitive], scale: float) -> Tile:
    """The tile of a material, textures brought to `scale` of their size."""
    images = [slot.info.texture.image for slot in material.textures()]
    sizes = [(image.header.width, image.header.height) for image in images if image is not None]
    width = max(1, round(max((w for w, _ in sizes), default=1) * scale))
    height = max(1, round(max((h for _, h in sizes), default=1) * scale))
    if not sizes:
        return Tile(material, primitives, (1, 1), np.zeros(2), np.ones(2))
    low, high = extent(material, primitives)
    snapped = [
        (floor(a * side + _EDGE) / side, ceil(b * side - _EDGE) / side)
        for a, b, side in zip(low, high, (width, height), strict=True)
    ]
    return Tile(
        material, primitives, (width, height), np.array([a for a, _ in snapped]), np.array([b for _, b in snapped])
    )


def extent(material: Material, primitives: list[Primitive]) -> tuple[Floats, Floats]:
    """The lowest and highest coordinates at which the primitives show the material's textures."""
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for primitive in primitives:
        shown = shown_coordinates(material, primitive)
        used = used_vertices(primitive)
        shown = shown if used is None else shown[used]
        if len(shown):
            low, high = np.minimum(low, shown.min(axis=0)), np.maximum(high, shown.max(axis=0))
    return (low, high) if np.isfinite(low).all() else (np.zeros(2), np.ones(2))


def shown_coordinates(material: Material, primitive: Primitive) -> Floats:
    """The coordinates `(n, 2)` that the material's textures are read at, KHR_texture_transform applied."""
    slot = next(material.textures())
    stored: Array = primitive.attributes[f"TEXCOORD_{slot.info.uv_set}"].floats
    return _transformed(stored.astype(np.float64), slot.info.transform)


def _transformed(uv: Floats, transform: TextureTransform | None) -> Floats:
    """u′ = t + R(θ) · S · u."""
    if transform is None:
        return uv
    c, s = cos(transform.rotation), sin(transform.rotation)
    u, v = (uv * transform.scale).T
    moved: Floats = np.stack([c * u + s * v, c * v - s * u], axis=1) + transform.offset
    return moved
