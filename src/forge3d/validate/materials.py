"""Materials (specification §3.9, §5.19)."""

from __future__ import annotations

from collections.abc import Iterator

from .formats import numbered_sets
from .judge import Clean, Judge
from .layers import LAYER_CHECKS, texture_infos, texture_sets
from .references import root_extension
from .rules import ERROR, INFORMATION, WARNING, rule
from .usage import UNUSED

ALPHA_CUTOFF = rule(
    "MATERIAL_ALPHA_CUTOFF_INVALID_MODE", WARNING, "3.9.4", "alphaCutoff means something with alphaMode MASK only"
)
MULTIPLE = rule("MULTIPLE_EXTENSIONS", WARNING, "3.12", "these extensions of one material contradict each other")
TOO_FEW_TEXCOORDS = rule(
    "MESH_PRIMITIVE_TOO_FEW_TEXCOORDS", ERROR, "3.9.1", "the material uses a texture coordinate set that is not there"
)
GENERATED_TANGENTS = rule(
    "MESH_PRIMITIVE_GENERATED_TANGENT_SPACE", WARNING, "3.7.2.1",
    "the normal map's tangents are left to the viewer, which makes results differ",
)  # fmt: skip
NO_TANGENTS = rule(
    "MESH_PRIMITIVE_NO_TANGENT_SPACE", ERROR, "3.7.2.1", "the material needs tangents that cannot be generated"
)
UNUSED_TANGENT = rule("UNUSED_MESH_TANGENT", INFORMATION, "3.7.2.1", "tangents are not used without a normal map")

TANGENT_SPACE = {
    "KHR_materials_anisotropy": "anisotropyTexture",
    "KHR_materials_clearcoat": "clearcoatNormalTexture",
}
"""Textures besides the normal map that are read in tangent space."""

EXCLUSIVE = ("KHR_materials_pbrSpecularGlossiness", "KHR_materials_unlit")
"""Extensions that replace the whole material, so that no other extension may stand beside them."""


def check_material(material: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    if "alphaCutoff" in raw and material.get("alphaMode", "OPAQUE") != "MASK":
        judge.report(ALPHA_CUTOFF, f"{pointer}/alphaCutoff")
    extensions = material.get("extensions", {})
    stored = raw.get("extensions")
    if type(stored) is dict and len(stored) > 1:
        for name in EXCLUSIVE:
            if name in extensions:
                judge.report(MULTIPLE, f"{pointer}/extensions/{name}")
    for name, check in LAYER_CHECKS.items():
        if name in extensions:
            check(extensions[name], material, raw, f"{pointer}/extensions/{name}", judge)


def _materials(primitive: Clean, material: Clean, pointer: str, judge: Judge) -> Iterator[tuple[str, Clean]]:
    """(pointer, material) of a primitive: its own, and those of its variants."""
    yield f"{pointer}/material", material
    extension = primitive.get("extensions", {}).get("KHR_materials_variants", {})
    if root_extension(judge, "KHR_materials_variants") is not None:
        for place, mapping in enumerate(extension.get("mappings", ())):
            variant = judge.get("materials", mapping.get("material"))
            if variant is not None:
                yield f"{pointer}/extensions/KHR_materials_variants/mappings/{place}/material", variant


def check_primitive_material(primitive: Clean, pointer: str, judge: Judge) -> None:
    """Hold a primitive's attributes against what its material reads."""
    attributes = primitive.get("attributes") or {}
    material = judge.get("materials", primitive.get("material")) or {}
    count = numbered_sets(attributes, "TEXCOORD")
    read: set[int] = set()
    for place, used in _materials(primitive, material, pointer, judge):
        sets = {number for info, _ in texture_infos(used, "") for number in texture_sets(info)}
        for number in sorted(sets):
            if number >= count:
                judge.report(TOO_FEW_TEXCOORDS, place, f"there is no TEXCOORD_{number}")
        read |= sets
    for number in range(count):
        if number not in read:
            judge.report(UNUSED, f"{pointer}/attributes/TEXCOORD_{number}")
    extensions = material.get("extensions", {})
    mapped = "normalTexture" in material
    needed = mapped or any(key in extensions.get(name, {}) for name, key in TANGENT_SPACE.items())
    if needed and not {"NORMAL", "TANGENT"} <= attributes.keys():
        judge.report(GENERATED_TANGENTS if mapped else NO_TANGENTS, f"{pointer}/material")
    elif not needed and "TANGENT" in attributes:
        judge.report(UNUSED_TANGENT, f"{pointer}/attributes/TANGENT")
