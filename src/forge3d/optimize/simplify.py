"""Fewer triangles, by collapsing edges where it shows least."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..document import Change, Context, Document, Fidelity, Transform
from ..document.bounds import bounds
from .options import between
from .reduction import apply, reduction

_DEFAULT_ERROR = 1e-3


@dataclass(frozen=True, slots=True)
class Simplify(Transform):
    """Collapse edges until so few triangles are left, or the surface has moved so far. Lossy.

    Vertices that are left settle where they stand best for the surface around them, with their normals, texture
    coordinates, colours and morph deltas; on seams and open edges they stay as they were, and skin weights always do.
    What a collapse costs counts the surface, morph targets, normals, colours, and how far texture slides; texture seams
    keep to themselves as long as anything else is cheaper. Primitives of a mesh stay together where they touch, and
    vertices on open edges where meshes touch stay, so that no gaps open. Pieces that are smaller than the error go
    whole. Points and lines are left alone. The change's error is measured against the surface before, in metres, in
    the rest pose. No primitive is emptied, and nothing gains triangles.

    Args:
        ratio: part of the document's triangles to keep, 0 to 1; none keeps as few as the error allows.
        error: how far the surface, and what is drawn on it, may move, as a part of the document's longest side; none
            for no limit. Without ratio and error, it is 0.001.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.LOSSY
    version: ClassVar[int] = 3

    ratio: float | None = None
    error: float | None = None

    def __post_init__(self) -> None:
        between(self, "ratio", 0.0, 1.0)
        between(self, "error", 0.0, float("inf"))

    def __call__(self, document: Document, context: Context) -> Change:
        plan = reduction(document, context)
        change = Change("simplify", skipped=plan.skipped)
        if plan.parts:
            change.error = apply(document, plan.cut(round((self.ratio or 0.0) * plan.total), self._most(document)))
        return change

    def _most(self, document: Document) -> float:
        """The limit of error in metres."""
        limit = _DEFAULT_ERROR if self.error is None and self.ratio is None else self.error
        if limit is None:
            return float("inf")
        box = bounds(document)
        return limit * float(box.extent.max()) if box is not None else 0.0
