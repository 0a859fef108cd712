"""KTX2 textures (KHR_texture_basisu), of which the Khronos validator knows the name alone."""

from __future__ import annotations

from ..errors import Forge3DError
from ..images.headers import ImageHeader
from ..images.ktx2_header import BASIS_LZ, HEADER_BYTES, Ktx2Header
from .judge import Judge
from .layers import texture_infos
from .rules import ERROR, WARNING, rule

SECTION = "KHR_texture_basisu"
NOT_BASIS = rule("FORGE3D_KTX2_NOT_BASIS", ERROR, SECTION, "the texture is neither ETC1S nor UASTC")
NOT_2D = rule("FORGE3D_KTX2_NOT_2D", ERROR, SECTION, "the texture is a cube map, an array or not two-dimensional")
SIZE = rule("FORGE3D_KTX2_SIZE", ERROR, SECTION, "the texture's sides are not multiples of 4")
LEVELS = rule("FORGE3D_KTX2_LEVELS", ERROR, SECTION, "a level's bytes are not in the file")
COLOUR_SPACE = rule(
    "FORGE3D_KTX2_COLOUR_SPACE", ERROR, SECTION, "the texture's transfer function is not that of what it is used for"
)
PRIMARIES = rule("FORGE3D_KTX2_PRIMARIES", WARNING, SECTION, "the texture's primaries are not those of BT.709")

COLOURS = frozenset(
    {
        "baseColorTexture", "emissiveTexture", "sheenColorTexture", "specularColorTexture", "diffuseTexture",
        "specularGlossinessTexture", "diffuseTransmissionColorTexture", "multiscatterColorTexture",
    }
)  # fmt: skip
"""Slots whose texels are sRGB; all others hold data."""


def check_ktx2(judge: Judge, headers: dict[int, ImageHeader]) -> None:
    """Judge every KTX2 image, and what each is used for."""
    for index, header in headers.items():
        if header.format == "ktx2":
            _check_file(index, judge)
    for _, material, pointer in judge.entries("materials"):
        for info, place in texture_infos(material, pointer):
            texture = judge.get("textures", info.get("index")) or {}
            image = texture.get("extensions", {}).get("KHR_texture_basisu", {}).get("source")
            if image is not None and image in headers and headers[image].format == "ktx2":
                _check_use(headers[image], image, place, judge)


def _check_file(index: int, judge: Judge) -> None:
    pointer = f"/images/{index}"
    try:
        data = judge.source.image_bytes(index)
        header = Ktx2Header.parse(memoryview(data))
    except Forge3DError:
        return  # told of when its header was read
    if not header.is_basis:
        judge.report(NOT_BASIS, pointer, f"it is {header.codec}")
    if header.faces != 1 or header.layers or header.depth or not header.height:
        judge.report(NOT_2D, pointer, f"{header.faces} faces, {header.layers} layers, depth {header.depth}")
    if header.width % 4 or header.height % 4:
        judge.report(SIZE, pointer, f"{header.width} × {header.height} pixels")
    for number, level in enumerate(header.levels):
        if level.offset < HEADER_BYTES or not level.length or level.offset + level.length > len(data):
            message = f"level {number} is {level.length:,} bytes from {level.offset:,} of a file of {len(data):,}"
            judge.report(LEVELS, pointer, message)
    start, length = header.global_data
    if header.scheme == BASIS_LZ and (not length or start < HEADER_BYTES or start + length > len(data)):
        judge.report(LEVELS, pointer, "the codebooks of its levels are not in the file")


def _check_use(header: ImageHeader, image: int, pointer: str, judge: Judge) -> None:
    wanted = "srgb" if pointer.rpartition("/")[2] in COLOURS else "linear"
    if header.transfer != wanted:
        message = f"image {image} is {header.transfer or 'of unknown transfer'} where {wanted} is needed"
        judge.report(COLOUR_SPACE, pointer, message)
    elif header.primaries == "custom":
        judge.report(PRIMARIES, pointer, f"image {image}")
