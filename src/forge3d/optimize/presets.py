"""Presets: named tuples of transforms, in the order in which they run. Nothing is hidden in a preset but its tuple.

Each is made when it is first asked for, so that its transforms alone are imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Literal, get_args

from ..document import Transform
from ..errors import RecipeError
from .lazily import Lazily

Steps = tuple[Transform, ...]


def _lossless() -> Steps:
    """Exact transforms only: every picture stays equal to the last bit. The default."""
    from . import Dedup, Prune, Reorder, Resample, Sparse, Weld

    return Prune(), Resample(), Weld(), Reorder(), Dedup(), Sparse()


def _clean() -> Steps:
    from . import Decompress, Dedup, Flatten, Join, Prune, Resample

    return (
        Decompress(),
        Prune(solid=1),
        Dedup(geometry=False),
        Flatten(keep_names=True),
        Join(keep_names=True, fill=False),
        Resample(surface=1 / 8192, still=True),
    )


def _small() -> Steps:
    from . import Compress, Dedup, Quantize, Reorder, Weld

    return (
        Weld(),
        Quantize(position=None, octahedral=True, pose=1 / 1536),
        Weld(),
        Reorder(),
        Dedup(),
        Compress("meshopt", extension="EXT"),
    )


def _web() -> Steps:
    """For browsers: WebP of at most 2048 pixels, quantized geometry in EXT_meshopt_compression. Triangles all stay, and
    so does everything with a name."""
    from . import Textures

    return *_clean(), Textures(max_size=2048, format="webp"), *_small()


def _mobile() -> Steps:
    """For phones: as `web`, with WebP of at most 1024 pixels, and without the triangles that nobody sees at that size:
    the surface moves by at most 1/2000 of the model."""
    from . import Simplify, Textures, Weld

    return *_clean(), Textures(max_size=1024, format="webp"), Weld(), Simplify(error=5e-4), *_small()


def _draco() -> Steps:
    """For viewers that know Draco and not meshopt: the smallest geometry, which takes longest to open."""
    from . import Compress, Decompress, Dedup, Dequantize, Flatten, Join, Prune, Resample, Textures, Weld

    return (
        Decompress(),
        Dequantize(),
        Prune(solid=1),
        Dedup(geometry=False),
        Flatten(keep_names=True),
        Join(keep_names=True, fill=False),
        Resample(surface=1 / 8192, still=True),
        Textures(max_size=2048, format="webp"),
        Weld(),
        Dedup(),
        Compress("draco"),
    )


def _archive() -> Steps:
    """For keeping: every bit of geometry and images, in KHR_meshopt_compression without filters, which only newer
    readers know. Pixels may differ by rounding, because the codec may turn a triangle's corners around."""
    from . import Compress, Decompress, Dedup, Prune, Reorder, Resample, Sparse, Weld

    return (
        Decompress(),
        Prune(),
        Resample(),
        Weld(),
        Reorder(),
        Dedup(),
        Compress("meshopt", extension="KHR", filters=False),
        Sparse(),
    )


_MAKERS = {"lossless": _lossless, "web": _web, "mobile": _mobile, "draco": _draco, "archive": _archive}

PRESETS: Lazily[str, Steps] = Lazily(_MAKERS, lambda name: _MAKERS[name]())
"""The presets at effort `normal`."""

Effort = Literal["fast", "normal", "max"]
Changes = Mapping[type[Transform], Mapping[str, Any]]


def _changes(effort: Effort) -> Changes:
    if effort == "normal":
        return {}
    from . import Compress, Textures

    if effort == "fast":
        return {Textures: {"effort": 2, "corrections": 0}, Compress: {"level": 0, "draco_level": 3}}
    return {Textures: {"effort": 6, "corrections": 6, "quality": 84}, Compress: {"draco_level": 10}}


EFFORTS: Lazily[Effort, Changes] = Lazily(get_args(Effort), _changes)
"""What an effort sets otherwise, by transform: time against bytes, some of which go into likeness at `max`."""


def preset(name: str, effort: str = "normal") -> tuple[Transform, ...]:
    """The preset's transforms, at an effort.

    Raises:
        RecipeError: there is no such preset or effort.
    """
    if name not in PRESETS:
        raise RecipeError(f"there is no preset {name!r}; there are: {', '.join(PRESETS)}")
    return with_effort(PRESETS[name], effort)


def with_effort(steps: tuple[Transform, ...], effort: str) -> tuple[Transform, ...]:
    """The steps at an effort, one of `EFFORTS`; options that are not at their defaults stay. Raises RecipeError."""
    for known in get_args(Effort):
        if known == effort:
            changes = EFFORTS[known]
            return tuple(_changed(step, changes.get(type(step), {})) for step in steps)
    raise RecipeError(f"there is no effort {effort!r}; there are: {', '.join(get_args(Effort))}")


def _changed(step: Transform, changes: Mapping[str, Any]) -> Transform:
    usual = {field.name: field.default for field in fields(step)}
    return replace(step, **{name: value for name, value in changes.items() if getattr(step, name) == usual[name]})
