"""The layout of a KTX2 file as KHR_texture_basisu allows it: each part against the others, before a transcoder runs."""

from __future__ import annotations

from itertools import pairwise

from ..images.ktx2_header import BASIS_LZ, ETC1S, ETC1S_CHANNELS, HEADER_BYTES, UASTC, UASTC_CHANNELS, ZSTD, Ktx2Header
from ..images.ktx2_layout import Descriptor, Sample, read_codebooks, read_descriptor, read_key_values, sections
from .judge import Judge
from .rules import ERROR, WARNING, rule

SECTION = "KHR_texture_basisu"
NOT_BASIS = rule("FORGE3D_KTX2_NOT_BASIS", ERROR, SECTION, "the texture is neither ETC1S nor UASTC")
SCHEME = rule(
    "FORGE3D_KTX2_SUPERCOMPRESSION", ERROR, SECTION, "ETC1S goes with BasisLZ, UASTC with Zstandard or nothing"
)
NOT_2D = rule("FORGE3D_KTX2_NOT_2D", ERROR, SECTION, "the texture is a cube map, an array or not two-dimensional")
SIZE = rule("FORGE3D_KTX2_SIZE", ERROR, SECTION, "the texture's sides are not multiples of 4")
HEADER = rule("FORGE3D_KTX2_HEADER", ERROR, SECTION, "a field of the header has a value that no such texture has")
DESCRIPTOR = rule("FORGE3D_KTX2_DESCRIPTOR", ERROR, SECTION, "the data format descriptor is not that of ETC1S or UASTC")
CHANNELS = rule("FORGE3D_KTX2_CHANNELS", ERROR, SECTION, "the descriptor's samples are no set of channels in glTF")
PREMULTIPLIED = rule("FORGE3D_KTX2_PREMULTIPLIED", ERROR, SECTION, "alpha is multiplied into the colours")
LEVELS = rule("FORGE3D_KTX2_LEVELS", ERROR, SECTION, "a level's bytes are not in the file")
LEVEL_SIZE = rule("FORGE3D_KTX2_LEVEL_SIZE", ERROR, SECTION, "a level's length is not what its pixels take")
LEVEL_ORDER = rule("FORGE3D_KTX2_LEVEL_ORDER", ERROR, SECTION, "levels are not stored from the smallest to the largest")
ALIGNMENT = rule("FORGE3D_KTX2_ALIGNMENT", ERROR, SECTION, "a part of the file does not begin at its alignment")
OVERLAP = rule("FORGE3D_KTX2_OVERLAP", ERROR, SECTION, "two parts of the file share bytes")
GAP = rule("FORGE3D_KTX2_GAP", WARNING, SECTION, "bytes of the file belong to nothing")
GLOBAL = rule("FORGE3D_KTX2_GLOBAL_DATA", ERROR, SECTION, "the codebooks and slices of ETC1S contradict each other")
KEY_VALUES = rule("FORGE3D_KTX2_KEY_VALUES", ERROR, SECTION, "the key/value data cannot be read, or are not sorted")
ORIENTATION = rule("FORGE3D_KTX2_ORIENTATION", ERROR, SECTION, "KTXorientation is something else than rd")
SWIZZLE = rule("FORGE3D_KTX2_SWIZZLE", ERROR, SECTION, "KTXswizzle is something else than rgba")

DECISIVE = frozenset(found.code for found in (NOT_2D, SCHEME, LEVELS, LEVEL_SIZE, OVERLAP, GLOBAL, CHANNELS, HEADER))
"""Rules about what a transcoder takes on trust."""
BLOCK_BYTES = 16
PADDING = 15
"""The most bytes that an alignment asks for between two parts."""
IS_PREDICTED = 2
"""Flag of a slice that changes the frame before it, in a video."""
SAMPLES = {ETC1S: ((0, 64), (64, 64)), UASTC: ((0, 128),)}
"""First bit and number of bits of each sample. A length of 64 bits is written as 63."""
MODELS = {ETC1S: "ETC1S", UASTC: "UASTC"}


def check_file(header: Ktx2Header, data: memoryview, pointer: str, judge: Judge) -> bool:
    """Report what is wrong; whether the lengths hold, so that a transcoder may read the levels."""
    before = len(judge.issues)
    if header.vk_format or header.model not in MODELS:
        judge.report(NOT_BASIS, pointer, f"it is {header.codec}")
        _check_extent(header, pointer, judge)
        _check_inside(header, data, pointer, judge)
        return False
    _check_header(header, pointer, judge)
    _check_descriptor(header, data, pointer, judge)
    if _check_inside(header, data, pointer, judge):
        _check_levels(header, pointer, judge)
        _check_places(header, pointer, judge)
        _check_global(header, data, pointer, judge)
        _check_key_values(header, data, pointer, judge)
    return not any(issue.code in DECISIVE for issue in judge.issues[before:])


def _check_extent(header: Ktx2Header, pointer: str, judge: Judge) -> None:
    if header.faces != 1 or header.layers or header.depth or not header.height:
        judge.report(NOT_2D, pointer, f"{header.faces} faces, {header.layers} layers, depth {header.depth}")
    if header.width % 4 or header.height % 4:
        judge.report(SIZE, pointer, f"{header.width} × {header.height} pixels")


def _check_header(header: Ktx2Header, pointer: str, judge: Judge) -> None:
    _check_extent(header, pointer, judge)
    model = MODELS[header.model]
    if header.scheme not in ((BASIS_LZ,) if header.model == ETC1S else (0, ZSTD)):
        judge.report(SCHEME, pointer, f"{model} with supercompression scheme {header.scheme}")
    if header.type_size != 1:
        judge.report(HEADER, pointer, f"typeSize is {header.type_size}, and 1 for {model}")
    if not header.level_count:
        judge.report(HEADER, pointer, "levelCount is 0, but the levels of a compressed texture cannot be made anew")


def _check_descriptor(header: Ktx2Header, data: memoryview, pointer: str, judge: Judge) -> None:
    if sum(header.descriptor) > len(data):
        judge.report(DESCRIPTOR, pointer, "the descriptor ends after the file does")
        return
    found = read_descriptor(header, data)
    for message in _descriptor_faults(found, header):
        judge.report(DESCRIPTOR, pointer, message)
    channels = tuple(sample.channel for sample in found.samples)
    if channels not in (ETC1S_CHANNELS if header.model == ETC1S else UASTC_CHANNELS):
        judge.report(CHANNELS, pointer, f"channels {', '.join(map(str, channels)) or 'none'} of {MODELS[header.model]}")
    if found.premultiplied:
        judge.report(PREMULTIPLIED, pointer)


def _descriptor_faults(found: Descriptor, header: Ktx2Header) -> list[str]:
    faults = []
    if found.total != header.descriptor[1]:
        faults.append(f"it says that it has {found.total} bytes, the header {header.descriptor[1]}")
    if found.size != 24 + 16 * len(found.samples) or found.size + 4 > found.total:  # others may follow it
        faults.append(f"its block of {found.size} bytes does not fill it with whole samples")
    if found.version != 2:
        faults.append(f"its version is {found.version}, not 2")
    if found.block != (3, 3, 0, 0):
        faults.append("its texel blocks are not 4 × 4")
    planes = 8 if header.model == ETC1S else BLOCK_BYTES
    expected = [planes] * (len(found.samples) if header.model == ETC1S else 1)
    if list(found.planes) not in ([*expected, *[0] * (8 - len(expected))], [0] * 8):
        faults.append(f"its planes have {', '.join(map(str, found.planes))} bytes a block")
    for sample, place in zip(found.samples, SAMPLES[header.model], strict=False):
        if sample[1:] != Sample(0, *place, 0, 2**32 - 1)[1:]:
            faults.append(
                f"the sample of channel {sample.channel} is not {place[1]} bits from {place[0]}, of any value"
            )
    return faults


def _check_inside(header: Ktx2Header, data: memoryview, pointer: str, judge: Judge) -> bool:
    """Whether every level is in the file."""
    good = True
    for number, level in enumerate(header.levels):
        if level.offset < HEADER_BYTES or not level.length or level.offset + level.length > len(data):
            message = f"level {number} is {level.length:,} bytes from {level.offset:,} of a file of {len(data):,}"
            judge.report(LEVELS, pointer, message)
            good = False
    return good


def _check_levels(header: Ktx2Header, pointer: str, judge: Judge) -> None:
    """Lengths, and the order in the file: a reader that has its first bytes has the smallest levels."""
    for number, level in enumerate(header.levels):
        blocks = (max(header.width >> number, 1) + 3) // 4 * ((max(header.height >> number, 1) + 3) // 4)
        expected = 0 if header.model == ETC1S else blocks * BLOCK_BYTES
        if level.uncompressed != expected:
            message = f"level {number} says {level.uncompressed:,} bytes uncompressed where there are {expected:,}"
            judge.report(LEVEL_SIZE, pointer, message)
        elif header.scheme == 0 and level.length != expected:
            message = f"level {number} has {level.length:,} bytes where its {blocks:,} blocks take {expected:,}"
            judge.report(LEVEL_SIZE, pointer, message)
        if number and level.offset >= header.levels[number - 1].offset:
            judge.report(LEVEL_ORDER, pointer, f"level {number} comes after level {number - 1}")


def _check_places(header: Ktx2Header, pointer: str, judge: Judge) -> None:
    parts = sections(header)
    for part in parts:
        is_level = part.name.startswith("level")
        alignment = {"global data": 8, "descriptor": 4, "key/value data": 4}.get(part.name, 1)
        if is_level and header.scheme == 0:
            alignment = BLOCK_BYTES
        if part.start % alignment:
            judge.report(ALIGNMENT, pointer, f"{part.name} begins at {part.start}, no multiple of {alignment}")
    end = 0
    for part in parts:
        if part.start < end:
            judge.report(OVERLAP, pointer, f"{part.name} begins at {part.start}, before byte {end}")
        elif part.start - end > PADDING:
            judge.report(GAP, pointer, f"{part.start - end} bytes before {part.name}")
        end = max(end, part.end)


def _check_global(header: Ktx2Header, data: memoryview, pointer: str, judge: Judge) -> None:
    if header.scheme != BASIS_LZ:
        if header.global_data[1]:
            judge.report(GLOBAL, pointer, "only BasisLZ has global data")
        return
    if header.faces != 1 or header.layers or header.depth:
        return  # which has more images than levels
    books = read_codebooks(header, data)
    if books is None:
        judge.report(GLOBAL, pointer, "the codebooks of its levels are not in the file")
        return
    if books.length != header.global_data[1] or not books.endpoints or not books.selectors:
        judge.report(GLOBAL, pointer, f"its tables take {books.length} bytes of the {header.global_data[1]} there are")
    for number, (level, image) in enumerate(zip(header.levels, books.slices, strict=True)):
        if not image.colour[1] or bool(image.alpha[1]) != (len(header.samples) == 2):
            judge.report(GLOBAL, pointer, f"level {number} has not one slice for each of the descriptor's samples")
        if sum(image.colour) > level.length or sum(image.alpha) > level.length:
            judge.report(GLOBAL, pointer, f"level {number} is shorter than its slices")
        if image.flags & IS_PREDICTED:
            judge.report(GLOBAL, pointer, f"level {number} is a frame of a video")


def _check_key_values(header: Ktx2Header, data: memoryview, pointer: str, judge: Judge) -> None:
    found, broken = read_key_values(header, data)
    if broken is not None:
        judge.report(KEY_VALUES, pointer, broken)
    keys = [key for key, _ in found]
    if any(later <= earlier for earlier, later in pairwise(keys)):
        judge.report(KEY_VALUES, pointer, "the keys are not in the order of their letters, each once")
    for key, value, broken_rule in (("KTXorientation", b"rd", ORIENTATION), ("KTXswizzle", b"rgba", SWIZZLE)):
        said = dict(found).get(key, value).rstrip(b"\0")
        if said != value:
            judge.report(broken_rule, pointer, f"{key} is {said[:16]!r}")
