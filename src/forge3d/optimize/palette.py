"""Materials of plain colours become one material with a small texture of them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from math import ceil, log2, sqrt
from typing import ClassVar

import numpy as np

from .. import images
from ..document import (
    Accessor,
    AlphaMode,
    Change,
    Context,
    Document,
    Fidelity,
    Filter,
    Image,
    Material,
    Primitive,
    Sampler,
    Texture,
    TextureInfo,
    Transform,
    Wrap,
)
from ..images.colour import decode_values, encode_values
from .dedup import content_key
from .graph import animated, held_by_extensions, pinned
from .materials import reads_unknown
from .options import between
from .vertices import payload_kept, primitives

_FACTORS = ("base_color_factor", "metallic_factor", "roughness_factor", "emissive_factor")
_TAKEN = ("base_color_texture", "metallic_roughness_texture", "emissive_texture", "specular_glossiness", "pbr_extras")
_MOST_SETS = 2  # of texture coordinates: what every viewer reads

Look = tuple[float, ...]
"""Base colour (4), metalness, roughness, emission (3)."""


@dataclass(frozen=True, slots=True)
class Palette(Transform):
    """Make one material of those that differ in plain colour, metalness, roughness and emission only. Lossy.

    The differences go into small textures, one cell for each look, and each primitive gets a texture coordinate that
    points to the middle of its cell. Alone it saves nothing: it is there for Join, which then draws parts of many
    colours in one call. Colours are rounded to 8 bits; the change's notes say by how much. Each vertex grows by 4
    bytes. Run Prune first, with `solid` where colours stand in textures: only materials without a texture for these
    factors are taken. Materials of variants, of animations, or with extras or unknown extensions stay.

    Args:
        least: so many looks must come together for a palette.
        block: pixels along a cell's side. More than one keeps colours apart in lossy or block-compressed formats.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.LOSSY

    least: int = 5
    block: int = 4

    def __post_init__(self) -> None:
        between(self, "least", 2, float("inf"))
        between(self, "block", 1, 64)

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("palette")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        users = _users(document)
        groups: dict[Hashable, list[Material]] = {}
        for material in document.materials:
            if id(material) in users:
                groups.setdefault(_kind(material, users[id(material)]), []).append(material)
        for group in groups.values():
            looks = list(dict.fromkeys(map(_look, group)))
            if len(looks) >= self.least:
                error = self._replace(document, group, looks, users)
                change.notes.append(f"{len(group)} materials became one; factors are off by {error:.4f} at most")
        return change

    def _replace(
        self, document: Document, group: list[Material], looks: list[Look], users: dict[int, list[Primitive]]
    ) -> float:
        """Give the group's primitives one material; the largest rounding of a factor."""
        columns = 1 << ceil(log2(sqrt(len(looks))))
        rows = 1 << ceil(log2(ceil(len(looks) / columns)))
        first, sets = group[0], _sets(users[id(group[0])][0])
        painter = _Painter(looks, (rows, columns), self.block, sets)
        base, painted = painter.paint(slice(0, 4), "rgba", srgb=True)
        surface, mapped = painter.paint([5, 4], "gb", srgb=False)
        emissive, lit = painter.paint(slice(6, 9), "rgb", srgb=True)
        material = replace(
            first,
            name="palette",
            base_color_factor=(base[0], base[1], base[2], base[3]),
            base_color_texture=painted,
            roughness_factor=surface[0],
            metallic_factor=surface[1],
            metallic_roughness_texture=mapped,
            emissive_factor=(emissive[0], emissive[1], emissive[2]),
            emissive_texture=lit,
        )
        document.samplers += [painter.sampler] if painter.textures else []
        document.textures += painter.textures
        document.images += [texture.image for texture in painter.textures if texture.image is not None]
        numbers = {look: number for number, look in enumerate(looks)}
        for old in group:
            for primitive in users[id(old)]:
                primitive.material = material
                if painter.textures:
                    primitive.attributes = {
                        **primitive.attributes,
                        f"TEXCOORD_{sets}": painter.coordinates(numbers[_look(old)], _count(primitive)),
                    }
        document.materials[document.materials.index(first)] = material
        gone = set(group)
        document.materials[:] = [kept for kept in document.materials if kept not in gone]
        return painter.error


class _Painter:
    """The palette's textures, and where in them each look is."""

    def __init__(self, looks: Sequence[Look], shape: tuple[int, int], block: int, texcoord: int):
        self.values = np.array(looks, np.float64)
        self.shape, self.block, self.texcoord = shape, block, texcoord
        self.error = 0.0
        self.textures: list[Texture] = []
        # The nearest texel of the first mip level: cells never run into each other.
        self.sampler = Sampler(
            mag_filter=Filter.NEAREST, min_filter=Filter.NEAREST, wrap_s=Wrap.CLAMP_TO_EDGE, wrap_t=Wrap.CLAMP_TO_EDGE
        )
        self._coordinates: dict[tuple[int, int], Accessor] = {}

    def paint(self, part: slice | list[int], channels: str, *, srgb: bool) -> tuple[list[float], TextureInfo | None]:
        """The common factors of some values, and the texture that tells the looks apart, if they differ.

        The factor is the largest of each, and cells hold shares of it: what all have alike is not rounded.
        """
        values = self.values[:, part]
        top = values.max(axis=0)
        if not np.ptp(values, axis=0).any():
            return top.tolist(), None
        shares = np.divide(values, top, out=np.ones_like(values), where=top > 0).astype(np.float32)
        pixels = np.zeros((len(values), 4 if "a" in channels and np.ptp(values[:, 3]) else 3), np.uint8)
        for number, channel in enumerate(channels[: values.shape[1]]):
            curve = srgb and channel != "a"
            stored = encode_values(shares[:, number], np.uint8, srgb=curve)
            told = decode_values(stored, srgb=curve) * top[number]
            self.error = max(self.error, float(np.abs(told - values[:, number]).max()))
            if "rgba".index(channel) < pixels.shape[1]:
                pixels[:, "rgba".index(channel)] = stored
        grid = np.zeros((self.shape[0] * self.shape[1], pixels.shape[1]), np.uint8)
        grid[: len(pixels)] = pixels
        picture = grid.reshape(*self.shape, -1).repeat(self.block, axis=0).repeat(self.block, axis=1)
        image = Image(images.encode(picture, "png", srgb=srgb), mime_type="image/png", name="palette")
        self.textures.append(Texture(image=image, sampler=self.sampler))
        return top.tolist(), TextureInfo(texture=self.textures[-1], tex_coord=self.texcoord)

    def coordinates(self, look: int, count: int) -> Accessor:
        """The middle of the look's cell for each of `count` vertices, `(count, 2)` normalized uint16."""
        key = (look, count)
        if key not in self._coordinates:
            rows, columns = self.shape
            middle = np.array([(look % columns + 0.5) / columns, (look // columns + 0.5) / rows])
            stored = np.tile(np.rint(middle * 65535).astype(np.uint16), (count, 1))
            self._coordinates[key] = Accessor(stored, normalized=True)
        return self._coordinates[key]


def _users(document: Document) -> dict[int, list[Primitive]]:
    """`id(material)` → its primitives, of the materials that a palette can stand for."""
    driven, held = animated(document), held_by_extensions(document)
    users: dict[int, list[Primitive]] = {}
    spoiled: set[int] = set(driven) | held
    for _, primitive in primitives(document):
        users.setdefault(id(primitive.material), []).append(primitive)
        fits = "POSITION" in primitive.attributes and _sets(primitive) < _MOST_SETS and not payload_kept(primitive)
        if primitive.variants or not fits or reads_unknown(primitive):
            spoiled |= {id(primitive.material), *(id(mapping.material) for mapping in primitive.variants)}
    for material in document.materials:
        sets = {_sets(primitive) for primitive in users.get(id(material), ())}
        taken = any(getattr(material, name) is not None for name in _TAKEN)
        told = material.extras is not None or material.extensions or material.pbr_extensions or material.xmp is not None
        if taken or told or len(sets) != 1:
            spoiled.add(id(material))
    return {i: found for i, found in users.items() if i not in spoiled and found[0].material is not None}


def _kind(material: Material, users: list[Primitive]) -> Hashable:
    """Equal for materials that differ in what a palette holds only, on primitives with as many coordinate sets."""
    return (_sets(users[0]), content_key(material, ("name", *_FACTORS)))


def _look(material: Material) -> Look:
    base = material.base_color_factor
    alpha = 1.0 if material.alpha_mode is AlphaMode.OPAQUE else base[3]
    return (*base[:3], alpha, material.metallic_factor, material.roughness_factor, *material.emissive_factor)


def _sets(primitive: Primitive) -> int:
    return sum(name.startswith("TEXCOORD_") for name in primitive.attributes)


def _count(primitive: Primitive) -> int:
    return len(primitive.attributes["POSITION"])
