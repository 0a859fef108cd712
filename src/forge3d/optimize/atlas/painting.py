"""Painting tiles: each texture's texels with the material's factors, and the gutters around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import images
from ...document import Image, Material, TextureInfo, Wrap
from ...document.accessor import Array
from ...images.colour import decode_values, encode_values
from .tile import Tile

FloatArray = npt.NDArray[np.float32]
Positions = npt.NDArray[np.floating[Any]]
Paint = Callable[[Material, "Source"], FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """The textures of one tile, read at the atlas's pixels.

    Args:
        columns, rows: positions of the pixels along each axis, in pixels of the whole atlas.
        scale: of the textures' size, where the atlas is smaller than they are.
    """

    tile: Tile
    columns: Positions
    rows: Positions
    scale: float

    def read(self, info: TextureInfo | None, *, srgb: bool, normal: bool = False) -> FloatArray:
        """RGBA `(rows, columns, 4)` in [0, 1], colours in linear light; white where there is no texture."""
        image = info.texture.image if info is not None else None
        if info is None or image is None:
            return np.ones((len(self.rows), len(self.columns), 4), np.float32)
        sampler = info.texture.sampler
        wrap = (Wrap.REPEAT, Wrap.REPEAT) if sampler is None else (sampler.wrap_s, sampler.wrap_t)
        texels = _rgba(_resized(image, self.scale, srgb, normal, wrap), srgb)
        across = _neighbours(self.tile.where(self.columns, 0), texels.shape[1], wrap[0])
        down = _neighbours(self.tile.where(self.rows, 1), texels.shape[0], wrap[1])
        return _mixed(_mixed(texels, down, 0), across, 1)


def paint(
    tiles: Sequence[Tile], size: tuple[int, int], shrink: int, gutter: int, scale: float, value: Paint, *, srgb: bool
) -> Array:
    """An atlas `(height, width, channels)` uint8 of what `value` gives for each tile.

    Args:
        size: width and height of the whole atlas; the picture is `shrink` times smaller.
        gutter: pixels around each tile that go on as the texture does.
        value: the channels of a tile in [0, 1], `(rows, columns, channels)`.
        srgb: the first three channels are stored as sRGB.
    """
    width, height = size[0] // shrink, size[1] // shrink
    picture: Array | None = None
    for tile in tiles:
        x0, x1 = _reach(tile.place[0], tile.size[0], gutter, shrink, width)
        y0, y1 = _reach(tile.place[1], tile.size[1], gutter, shrink, height)
        columns, rows = (shrink * (np.arange(a, b, dtype=np.float64) + 0.5) for a, b in ((x0, x1), (y0, y1)))
        source = Source(tile, columns, rows, scale)
        found = value(tile.material, source)
        stored = np.empty(found.shape, np.uint8)
        stored[..., :3] = encode_values(found[..., :3], np.uint8, srgb=srgb)
        stored[..., 3:] = encode_values(found[..., 3:], np.uint8, srgb=False)
        if picture is None:
            picture = np.zeros((height, width, found.shape[2]), np.uint8)
        picture[y0:y1, x0:x1] = stored
    assert picture is not None
    return picture


def _reach(start: int, length: int, gutter: int, shrink: int, end: int) -> tuple[int, int]:
    return max(0, (start - gutter) // shrink), min(end, -(-(start + length + gutter) // shrink))


def _resized(image: Image, scale: float, srgb: bool, normal: bool, wrap: tuple[Wrap, Wrap]) -> Array:
    """The picture at `scale` of its size."""
    pixels: Array = image.pixels
    if scale == 1.0:
        return pixels
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    return images.resize(
        pixels, size, srgb=srgb, alpha="none", normal_map=normal, wrap=(wrap[0] is Wrap.REPEAT, wrap[1] is Wrap.REPEAT)
    )


def _rgba(pixels: Array, srgb: bool) -> FloatArray:
    count = pixels.shape[2]
    color = decode_values(pixels[..., : 1 if count < 3 else 3], srgb=srgb)
    alpha = decode_values(pixels[..., -1:], srgb=False) if count in (2, 4) else np.ones_like(color[..., :1])
    return np.concatenate([np.broadcast_to(color, (*color.shape[:2], 3)), alpha], axis=2)


Neighbours = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], FloatArray]


def _neighbours(coordinates: Positions, count: int, wrap: Wrap) -> Neighbours:
    """The two texels around each coordinate, and the share of the second: 0 in the middle of a texel."""
    at = coordinates * count - 0.5
    at = np.where(np.abs(at - np.rint(at)) < 1e-4, np.rint(at), at)
    first = np.floor(at).astype(np.intp)
    return _wrapped(first, count, wrap), _wrapped(first + 1, count, wrap), (at - first).astype(np.float32)


def _wrapped(number: npt.NDArray[np.intp], count: int, wrap: Wrap) -> npt.NDArray[np.intp]:
    if wrap is Wrap.CLAMP_TO_EDGE:
        return np.clip(number, 0, count - 1)
    if wrap is Wrap.MIRRORED_REPEAT:
        number = number % (2 * count)
        return np.where(number < count, number, 2 * count - 1 - number)
    return number % count


def _mixed(texels: FloatArray, around: Neighbours, axis: int) -> FloatArray:
    first, second, share = around
    here = np.take(texels, first, axis=axis)
    if not share.any():
        return here
    shares = share.reshape([-1 if n == axis else 1 for n in range(3)])
    mixed: FloatArray = here + shares * (np.take(texels, second, axis=axis) - here)
    return mixed
