"""Bounds that are wrong or missing are those that the data have."""

from __future__ import annotations

from .draft import Draft, Left
from .fix import Fix, each


def _declare(draft: Draft, pointer: str) -> str:
    parts = pointer.split("/")
    number = int(parts[2]) if parts[1] == "accessors" else draft.at(pointer)
    if not isinstance(number, int):
        raise Left("it names no accessor")
    changed = draft.declare_bounds(number, draft.array(number))
    return f"accessor {number}: min and max are those of its data" if changed else ""


BOUNDS = Fix(
    (
        "ACCESSOR_MIN_MISMATCH",
        "ACCESSOR_MAX_MISMATCH",
        "ACCESSOR_ELEMENT_OUT_OF_MIN_BOUND",
        "ACCESSOR_ELEMENT_OUT_OF_MAX_BOUND",
        "MESH_PRIMITIVE_POSITION_ACCESSOR_WITHOUT_BOUNDS",
        "ANIMATION_SAMPLER_INPUT_ACCESSOR_WITHOUT_BOUNDS",
    ),
    "`min` and `max` are computed from the data",
    "the data are what is drawn; bounds only repeat them",
    each(_declare),
)
