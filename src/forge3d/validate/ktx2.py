"""KTX2 textures (KHR_texture_basisu): what each is used for, and whether it transcodes. Khronos' validator knows only
the extension's name; the files' own layout is judged by `ktx2_file`."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from ..errors import Forge3DError, InvalidAsset, LimitExceeded
from ..gltf.codecs.deadline import within
from ..images.basis import transcode
from ..images.headers import ImageHeader
from ..images.ktx2_header import ETC1S, Ktx2Header
from .judge import Clean, Judge
from .ktx2_file import SECTION, check_file
from .layers import texture_infos
from .resources import LIMIT, note
from .rules import ERROR, INFORMATION, WARNING, rule

COLOUR_SPACE = rule(
    "FORGE3D_KTX2_COLOUR_SPACE", ERROR, SECTION, "the texture's transfer function is not that of what it is used for"
)
PRIMARIES = rule("FORGE3D_KTX2_PRIMARIES", WARNING, SECTION, "a colour texture's primaries are not those of BT.709")
DATA_PRIMARIES = rule(
    "FORGE3D_KTX2_DATA_PRIMARIES", INFORMATION, SECTION, "a texture without colours should leave primaries unspecified"
)
MIPS = rule("FORGE3D_KTX2_MIPS", INFORMATION, SECTION, "the sampler reads mip levels that the texture does not hold")
PAYLOAD = rule("FORGE3D_KTX2_DATA_INVALID", ERROR, SECTION, "a level's payload cannot be transcoded")

COLOURS = frozenset(
    {
        "baseColorTexture", "emissiveTexture", "sheenColorTexture", "specularColorTexture", "diffuseTexture",
        "specularGlossinessTexture", "diffuseTransmissionColorTexture", "multiscatterColorTexture",
    }
)  # fmt: skip
"""Slots whose texels are sRGB; all others hold data."""

MIP_FILTERS = (None, 9984, 9985, 9986, 9987)


def check_ktx2(judge: Judge, headers: dict[int, ImageHeader]) -> None:
    """Judge every KTX2 image, and what each is used for."""
    allowance = _Allowance(judge)
    for index, header in headers.items():
        if header.format == "ktx2":
            _check_image(index, judge, allowance)
    for _, texture, pointer in judge.entries("textures"):
        image = _source(texture)
        if image in headers and headers[image].format == "ktx2":
            _check_sampler(texture, headers[image], f"{pointer}/extensions/{SECTION}/source", judge)
    for _, material, pointer in judge.entries("materials"):
        for info, place in texture_infos(material, pointer):
            image = _source(judge.get("textures", info.get("index")) or {})
            if image in headers and headers[image].format == "ktx2":
                _check_use(headers[image], image, place, judge)


def _source(texture: Clean) -> int:
    """The image that a texture names as its KTX2 one; -1 where there is none."""
    source: int = texture.get("extensions", {}).get(SECTION, {}).get("source", -1)
    return source


class _Allowance:
    """What transcoding may cost for all images of a file together: texels and seconds."""

    def __init__(self, judge: Judge):
        limits = judge.source.limits
        self.texels, self.seconds = limits.max_image_pixels, limits.codec_seconds

    def run(self, header: Ktx2Header, data: bytes) -> None:
        """Transcode every level.

        Raises:
            InvalidAsset: one of them is damaged.
            LimitExceeded: max_image_pixels, codec_seconds.
        """
        target: Any = "etc2" if header.model == ETC1S else "astc_4x4"
        for number in range(len(header.levels)):
            texels = max(header.width >> number, 1) * max(header.height >> number, 1)
            if texels > self.texels:
                raise LimitExceeded("max_image_pixels", texels, self.texels, "transcoding the KTX2 images")
            self.texels -= texels
            start = time.monotonic()
            try:
                within(self.seconds, partial(transcode, data, number, target))
            except TimeoutError:
                spent, allowed = time.monotonic() - start, self.seconds or 0.0
                raise LimitExceeded("codec_seconds", spent, allowed, "transcoding the KTX2 images") from None
            if self.seconds is not None:
                self.seconds = max(self.seconds - (time.monotonic() - start), 0.01)


def _check_image(index: int, judge: Judge, allowance: _Allowance) -> None:
    pointer = f"/images/{index}"
    try:
        data = judge.source.image_bytes(index)
        header = Ktx2Header.parse(memoryview(data))
    except Forge3DError:
        return  # told of when its header was read
    if not check_file(header, memoryview(data), pointer, judge):
        return
    try:
        allowance.run(header, bytes(data))
    except InvalidAsset as error:
        judge.report(PAYLOAD, pointer, error.message)
    except LimitExceeded as error:
        judge.report(LIMIT, pointer, str(error))
    except Forge3DError as error:
        note(error, pointer, judge)


def _check_sampler(texture: Clean, header: ImageHeader, pointer: str, judge: Judge) -> None:
    sampler = judge.get("samplers", texture.get("sampler")) or {}
    full = max(header.width, header.height).bit_length()
    if sampler.get("minFilter") in MIP_FILTERS and header.levels < full:
        judge.report(MIPS, pointer, f"{header.levels} levels where {full} are a full set")


def _check_use(header: ImageHeader, image: int, pointer: str, judge: Judge) -> None:
    colour = pointer.rpartition("/")[2] in COLOURS
    wanted = "srgb" if colour else "linear"
    if header.transfer != wanted:
        message = f"image {image} is {header.transfer or 'of unknown transfer'} where {wanted} is needed"
        judge.report(COLOUR_SPACE, pointer, message)
    elif colour and header.primaries != "srgb":
        judge.report(PRIMARIES, pointer, f"image {image} has {header.primaries or 'unspecified'} primaries")
    elif not colour and header.primaries is not None:
        judge.report(DATA_PRIMARIES, pointer, f"image {image}")
