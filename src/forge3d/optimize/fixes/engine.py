"""Fix after fix, each judged: one that would bring other faults is taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ...errors import Forge3DError, InvalidAsset, RecipeError
from ...gltf import Source
from .bounds import BOUNDS
from .container import MARK, PACKING
from .declarations import EMPTY, NORMALIZED, REPEATED, REQUIRED, USED
from .draft import Draft, Left, State
from .fix import Fix
from .images import BUFFER_TYPES, IMAGE_TYPES
from .placement import place
from .triangles import TRIANGLES
from .unused import UNUSED
from .vectors import KEYFRAMES, ROTATIONS, VECTORS
from .views import LENGTHS, STRIDES, TARGETS
from .weights import WEIGHTS

FIXES: tuple[Fix, ...] = (
    PACKING, MARK, USED, REQUIRED, REPEATED, EMPTY, NORMALIZED, BUFFER_TYPES, LENGTHS, STRIDES, TARGETS, IMAGE_TYPES,
    VECTORS, KEYFRAMES, ROTATIONS, WEIGHTS, TRIANGLES, BOUNDS, UNUSED,
)  # fmt: skip
"""In the order in which they are tried: what lets more be read comes first."""

PASSES = 8
"""How often all fixes are tried: what is mended may free other objects from their last use."""

ONE_BY_ONE = 32
"""How many faults are mended one by one where all together would bring others."""

Fault = tuple[str, str | None]
"""Code and pointer; None for one of the container."""


@dataclass(frozen=True, slots=True)
class Change:
    """A fault, and what was done about it, or why nothing was."""

    code: str
    pointer: str
    text: str


@dataclass(frozen=True, slots=True)
class Placement:
    """What one unit of the file is in metres, and which axis points up in it; glTF's are 1 and y."""

    metres: float = 1.0
    up: Literal["y", "z"] = "y"

    def __post_init__(self) -> None:
        if not 0 < self.metres < float("inf"):
            raise RecipeError(f"metres={self.metres}: a unit is more than 0 m and finite")
        if self.up not in ("y", "z"):
            raise RecipeError(f"up={self.up!r}: it is y or z")


NOWHERE = Placement()
ANY = frozenset({"*"})
"""Stands for every code."""


@dataclass(slots=True)
class Mended:
    """A file after its repair.

    Attributes:
        state: the file's bytes, and those of the buffers beside it that changed, by URI.
        changes: what was mended, in order.
        left: what a fix knows but did not mend, with the reason.
    """

    state: State
    changes: list[Change] = field(default_factory=list)
    left: list[Change] = field(default_factory=list)


def mend(
    data: bytes,
    judge: Callable[[Source], list[Fault]],
    *,
    folder: Path | None = None,
    name: str | None = None,
    placement: Placement = NOWHERE,
    skip: Collection[str] = (),
) -> Mended:
    """Mend what `judge` finds in a file, as far as `FIXES` can. A file without such faults comes back byte for byte.

    Args:
        data: the .glb or .gltf.
        judge: finds the faults of a source; see `forge3d.validate`.
        folder: where its relative URIs lead to.
        name: what messages call it.
        placement: units and up-axis to correct.
        skip: codes that are not mended.

    Raises:
        InvalidAsset, LimitExceeded: it cannot be read at all (see `Source.open`), or a part of it is missing.
    """
    source = Source.open(data, base=folder, name=name)
    work = _Work(source, folder, judge, Mended(State(data, {})), judge(source))
    if any(code.startswith("GLB_UNEXPECTED_END") for code, _ in work.faults):
        raise InvalidAsset("the file is cut off: get it again", file=name, code="GLB_UNEXPECTED_END_OF_CHUNK_DATA")
    fixes = [(fix, frozenset(fix.codes) - frozenset(skip)) for fix in FIXES]
    for _ in range(PASSES):
        work.left.clear()
        work.refused.clear()
        if True not in [work.apply(fix, codes) for fix, codes in fixes]:
            break
    if placement != NOWHERE:
        work.place(placement)
    work.mended.left = [*work.left.values(), *work.refused.values()]
    return work.mended


@dataclass(slots=True)
class _Work:
    """A file on its way; `faults` are those of `source`, the file as it is by now."""

    source: Source
    folder: Path | None
    judge: Callable[[Source], list[Fault]]
    mended: Mended
    faults: list[Fault]
    left: dict[Fault, Change] = field(default_factory=dict)
    refused: dict[Fault, Change] = field(default_factory=dict)

    def apply(self, fix: Fix, codes: frozenset[str]) -> bool:
        """Mend the faults with these codes, all together or else one by one; whether anything was changed."""
        found = [fault for fault in dict.fromkeys(self.faults) if fault[0] in codes]
        if not found:
            return False
        worse = self._attempt(fix, found)
        if worse and 1 < len(found) <= ONE_BY_ONE:
            results = [self._attempt(fix, [fault]) for fault in found]
            for fault, why in zip(found, results, strict=True):
                if why:
                    self.refused[fault] = Change(fault[0], fault[1] or "", why)
            return "" in results
        if worse:
            self.refused |= {fault: Change(fault[0], fault[1] or "", worse) for fault in found}
        return worse == ""

    def place(self, placement: Placement) -> None:
        """Correct units and up-axis."""
        draft = Draft(self.source, self.mended.state.resources)
        try:
            change = Change("", "/scenes", place(draft, placement.metres, placement.up))
            worse = self._accept(draft, [change], frozenset())
        except Left as left:
            worse = str(left)
        if worse:
            self.left["", "/scenes"] = Change("", "/scenes", f"units and up-axis: {worse}")

    def _attempt(self, fix: Fix, found: list[Fault]) -> str | None:
        """Run a fix: "" when the file has changed, None when there was nothing to do, else why it was taken back."""
        codes: dict[str, str] = {}
        for code, pointer in found:
            codes.setdefault(pointer or "", code)
        draft = Draft(self.source, self.mended.state.resources)
        changes: list[Change] = []
        for pointer, outcome in fix.run(draft, list(codes)):
            change = Change(codes[pointer], pointer, str(outcome))
            if isinstance(outcome, Left):
                self.left[change.code, pointer] = change
            elif outcome:
                changes.append(change)
        if not changes:
            return None
        return self._accept(draft, changes, ANY if fix.reveals else frozenset(fix.codes))

    def _accept(self, draft: Draft, changes: list[Change], may: frozenset[str]) -> str:
        """Go on with a draft, unless it has more faults than before with other codes than it may; then say which."""
        name, limits = self.source.name, self.source.limits
        try:
            state = draft.state()
            given = state.resources
            source = Source.open(state.data, base=self.folder, limits=limits, name=name, resources=given)
            faults = self.judge(source)
        except (Forge3DError, Left) as error:
            return str(error)
        more = Counter(code for code, _ in faults) - Counter(code for code, _ in self.faults)
        worse = set() if may is ANY else more.keys() - may
        if worse:
            return f"mending it would bring {', '.join(sorted(worse))}"
        self.source, self.faults, self.mended.state = source, faults, state
        self.mended.changes += changes
        return ""
