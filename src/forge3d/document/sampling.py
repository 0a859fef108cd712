"""Animations at a moment: what every animated property is at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import RecipeError
from .animated import Owner, with_value
from .animation import Animation, AnimationSampler, Interpolation, Pointer
from .document import Document
from .property import Property
from .scene import Node

Values = npt.NDArray[np.float64]


@dataclass(slots=True)
class Pose:
    """Animated values.

    Attributes:
        nodes: by node: `translation`, `rotation`, `scale`, `weights` and `visible`, those that are animated.
        objects: materials, lights, cameras and meshes that KHR_animation_pointer drives, as they are then.
        missed: pointers to what forge3d does not know, or what cannot hold the value.
    """

    nodes: dict[Node, dict[str, Any]] = field(default_factory=dict)
    objects: dict[Property, Any] = field(default_factory=dict)
    missed: list[Pointer] = field(default_factory=list)

    def of(self, owner: Owner) -> Owner:
        """The object as it is at this moment: itself where nothing of it is animated."""
        posed: Owner = self.objects.get(owner, owner)
        return posed


def duration(animation: Animation) -> float:
    """Seconds to the last key."""
    return max((float(sampler.input.floats[-1]) for sampler in animation.samplers if len(sampler.input)), default=0.0)


def pose_of(document: Document, time: float | None, animation: int | str | None = None) -> Pose | None:
    """The pose that is asked for.

    Args:
        time: seconds into the animation; None: at rest, or the begin of `animation`.
        animation: its place in the file's list, or its name; None: the first.

    Raises:
        RecipeError: the file has no such animation; the message lists those it has.
    """
    if animation is None:
        return None if time is None else pose_at(document, time)
    return pose_at(document, time or 0.0, [find_animation(document, animation)])


def find_animation(document: Document, animation: int | str) -> Animation:
    """An animation by its place in the file's list, or its name.

    Raises:
        RecipeError: the file has no such animation; the message lists those it has.
    """
    for place, found in enumerate(document.animations):
        if animation in (place, found.name):
            return found
    known = ", ".join(f"{place}: {found.name or 'no name'}" for place, found in enumerate(document.animations))
    raise RecipeError(f"animation={animation!r}: the document's animations are: {known or 'none'}")


def pose_at(document: Document, time: float, animations: list[Animation] | None = None) -> Pose:
    """The pose of `animations` (default: the file's first) at `time` seconds; before and after the keys it holds."""
    pose = Pose()
    for animation in document.animations[:1] if animations is None else animations:
        for channel in animation.channels:
            if len(channel.sampler.input) == 0:
                continue
            if channel.path == "pointer":
                if channel.pointer is not None:
                    rotation = isinstance(channel.pointer.target, Node) and channel.pointer.path == "rotation"
                    _set_pointer(pose, channel.pointer, sample(channel.sampler, time, quaternion=rotation))
            elif channel.node is not None:
                value = sample(channel.sampler, time, quaternion=channel.path == "rotation")
                pose.nodes.setdefault(channel.node, {})[channel.path] = value
    return pose


def _set_pointer(pose: Pose, pointer: Pointer, value: Values) -> None:
    target = pointer.target
    if isinstance(target, Node):
        _set_node(pose, target, pointer, value)
        return
    changed = None if target is None else with_value(pose.of(target), pointer.path, value)
    if target is None or changed is None:
        pose.missed.append(pointer)
    else:
        pose.objects[target] = changed


def _set_node(pose: Pose, node: Node, pointer: Pointer, value: Values) -> None:
    # A pointer to what the core animates means the same as a core channel.
    known = pose.nodes.setdefault(node, {})
    if pointer.path in ("translation", "rotation", "scale", "weights"):
        known[pointer.path] = value
    elif pointer.path == "extensions/KHR_node_visibility/visible":
        known["visible"] = bool(value[0])
    elif pointer.path.startswith("weights/"):
        weights = known.get("weights", node.weights or (node.mesh.weights if node.mesh is not None else []))
        changed = with_value(Node(weights=[float(weight) for weight in weights]), pointer.path, value)
        if changed is None:
            pose.missed.append(pointer)
        else:
            known["weights"] = np.array(changed.weights)
    else:
        pose.missed.append(pointer)


def sample(sampler: AnimationSampler, time: float, *, quaternion: bool = False) -> Values:
    """The sampler's value at `time`, `(components,)`; morph weights as `(targets,)`. See `samples`."""
    value: Values = samples(sampler, np.array([time]), quaternion=quaternion)[0]
    return value


def samples(sampler: AnimationSampler, times: Values, *, quaternion: bool = False) -> Values:
    """The sampler's values at `times`, `(times, components)`. Formulas: §C of the specification.

    Args:
        quaternion: interpolate LINEAR on the sphere, and return unit length.
    """
    keys = sampler.input.floats.astype(np.float64)
    cubic = sampler.interpolation is Interpolation.CUBICSPLINE
    values = sampler.output.floats.astype(np.float64).reshape(len(keys), 3 if cubic else 1, -1)
    points = values[:, 1] if cubic else values[:, 0]
    last = len(keys) - 1
    k = np.clip(np.searchsorted(keys, times, side="right") - 1, 0, last)
    following = np.minimum(k + 1, last)
    span = (keys[following] - keys[k])[:, None]
    held = (span <= 0) | (times <= keys[0])[:, None] | (sampler.interpolation is Interpolation.STEP)
    t = np.where(held, 0.0, (times - keys[k])[:, None] / np.where(span > 0, span, 1.0))
    if cubic:
        between = (
            (2 * t**3 - 3 * t**2 + 1) * points[k]
            + span * (t**3 - 2 * t**2 + t) * values[k, 2]
            + (3 * t**2 - 2 * t**3) * points[following]
            + span * (t**3 - t**2) * values[following, 0]
        )
    elif quaternion:
        between = slerp(points[k], points[following], t)
    else:
        between = (1 - t) * points[k] + t * points[following]
    found = np.where(held, points[k], between)
    if quaternion:
        found = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-30)
    return np.asarray(found, np.float64)


def slerp(a: Values, b: Values, t: Values | float) -> Values:
    """Between unit quaternions `(4,)` or `(n, 4)` on the shorter way (§C.4); `t` a number, or `(n, 1)`."""
    cosine = (a * b).sum(axis=-1, keepdims=True)
    b, cosine = np.where(cosine < 0, -b, b), np.abs(cosine)
    close = cosine > 1 - 1e-9  # the angle is too small to divide by its sine
    angle = np.where(close, 1.0, np.arccos(np.minimum(cosine, 1.0)))
    turned = (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)
    return np.asarray(np.where(close, (1 - t) * a + t * b, turned), np.float64)
