"""Which materials can go into an atlas, and why the others cannot."""

from __future__ import annotations

from ...document import Document, Material, Primitive
from ...document.material import Slot
from ...errors import Forge3DError
from ..graph import animated, held_by_extensions
from ..materials import reads_unknown
from ..vertices import COMPRESSED, payload_kept, primitives
from .tile import extent

SLOTS = (
    "base_color_texture", "metallic_roughness_texture", "normal_texture", "occlusion_texture", "emissive_texture",
)  # fmt: skip


def fitting(document: Document, repeats: float) -> tuple[dict[Material, list[Primitive]], list[tuple[Material, str]]]:
    """Materials that fit with the primitives that they draw, and those that do not with the reason.

    Args:
        repeats: how often a texture may repeat in what is shown, on each axis.
    """
    users: dict[Material, list[Primitive]] = {material: [] for material in document.materials}
    varied: set[Material] = set()
    for _, primitive in primitives(document):
        if primitive.material in users:
            users[primitive.material].append(primitive)
        if primitive.variants:
            varied |= {m for m in (primitive.material, *(v.material for v in primitive.variants)) if m is not None}
    driven, held = animated(document), held_by_extensions(document)
    fits: dict[Material, list[Primitive]] = {}
    reasons: list[tuple[Material, str]] = []
    for material, drawn in users.items():
        if not drawn and material not in varied:
            continue
        why = "belongs to a variant" if material in varied else None
        if id(material) in driven or id(material) in held:
            why = "is animated, or an extension refers to it"
        why = why or _material_reason(material) or _primitive_reason(material, drawn, repeats)
        if why is None:
            fits[material] = drawn
        else:
            reasons.append((material, why))
    return fits, reasons


def _material_reason(material: Material) -> str | None:
    if material.extras is not None or material.pbr_extras is not None or material.xmp is not None:
        return "has extras"
    if material.specular_glossiness is not None:
        return "is specular-glossy"
    slots = list(material.textures())
    others = [slot.path for slot in slots if slot.path not in SLOTS]
    if others:
        return f"has textures beside the core ones: {', '.join(others)}"
    if any(slot.info.extensions or slot.info.extras is not None for slot in slots):
        return "has texture slots with extensions or extras"
    if len({_coordinates(slot) for slot in slots}) > 1:
        return "reads its textures at different coordinates"
    transform = slots[0].info.transform if slots else None
    turned = transform is not None and (transform.rotation != 0 or min(transform.scale) <= 0)
    if turned and material.normal_texture is not None:
        return "turns its normal map, whose directions an atlas does not turn"
    for slot in slots:
        image = slot.info.texture.image
        if image is None:
            return f"{slot.path} has no picture"
        try:
            image.pixels  # noqa: B018 - decoded once, for the painting too
        except Forge3DError as error:
            return f"{slot.path} cannot be decoded: {error}"
    return None


def _coordinates(slot: Slot) -> tuple[object, ...]:
    transform = slot.info.transform
    moved = (transform.offset, transform.rotation, transform.scale) if transform is not None else None
    return slot.info.uv_set, moved


def _primitive_reason(material: Material, drawn: list[Primitive], repeats: float) -> str | None:
    for primitive in drawn:
        if payload_kept(primitive):
            return f"is on geometry that {COMPRESSED}"
        if reads_unknown(primitive) or "POSITION" not in primitive.attributes:
            return "is on primitives with extensions, or without positions"
        if any(name.startswith("TEXCOORD_") for target in primitive.targets for name in target):
            return "is on primitives whose texture coordinates are morphed"
        slot = next(material.textures(), None)
        if slot is not None and f"TEXCOORD_{slot.info.uv_set}" not in primitive.attributes:
            return f"is on primitives without TEXCOORD_{slot.info.uv_set}"
    if next(material.textures(), None) is None:
        return None
    low, high = extent(material, drawn)
    across, down = (high - low).tolist()
    if max(across, down) > repeats + 1e-3:
        return f"repeats its texture: coordinates span {across:.3g} × {down:.3g}"
    return None
