"""Keyframe animation."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from .accessor import Accessor
from .property import Property, json_key
from .scene import Node


class Interpolation(StrEnum):
    LINEAR = "LINEAR"
    STEP = "STEP"
    CUBICSPLINE = "CUBICSPLINE"


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class AnimationSampler(Property):
    """`input`: `(keys,)` seconds. `output`: values, three a key (in-tangent, value, out-tangent) for CUBICSPLINE."""

    input: Accessor
    output: Accessor
    interpolation: Interpolation = json_key("interpolation", Interpolation.LINEAR)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Pointer(Property):
    """KHR_animation_pointer: the property at `path` (JSON keys joined by `/`) below `target`.

    `target` None means the document's root. Holding the object, not its index, keeps the pointer right when lists
    change.
    """

    target: Property | None
    path: str


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Channel(Property):
    """Drives `node`'s `path` (translation, rotation, scale, weights), or `pointer` when path is "pointer"."""

    sampler: AnimationSampler
    path: str
    node: Node | None = None
    pointer: Pointer | None = None
    target: Property | None = None  # extras and extensions of the `target` object


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Animation(Property):
    channels: list[Channel] = field(default_factory=list)
    samplers: list[AnimationSampler] = field(default_factory=list)
