"""Presets: named tuples of transforms, in the order in which they run. Nothing is hidden in a preset but its tuple."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, get_args

from ..document import Transform
from ..errors import RecipeError
from .compress import Compress
from .decompress import Decompress
from .dedup import Dedup
from .dequantize import Dequantize
from .flatten import Flatten
from .join import Join
from .prune import Prune
from .quantize import Quantize
from .reorder import Reorder
from .resample import Resample
from .simplify import Simplify
from .sparse import Sparse
from .textures import Textures
from .weld import Weld

LOSSLESS: tuple[Transform, ...] = (Prune(), Resample(), Weld(), Reorder(), Dedup(), Sparse())
"""Exact transforms only: every picture stays equal to the last bit. The default."""

_CLEAN: tuple[Transform, ...] = (
    Decompress(),
    Prune(solid=1),
    Dedup(geometry=False),
    Flatten(keep_names=True),
    Join(keep_names=True, fill=False),
    Resample(tolerance=1e-4, still=True),
)
_SMALL: tuple[Transform, ...] = (
    Weld(),
    Quantize(position=None, octahedral=True),
    Weld(),
    Reorder(),
    Dedup(),
    Compress("meshopt", extension="EXT", rotation=12),
)

WEB: tuple[Transform, ...] = (*_CLEAN, Textures(max_size=2048, format="webp"), *_SMALL)
"""For browsers: WebP of at most 2048 pixels, quantized geometry in EXT_meshopt_compression. Triangles all stay, and so
does everything with a name."""

MOBILE: tuple[Transform, ...] = (
    *_CLEAN,
    Textures(max_size=1024, format="webp"),
    Weld(),
    Simplify(error=5e-4),
    *_SMALL,
)
"""For phones: as `web`, with WebP of at most 1024 pixels, and without the triangles that nobody sees at that size: the
surface moves by at most 1/2000 of the model."""

DRACO: tuple[Transform, ...] = (
    Decompress(),
    Dequantize(),
    Prune(solid=1),
    Dedup(geometry=False),
    Flatten(keep_names=True),
    Join(keep_names=True, fill=False),
    Resample(tolerance=1e-4, still=True),
    Textures(max_size=2048, format="webp"),
    Weld(),
    Dedup(),
    Compress("draco"),
)
"""For viewers that know Draco and not meshopt: the smallest geometry, which takes longest to open."""

ARCHIVE: tuple[Transform, ...] = (
    Decompress(),
    Prune(),
    Resample(),
    Weld(),
    Reorder(),
    Dedup(),
    Compress("meshopt", extension="KHR", filters=False),
    Sparse(),
)
"""For keeping: every bit of geometry and images, in KHR_meshopt_compression without filters, which only newer readers
know. Pixels may differ by rounding, because the codec may turn a triangle's corners around."""

PRESETS: dict[str, tuple[Transform, ...]] = {
    "lossless": LOSSLESS, "web": WEB, "mobile": MOBILE, "draco": DRACO, "archive": ARCHIVE,
}  # fmt: skip
"""The presets at effort `normal`."""

Effort = Literal["fast", "normal", "max"]
EFFORTS: dict[Effort, Mapping[type[Transform], Mapping[str, Any]]] = {
    "fast": {Textures: {"effort": 2}, Compress: {"level": 0, "draco_level": 3}},
    "normal": {},
    "max": {Textures: {"effort": 6}, Compress: {"draco_level": 10}},
}
"""What an effort sets otherwise, by transform: time against bytes, never likeness."""


def preset(name: str, effort: str = "normal") -> tuple[Transform, ...]:
    """The preset's transforms, at an effort.

    Raises:
        RecipeError: there is no such preset or effort.
    """
    if name not in PRESETS:
        raise RecipeError(f"there is no preset {name!r}; there are: {', '.join(PRESETS)}")
    return with_effort(PRESETS[name], effort)


def with_effort(steps: tuple[Transform, ...], effort: str) -> tuple[Transform, ...]:
    """The same steps at an effort, one of `EFFORTS`. Raises RecipeError."""
    for known in get_args(Effort):
        if known == effort:
            changes = EFFORTS[known]
            return tuple(replace(step, **changes.get(type(step), {})) for step in steps)
    raise RecipeError(f"there is no effort {effort!r}; there are: {', '.join(get_args(Effort))}")
