"""EXT_meshopt_compression and KHR_meshopt_compression: compressed buffer views, both ways.

The two extensions share modes and filters. EXT has vertex codec version 0; KHR adds version 1 and the COLOR filter.
"""

from __future__ import annotations

from typing import Any, Final, Literal, NoReturn

import numpy as np
import numpy.typing as npt

from ...errors import InvalidAsset

EXT: Final = "EXT_meshopt_compression"
KHR: Final = "KHR_meshopt_compression"
EXTENSIONS: Final = (KHR, EXT)
MODES: Final = ("ATTRIBUTES", "TRIANGLES", "INDICES")
FILTERS: Final = ("NONE", "OCTAHEDRAL", "QUATERNION", "EXPONENTIAL", "COLOR")

LAYOUT: Final = "MESHOPT_LAYOUT_INVALID"
"""Code for mode, filter, stride and count that no payload could have together."""

Mode = Literal["ATTRIBUTES", "TRIANGLES", "INDICES"]
Filter = Literal["NONE", "OCTAHEDRAL", "QUATERNION", "EXPONENTIAL", "COLOR"]
Array = npt.NDArray[Any]

_HEADERS = {"ATTRIBUTES": (0xA0, 0xA1), "TRIANGLES": (0xE0, 0xE1), "INDICES": (0xD0, 0xD1)}


def check(data: bytes | memoryview, count: int, stride: int, mode: str, filter: str = "NONE", version: int = 1) -> None:
    """Hold what the JSON says against the payload, before any memory is set aside.

    Args:
        data: the compressed buffer view.
        count: elements: vertices, or indices.
        stride: bytes of one decoded element.
        version: the newest vertex codec version allowed: 0 for EXT, 1 for KHR.

    Raises:
        InvalidAsset: where they contradict each other (MESHOPT_DATA_INVALID) or the extension's rules
            (MESHOPT_LAYOUT_INVALID).
    """
    if mode not in MODES:
        _broken(f"mode {mode!r} is not one of {', '.join(MODES)}", LAYOUT)
    if filter not in FILTERS or (filter == "COLOR" and version == 0):
        _broken(f"filter {filter!r} is not one of {', '.join(FILTERS[: 4 + version])}", LAYOUT)
    if count < 1:
        _broken(f"count {count} is less than 1", LAYOUT)
    if mode == "ATTRIBUTES":
        _check_attributes(data, count, stride, filter)
    else:
        _check_indices(data, count, stride, mode, filter)
    header = data[0]
    if header not in _HEADERS[mode] or (mode == "ATTRIBUTES" and header - 0xA0 > version):
        _broken(f"the first byte {header:#04x} does not announce {mode} of version {version} or earlier")


def _check_attributes(data: bytes | memoryview, count: int, stride: int, filter: str) -> None:
    if not 4 <= stride <= 256 or stride % 4:
        _broken(f"byteStride {stride} is not a multiple of 4 in [4, 256]", LAYOUT)
    if filter in ("OCTAHEDRAL", "COLOR") and stride not in (4, 8):
        _broken(f"byteStride {stride} is not 4 or 8, as filter {filter} needs", LAYOUT)
    if filter == "QUATERNION" and stride != 8:
        _broken(f"byteStride {stride} is not 8, as filter QUATERNION needs", LAYOUT)
    least = _least_attribute_bytes(count, stride, version=data[0] - 0xA0 if data else 0)
    if len(data) < least:
        _broken(f"{len(data)} bytes cannot hold {count} elements of {stride} bytes, which take {least} at least")


def _least_attribute_bytes(count: int, stride: int, version: int) -> int:
    """The size of the payload when all elements are zero: nothing decodes from less.

    Elements come in blocks of at most 256 and 8 KiB. Version 0 has 2 bits for each 16 elements of each byte of the
    element; version 1 has 2 bits for each byte of the element. After the blocks comes a first element.
    """
    block = min(8192 // stride // 16 * 16, 256)
    if version == 0:
        full, rest = divmod(count, block)
        blocks = full * -(-block // 64) + -(-rest // 64)
        return 1 + stride * blocks + max(stride, 32)
    return 1 + stride // 4 * -(-count // block) + max(stride + stride // 4, 24)


def _check_indices(data: bytes | memoryview, count: int, stride: int, mode: str, filter: str) -> None:
    if stride not in (2, 4):
        _broken(f"byteStride {stride} is not 2 or 4, as {mode} needs", LAYOUT)
    if filter != "NONE":
        _broken(f"filter {filter} is not for {mode}", LAYOUT)
    if mode == "TRIANGLES":
        if count % 3:
            _broken(f"count {count} is not a multiple of 3, as TRIANGLES needs", LAYOUT)
        least = 1 + count // 3 + 16  # a byte for each triangle, and a table at the end
    else:
        least = 1 + count + 4  # a byte for each index, and four bytes of tail
    if len(data) < least:
        _broken(f"{len(data)} bytes cannot hold {count} indices, which take {least} at least")


def decode(
    data: bytes | memoryview, count: int, stride: int, mode: str, filter: str = "NONE", *, version: int = 1
) -> Array:
    """The decoded buffer view: `(count × stride,)` uint8, read-only.

    Arguments and errors as for `check`, which runs first; also when the payload itself is broken.
    """
    import meshopt

    check(data, count, stride, mode, filter, version)
    payload = np.frombuffer(data, np.uint8)
    try:
        decoded = meshopt.decode_gltf_buffer(payload, count, stride, mode, filter if filter != "NONE" else None)
    except (ValueError, RuntimeError, MemoryError) as error:
        _broken(f"the {mode} payload cannot be decoded: {error}")
    flat: Array = decoded.reshape(-1).view(np.uint8)
    flat.flags.writeable = False
    return flat


def _broken(message: str, code: str = "MESHOPT_DATA_INVALID") -> NoReturn:
    raise InvalidAsset(f"meshopt: {message}", code=code)


def encode_attributes(data: npt.ArrayLike, *, version: Literal[0, 1] = 0, level: int = 2) -> bytes:
    """Compress `(n, …)` elements of any type, each 4 to 256 bytes in fours (pad them first). Lossless.

    Args:
        version: 0 for EXT_meshopt_compression, 1 for KHR_meshopt_compression.
        level: 0 fastest to 3 smallest; only version 1 heeds it. JavaScript decoders of 2025 (0.23 to 1.1.0, in many
            viewers) read some data of version 1 and level 3 wrongly, without an error (zeux/meshoptimizer#1043).
    """
    import meshopt

    encoded: bytes = meshopt.encode_vertex_buffer_level(np.ascontiguousarray(data), level, version)
    return encoded


def encode_triangles(indices: npt.ArrayLike) -> bytes:
    """Compress a triangle list `(3 t,)` of integers. The triangles stay; each may start at another of its corners."""
    import meshopt

    encoded: bytes = meshopt.encode_index_buffer(np.asarray(indices, np.uint32))
    return encoded


def encode_indices(indices: npt.ArrayLike) -> bytes:
    """Compress any sequence of indices `(n,)`. Lossless."""
    import meshopt

    encoded: bytes = meshopt.encode_index_sequence(np.asarray(indices, np.uint32))
    return encoded


def filter_octahedral(vectors: npt.ArrayLike, *, bits: int = 8) -> Array:
    """Unit vectors `(n, 3)`, or `(n, 4)` with a sign in w (tangents), for filter OCTAHEDRAL.

    Returns `(n, 4)` int8 for up to 8 bits, int16 above; decodes to normalized integers of that type.
    """
    import meshopt

    values = np.asarray(vectors, np.float32)
    if values.shape[1] == 3:
        values = np.concatenate([values, np.ones((len(values), 1), np.float32)], axis=1)
    rows: Array = meshopt.encode_filter_oct(values, 4 if bits <= 8 else 8, bits)
    return rows.view(np.int8 if bits <= 8 else np.int16)


def filter_quaternion(quaternions: npt.ArrayLike, *, bits: int = 12) -> Array:
    """Unit quaternions `(n, 4)` (x, y, z, w) for filter QUATERNION: `(n, 4)` int16, decodes to normalized int16."""
    import meshopt

    rows: Array = meshopt.encode_filter_quat(np.asarray(quaternions, np.float32), 8, bits)
    return rows.view(np.int16)


def filter_exponential(
    values: npt.ArrayLike, *, bits: int = 15, shared: Literal["none", "vector", "component"] = "vector"
) -> Array:
    """Floats `(n, k)` rounded to `bits` of mantissa, for filter EXPONENTIAL: `(n, k)` uint32, decodes to float32.

    Args:
        shared: which values have one exponent: none (each its own), each vector, or each component over all vectors.
    """
    import meshopt

    mode = {"none": "Separate", "vector": "SharedVector", "component": "SharedComponent"}[shared]
    rows: Array = meshopt.encode_filter_exp(np.asarray(values, np.float32), bits, mode)
    return rows.view(np.uint32)


def filter_color(colors: npt.ArrayLike, *, bits: int = 8) -> Array:
    """Colours `(n, 4)` in [0, 1] for filter COLOR (KHR only): `(n, 4)` uint8, uint16 above 8 bits."""
    import meshopt

    rows: Array = meshopt.encode_filter_color(np.asarray(colors, np.float32), 4 if bits <= 8 else 8, bits)
    return rows.view(np.uint8 if bits <= 8 else np.uint16)
