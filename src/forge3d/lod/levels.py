"""Levels of detail: documents with fewer and fewer triangles, each made from the original."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..document import Context, Document, Skip
from ..document.bounds import bounds
from ..errors import RecipeError, UnsupportedFeature
from ..optimize.reduction import Reduction, apply, reduction
from ..optimize.textures import Textures

EXTENSION = "MSFT_lod"
_MOST_ERROR = 0.05
HALVES = (0.5, 0.25, 0.125)


@dataclass(frozen=True, slots=True)
class Level:
    """One level of detail.

    Attributes:
        ratio: its triangles, as a part of the original's.
        triangles: of all meshes, each counted once (as `document.statistics` counts).
        error: how far its surface is from the original's, in metres: the largest distance measured, see
            `surface.deviation`.
        number: which of the wishes it is, from 1; levels that cannot be are left out.
        skipped: primitives that have all their triangles, and why.
    """

    document: Document
    ratio: float
    triangles: int
    error: float
    number: int = 1
    skipped: tuple[Skip, ...] = ()


def levels(
    document: Document,
    count: int | None = None,
    *,
    ratios: Sequence[float] | None = None,
    triangles: Sequence[int] | None = None,
    errors: Sequence[float] | None = None,
    texture_sizes: Sequence[int] | None = None,
    context: Context | None = None,
) -> list[Level]:
    """Lower levels of a document, finest first; the document itself is not changed and is not among them.

    Collapses are recorded once and every level is a prefix of that record, so each comes from the original, and levels
    differ only where they must. Give one of count, ratios, triangles and errors; none means three halvings. No level
    moves the surface by more than 5 % of the model's longest side, measured: past that it would not be the model any
    more, so it keeps more triangles than were asked for. A level that would have as many as the one before is left out,
    with a warning in the context.

    Args:
        count: so many levels, each with half the triangles of the one before.
        ratios: parts of the original's triangles, each in (0, 1), falling.
        triangles: most triangles of each level, falling.
        errors: how far each level's surface may be from the original's, in metres, rising: bounds of `Level.error`.
        texture_sizes: longest side of the textures of each level; otherwise levels share the original's.

    Raises:
        RecipeError: the wishes contradict each other or are out of range.
        UnsupportedFeature: the document has levels of detail (MSFT_lod) already.
    """
    if any(EXTENSION in owner.extensions for owner in (*document.nodes, *document.materials)):
        raise UnsupportedFeature(EXTENSION, "the document has levels of detail already; make new ones from its source")
    context = context or Context()
    wishes = _wishes(count, ratios, triangles, errors, texture_sizes)
    plan = reduction(document, context)
    box = bounds(document)
    most = _MOST_ERROR * (float(box.extent.max()) if box is not None else 0.0)
    found: list[Level] = []
    for number, (wish, size) in enumerate(wishes, start=1):
        context.report((number - 1) / len(wishes), f"level {number}")
        cut = plan.within(min(wish.error, most), _target(wish, plan.total))
        if cut.triangles >= (found[-1].triangles if found else plan.total):
            context.warn(_stuck(plan, cut.triangles, number))
            continue
        copy = document.copy()
        error = apply(copy, cut)
        if size is not None:
            Textures(max_size=size, format="keep")(copy, context)
        found.append(Level(copy, cut.triangles / plan.total, cut.triangles, error, number, tuple(plan.skipped)))
    return found


@dataclass(frozen=True, slots=True)
class _Wish:
    ratio: float | None = None
    triangles: int | None = None
    error: float = float("inf")


def _wishes(
    count: int | None,
    ratios: Sequence[float] | None,
    triangles: Sequence[int] | None,
    errors: Sequence[float] | None,
    sizes: Sequence[int] | None,
) -> list[tuple[_Wish, int | None]]:
    if sum(wish is not None for wish in (count, ratios, triangles, errors)) > 1:
        raise RecipeError("levels: give only one of count, ratios, triangles and errors")
    if count is not None:
        if not 1 <= count <= 16:
            raise RecipeError(f"levels: count={count}, but it must be 1 to 16")
        ratios = [0.5 ** (number + 1) for number in range(count)]
    if triangles is not None:
        _check("triangles", triangles, all(n >= 1 for n in triangles), falling=True)
        wishes = [_Wish(triangles=int(n)) for n in triangles]
    elif errors is not None:
        _check("errors", errors, all(e > 0 for e in errors), falling=False)
        wishes = [_Wish(error=float(e)) for e in errors]
    else:
        ratios = HALVES if ratios is None else ratios
        _check("ratios", ratios, all(0 < r < 1 for r in ratios), falling=True)
        wishes = [_Wish(ratio=float(r)) for r in ratios]
    if sizes is not None and (len(sizes) != len(wishes) or any(size < 1 for size in sizes)):
        raise RecipeError(f"levels: texture_sizes needs {len(wishes)} sizes of at least 1, one a level")
    return list(zip(wishes, sizes if sizes is not None else [None] * len(wishes), strict=True))


def _check(name: str, values: Sequence[float], in_range: bool, *, falling: bool) -> None:
    ordered = sorted(set(values), reverse=falling)
    if not values or not in_range or list(values) != ordered:
        span = {"ratios": "between 0 and 1", "triangles": "at least 1", "errors": "above 0"}[name]
        raise RecipeError(f"levels: {name}={list(values)}, but they must be {span} and {'fall' if falling else 'rise'}")


def _target(wish: _Wish, total: int) -> int:
    """The most triangles that the wish allows; 0 where only the error counts."""
    if wish.ratio is not None:
        return max(1, int(wish.ratio * total))
    return wish.triangles or 0


def _stuck(plan: Reduction, left: int, number: int) -> str:
    why = f"; {plan.skipped[0].what} {plan.skipped[0].why}" if plan.skipped else ""
    return f"level {number} is left out: it cannot have fewer than {left:,} of {plan.total:,} triangles{why}"
