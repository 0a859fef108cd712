"""Drop keys of animations that say nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..document import (
    Accessor,
    AnimationSampler,
    Change,
    Context,
    Document,
    Fidelity,
    Interpolation,
    Skip,
    Transform,
)
from ..document.payload import MeshoptPayload
from .graph import pinned
from .keyframes import Marks, Track, redundant, repeated
from .options import between
from .reach import driven_by, reach
from .still_tracks import Allowances, drop_still
from .vertices import COMPRESSED, with_array

_ACCESSOR_JSON = 130  # bytes that one more list of times takes in the file's JSON
_PACKED = 0.25  # of values that are to be rounded and compressed; times hardly get smaller
_ROUNDING = 1e-9  # what a track may be off that moves nothing that is seen, and is to stay as it is

Tracks = list[tuple[Track, float]]


@dataclass(frozen=True, slots=True)
class Resample(Transform):
    """Drop keys that change nothing: those that repeat what stands before and after them. Exact.

    No key moves in time or value, and every track keeps its first and last, so animations last as long as before. A
    track that never changes keeps these two. Tracks that shared their times share them still, except where times of
    their own save more than they cost.

    Args:
        still: drop tracks of nodes that never change and say what the node says without them, as exporters write them
            for every joint; unless another animation moves that property, or the animation would end earlier.
        tolerance: also drop keys that the track between the remaining ones tells to within so much at every time:
            translations in units of the parent node (metres where nothing scales it), rotations in radians, scales,
            morph weights and animated properties in their own units. 1e-4 is a tenth of a millimetre, also at the end
            of a lever of one metre. Above 0 it is lossy by that much.
        surface: of tracks that move what is seen, drop keys without which no vertex is moved by more than this share of
            the model's size, each track by itself: a finger may turn by more than a hip. Takes the place of
            `tolerance` there. Above 0 it is lossy by that much.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.EXACT
    version: ClassVar[int] = 2

    tolerance: float = 0.0
    surface: float = 0.0
    still: bool = False

    def __post_init__(self) -> None:
        between(self, "tolerance", 0.0, 1e6)
        between(self, "surface", 0.0, 0.1)

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("resample")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        samplers = [sampler for animation in document.animations for sampler in animation.samplers]
        if not samplers:
            return change
        keys = sum(len(sampler.input) for sampler in samplers)
        allowed = self._allowances(document)
        if self.still and (stopped := drop_still(document, allowed)):
            change.notes.append(f"{stopped} tracks that never move their nodes dropped")
            samplers = [sampler for animation in document.animations for sampler in animation.samplers]
        by_times: dict[bytes, list[AnimationSampler]] = {}
        for number, sampler in enumerate(samplers):
            by_times.setdefault(sampler.input.array.tobytes(), []).append(sampler)
            if why := _blocked(sampler):
                change.skipped.append(Skip(f"animation sampler {number}", why))
        uses = _uses(document, allowed)
        made: dict[tuple[object, bytes], Accessor] = {}
        for number, (times, group) in enumerate(by_times.items()):
            context.report(number / len(by_times), "resample")
            tracks = {s: _tracks(s, uses.get(s, {False: 0.0})) for s in group if _blocked(s) is None}
            for sampler, kept in _agreed(group, tracks, _PACKED if self.surface else 1.0).items():
                sampler.input = _rows(sampler.input, kept, made, times)
                sampler.output = _rows(sampler.output, kept, made, id(sampler.output))
        left = sum(len(sampler.input) for sampler in samplers)
        if left < keys:
            change.notes.append(f"{keys - left} of {keys} keys dropped")
        return change

    def _allowances(self, document: Document) -> Allowances:
        """By how much each channel may be off."""
        levers = reach(document) if self.surface else None
        found: Allowances = {}
        for channel in (channel for animation in document.animations for channel in animation.channels):
            node, path = driven_by(channel)
            seen = levers.tolerance(node, path, self.surface) if levers is not None and node is not None else None
            found[channel] = seen or self.tolerance or (_ROUNDING if self.surface else 0.0)
        return found


def _agreed(
    group: list[AnimationSampler], tracks: dict[AnimationSampler, Tracks], packed: float
) -> dict[AnimationSampler, Marks]:
    """Which keys each sampler of one list of times keeps, of those that drop some.

    A list of its own must save more bytes of values, of which `packed` will be left, than it takes; the others drop
    what all can do without.
    """
    alike: dict[bytes, list[AnimationSampler]] = {}
    for sampler in tracks:
        alike.setdefault(_droppable(tracks[sampler]).tobytes(), []).append(sampler)
    kept: dict[AnimationSampler, Marks] = {}
    for mask, members in alike.items():
        gone = np.frombuffer(mask, bool)
        outputs = {id(sampler.output): sampler.output.nbytes for sampler in members}
        if packed * gone.mean() * sum(outputs.values()) > 4 * (~gone).sum() + _ACCESSOR_JSON:
            kept |= dict.fromkeys(members, ~gone)
    rest = [sampler for sampler in group if sampler not in kept]
    if rest and all(sampler in tracks for sampler in rest):
        together = _droppable([track for sampler in rest for track in tracks[sampler]])
        if together.any():
            kept |= dict.fromkeys(rest, ~together)
    return kept


def _droppable(tracks: Tracks) -> Marks:
    """The keys that all the tracks, which have the same times, can do without."""
    if all(allowed for _, allowed in tracks):
        return redundant(*zip(*tracks, strict=True))
    return np.asarray(np.logical_and.reduce([repeated(track) for track, _ in tracks]))


def _uses(document: Document, allowed: Allowances) -> dict[AnimationSampler, dict[bool, float]]:
    """Whether a sampler's channels drive rotations, both where it drives a rotation and something else → by how much
    each may be off."""
    found: dict[AnimationSampler, dict[bool, float]] = {}
    for channel, limit in allowed.items():
        node, path = driven_by(channel)  # a pointer to a node's rotation means the same as a core channel
        limits = found.setdefault(channel.sampler, {})
        turns = node is not None and path == "rotation"
        limits[turns] = min(limit, limits.get(turns, limit))
    return found


def _blocked(sampler: AnimationSampler) -> str | None:
    if isinstance(sampler.input.payload, MeshoptPayload) or isinstance(sampler.output.payload, MeshoptPayload):
        return COMPRESSED
    times = sampler.input.floats
    if not len(times) or not np.isfinite(times).all() or not (np.diff(times) > 0).all():
        return "has times that do not rise from key to key"
    if not np.isfinite(sampler.output.floats).all():
        return "has values that are not finite numbers"
    return None


def _tracks(sampler: AnimationSampler, uses: dict[bool, float]) -> Tracks:
    """The sampler's values as each kind of property that it drives, and by how much these may be off."""
    times, output = sampler.input.floats.astype(np.float64), sampler.output
    cubic = sampler.interpolation is Interpolation.CUBICSPLINE
    parts = (len(times), 3, -1) if cubic else (len(times), -1)
    values = output.floats.astype(np.float64).reshape(parts)
    apart = not output.shape[1:]
    return [(Track(times, values, sampler.interpolation, turns, apart), uses[turns]) for turns in sorted(uses)]


def _rows(accessor: Accessor, kept: Marks, made: dict[tuple[object, bytes], Accessor], content: object) -> Accessor:
    """The accessor with the keys that are kept; the same one for the same keys of the same content."""
    key = (content, kept.tobytes())
    if key not in made:
        element = accessor.shape[1:]
        rows = accessor.array.reshape(len(kept), -1, *element)[kept]
        made[key] = with_array(accessor, rows.reshape(-1, *element))
    return made[key]
