"""Compress geometry when the document is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from ..document import Change, Context, Document, Fidelity, Transform
from ..document.encoding import Encoding
from .graph import pinned
from .options import between, one_of
from .sparse import weigh

_EXTENSIONS: dict[str, Literal["EXT_meshopt_compression", "KHR_meshopt_compression"]] = {
    "EXT": "EXT_meshopt_compression",
    "KHR": "KHR_meshopt_compression",
}


@dataclass(frozen=True, slots=True)
class Compress(Transform):
    """Compress geometry with meshoptimizer's codecs, or with Draco. Lossy.

    meshopt keeps every bit of vertices, indices and keyframes where no filter is on. Filters round normals, tangents
    and rotations that are quantized already to what they can hold; those that Quantize made with `octahedral` and
    `pose` stay. What would not get smaller, with the JSON that says so, is written as it is.
    The triangle codec may turn a triangle's corners around, which shifts interpolation by rounding. Run Quantize and
    Reorder first: they are what makes the codecs work.

    Draco takes triangle lists with float positions and quantizes by itself: positions, normals and the first texture
    coordinates to the bits below, tangents as normals, colours and weights to 8; more texture coordinates in [0, 1] go
    in as 16 bits. What it cannot carry (morph targets, other float attributes) stays uncompressed beside a payload that
    keeps the order of the vertices, and is a warning.

    Args:
        codec: meshopt, or draco: smaller, but the file needs a decoder of 200 to 300 kB and much more time to open.
        extension: of meshopt: EXT is understood by every engine with meshopt support; KHR is smaller and newer.
        level: of meshopt: how hard the KHR vertex codec tries, 0 (fast) to 3 (small); EXT has no levels. JavaScript
            decoders of 2025 misread some data of level 3.
        filters: of meshopt: store quantized normals, tangents and rotations in the form that compresses best.
        rotation: of meshopt: bits of quantized rotation keys under the filter, 8 to 16, and fewer where these hold the
            keys as well: 12 turn by 0.07° at most, and by 0.02° in the mean.
        draco_position: bits of positions along the longest side of a primitive, 8 to 24.
        draco_normal: bits of normals, 6 to 16; tangents take 14 at most.
        draco_texcoord: bits of texture coordinates, 8 to 24.
        draco_level: how hard Draco tries, 0 (fast) to 10 (small).
    """

    fidelity: ClassVar[Fidelity] = Fidelity.LOSSY
    version: ClassVar[int] = 4

    codec: Literal["meshopt", "draco"] = "meshopt"
    extension: Literal["EXT", "KHR"] = "EXT"
    level: int = 2
    filters: bool = True
    rotation: int = 16
    draco_position: int = 14
    draco_normal: int = 10
    draco_texcoord: int = 12
    draco_level: int = 7

    def __post_init__(self) -> None:
        one_of(self, "codec", "extension")
        between(self, "level", 0, 3)
        between(self, "rotation", 8, 16)
        between(self, "draco_position", 8, 24)
        between(self, "draco_normal", 6, 16)
        between(self, "draco_texcoord", 8, 24)
        between(self, "draco_level", 0, 10)

    def __call__(self, document: Document, context: Context) -> Change:
        if self.codec == "draco":
            from ..gltf.codecs.draco_encoding import Precision
            from .draco import compress

            document.encoding = None
            bits = (self.draco_position, self.draco_normal, self.draco_texcoord)
            return compress(document, Precision(*bits, self.draco_level), context)
        document.encoding = Encoding(_EXTENSIONS[self.extension], self.level, self.filters, self.rotation)
        change = Change("compress", notes=[f"geometry is written with {_EXTENSIONS[self.extension]}"])
        if pinned(document) is None and (whole := weigh(document)):
            change.notes.append(f"{whole} sparse accessors are smaller in full")
        return change
