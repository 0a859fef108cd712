"""KHR_draco_mesh_compression: decoding of Draco meshes (bitstream 2.2), behind checks of what their header claims.

What a header claims is held against the accessors and the payload's size first, because Draco sets memory aside for
it. That leaves one trap: a count inside the attribute data makes Draco loop up to 2³¹ times (5 s) and cannot be found
without decoding; `codec_seconds` bounds the wait for it. A payload made with care can also claim attributes that no
accessor names: files from strangers belong in a process with a memory limit.
"""

from __future__ import annotations

import time
from math import prod
from typing import Any, Final, NamedTuple, NoReturn

import numpy as np
import numpy.typing as npt

from ...errors import InvalidAsset, LimitExceeded
from ..limits import Limits
from .deadline import within

EXTENSION: Final = "KHR_draco_mesh_compression"
MISMATCH: Final = "DRACO_ACCESSOR_MISMATCH"
Array = npt.NDArray[Any]

_MESH, _SEQUENTIAL, _EDGEBREAKER = 1, 0, 1
_WORKING_BYTES_PER_FACE = 80  # measured: 71 with edgebreaker, 44 sequential, on a grid of 2 million faces
_MOST_FACES_PER_BYTE = 256  # a flat regular grid, the best case, has 7.5


class Header(NamedTuple):
    """What a payload claims: faces, and points (sequential) or vertices of the connectivity (edgebreaker)."""

    faces: int
    points: int
    sequential: bool


class Decoded(NamedTuple):
    """`indices`: `(3 × faces,)` uint32. `attributes`: `(points, components)` by Draco's unique id."""

    indices: Array
    attributes: dict[int, Array]


def header(data: bytes | memoryview) -> Header:
    """Read the header (Draco bitstream specification §3, §6–7).

    Raises:
        InvalidAsset: when it is not a triangle mesh of bitstream 2.2, the only kind that glTF allows.
    """
    fixed = bytes(data[:11])
    if len(fixed) < 11 or fixed[:5] != b"DRACO":
        _broken("the data do not begin as a Draco mesh does")
    major, minor, kind, method = fixed[5:9]
    if (major, minor) != (2, 2):
        _broken(f"bitstream {major}.{minor} is not 2.2")
    if kind != _MESH or method not in (_SEQUENTIAL, _EDGEBREAKER):
        _broken(f"type {kind} with method {method} is not a triangle mesh")
    cursor = _Cursor(data, 11)
    if fixed[10] & 0x80:
        _skip_metadata(cursor)
    if method == _SEQUENTIAL:
        faces, points = cursor.varint(), cursor.varint()
    else:
        traversal = cursor.byte()
        if traversal not in (0, 2):
            _broken(f"edgebreaker traversal {traversal} is neither standard (0) nor valence (2)")
        points, faces = cursor.varint(), cursor.varint()
    return Header(faces, points, method == _SEQUENTIAL)


class _Cursor:
    def __init__(self, data: bytes | memoryview, position: int):
        self.data, self.position = data, position

    def byte(self) -> int:
        self.skip(1)
        return self.data[self.position - 1]

    def varint(self) -> int:
        """A little-endian base-128 number of at most 32 bits."""
        value, shift, byte = 0, 0, 0x80
        while byte & 0x80:
            if shift > 28:
                _broken("a number in the header is too long")
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
        return value

    def skip(self, count: int) -> None:
        self.position += count
        if self.position > len(self.data):
            _broken("the data end inside the header")


def _skip_metadata(cursor: _Cursor) -> None:
    for _ in range(cursor.varint()):
        cursor.varint()  # the attribute's id
        _skip_tree(cursor)
    _skip_tree(cursor)


def _skip_tree(cursor: _Cursor) -> None:
    """Skip a tree of named values, which stands in the file in the order of a walk."""
    left, is_root = 1, True
    while left:
        if not is_root:
            cursor.skip(cursor.byte())  # its name
        for _ in range(cursor.varint()):
            cursor.skip(cursor.byte())
            cursor.skip(cursor.varint())
        left, is_root = left - 1 + cursor.varint(), False


def check(data: bytes | memoryview, faces: int | None, points: int | None, limits: Limits) -> Header:
    """Hold the header against what the accessors declare (None: unknown), before any memory is set aside.

    Raises:
        InvalidAsset: where they contradict each other (DRACO_ACCESSOR_MISMATCH), or the header itself.
        LimitExceeded: max_decoded_bytes, when decoding would need more memory for a time.
    """
    claim = header(data)
    if claim.faces > len(data) * _MOST_FACES_PER_BYTE:
        _broken(f"{len(data)} bytes cannot hold {claim.faces} faces")
    if faces is not None and claim.faces != faces:
        _broken(f"the payload has {claim.faces} faces where the accessors declare {faces}", MISMATCH)
    if points is not None and (claim.points != points if claim.sequential else claim.points > points):
        _broken(f"the payload has {claim.points} points where the accessors declare {points}", MISMATCH)
    if claim.points > 3 * claim.faces:
        _broken(f"{claim.faces} faces cannot have {claim.points} points")
    limits.check("max_decoded_bytes", claim.faces * _WORKING_BYTES_PER_FACE, "decoding a Draco mesh")
    return claim


def decode(data: bytes | memoryview, limits: Limits, *, faces: int | None = None, points: int | None = None) -> Decoded:
    """Decode a Draco mesh. Integers narrower than 32 bits may arrive in a wider type: see `stored_as`.

    Args:
        faces, points: what the accessors declare, where known.

    Raises:
        InvalidAsset: DRACO_DATA_INVALID, DRACO_ACCESSOR_MISMATCH.
        LimitExceeded: max_decoded_bytes, codec_seconds.
    """
    import DracoPy

    check(data, faces, points, limits)
    payload = bytes(data)
    start = time.monotonic()
    try:
        mesh = within(limits.codec_seconds, lambda: DracoPy.decode(payload))
        attributes = {int(attribute["unique_id"]): attribute["data"] for attribute in mesh.attributes}
        indices = np.ascontiguousarray(mesh.faces, np.uint32).reshape(-1)
    except TimeoutError:
        spent = round(time.monotonic() - start, 1)
        raise LimitExceeded("codec_seconds", spent, limits.codec_seconds or 0.0, "decoding a Draco mesh") from None
    except (DracoPy.FileTypeException, AttributeError, TypeError, ValueError, RuntimeError, MemoryError) as error:
        _broken(f"the payload cannot be decoded: {error}")
    return Decoded(indices, attributes)


def stored_as(data: Array, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Array:
    """Decoded values in the component type and natural shape that their accessor declares, read-only.

    Raises:
        InvalidAsset: DRACO_ACCESSOR_MISMATCH, when the shapes differ or a value does not fit.
    """
    if data.size != prod(shape) or len(data) != shape[0]:
        _broken(f"decoded shape {data.shape} is not the accessor's {shape}", MISMATCH)
    stored = data
    if data.dtype != dtype:
        with np.errstate(invalid="ignore"):
            stored = data.astype(dtype)
        if not np.array_equal(stored, data):
            _broken(f"decoded {data.dtype} values do not fit the accessor's {dtype}", MISMATCH)
    stored = stored.reshape(shape)
    stored.flags.writeable = False
    return stored


def _broken(message: str, code: str = "DRACO_DATA_INVALID") -> NoReturn:
    raise InvalidAsset(f"Draco: {message}", code=code)
