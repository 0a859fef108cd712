"""Checks of the model's shape: edges, root transform, dimensions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..document.traversal import local_matrix, roots
from .check import Measured, NotTestable, check
from .edges import EdgeCounts
from .profile import Dimensions, Span, Tolerance
from .report import Place
from .subject import Subject

_AXES = {"length": 0, "width": 2, "height": 1}
_CLEAN = 1e-6


@check(fix="Remove faces inside the body, and faces that stand on others like fins.")
def manifold_edges(subject: Subject, limit: Any) -> Measured:
    """Edges at which more than two triangles of a mesh meet. Vertices in the same place are one; open edges, with one
    triangle, are allowed."""
    return _edges(subject, lambda counts: counts.non_manifold)


@check(fix="Bevel the edges: nothing real is perfectly sharp, and a bevel catches the light.")
def beveled_edges(subject: Subject, limit: Any) -> Measured:
    """Edges at which two triangles of a mesh meet with normals 90° or more apart."""
    return _edges(subject, lambda counts: counts.hard)


@check(fix="Apply the transforms of the outermost nodes to what is below them.")
def clean_root(subject: Subject, limit: Any) -> Measured:
    """Root nodes of the scene that move, turn or scale what is below them, by more than 1e-6."""
    places = []
    for node in roots(subject.document):
        matrix = local_matrix(node)
        if np.abs(matrix - np.eye(4)).max() > _CLEAN:
            moved = ", ".join(f"{part:.4g}" for part in matrix[:3, 3])
            scaled = ", ".join(f"{part:.4g}" for part in np.linalg.norm(matrix[:3, :3], axis=0))
            places.append(subject.place(node, f"moved by ({moved}) m, scaled by ({scaled}), or turned"))
    return Measured(len(places), [(1, place) for place in places])


@check(fix="Check the unit of the export: glTF's is the metre.")
def dimensions(subject: Subject, limit: Dimensions) -> Measured:
    """Length (x), width (z) and height (y) of the box around everything visible, metres, at rest."""
    sides = _sides(subject)
    wrong = []
    for name, size in sides.items():
        span: Span = getattr(limit, name)
        low, high = span.minimum or 0.0, float("inf") if span.maximum is None else span.maximum
        if not low <= round(size, 6) <= high:
            wrong.append(f"{name} {size:.4g} m is not {span}")
    return _told(sides, wrong)


@check(fix="Scale the model to the product's size, or correct the product's data.")
def product_dimensions(subject: Subject, limit: Tolerance) -> Measured:
    """The same sides against those of the product's data, within a percentage of them."""
    wanted = {name: getattr(subject.product.dimensions, name) for name in _AXES} if subject.product else {}
    wanted = {name: size for name, size in wanted.items() if size is not None}
    if not wanted:
        raise NotTestable("no dimensions of the product were given")
    sides = _sides(subject)
    wrong = []
    for name, size in wanted.items():
        if abs(round(sides[name], 6) - size) > size * getattr(limit, name) / 100:
            wrong.append(f"{name} {sides[name]:.4g} m, the product's is {size:g} m")
    return _told(sides, wrong)


def _edges(subject: Subject, bad: Callable[[EdgeCounts], int]) -> Measured:
    if not subject.edges:
        raise NotTestable("the scene shows no triangles")
    found = [(bad(counts), mesh) for mesh, counts in subject.edges.items()]
    places = [(float(number), subject.place(mesh, f"{number:,} edges")) for number, mesh in found if number]
    return Measured(sum(number for number, _ in found), [*places])


def _sides(subject: Subject) -> dict[str, float]:
    if subject.bounds is None:
        raise NotTestable("the scene shows nothing")
    extent = subject.bounds.extent
    return {name: float(extent[axis]) for name, axis in _AXES.items()}


def _told(sides: dict[str, float], wrong: list[str]) -> Measured:
    value = tuple(round(size, 6) for size in sides.values())
    nowhere: list[tuple[float, Place | None]] = [(1.0, None) for _ in wrong]
    return Measured(value, nowhere, "; ".join(wrong))
