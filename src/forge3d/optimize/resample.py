"""Drop keys of animations that say nothing."""

from __future__ import annotations

from collections.abc import Iterable
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
    Node,
    Skip,
    Transform,
)
from ..document.payload import MeshoptPayload
from .graph import pinned
from .keyframes import Marks, Track, deviation, redundant, repeated
from .options import between
from .still_tracks import drop_still
from .vertices import COMPRESSED, with_array

_ACCESSOR_JSON = 130  # bytes that one more list of times takes in the file's JSON


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
    """

    fidelity: ClassVar[Fidelity] = Fidelity.EXACT

    tolerance: float = 0.0
    still: bool = False

    def __post_init__(self) -> None:
        between(self, "tolerance", 0.0, 1e6)

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("resample")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        samplers = [sampler for animation in document.animations for sampler in animation.samplers]
        keys = sum(len(sampler.input) for sampler in samplers)
        if self.still and (stopped := drop_still(document, self.tolerance)):
            change.notes.append(f"{stopped} tracks that never move their nodes dropped")
            samplers = [sampler for animation in document.animations for sampler in animation.samplers]
        by_times: dict[bytes, list[AnimationSampler]] = {}
        for number, sampler in enumerate(samplers):
            by_times.setdefault(sampler.input.array.tobytes(), []).append(sampler)
            if why := _blocked(sampler):
                change.skipped.append(Skip(f"animation sampler {number}", why))
        rotations = _rotations(document)
        made: dict[tuple[object, bytes], Accessor] = {}
        worst = 0.0
        for number, (times, group) in enumerate(by_times.items()):
            context.report(number / len(by_times), "resample")
            tracks = {s: _tracks(s, rotations.get(id(s), {False})) for s in group if _blocked(s) is None}
            for sampler, kept in self._agreed(group, tracks).items():
                if self.tolerance:
                    worst = max(worst, *(deviation(track, kept) for track in tracks[sampler]))
                sampler.input = _rows(sampler.input, kept, made, times)
                sampler.output = _rows(sampler.output, kept, made, id(sampler.output))
        left = sum(len(sampler.input) for sampler in samplers)
        if left < keys:
            change.notes.append(f"{keys - left} of {keys} keys dropped")
        if worst:
            change.notes.append(f"tracks moved by at most {worst:.2g}")
        return change

    def _agreed(
        self, group: list[AnimationSampler], tracks: dict[AnimationSampler, list[Track]]
    ) -> dict[AnimationSampler, Marks]:
        """Which keys each sampler of one list of times keeps, of those that drop some.

        A list of its own must save more bytes of values than it takes; the others drop what all can do without.
        """
        alike: dict[bytes, list[AnimationSampler]] = {}
        for sampler in tracks:
            alike.setdefault(self._droppable(tracks[sampler]).tobytes(), []).append(sampler)
        kept: dict[AnimationSampler, Marks] = {}
        for mask, members in alike.items():
            gone = np.frombuffer(mask, bool)
            outputs = {id(sampler.output): sampler.output.nbytes for sampler in members}
            if gone.mean() * sum(outputs.values()) > 4 * (~gone).sum() + _ACCESSOR_JSON:
                kept |= dict.fromkeys(members, ~gone)
        rest = [sampler for sampler in group if sampler not in kept]
        if rest and all(sampler in tracks for sampler in rest):
            together = self._droppable([track for sampler in rest for track in tracks[sampler]])
            if together.any():
                kept |= dict.fromkeys(rest, ~together)
        return kept

    def _droppable(self, tracks: list[Track]) -> Marks:
        """The keys that all the tracks, which have the same times, can do without."""
        if self.tolerance:
            return redundant(tracks, self.tolerance)
        return np.asarray(np.logical_and.reduce([repeated(track) for track in tracks]))


def _rotations(document: Document) -> dict[int, set[bool]]:
    """`id(sampler)` → whether its channels drive rotations: both, where it drives a rotation and something else."""
    found: dict[int, set[bool]] = {}
    for channel in (channel for animation in document.animations for channel in animation.channels):
        path = channel.path
        if channel.pointer is not None and isinstance(channel.pointer.target, Node):
            path = channel.pointer.path  # to a node's rotation it means the same as a core channel
        found.setdefault(id(channel.sampler), set()).add(path == "rotation")
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


def _tracks(sampler: AnimationSampler, rotations: Iterable[bool]) -> list[Track]:
    """The sampler's values as each kind of property that it drives."""
    times, output = sampler.input.floats.astype(np.float64), sampler.output
    cubic = sampler.interpolation is Interpolation.CUBICSPLINE
    parts = (len(times), 3, -1) if cubic else (len(times), -1)
    values = output.floats.astype(np.float64).reshape(parts)
    apart = not output.shape[1:]
    return [Track(times, values, sampler.interpolation, turns, apart) for turns in sorted(rotations)]


def _rows(accessor: Accessor, kept: Marks, made: dict[tuple[object, bytes], Accessor], content: object) -> Accessor:
    """The accessor with the keys that are kept; the same one for the same keys of the same content."""
    key = (content, kept.tobytes())
    if key not in made:
        element = accessor.shape[1:]
        rows = accessor.array.reshape(len(kept), -1, *element)[kept]
        made[key] = with_array(accessor, rows.reshape(-1, *element))
    return made[key]
