"""An animation as time samples: keys where they are, curves in steps, jumps as two keys side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document import Document
from ..document.animation import Animation, AnimationSampler, Channel, Interpolation
from ..document.sampling import Values, duration, find_animation, samples
from ..document.scene import Node
from .usd import TIMES_A_SECOND, Stage

Times = npt.NDArray[np.float64]

TRS = ("translation", "rotation", "scale")
_CURVE_STEP = 1 / 30
"""Seconds between the samples of a cubic spline, which USD has not."""
_JUMP = 1e-4
"""Seconds before a step's key at which the value before it is held."""
_MOST_TIMES = 20_000
_VISIBLE = "extensions/KHR_node_visibility/visible"


class Clip:
    """The animation that a USD file plays."""

    def __init__(self, animation: Animation, stage: Stage):
        self.animation = animation
        self._channels: dict[Node, dict[str, Channel]] = {}
        for channel in animation.channels:
            if len(channel.sampler.input) == 0:
                continue
            node, path = _target(channel)
            if node is None:
                stage.notes.add(f"KHR_animation_pointer to {path}", "is not animated")
                continue
            self._channels.setdefault(node, {})[path] = channel

    @property
    def nodes(self) -> set[Node]:
        """The nodes that move or come and go."""
        return set(self._channels)

    def paths(self, node: Node) -> set[str]:
        """What of a node is animated: translation, rotation, scale, weights, visible."""
        return set(self._channels.get(node, ()))

    def samples(self, node: Node, path: str) -> Iterator[tuple[float, Any]]:
        """USD's time codes with values."""
        times = _times(self._channels[node][path].sampler)
        for time, value in zip(times, self.values(node, path, times), strict=True):
            yield float(time) * TIMES_A_SECOND, bool(value[0]) if path == "visible" else value

    def values(self, node: Node, path: str, times: Times) -> Values:
        """The animated values at times in seconds, `(times, components)`; turns each on the short way from the last."""
        turns = path == "rotation"
        found = samples(self._channels[node][path].sampler, times, quaternion=turns)
        return continuous(found) if turns else found

    def times(self, nodes: set[Node], paths: Iterable[str] = TRS) -> Times:
        """Every time at which one of `nodes` has a sample of `paths`, seconds, ascending."""
        found = [
            _times(channel.sampler)
            for node, channels in self._channels.items()
            if node in nodes
            for path, channel in channels.items()
            if path in paths
        ]
        if not found:
            return np.empty(0)
        times = np.unique(np.concatenate(found))
        if len(times) <= _MOST_TIMES:
            return times
        return np.linspace(times[0], times[-1], _MOST_TIMES)

    @property
    def end(self) -> float:
        """Seconds to the last key."""
        every = [
            channel.sampler.input.floats[-1] for channels in self._channels.values() for channel in channels.values()
        ]
        return float(max(every, default=0.0))


def clip_of(document: Document, stage: Stage, animation: int | str | None = None) -> Clip | None:
    """What is played; None where the document has no animation, or nothing of it that USD can play.

    Args:
        animation: its place or name; None: the first that lasts, as animations of one moment are poses.

    Raises:
        RecipeError: there is no such animation.
    """
    if animation is not None:
        chosen = find_animation(document, animation)
    elif document.animations:
        chosen = next((found for found in document.animations if duration(found) > 0), document.animations[0])
    else:
        return None
    for other in document.animations:
        if other is not chosen:
            stage.notes.add("animations", "one is played, others are left out", other.name)
    clip = Clip(chosen, stage)
    return clip if clip.nodes else None


def continuous(turns: Values) -> Values:
    """Quaternions `(n, 4)`, each with the sign that is nearer to the one before: the same turns, without detours."""
    flips = np.where((turns[1:] * turns[:-1]).sum(axis=1) < 0, -1.0, 1.0)
    return np.asarray(turns * np.cumprod(np.concatenate([[1.0], flips]))[:, None])


def _target(channel: Channel) -> tuple[Node | None, str]:
    if channel.path != "pointer":
        return channel.node, channel.path
    pointer = channel.pointer
    if pointer is None:
        return None, "nothing"
    node = pointer.target if isinstance(pointer.target, Node) else None
    if node is not None and pointer.path in ("translation", "rotation", "scale"):
        return node, pointer.path
    if node is not None and pointer.path == _VISIBLE:
        return node, "visible"
    return None, pointer.path


def _times(sampler: AnimationSampler) -> Times:
    """When to sample: at the keys, within curves, and right before steps."""
    keys = sampler.input.floats.astype(np.float64)
    if sampler.interpolation is Interpolation.STEP:
        before = keys[1:] - np.minimum(_JUMP, np.diff(keys) / 2)
        return np.unique(np.concatenate([keys, before]))
    if sampler.interpolation is Interpolation.CUBICSPLINE and len(keys) > 1:
        counts = np.minimum(np.ceil(np.diff(keys) / _CURVE_STEP), 1000).astype(int).clip(1)
        pieces = [np.linspace(a, b, n, endpoint=False) for a, b, n in zip(keys, keys[1:], counts, strict=False)]
        return np.unique(np.concatenate([*pieces, keys[-1:]]))
    return np.unique(keys)
