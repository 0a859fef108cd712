"""The GLB container (specification §4): a header, a JSON chunk, an optional BIN chunk."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..errors import LimitExceeded
from .faults import Fault, Severity

MAGIC = 0x46546C67
JSON = 0x4E4F534A
BIN = 0x004E4942
HEADER_BYTES = 12
CUT_CHUNK = "GLB_UNEXPECTED_END_OF_CHUNK_DATA"
_HEADER = struct.Struct("<III")
_CHUNK_HEADER = struct.Struct("<II")
_LARGEST = 2**32 - 1
_MOST_CHUNKS = 1000  # 40 MB of empty ones would take gigabytes to tell about


@dataclass(slots=True)
class Glb:
    """The chunks of a GLB, as views into its bytes, and every fault of the container.

    `json` and `bin` are None where there is no such chunk; `bin` holds the padding too. A chunk that ends early keeps
    what there is; `json_is_cut` says so of the JSON. `others` are chunks of unknown type, which readers must ignore.
    """

    json: memoryview | None = None
    bin: memoryview | None = None
    json_is_cut: bool = False
    others: list[tuple[int, memoryview]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, code: str, offset: int, message: str, severity: Severity = Severity.ERROR) -> None:
        self.faults.append(Fault(code, severity, "", message, offset))


def is_glb(data: bytes | memoryview) -> bool:
    """Whether `data` begins as a GLB does."""
    return bytes(data[:4]) == b"glTF"


def parse(data: bytes | memoryview, size: int | None = None) -> Glb:
    """Split a GLB into its chunks. Never raises for what the bytes say: broken rules end up in `faults`.

    With `size`, the bytes of the whole file, `data` may be only its beginning: what that does not reach is not judged,
    and the last chunk holds what there is.
    """
    whole = memoryview(data).toreadonly().cast("B")
    glb = Glb()
    size = len(whole) if size is None else size
    if len(whole) < HEADER_BYTES:
        glb.fault("GLB_UNEXPECTED_END_OF_HEADER", len(whole), f"the header has {len(whole)} of {HEADER_BYTES} bytes")
        return glb
    magic, version, length = _HEADER.unpack_from(whole)
    if magic != MAGIC:
        glb.fault("GLB_INVALID_MAGIC", 0, f"the magic is {magic:#010x}, not 'glTF'")
    elif version != 2:
        advice = "; convert glTF 1.0 with gltf-pipeline first" if version == 1 else ""
        glb.fault("GLB_INVALID_VERSION", 4, f"GLB version {version} is not 2{advice}")
    else:
        if length <= HEADER_BYTES:
            glb.fault("GLB_LENGTH_TOO_SMALL", 8, f"the declared length {length} leaves no room for a chunk")
        _read_chunks(glb, whole, length, size)
    return glb


def _read_chunks(glb: Glb, whole: memoryview, length: int, size: int) -> None:
    position, number = HEADER_BYTES, 0
    cut = False
    while position < size and position != length:  # chunks count, also those after a declared length that is wrong
        if number == _MOST_CHUNKS:
            glb.fault("LIMIT_EXCEEDED", position, f"there are more than {_MOST_CHUNKS:,} chunks")
            return
        if position + 8 > size:
            glb.fault("GLB_UNEXPECTED_END_OF_CHUNK_HEADER", size, "the file ends inside a chunk header")
            cut = True
            break
        if position + 8 > len(whole):  # beyond the beginning that is here
            return
        chunk_length, kind = _CHUNK_HEADER.unpack_from(whole, position)
        _check_chunk(glb, kind, chunk_length, position, number)
        start, end = position + 8, position + 8 + chunk_length
        if end > length:
            glb.fault(
                "GLB_CHUNK_TOO_BIG", position, f"chunk {kind:#010x} of {chunk_length} bytes ends after byte {length}"
            )
        glb.json_is_cut |= end > size and kind == JSON and glb.json is None
        _keep(glb, kind, whole[start:end], number)
        if end > size:
            glb.fault(CUT_CHUNK, size, f"the file ends {end - size} bytes inside a chunk")
            cut = True
        position, number = end, number + 1
    if cut:
        return
    if position != length:
        glb.fault("GLB_LENGTH_MISMATCH", size, f"the declared length is {length}, the chunks end at byte {position}")
    elif position < size:
        message = f"{size - position} bytes follow the last chunk"
        glb.fault("GLB_EXTRA_DATA", position, message, severity=Severity.WARNING)


def _check_chunk(glb: Glb, kind: int, length: int, position: int, number: int) -> None:
    if number == 0 and kind != JSON:
        glb.fault("GLB_UNEXPECTED_FIRST_CHUNK", position, f"the first chunk is {kind:#010x}, not JSON")
    if length % 4:
        glb.fault("GLB_CHUNK_LENGTH_UNALIGNED", position, f"chunk length {length} is not a multiple of 4")
    if kind == JSON:
        if length == 0:
            glb.fault("GLB_EMPTY_CHUNK", position, "the JSON chunk is empty")
        if glb.json is not None:
            glb.fault("GLB_DUPLICATE_CHUNK", position, "there is a second JSON chunk")
    elif kind == BIN:
        if length == 0:
            glb.fault("GLB_EMPTY_BIN_CHUNK", position, "the BIN chunk is empty", severity=Severity.INFORMATION)
        if glb.bin is not None:
            glb.fault("GLB_DUPLICATE_CHUNK", position, "there is a second BIN chunk")
        elif number > 1:
            glb.fault("GLB_UNEXPECTED_BIN_CHUNK", position, "BIN must be the second chunk")
    else:
        glb.fault("GLB_UNKNOWN_CHUNK_TYPE", position, f"chunk type {kind:#010x} is unknown", severity=Severity.WARNING)


def _keep(glb: Glb, kind: int, data: memoryview, number: int) -> None:
    if kind == JSON:
        glb.json = data if glb.json is None else glb.json
    elif kind == BIN:
        glb.bin = data if glb.bin is None else glb.bin
    else:
        glb.others.append((kind, data))


def pack(
    json_text: bytes,
    binary: bytes | bytearray | memoryview | None = None,
    others: Iterable[tuple[int, bytes | memoryview]] = (),
) -> bytes:
    """A GLB of a JSON text and the binary buffer; the same input always gives the same bytes.

    JSON is padded with spaces and the binary with zeros to multiples of four. Without binary data (None or empty) there
    is no BIN chunk. `others` are chunks of types of their own, which follow; see `Glb.others`.

    Raises:
        LimitExceeded: when the file would need more than the format's 4 GiB.
    """
    json_pad, bin_bytes = -len(json_text) % 4, len(binary) if binary is not None else 0
    bin_pad = -bin_bytes % 4
    json_length, bin_length = len(json_text) + json_pad, bin_bytes + bin_pad
    rest = [(kind, data, -len(data) % 4) for kind, data in others]
    total = HEADER_BYTES + 8 + json_length + (8 + bin_length if bin_bytes else 0)
    total += sum(8 + len(data) + pad for _, data, pad in rest)
    if total > _LARGEST:
        raise LimitExceeded("GLB length", total, _LARGEST, "the GLB (write a .gltf with buffers beside it instead)")
    parts: list[bytes | bytearray | memoryview] = [
        _HEADER.pack(MAGIC, 2, total),
        _CHUNK_HEADER.pack(json_length, JSON),
        json_text,
        b" " * json_pad,
    ]
    if binary is not None and bin_bytes:
        parts += [_CHUNK_HEADER.pack(bin_length, BIN), binary, bytes(bin_pad)]
    for kind, data, pad in rest:
        parts += [_CHUNK_HEADER.pack(len(data) + pad, kind), data, bytes(pad)]
    return b"".join(parts)
