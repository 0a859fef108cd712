"""The layers of a material: which textures they read, and rules of the extensions beyond their tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .judge import Clean, Judge
from .rules import ERROR, INFORMATION, WARNING, rule

ANISOTROPY_SET = rule(
    "KHR_MATERIALS_ANISOTROPY_ANISOTROPY_TEXTURE_TEXCOORD", WARNING, "KHR_materials_anisotropy",
    "the anisotropy and normal textures should use one texture coordinate set",
)  # fmt: skip
CLEARCOAT_SET = rule(
    "KHR_MATERIALS_CLEARCOAT_CLEARCOAT_NORMAL_TEXTURE_TEXCOORD", WARNING, "KHR_materials_clearcoat",
    "the clearcoat normal and normal textures should use one texture coordinate set",
)  # fmt: skip
DISPERSION = rule(
    "KHR_MATERIALS_DISPERSION_NO_VOLUME", WARNING, "KHR_materials_dispersion", "dispersion needs a volume"
)
EMISSIVE_ZERO = rule(
    "KHR_MATERIALS_EMISSIVE_STRENGTH_ZERO_FACTOR", WARNING, "KHR_materials_emissive_strength",
    "the strength of a black emissiveFactor means nothing",
)  # fmt: skip
THICKNESS_RANGE = rule(
    "KHR_MATERIALS_IRIDESCENCE_THICKNESS_RANGE_WITHOUT_TEXTURE", INFORMATION, "KHR_materials_iridescence",
    "the minimum thickness means nothing without a thickness texture",
)  # fmt: skip
THICKNESS_UNUSED = rule(
    "KHR_MATERIALS_IRIDESCENCE_THICKNESS_TEXTURE_UNUSED", INFORMATION, "KHR_materials_iridescence",
    "the thickness texture means nothing where minimum and maximum are equal",
)  # fmt: skip
VOLUME_SIDES = rule(
    "KHR_MATERIALS_VOLUME_DOUBLE_SIDED", WARNING, "KHR_materials_volume", "a thick volume should not be double-sided"
)
SCATTER_ALONE = rule(
    "FORGE3D_VOLUME_SCATTER_NO_VOLUME", WARNING, "KHR_materials_volume_scatter", "light scatters in a volume only"
)
SCATTER_EXCLUDED = rule(
    "FORGE3D_VOLUME_SCATTER_EXCLUDED", ERROR, "KHR_materials_volume_scatter",
    "the extension does not go with unlit or specular-glossiness materials",
)  # fmt: skip
SCATTER_TWICE = rule(
    "FORGE3D_VOLUME_SCATTER_TWO_COLOURS", WARNING, "KHR_materials_volume_scatter",
    "multiscatterColor is the older name of multiscatterColorFactor, and differs from it",
)  # fmt: skip
SCATTER_ONE_WAY = rule(
    "FORGE3D_VOLUME_SCATTER_ONE_WAY", WARNING, "KHR_materials_volume_scatter",
    "scatterAnisotropy lies between -1 and 1: at either end light is not scattered at all",
)  # fmt: skip
DIFFUSE_ZERO = rule(
    "FORGE3D_DIFFUSE_TRANSMISSION_ZERO", INFORMATION, "KHR_materials_diffuse_transmission",
    "colours and textures mean nothing while diffuseTransmissionFactor is 0",
)  # fmt: skip
VOLUME_ALONE = rule(
    "KHR_MATERIALS_VOLUME_NO_TRANSMISSION", WARNING, "KHR_materials_volume", "a volume needs light to pass into it"
)

TRANSMISSIVE = ("KHR_materials_transmission", "KHR_materials_diffuse_transmission")


def texture_infos(value: Any, pointer: str) -> Iterator[tuple[Clean, str]]:
    """Every textureInfo below a cleaned material, with its pointer."""
    for key, entry in value.items():
        if type(entry) is dict and key != "KHR_texture_transform":
            if key.endswith("Texture"):
                yield entry, f"{pointer}/{key}"
            yield from texture_infos(entry, f"{pointer}/{key}")


def texture_sets(info: Clean) -> list[int]:
    """The TEXCOORD_n that a textureInfo reads: with KHR_texture_transform, and without its support."""
    override = info.get("extensions", {}).get("KHR_texture_transform", {}).get("texCoord")
    return [info.get("texCoord", 0), *(() if override is None else (override,))]


def _anisotropy(layer: Clean, material: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    if _sets_differ(layer, "anisotropyTexture", material):
        judge.report(ANISOTROPY_SET, f"{pointer}/anisotropyTexture")


def _clearcoat(layer: Clean, material: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    if _sets_differ(layer, "clearcoatNormalTexture", material):
        judge.report(CLEARCOAT_SET, f"{pointer}/clearcoatNormalTexture")


def _sets_differ(layer: Clean, key: str, material: Clean) -> bool:
    if key not in layer or "normalTexture" not in material:
        return False
    return texture_sets(layer[key])[0] != texture_sets(material["normalTexture"])[0]


def _dispersion(layer: Clean, material: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    if "KHR_materials_volume" not in {*material["extensions"], *material["unreadExtensions"]}:
        judge.report(DISPERSION, pointer)


def _emissive_strength(layer: Clean, material: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    said = raw.get("emissiveFactor") is not None and "emissiveFactor" not in material  # in a way that cannot be read
    black = not said and material.get("emissiveFactor", [0, 0, 0]) == [0, 0, 0]
    if black and layer.get("emissiveStrength", 1) != 1:
        judge.report(EMISSIVE_ZERO, pointer)


def _iridescence(layer: Clean, material: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    if "iridescenceThicknessTexture" not in layer:
        if "iridescenceThicknessMinimum" in layer:
            judge.report(THICKNESS_RANGE, f"{pointer}/iridescenceThicknessMinimum")
    elif layer.get("iridescenceThicknessMinimum", 100) == layer.get("iridescenceThicknessMaximum", 400):
        judge.report(THICKNESS_UNUSED, f"{pointer}/iridescenceThicknessTexture")


def _volume(layer: Clean, material: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    unknown = material["unreadExtensions"]  # which may let light pass
    if not unknown and not any(name in material["extensions"] for name in TRANSMISSIVE):
        judge.report(VOLUME_ALONE, pointer)
    if layer.get("thicknessFactor", 0) > 0 and material.get("doubleSided"):
        judge.report(VOLUME_SIDES, pointer)


def _volume_scatter(layer: Clean, material: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    if "KHR_materials_volume" not in material["extensions"]:
        judge.report(SCATTER_ALONE, pointer)
    for name in ("KHR_materials_unlit", "KHR_materials_pbrSpecularGlossiness"):
        if name in material["extensions"]:
            judge.report(SCATTER_EXCLUDED, pointer, f"{name} is on the same material")
    colours = [layer[name] for name in ("multiscatterColor", "multiscatterColorFactor") if name in layer]
    if len(colours) == 2 and colours[0] != colours[1]:
        judge.report(SCATTER_TWICE, f"{pointer}/multiscatterColor")
    if abs(layer.get("scatterAnisotropy", 0)) == 1:
        judge.report(SCATTER_ONE_WAY, f"{pointer}/scatterAnisotropy")


def _diffuse_transmission(layer: Clean, material: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    said = layer.keys() - {"diffuseTransmissionFactor", "extensions", "unreadExtensions"}
    if said and "diffuseTransmissionFactor" in layer and not layer["diffuseTransmissionFactor"]:
        judge.report(DIFFUSE_ZERO, f"{pointer}/diffuseTransmissionFactor")
    elif said and "diffuseTransmissionFactor" not in raw["extensions"]["KHR_materials_diffuse_transmission"]:
        judge.report(DIFFUSE_ZERO, pointer, "diffuseTransmissionFactor is 0 where it is left out")


LAYER_CHECKS: dict[str, Callable[[Clean, Clean, Clean, str, Judge], None]] = {
    "KHR_materials_anisotropy": _anisotropy,
    "KHR_materials_clearcoat": _clearcoat,
    "KHR_materials_diffuse_transmission": _diffuse_transmission,
    "KHR_materials_dispersion": _dispersion,
    "KHR_materials_emissive_strength": _emissive_strength,
    "KHR_materials_iridescence": _iridescence,
    "KHR_materials_volume": _volume,
    "KHR_materials_volume_scatter": _volume_scatter,
}
"""For each extension with such rules: (extension, material, material in the file, the extension's pointer, judge)."""
