"""Checks of texture coordinates: range, mirroring, overlap, gutter, density."""

from __future__ import annotations

from typing import Any

import numpy as np

from .check import Measured, NotTestable, check, spread
from .coverage import grid_side, overlapping
from .gutter import narrowest
from .layout import Layout, first_slot
from .profile import Gutter
from .report import Place
from .shown import Shown
from .subject import Subject

_ROUNDING = 1e-5
"""In texture space: what 16-bit and Draco coordinates are off by."""
_FLOAT = 1e-6
"""In texture space: what float32 coordinates near 1 are off by, a few times over."""
_NO_AREA = 1e-10
"""In texture space: a triangle smaller than this has no side. A texel of 4096 × 4096 has 6e-8."""


@check(fix="Move the islands into the texture, or bake what repeats.")
def uv_range(subject: Subject, limit: Any) -> Measured:
    """Primitives with UVs outside 0 to 1, by more than 1e-5. The value is the least and the largest coordinate."""
    items: list[tuple[float, Place | None]] = []
    everything = [layout.corners for layout in _layouts(subject)]
    for layout in subject.layouts:
        outside = (layout.corners < -_ROUNDING) | (layout.corners > 1 + _ROUNDING)
        items += _marked(subject, layout, outside.any(axis=(1, 2)))
    value = (min(float(uvs.min()) for uvs in everything), max(float(uvs.max()) for uvs in everything))
    return Measured(value, items)


@check(fix="Flip the mirrored islands: normal maps and writing come out wrong on them.")
def uv_inverted(subject: Subject, limit: Any) -> Measured:
    """Triangles whose picture is mirrored: they run the other way round in texture space."""
    items: list[tuple[float, Place | None]] = []
    for layout in _layouts(subject):
        items += _marked(subject, layout, layout.areas > _NO_AREA)
    return Measured(int(sum(number for number, _ in items)), items)


@check(fix="Unwrap again without overlap, or give stacked parts their own material.")
def uv_overlap(subject: Subject, limit: Any) -> Measured:
    """Triangles that share texels with another triangle of the same material, in a grid of 1,024 to 4,096 cells over
    the layout; overlaps that hold no cell's centre are too small to matter. Instances of a mesh count once."""
    items: list[tuple[float, Place | None]] = []
    part, sides = 0.0, []
    for layout in _layouts(subject):
        side = grid_side(layout.corners)
        marked, shared = overlapping(layout.corners, side)
        items += _marked(subject, layout, marked)
        part = max(part, shared)
        sides.append(side)
    message = f"up to {part:.2%} of a layout's cells are shared, in a grid of {min(sides)}²" if items else ""
    return Measured(int(sum(number for number, _ in items)), items, message)


@check(fix="Pack the islands again with a wider margin.")
def uv_gutter(subject: Subject, limit: Gutter) -> Measured:
    """Pixels between the two nearest islands of a material, in a texture of the profile's resolution, to a tenth of the
    width demanded. Islands are triangles that share points in texture space."""
    width = limit.pixels / limit.resolution - _FLOAT
    items: list[tuple[float, Place | None]] = []
    for layout in _layouts(subject):
        try:
            found = narrowest(layout, width)
        except OverflowError as error:
            raise NotTestable(f"the layout is too large beside such a gutter: {error}") from None
        if found is not None:
            distance, at = found
            detail = f"{distance * limit.resolution:.2f} pixels at ({at[0]:.4f}, {at[1]:.4f})"
            items.append((distance * limit.resolution, subject.place(layout.shown[0], detail)))
    if not items:
        return Measured(limit.pixels, [], "or more")
    return Measured(round(min(number for number, _ in items), 3), items)


@check(fix="Scale islands so that parts of the same size get as many texels.")
def texel_density(subject: Subject, limit: Any) -> Measured:
    """Texels of the largest texture of its material for each metre of a triangle's surface: the root of the ratio of
    areas. Triangles without area in the world or in texture space do not count."""
    items: list[tuple[float, Place | None]] = []
    for layout in _layouts(subject):
        stops = np.cumsum(layout.sizes)
        for shown, size, stop in zip(layout.shown, layout.sizes, stops, strict=True):
            texels = np.abs(layout.areas[stop - size : stop]) * _texels(shown)
            items += _densities(subject, shown, texels)
    if not items:
        raise NotTestable("no triangle with area has a texture")
    return spread(items)


def _layouts(subject: Subject) -> list[Layout]:
    if not subject.layouts:
        raise NotTestable("nothing that the scene shows has texture coordinates")
    return subject.layouts


def _marked(subject: Subject, layout: Layout, marked: Any) -> list[tuple[float, Place | None]]:
    """How many triangles are marked in each primitive that has some, and its place."""
    counts = [(shown, number) for shown, number in layout.per_primitive(marked) if number]
    return [(number, subject.place(shown, f"{number:,} triangles")) for shown, number in counts]


def _texels(shown: Shown) -> int:
    """Of the largest texture that reads the same UVs as the first; 0 without textures."""
    material = shown.primitive.material
    first = first_slot(material)
    if material is None or first is None:
        return 0
    images = [s.info.texture.image for s in material.textures() if s.info.uv_set == first.info.uv_set]
    return max((image.header.pixels for image in images if image is not None and image.data), default=0)


def _densities(subject: Subject, shown: Shown, texels: Any) -> list[tuple[float, Place | None]]:
    """The least and the most texels a metre of a primitive's triangles."""
    found: list[tuple[float, Place | None]] = []
    for positions in subject.positions(shown):
        a, b, c = (positions[shown.triangles[:, corner]] for corner in range(3))
        area = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
        counted = (area > 0) & (texels > 0) & np.isfinite(area)
        if counted.any():
            densities = np.sqrt(texels[counted] / area[counted])
            low, high = float(densities.min()), float(densities.max())
            place = subject.place(shown, f"{low:,.4g} to {high:,.4g} texels a metre")
            found += [(round(low, 3), place), (round(high, 3), place)]
    return found
