"""Transforms that make a document smaller and faster, one a file, and presets made of them."""

from ..document import Transform
from .atlas_materials import AtlasMaterials
from .center import Center
from .compress import Compress
from .decompress import Decompress
from .dedup import Dedup
from .dequantize import Dequantize
from .flatten import Flatten
from .instance import Instance
from .join import Join
from .merge import merge, merge_variants
from .metal_rough import MetalRough
from .normals import Normals
from .options import Option, build, canonical, name_of, options_of, parse
from .palette import Palette
from .partition import partition
from .pivot import Pivot
from .presets import PRESETS
from .prune import Prune
from .quantize import Quantize
from .recompress import Recompress
from .remove_hidden import RemoveHidden
from .reorder import Reorder
from .repair import Repair
from .resample import Resample
from .simplify import Simplify
from .sparse import Sparse
from .stamp import Stamp
from .strip import Strip
from .tangents import Tangents
from .textures import Textures
from .uninstance import Uninstance
from .unlit import Unlit
from .unweld import Unweld
from .unwrap import Unwrap
from .weld import Weld

TRANSFORMS: dict[str, type[Transform]] = {
    name_of(kind): kind
    for kind in (
        Decompress,
        Dedup,
        Prune,
        Weld,
        Simplify,
        Reorder,
        Quantize,
        Textures,
        Recompress,
        Compress,
        Repair,
        Flatten,
        Unweld,
        Join,
        Instance,
        Uninstance,
        Center,
        Pivot,
        Palette,
        AtlasMaterials,
        RemoveHidden,
        Resample,
        Sparse,
        Normals,
        Tangents,
        Strip,
        Stamp,
        Unlit,
        Dequantize,
        Unwrap,
        MetalRough,
    )
}
"""Every transform by its name in recipes and on the command line."""

__all__ = [
    "PRESETS", "TRANSFORMS", "AtlasMaterials", "Center", "Compress", "Decompress", "Dedup", "Dequantize", "Flatten",
    "Instance", "Join", "MetalRough", "Normals", "Option", "Palette", "Pivot", "Prune", "Quantize", "Recompress",
    "RemoveHidden", "Reorder", "Repair", "Resample", "Simplify", "Sparse", "Stamp", "Strip", "Tangents", "Textures",
    "Uninstance", "Unlit", "Unweld", "Unwrap", "Weld", "build", "canonical", "merge", "merge_variants", "name_of",
    "options_of", "parse", "partition",
]  # fmt: skip
