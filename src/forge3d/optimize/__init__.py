"""Transforms that make a document smaller and faster, one a file, and presets made of them.

A transform's file is imported when its name is first asked for, so that a program pays for the steps that it runs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..document import Transform
from .lazily import Lazily

# These two bear the names of their files, which hide them unless they are imported here.
from .merge import merge, merge_variants
from .options import Option, build, canonical, name_of, options_of, parse
from .partition import partition

if TYPE_CHECKING:
    from .atlas_materials import AtlasMaterials as AtlasMaterials
    from .center import Center as Center
    from .compress import Compress as Compress
    from .decompress import Decompress as Decompress
    from .dedup import Dedup as Dedup
    from .dequantize import Dequantize as Dequantize
    from .flatten import Flatten as Flatten
    from .instance import Instance as Instance
    from .join import Join as Join
    from .metal_rough import MetalRough as MetalRough
    from .normals import Normals as Normals
    from .palette import Palette as Palette
    from .pivot import Pivot as Pivot
    from .presets import PRESETS as PRESETS
    from .prune import Prune as Prune
    from .quantize import Quantize as Quantize
    from .recompress import Recompress as Recompress
    from .remove_hidden import RemoveHidden as RemoveHidden
    from .reorder import Reorder as Reorder
    from .repair import Repair as Repair
    from .resample import Resample as Resample
    from .simplify import Simplify as Simplify
    from .sparse import Sparse as Sparse
    from .stamp import Stamp as Stamp
    from .strip import Strip as Strip
    from .tangents import Tangents as Tangents
    from .textures import Textures as Textures
    from .uninstance import Uninstance as Uninstance
    from .unlit import Unlit as Unlit
    from .unweld import Unweld as Unweld
    from .unwrap import Unwrap as Unwrap
    from .weld import Weld as Weld

_STEPS = (
    "decompress", "dedup", "prune", "weld", "simplify", "reorder", "quantize", "textures", "recompress",
    "compress", "repair", "flatten", "unweld", "join", "instance", "uninstance", "center", "pivot", "palette",
    "atlas-materials", "remove-hidden", "resample", "sparse", "normals", "tangents", "strip", "stamp", "unlit",
    "dequantize", "unwrap", "metal-rough",
)  # fmt: skip
_CLASS_OF = {step: step.title().replace("-", "") for step in _STEPS}
_MODULE_OF = {name: step.replace("-", "_") for step, name in _CLASS_OF.items()} | {"PRESETS": "presets"}
"""The file of each name that is imported late: `RemoveHidden` is in `remove_hidden`."""


def _imported(name: str) -> Any:
    return getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)


if not TYPE_CHECKING:  # where types are checked, a name that is not there is an error

    def __getattr__(name: str) -> Any:
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = _imported(name)
        return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF})


TRANSFORMS: Lazily[str, type[Transform]] = Lazily(_STEPS, lambda step: _imported(_CLASS_OF[step]))
"""Every transform by its name in recipes and on the command line."""

__all__ = [
    "PRESETS", "TRANSFORMS", "AtlasMaterials", "Center", "Compress", "Decompress", "Dedup", "Dequantize", "Flatten",
    "Instance", "Join", "MetalRough", "Normals", "Option", "Palette", "Pivot", "Prune", "Quantize", "Recompress",
    "RemoveHidden", "Reorder", "Repair", "Resample", "Simplify", "Sparse", "Stamp", "Strip", "Tangents", "Textures",
    "Uninstance", "Unlit", "Unweld", "Unwrap", "Weld", "build", "canonical", "merge", "merge_variants", "name_of",
    "options_of", "parse", "partition",
]  # fmt: skip
