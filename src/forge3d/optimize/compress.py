"""Compress geometry when the document is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from ..document import Change, Context, Document, Fidelity, Transform
from ..document.encoding import Encoding
from .options import between, one_of

_EXTENSIONS: dict[str, Literal["EXT_meshopt_compression", "KHR_meshopt_compression"]] = {
    "EXT": "EXT_meshopt_compression",
    "KHR": "KHR_meshopt_compression",
}


@dataclass(frozen=True, slots=True)
class Compress(Transform):
    """Compress vertices, indices and keyframes with meshoptimizer's codecs. Invisible.

    The codecs keep every bit; filters, if on, round normals, tangents and rotations that are quantized already once
    more, in the last bit. The triangle codec may turn a triangle's corners around, which shifts interpolation by
    rounding. Run Quantize and Reorder first: they are what makes the codecs work.

    Args:
        codec: meshopt.
        extension: EXT is understood by every engine with meshopt support; KHR is smaller and newer.
        level: how hard the KHR vertex codec tries, 0 (fast) to 3 (small); EXT has no levels.
        filters: store quantized normals, tangents and rotations in the form that compresses best.
        rotation: bits of quantized rotation keys under the filter, 8 to 16: 12 turn by 0.02° at most.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.INVISIBLE

    codec: Literal["meshopt"] = "meshopt"
    extension: Literal["EXT", "KHR"] = "EXT"
    level: int = 2
    filters: bool = True
    rotation: int = 16

    def __post_init__(self) -> None:
        one_of(self, "codec", "extension")
        between(self, "level", 0, 3)
        between(self, "rotation", 8, 16)

    def __call__(self, document: Document, context: Context) -> Change:
        document.encoding = Encoding(_EXTENSIONS[self.extension], self.level, self.filters, self.rotation)
        return Change("compress", notes=[f"geometry is written with {_EXTENSIONS[self.extension]}"])
