"""How the writer compresses geometry that has no encoded payload of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MESHOPT_EXTENSIONS = ("EXT_meshopt_compression", "KHR_meshopt_compression")


@dataclass(frozen=True, slots=True)
class Encoding:
    """Meshopt compression of buffer views.

    Args:
        extension: `EXT_meshopt_compression` (vertex codec version 0, in every engine), or `KHR_meshopt_compression`
            (version 1: smaller, newer readers only).
        level: how hard the version 1 vertex codec tries, 0 (fast) to 3 (small); version 0 has no levels.
        filters: store normals, tangents and rotation keys that are quantized to normalized integers in the form that
            compresses best (octahedral, quaternion). The stored precision stays, the last bit may change.
    """

    extension: Literal["EXT_meshopt_compression", "KHR_meshopt_compression"] = "EXT_meshopt_compression"
    level: int = 2
    filters: bool = False

    def __post_init__(self) -> None:
        if self.extension not in MESHOPT_EXTENSIONS:
            raise ValueError(f"extension {self.extension!r} is not one of {', '.join(MESHOPT_EXTENSIONS)}")
        if not 0 <= self.level <= 3:
            raise ValueError(f"level {self.level} is not 0 to 3")
