"""Materials (specification §3.9, §5.19)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .formats import SEMANTIC
from .judge import Clean, Judge
from .rules import ERROR, INFORMATION, WARNING, rule
from .usage import UNUSED

ALPHA_CUTOFF = rule(
    "MATERIAL_ALPHA_CUTOFF_INVALID_MODE", WARNING, "3.9.4", "alphaCutoff means something with alphaMode MASK only"
)
MULTIPLE = rule("MULTIPLE_EXTENSIONS", WARNING, "3.12", "these extensions of one material contradict each other")

EXCLUSIVE = ("KHR_materials_pbrSpecularGlossiness", "KHR_materials_unlit")
"""Extensions that replace the whole material, so that no KHR_materials_* may stand beside them."""


def check_material(material: Clean, pointer: str, judge: Judge) -> None:
    if "alphaCutoff" in material and material.get("alphaMode", "OPAQUE") != "MASK":
        judge.report(ALPHA_CUTOFF, f"{pointer}/alphaCutoff")
    extensions = material.get("extensions", {})
    layers = [name for name in extensions if name.startswith("KHR_materials_")]
    if len(layers) > 1:
        for name in layers:
            if name in EXCLUSIVE:
                judge.report(MULTIPLE, f"{pointer}/extensions/{name}")


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


def texture_infos(value: Any, pointer: str) -> Iterator[tuple[Clean, str]]:
    """Every textureInfo below a cleaned material, with its pointer."""
    for key, entry in value.items():
        if type(entry) is dict and key != "KHR_texture_transform":
            if "index" in entry and key.endswith("Texture"):
                yield entry, f"{pointer}/{key}"
            yield from texture_infos(entry, f"{pointer}/{key}")


def texture_set(info: Clean) -> int:
    """The TEXCOORD_n that a textureInfo reads."""
    override = info.get("extensions", {}).get("KHR_texture_transform", {}).get("texCoord")
    number: int = info.get("texCoord", 0) if override is None else override
    return number


def check_primitive_material(primitive: Clean, pointer: str, judge: Judge) -> None:
    """Hold a primitive's attributes against what its material reads."""
    attributes = primitive.get("attributes") or {}
    material = judge.get("materials", primitive.get("material")) or {}
    sets = {name for name in attributes if name.startswith("TEXCOORD_") and SEMANTIC.fullmatch(name)}
    count = len(sets) if sets == {f"TEXCOORD_{n}" for n in range(len(sets))} else 0
    read = [texture_set(info) for info, _ in texture_infos(material, "")]
    for number in read:
        if number >= count:
            judge.report(TOO_FEW_TEXCOORDS, f"{pointer}/material", f"there is no TEXCOORD_{number}")
    for number in range(count):
        if number not in read:
            judge.report(UNUSED, f"{pointer}/attributes/TEXCOORD_{number}")
    extensions = material.get("extensions", {})
    anisotropic = "KHR_materials_anisotropy" in extensions
    mapped = "normalTexture" in material or "clearcoatNormalTexture" in extensions.get("KHR_materials_clearcoat", {})
    if "TANGENT" not in attributes:
        if anisotropic and "normalTexture" not in material and count == 0:
            judge.report(NO_TANGENTS, f"{pointer}/material")
        elif mapped or anisotropic:
            judge.report(GENERATED_TANGENTS, f"{pointer}/material")
    elif "NORMAL" not in attributes and mapped:
        judge.report(GENERATED_TANGENTS, f"{pointer}/material")
    elif not mapped and not anisotropic:
        judge.report(UNUSED_TANGENT, f"{pointer}/attributes/TANGENT")
