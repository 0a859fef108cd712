"""Texture coordinates in as few bits as their textures need, shifted into [0, 1] by KHR_texture_transform."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import ceil, cos, floor, log10, sin
from typing import Any

import numpy as np
import numpy.typing as npt

from ...document import Accessor, Document, Material, Primitive, Skip, Texture, TextureTransform
from ...document.accessor import extremes
from ...document.material import Slot
from ...errors import InvalidAsset
from ..graph import animated
from ..materials import materials_of, reads_unknown
from ..vertices import COMPRESSED, payload_kept, primitives, with_array
from .vectors import fractions

_UNKNOWN_SIZE = 2048  # of a texture whose header cannot be read
_SAVED_BYTES, _TRANSFORM_BYTES = 0.5, 90
_MOST_TEXELS = 2.0  # a coordinate may move this far at most, or it stays as it is


@dataclass(slots=True)
class _Group:
    """Coordinates that must change together: the same accessor, or one set of one material."""

    keys: set[tuple[object, ...]]
    uses: list[tuple[Primitive, str]] = field(default_factory=list)
    label: str = ""

    @property
    def accessors(self) -> list[Accessor]:
        return list({id(a): a for a in (primitive.attributes[name] for primitive, name in self.uses)}.values())

    @property
    def slots(self) -> list[tuple[Material, Slot]]:
        """Every texture slot, of any variant, that reads these coordinates."""
        found: dict[int, tuple[Material, Slot]] = {}
        for primitive, name in self.uses:
            for material in materials_of(primitive):
                for slot in _slots(material, name):
                    found[id(slot.info)] = (material, slot)
        return list(found.values())


def quantize_texcoords(document: Document, bits: int | None, transform: bool = True) -> list[Skip]:
    """Store texture coordinates as unsigned normalized integers; what was left alone, and why.

    Args:
        bits: 8 to 16; None takes for each set what `_enough_bits` says.
        transform: use KHR_texture_transform, for coordinates outside [0, 1] and to keep integers short.
    """
    driven = animated(document)
    skipped: list[Skip] = []
    for group in sharing_groups(document):
        arrays = [accessor.array for accessor in group.accessors if len(accessor)]
        why = _reason(group) if arrays else "are empty"
        if why is None:
            lows, highs = zip(*map(extremes, arrays), strict=True)
            low, high = np.min(lows, axis=0).astype(np.float64), np.max(highs, axis=0).astype(np.float64)
            why = _store(group, low, high, bits, driven if transform else None)
        if why is not None:
            skipped.append(Skip(group.label, f"texture coordinates {why}"))
        elif any(slot.info.transform is not None for _, slot in group.slots):
            require(document, "KHR_texture_transform")
    return skipped


def require(document: Document, extension: str) -> None:
    """Declare an extension that a reader must know to show the document right."""
    for names in (document.extensions_used, document.extensions_required):
        if extension not in names:
            names.append(extension)


def sharing_groups(document: Document) -> list[_Group]:
    groups: list[_Group] = []
    for label, primitive in primitives(document):
        for name, accessor in primitive.attributes.items():
            if name.startswith("TEXCOORD_"):
                keys: set[tuple[object, ...]] = {("accessor", id(accessor))}
                keys |= {(id(m), name) for m in materials_of(primitive) if any(True for _ in _slots(m, name))}
                joined = [group for group in groups if group.keys & keys]
                groups = [group for group in groups if not group.keys & keys]
                first = joined[0].label if joined else f"{label} {name}"
                uses = [use for group in joined for use in group.uses]
                groups.append(_Group(keys.union(*(g.keys for g in joined)), [*uses, (primitive, name)], first))
    return groups


def _slots(material: Material, name: str) -> Iterator[Slot]:
    return (slot for slot in material.textures() if f"TEXCOORD_{slot.info.uv_set}" == name)


def _reason(group: _Group) -> str | None:
    """Why these coordinates stay as they are, before their values are looked at."""
    if any(payload_kept(primitive) for primitive, _ in group.uses):
        return COMPRESSED
    if any(accessor.dtype != np.float32 for accessor in group.accessors):
        return "are integers already"
    if any(name in target for primitive, name in group.uses for target in primitive.targets):
        return "are morphed"
    if any(reads_unknown(primitive) for primitive, _ in group.uses):
        return "may be read by an extension"
    if not all(np.isfinite(accessor.array).all() for accessor in group.accessors):
        return "are not all finite numbers"
    return None


def _store(
    group: _Group,
    low: npt.NDArray[np.float64],
    high: npt.NDArray[np.float64],
    bits: int | None,
    driven: dict[int, set[str]] | None,
) -> str | None:
    """Change the group, or say why not. `driven` is what is animated; None: texture transforms stay as they are."""
    slots = group.slots
    fits = bool((low >= 0).all() and (high <= 1).all())
    fixed = driven is None or any("KHR_texture_transform" in p for m, _ in slots for p in driven.get(id(m), ()))
    side = float((high - low).max()) or 1.0
    if fits:
        low, high = np.zeros(2), np.ones(2)
    elif not slots:
        return "lie outside [0, 1] and no texture reads them"
    elif fixed:
        return "lie outside [0, 1] and their texture transform is " + ("to stay" if driven is None else "animated")
    else:
        low = np.floor(low * 100) / 100  # few digits: every texture slot writes them as JSON
    span = np.where(high > low, high - low, 1.0)
    size = max((_texels(slot.info.texture) for _, slot in slots), default=_UNKNOWN_SIZE)
    smooth = all(slot.path == "occlusion_texture" for _, slot in slots)
    steps = 2**bits - 1 if bits else min(65535, ceil(_steps(side, size, smooth) * float(span.max())))
    if float(span.max()) * size / 2 / steps > _MOST_TEXELS:
        return f"span {span.max():.6g} of the texture: even 16 bits would move some by more than they may"
    short = 255 < steps < 65535 and not fixed and _pays(group)
    if short:
        # What all 16 bits would stand for; integers in use stay short, and of one step on both axes.
        span = np.full(2, _rounded_down(float(span.max()) * 65535 / steps))
    kept = 16 if short else bits or max(9, steps.bit_length())
    stored = {id(a): with_normalized(a, fractions((a.array - low) / span, kept)) for a in group.accessors}
    for primitive, name in group.uses:
        primitive.attributes = {**primitive.attributes, name: stored[id(primitive.attributes[name])]}
    if not fits or short:
        for _, slot in slots:
            slot.info.transform = _within(slot.info.transform, low, span)
    return None


def _steps(side: float, size: int, smooth: bool) -> float:
    """Steps for each 1 of coordinates that stretch over `side`, on a texture of `size` texels.

    Within a sixteenth of a texel, or a quarter for what is `smooth`: nobody sees its details move, but what lies beside
    a chart must not come in. No finer than a 4095th of the side, which is many texels then: but a 5120th of the texture
    if that has as many, and two texels if they are many repeats of a pattern.
    """
    if smooth:
        return 2.0 * size - 1
    return max(min(8 * size, max(4095, 2.5 * min(size, 2048) * min(side, 1)) / side), size / 4)


def _rounded_down(value: float) -> float:
    """To three digits."""
    unit = 10.0 ** (floor(log10(value)) - 2)
    return float(f"{floor(value / unit) * unit:.6g}")


def _pays(group: _Group) -> bool:
    """Whether short integers save more than the texture transforms that stretch them cost.

    Their high bytes compress to next to nothing: measured, half a byte a vertex at least. A transform takes about 90
    bytes of JSON.
    """
    vertices = sum(len(accessor) for accessor in group.accessors)
    return bool(group.slots) and vertices * _SAVED_BYTES > len(group.slots) * _TRANSFORM_BYTES


def with_normalized(accessor: Accessor, array: npt.NDArray[Any]) -> Accessor:
    """The accessor with integers that stand for fractions."""
    changed = with_array(accessor, array)
    changed.normalized = True
    return changed


def _within(
    old: TextureTransform | None, low: npt.NDArray[np.float64], span: npt.NDArray[np.float64]
) -> TextureTransform:
    """The transform that takes stored fractions to where `old` took coordinates: old(low + span · fraction).

    With u′ = t + R(θ) · S · u (KHR_texture_transform), that is t + R · S · low, θ, and S · span.
    """
    old = old or TextureTransform()
    u, v = low[0] * old.scale[0], low[1] * old.scale[1]
    c, s = cos(old.rotation), sin(old.rotation)
    offset = (float(old.offset[0] + c * u + s * v), float(old.offset[1] - s * u + c * v))
    scale = (_short(old.scale[0] * span[0]), _short(old.scale[1] * span[1]))
    return replace(old, offset=offset, scale=scale)


def _short(value: float) -> float:
    """The number in eight digits, which is what a viewer's single precision holds."""
    return float(f"{value:.8g}")


def _texels(texture: Texture) -> int:
    """The longer side of the texture's image."""
    image = texture.image or texture.fallback
    if image is None or not image.data:
        return 1
    try:
        return max(image.header.width, image.header.height)
    except InvalidAsset:
        return _UNKNOWN_SIZE
