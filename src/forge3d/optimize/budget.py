"""Budgets: the steps of a preset, given up on as little as fits so many bytes and triangles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..document import Change, Context, Document, Fidelity, Transform
from ..document.statistics import statistics
from ..errors import BudgetMissed, RecipeError
from .compress import Compress
from .quantize import Quantize
from .simplify import Simplify
from .textures import Textures

_LADDER: tuple[tuple[int | None, int, float], ...] = (
    (None, 6, 1.0), (2048, 6, 1.0), (1536, 6, 1.0), (1024, 6, 1.0), (1024, 6, 0.7), (768, 6, 0.7), (768, 6, 0.5),
    (512, 6, 0.5), (512, 6, 0.35), (384, 6, 0.35), (256, 6, 0.25), (256, 6, 0.15), (128, 6, 0.1), (64, 6, 0.05),
)  # fmt: skip
"""What is given up next, from the best likeness down: largest texture side, effort of its format, share of triangles.
Each step takes fewer bytes than the one before."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that a model may have; None for no limit. False where nothing is limited."""

    bytes: int | None = None
    triangles: int | None = None

    def __bool__(self) -> bool:
        return self.bytes is not None or self.triangles is not None


@dataclass(slots=True)
class Fitted:
    """The document that fits, its steps' changes, and in words what was given up beyond the steps as they were."""

    document: Document
    changes: list[Change]
    given_up: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Search:
    """One model and its steps; documents after the texture step are kept for each size, as encoding is what costs."""

    document: Document
    steps: tuple[Transform, ...]
    context: Context
    most_triangles: int | None
    _encoded: dict[tuple[int | None, int], tuple[Document, list[Change]]] = field(default_factory=dict)

    def attempt(self, size: int | None, effort: int, share: float) -> tuple[Document, list[Change], int]:
        """The document, its changes and its bytes, with textures and triangles so reduced."""
        document, changes = self._textured(size, effort)
        document, changes = document.copy(), list(changes)
        changes += document.apply(*self._later(document, share), context=self.context)
        return document, changes, len(document.to_bytes())

    def _split(self) -> int:
        """How many steps run up to and with Textures; 0 where there is none."""
        return next((n + 1 for n, step in enumerate(self.steps) if isinstance(step, Textures)), 0)

    def _textured(self, size: int | None, effort: int) -> tuple[Document, list[Change]]:
        key = (size, effort)
        if key not in self._encoded:
            document = self.document.copy()
            early = [
                _reduced(step, size, effort) if isinstance(step, Textures) else step
                for step in self.steps[: self._split()]
            ]
            self._encoded[key] = document, document.apply(*early, context=self.context)
        return self._encoded[key]

    def _later(self, document: Document, share: float) -> list[Transform]:
        """The steps after Textures, with a simplification before what makes integers of the geometry."""
        later = list(self.steps[self._split() :])
        total = statistics(document).triangles
        target = round(total * share)
        if self.most_triangles is not None:
            target = min(target, self.most_triangles)
        if target < total:
            later = [step for step in later if not isinstance(step, Simplify)]
            at = next((n for n, step in enumerate(later) if isinstance(step, (Quantize, Compress))), len(later))
            # A step without its own limit of error: the budget is the limit.
            later.insert(at, Simplify(ratio=target / total))
        return later


def fit(document: Document, steps: Sequence[Transform], budget: Budget, context: Context | None = None) -> Fitted:
    """Run the steps so that the GLB fits the budget, giving up as little as that takes.

    First triangles down to their number, then texture size, effort and triangles along one ladder, of which the first
    step that fits is found by bisection. `document` stays as it is.

    Raises:
        BudgetMissed: not even the last step of the ladder fits; it holds the closest.
        RecipeError: the steps are exact, so there is nothing to give up.
    """
    context = context or Context()
    before = statistics(document)
    search = _Search(document, tuple(steps), context, budget.triangles)
    lossy = any(step.fidelity is Fidelity.LOSSY for step in steps)
    over = budget.triangles is not None and before.triangles > budget.triangles
    if over and not lossy:
        raise RecipeError("a budget of triangles needs a lossy preset, such as web: exact steps keep every triangle")
    own = next((step for step in steps if isinstance(step, Textures)), None)
    rungs = _rungs(own) if lossy else []
    first = (own.max_size, own.effort, 1.0) if own is not None else (None, 4, 1.0)
    best = search.attempt(*first)
    chosen = first
    if budget.bytes is not None and best[2] > budget.bytes:
        if not rungs:
            advice = "exact steps give nothing up; take a lossy preset, such as web"
            raise BudgetMissed("bytes", best[2], budget.bytes, advice)
        chosen, best = _descend(search, rungs, budget.bytes)
    triangles = statistics(best[0]).triangles
    if budget.triangles is not None and triangles > budget.triangles:
        advice = (
            "; ".join(dict.fromkeys(skip.why for change in best[1] for skip in change.skipped)) or "no edge is left"
        )
        raise BudgetMissed("triangles", triangles, budget.triangles, advice)
    return Fitted(best[0], best[1], _given_up(first, chosen, before.triangles, triangles, best[1]))


def _rungs(own: Textures | None) -> list[tuple[int | None, int, float]]:
    """The ladder below the texture size that the steps ask for."""
    if own is None:
        return [(None, 4, share) for share in dict.fromkeys(rung[2] for rung in _LADDER) if share < 1]
    limit = own.max_size
    return [
        (size if size is not None else limit, effort, share)
        for size, effort, share in _LADDER
        if size is None or limit is None or size < limit
    ]


def _descend(
    search: _Search, rungs: list[tuple[int | None, int, float]], most: int
) -> tuple[tuple[int | None, int, float], tuple[Document, list[Change], int]]:
    """The first rung that fits, by bisection, and its result."""
    tried = {len(rungs) - 1: search.attempt(*rungs[-1])}
    low, high = 0, len(rungs) - 1
    if tried[high][2] > most:
        raise BudgetMissed("bytes", tried[high][2], most, "that is with the smallest textures and fewest triangles")
    while low < high:
        middle = (low + high) // 2
        tried[middle] = search.attempt(*rungs[middle])
        low, high = (low, middle) if tried[middle][2] <= most else (middle + 1, high)
    return rungs[high], tried[high]


def _reduced(step: Textures, size: int | None, effort: int) -> Textures:
    data = step.max_data_size if size is None or step.max_data_size is None else min(step.max_data_size, size)
    return replace(step, max_size=size, max_data_size=data, effort=max(step.effort, effort))


def _given_up(
    first: tuple[int | None, int, float], chosen: tuple[int | None, int, float], before: int, after: int,
    changes: list[Change],
) -> list[str]:  # fmt: skip
    told = []
    if chosen[1] > first[1]:
        told.append(f"textures encoded at effort {chosen[1]} instead of {first[1]}")
    if chosen[0] != first[0]:
        told.append(f"textures of at most {chosen[0]} pixels instead of {first[0] or 'any size'}")
    if after < before and any(change.transform == "simplify" for change in changes):
        error = max((change.error or 0.0 for change in changes if change.transform == "simplify"), default=0.0)
        told.append(f"{before:,} triangles became {after:,}: the surface moved by at most {error * 1000:.3g} mm")
    return told
