"""How the writer compresses geometry that has no encoded payload of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from ..gltf.codecs import exponential, meshopt, quaternion

if TYPE_CHECKING:
    from .accessor import Accessor, Array

_JSON = 120  # bytes of JSON that say how a buffer view is compressed

MESHOPT_EXTENSIONS = ("EXT_meshopt_compression", "KHR_meshopt_compression")


@dataclass(frozen=True, slots=True)
class Encoding:
    """Meshopt compression of buffer views.

    Args:
        extension: `EXT_meshopt_compression` (vertex codec version 0, in every engine), or `KHR_meshopt_compression`
            (version 1: smaller, newer readers only).
        level: how hard the version 1 vertex codec tries, 0 (fast) to 3 (small); version 0 has no levels.
        filters: store normals, tangents and rotation keys that are quantized to normalized integers in the form that
            compresses best (octahedral, quaternion). Values may move by a step or two of their stored precision. Other
            keys and bind matrices are filtered (exponential) where that keeps every bit of them.
        rotation: bits of rotation keys that are filtered, 4 to 16; fewer where these hold the keys as well.
    """

    extension: Literal["EXT_meshopt_compression", "KHR_meshopt_compression"] = "EXT_meshopt_compression"
    level: int = 2
    filters: bool = False
    rotation: int = 16

    def __post_init__(self) -> None:
        if self.extension not in MESHOPT_EXTENSIONS:
            raise ValueError(f"extension {self.extension!r} is not one of {', '.join(MESHOPT_EXTENSIONS)}")
        if not 0 <= self.level <= 3:
            raise ValueError(f"level {self.level} is not 0 to 3")

    def filter_of(self, accessor: Accessor, semantic: str) -> str:
        """The meshopt filter for an accessor used as `semantic`; `NONE` where none fits.

        `rotation`, `keys` and `binds` stand for values of animations and inverse bind matrices. EXPONENTIAL is for what
        `exponential.encode` takes.
        """
        if not self.filters:
            return "NONE"
        if semantic in ("keys", "binds") and accessor.dtype == np.float32:
            return "EXPONENTIAL"
        if not accessor.normalized or accessor.dtype.kind != "i":
            return "NONE"
        if semantic == "NORMAL" or (semantic == "TANGENT" and accessor.type == "VEC4"):
            return "OCTAHEDRAL"
        return "QUATERNION" if semantic == "rotation" and accessor.dtype == np.int16 else "NONE"

    def filtered(self, accessor: Accessor, name: str) -> Array | None:
        """The elements as filter `name` stores them, in as many bytes; None where they would lose what they may not."""
        if name == "OCTAHEDRAL":
            from ..native import octahedral

            return octahedral.encode(accessor.floats, bits=accessor.dtype.itemsize * 8)
        if name == "QUATERNION":
            return meshopt.filter_quaternion(accessor.floats, bits=quaternion.bits_of(accessor.array, self.rotation))
        return exponential.encode(accessor.array)

    def encoded(self, data: bytes, stride: int, mode: str) -> bytes | None:
        """Elements of `stride` bytes, compressed; None where the codec does not take them, or nothing would be saved.

        Args:
            mode: ATTRIBUTES, TRIANGLES or INDICES.
        """
        if mode == "ATTRIBUTES":
            if stride % 4 or stride > 256:
                return None
            rows = np.frombuffer(data, np.uint8).reshape(-1, stride)
            version: Literal[0, 1] = 1 if self.extension == meshopt.KHR else 0
            small = meshopt.encode_attributes(rows, version=version, level=self.level)
        else:
            if stride == 1:
                return None
            indices = np.frombuffer(data, f"<u{stride}")
            small = meshopt.encode_triangles(indices) if mode == "TRIANGLES" else meshopt.encode_indices(indices)
        return small if len(small) + _JSON < len(data) else None
