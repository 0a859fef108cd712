"""One material with an atlas in place of many with textures of their own."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt

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
    Skip,
    Texture,
    TextureInfo,
    Transform,
    Wrap,
)
from .atlas.fitting import SLOTS, fitting
from .atlas.packing import pack
from .atlas.painting import FloatArray, Paint, Source, paint
from .atlas.tile import Tile, tile_of
from .dedup import content_key
from .graph import pinned
from .options import between

Floats = npt.NDArray[np.float64]

_FACTORS = ("base_color_factor", "metallic_factor", "roughness_factor", "emissive_factor")
_GRID = 8  # tiles stand on multiples of it, so that smaller atlases of the same layout meet whole pixels
_SMALLER = 0.93  # each try to fit scales tiles by this


@dataclass(frozen=True, slots=True)
class AtlasMaterials(Transform):
    """Pack the textures of many materials into one atlas, so that one material draws them all. Lossy.

    Materials come together where they differ in the five core textures and their factors only; factors that differ are
    painted into the texels. Each tile holds the part of a texture that is shown, with its repeats where it repeats,
    and a gutter that goes on as the texture does, so that filtering at the tile's edge finds what it found before; far
    away, where mip levels are coarser than the gutter, neighbours run together. Occlusion, roughness and metalness
    share one picture. The atlas is written as PNG: run Prune after it, for the textures that nothing uses any more,
    Textures for a smaller format, and Join for one draw call.

    Materials with other textures, with different coordinates for their textures, of variants and of animations stay
    as they are, and so do those that repeat a texture more often than `repeats` allows; the change says which and
    why.

    Args:
        size: longest side of the atlas in pixels. Tiles are scaled down until they fit.
        gutter: pixels around a tile.
        repeats: how often a texture may be seen side by side in a tile, on each axis.
        least: so many materials must come together for an atlas.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.LOSSY

    size: int = 4096
    gutter: int = 16
    repeats: float = 2.0
    least: int = 2

    def __post_init__(self) -> None:
        between(self, "size", 64, 16384)
        between(self, "gutter", 0, 64)
        between(self, "repeats", 1, 64)
        between(self, "least", 2, float("inf"))

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("atlas-materials")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        users, reasons = fitting(document, self.repeats)
        change.skipped += [Skip(f"material {m.name or document.materials.index(m)!r}", why) for m, why in reasons]
        groups: dict[Hashable, list[Material]] = {}
        for material in document.materials:
            if material in users:
                groups.setdefault(_kind(material), []).append(material)
        for group in groups.values():
            if len(group) < self.least or not any(True for material in group for _ in material.textures()):
                continue
            context.report(0.1, "atlas of materials")
            layout = self._layout(group, users)
            if layout is None:
                change.skipped.append(Skip(f"{len(group)} materials", f"do not fit into {self.size} pixels"))
                continue
            _Atlas(document, *layout, self.gutter).build()
            change.notes.append(f"{len(group)} materials became one with an atlas of {layout[1][0]} × {layout[1][1]}")
        return change

    def _layout(
        self, group: list[Material], users: dict[Material, list[Primitive]]
    ) -> tuple[list[Tile], tuple[int, int], float] | None:
        """The tiles in their places, the size of the atlas, and the scale of the textures; None if nothing fits."""
        scale = 1.0
        while scale > 1 / 256:
            tiles = [tile_of(material, users[material], scale) for material in group]
            sizes = [(_rounded(w + 2 * self.gutter), _rounded(h + 2 * self.gutter)) for w, h in (t.size for t in tiles)]
            packed = pack(sizes, self.size)
            if packed is not None:
                for tile, (x, y) in zip(tiles, packed[1], strict=True):
                    tile.place = x + self.gutter, y + self.gutter
                return tiles, packed[0], scale
            scale *= _SMALLER
        return None


def _rounded(length: int) -> int:
    return -(-length // _GRID) * _GRID


def _kind(material: Material) -> Hashable:
    """Equal for materials that differ in the core textures and their factors only."""
    hard = any(
        slot.info.texture.sampler is not None and slot.info.texture.sampler.mag_filter is Filter.NEAREST
        for slot in material.textures()
    )
    return (hard, content_key(material, ("name", *SLOTS, *_FACTORS)))


class _Atlas:
    """Painting the pictures of one group of materials and giving them to its primitives."""

    def __init__(self, document: Document, tiles: list[Tile], size: tuple[int, int], scale: float, gutter: int):
        self.document, self.tiles, self.size, self.scale, self.gutter = document, tiles, size, scale, gutter
        self.materials = [tile.material for tile in tiles]
        hard = any(s.info.texture.sampler is not None and s.info.texture.sampler.mag_filter is Filter.NEAREST
                   for m in self.materials for s in m.textures())  # fmt: skip
        self.sampler = Sampler(
            mag_filter=Filter.NEAREST if hard else Filter.LINEAR,
            min_filter=Filter.NEAREST if hard else Filter.LINEAR_MIPMAP_LINEAR,
            wrap_s=Wrap.CLAMP_TO_EDGE,
            wrap_t=Wrap.CLAMP_TO_EDGE,
        )

    def build(self) -> None:
        first = self.materials[0]
        result = replace(first, name="atlas", base_color_texture=None, metallic_roughness_texture=None,
                         normal_texture=None, occlusion_texture=None, emissive_texture=None)  # fmt: skip
        self._base_color(result)
        self._surface(result)
        self._emissive(result)
        self._normal(result)
        for image in {i for m in self.materials for s in m.textures() if (i := s.info.texture.image) is not None}:
            image.forget_pixels()
        for tile in self.tiles:
            for primitive in tile.primitives:
                kept = {n: a for n, a in primitive.attributes.items() if not n.startswith("TEXCOORD_")}
                coordinates = Accessor(tile.coordinates(primitive, self.size))
                primitive.attributes = {**kept, "TEXCOORD_0": coordinates}
                primitive.material = result
        listed = self.document.materials
        listed[listed.index(first)] = result
        gone = set(self.materials)
        listed[:] = [material for material in listed if material not in gone]
        self.document.samplers.append(self.sampler)

    def _base_color(self, result: Material) -> None:
        factors = np.array([material.base_color_factor for material in self.materials])
        opaque = result.alpha_mode is AlphaMode.OPAQUE
        top = _shared_factor(factors)
        if not self._drawn("base_color_texture") and not np.ptp(factors[:, : 3 if opaque else 4], axis=0).any():
            return

        def value(material: Material, source: Source) -> FloatArray:
            share = _share(material.base_color_factor, top)
            found = source.read(material.base_color_texture, srgb=True) * share
            return found[..., :3] if opaque else found

        result.base_color_factor = (float(top[0]), float(top[1]), float(top[2]), float(top[3]))
        result.base_color_texture = self._picture("base_color_texture", value, srgb=True)

    def _surface(self, result: Material) -> None:
        """Occlusion, roughness, metalness in red, green, blue."""
        factors = np.array([(material.roughness_factor, material.metallic_factor) for material in self.materials])
        top = _shared_factor(factors)
        occluded = self._drawn("occlusion_texture")
        if not occluded and not self._drawn("metallic_roughness_texture") and not np.ptp(factors, axis=0).any():
            return

        def value(material: Material, source: Source) -> FloatArray:
            found = source.read(material.metallic_roughness_texture, srgb=False)[..., :3].copy()
            found[..., 1:] *= _share((material.roughness_factor, material.metallic_factor), top)
            found[..., 0] = 1.0
            if material.occlusion_texture is not None:
                red = source.read(material.occlusion_texture, srgb=False)[..., 0]
                found[..., 0] = 1 + np.float32(material.occlusion_texture.strength) * (red - 1)
            return found

        result.roughness_factor, result.metallic_factor = float(top[0]), float(top[1])
        slots = ("occlusion_texture", "metallic_roughness_texture")
        result.metallic_roughness_texture = self._picture(slots, value, srgb=False)
        if occluded:
            result.occlusion_texture = replace(result.metallic_roughness_texture)

    def _emissive(self, result: Material) -> None:
        factors = np.array([material.emissive_factor for material in self.materials])
        top = _shared_factor(factors)
        if not np.ptp(factors, axis=0).any() and not (self._drawn("emissive_texture") and factors.any()):
            return

        def value(material: Material, source: Source) -> FloatArray:
            found = source.read(material.emissive_texture, srgb=True)[..., :3]
            return np.asarray(found * _share(material.emissive_factor, top))

        result.emissive_factor = (float(top[0]), float(top[1]), float(top[2]))
        result.emissive_texture = self._picture("emissive_texture", value, srgb=True)

    def _normal(self, result: Material) -> None:
        infos = [material.normal_texture for material in self.materials]
        scales = {info.scale for info in infos if info is not None}
        if not scales:
            return
        shared = scales.pop() if len(scales) == 1 else None

        def value(material: Material, source: Source) -> FloatArray:
            info = material.normal_texture
            found = source.read(info, srgb=False, normal=True)[..., :3] * 2 - 1
            if info is None:
                found[:] = (0, 0, 1)
            elif shared is None:
                found[..., :2] *= np.float32(info.scale)
            length = np.linalg.norm(found, axis=2, keepdims=True)
            return np.asarray(found / np.where(length > 0, length, 1) / 2 + np.float32(0.5))

        result.normal_texture = self._picture("normal_texture", value, srgb=False)
        result.normal_texture.scale = 1.0 if shared is None else shared

    def _drawn(self, name: str) -> bool:
        return any(getattr(material, name) is not None for material in self.materials)

    def _picture(self, names: str | Sequence[str], value: Paint, *, srgb: bool) -> TextureInfo:
        """Paint, encode and list a texture that all slots of these names share."""
        names = [names] if isinstance(names, str) else names
        pixels = paint(self.tiles, self.size, self._shrink(names), self.gutter, self.scale, value, srgb=srgb)
        image = Image(images.encode(pixels, "png", srgb=srgb), mime_type="image/png", name="atlas")
        texture = Texture(image=image, sampler=self.sampler)
        self.document.images.append(image)
        self.document.textures.append(texture)
        return TextureInfo(texture=texture)

    def _shrink(self, names: Sequence[str]) -> int:
        """How many times smaller this picture may be than the layout: as the largest texture of these slots asks."""
        shares = [1 / _GRID]
        for tile in self.tiles:
            for info in (getattr(tile.material, name) for name in names):
                image = info.texture.image if info is not None else None
                if image is not None:
                    width, height = image.header.width * self.scale, image.header.height * self.scale
                    shares.append(max(width / tile.texels[0], height / tile.texels[1]))
        shrink = 1
        while shrink < _GRID and max(shares) * shrink * 2 <= 1 + 1e-3 and min(self.size) > shrink:
            shrink *= 2
        return shrink


def _shared_factor(factors: Floats) -> Floats:
    """The largest of each: what is painted are shares of it, and where all agree nothing is."""
    return np.asarray(factors.max(axis=0))


def _share(factor: Sequence[float], top: Floats) -> FloatArray:
    share: FloatArray = np.divide(np.array(factor), top, out=np.ones(len(top)), where=top > 0).astype(np.float32)
    return share
