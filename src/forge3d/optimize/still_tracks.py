"""Animation tracks that hold a node where it stands anyway."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..document import Animation, Channel, Document, Interpolation
from ..document.payload import MeshoptPayload

_PATHS = ("translation", "rotation", "scale")

Allowances = dict[Channel, float]
"""By how much each channel may be off: radians for rotations, else in units of its values."""


def drop_still(document: Document, allowed: Mapping[Channel, float]) -> int:
    """Drop the channels of nodes' translations, rotations and scales that always say what the node says; how many.

    To within what is `allowed` of each, or to the bit of single precision where that is 0.

    A channel stays where another animation changes the same property, which would stay changed; and where it is the
    last of its animation to end, which would end earlier.
    """
    still = {id(c) for a in document.animations for c in a.channels if _is_still(c, allowed[c])}
    moved = {(id(c.node), c.path) for a in document.animations for c in a.channels if id(c) not in still}
    before = sum(len(animation.channels) for animation in document.animations)
    for animation in document.animations:
        animation.channels = _kept(animation, still, moved)
        used = {id(channel.sampler) for channel in animation.channels}
        animation.samplers = [sampler for sampler in animation.samplers if id(sampler) in used]
    return before - sum(len(animation.channels) for animation in document.animations)


def _kept(animation: Animation, still: set[int], moved: set[tuple[int, str]]) -> list[Channel]:
    gone = {id(c) for c in animation.channels if id(c) in still and (id(c.node), c.path) not in moved}
    kept = [channel for channel in animation.channels if id(channel) not in gone]
    spans = [_span(channel) for channel in animation.channels]
    whole = min(first for first, _ in spans), max(last for _, last in spans)
    for channel, span in zip(animation.channels, spans, strict=True):
        if kept and (min(_span(c)[0] for c in kept), max(_span(c)[1] for c in kept)) == whole:
            return kept
        if id(channel) in gone and (span[0] == whole[0] or span[1] == whole[1]):
            kept = [c for c in animation.channels if c in kept or c is channel]
    return kept


def _span(channel: Channel) -> tuple[float, float]:
    """When a channel begins and ends, seconds."""
    times = channel.sampler.input.floats
    return float(times[0]), float(times[-1])


def _is_still(channel: Channel, allowed: float) -> bool:
    node, sampler = channel.node, channel.sampler
    if node is None or channel.pointer is not None or channel.path not in _PATHS or node.matrix is not None:
        return False
    if channel.extras is not None or channel.extensions or sampler.interpolation is Interpolation.CUBICSPLINE:
        return False
    values = sampler.output
    if isinstance(values.payload, MeshoptPayload) or values.dtype != np.float32 or not len(sampler.input):
        return False
    rest = np.asarray(getattr(node, channel.path), np.float32)
    off = np.linalg.norm(values.array - rest, axis=1)
    if channel.path == "rotation":  # turns by twice what the quaternion is off, or its opposite, which means the same
        off = 2 * np.minimum(off, np.linalg.norm(values.array + rest, axis=1))
    return bool((off <= allowed).all())
