"""Joint weights sum up to 1, each joint of a vertex has one, and joints without weight are 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ...gltf.accessors import Array
from .draft import Draft, Left
from .fix import Fix, each, many


class Influences(NamedTuple):
    """Joints and weights of all sets, in their own types, and how many were changed, or could not be.

    `idle` joints without weight became 0, `scaled` vertices have other weights, `lost` ones have none at all.
    """

    joints: list[Array]
    weights: list[Array]
    idle: int
    scaled: int
    lost: int


def mend_influences(joints: Sequence[Array], weights: Sequence[Array]) -> Influences:
    """All sets of a vertex together: negative weights become 0, a joint's several weights one, the sum 1.

    Args:
        joints: JOINTS_0, JOINTS_1, …, each `(n, 4)`.
        weights: WEIGHTS_0, WEIGHTS_1, … of one type, floats or normalized integers.
    """
    top = 1 if weights[0].dtype.kind == "f" else int(np.iinfo(weights[0].dtype).max)
    values = np.concatenate([array.astype(np.float64) / top for array in weights], axis=1)
    numbers = np.concatenate([array.astype(np.int64) for array in joints], axis=1)
    clean = np.where(np.isfinite(values) & (values > 0), values, 0)
    _join(clean, numbers)
    totals = clean.sum(axis=1)
    wrong = (clean != values).any(axis=1)
    wrong |= ~(np.abs(totals - 1) <= 1e-7 * np.maximum(np.count_nonzero(clean, axis=1), 1))
    rows = wrong & (totals > 0)
    clean[rows] /= totals[rows, None]
    stored = _in_type(clean, rows, weights, top)
    kept = np.concatenate(stored, axis=1) != 0
    idle = ~kept & (numbers != 0)
    width = joints[0].shape[1]
    cleared = [
        np.where(idle[:, at * width : (at + 1) * width], 0, array).astype(array.dtype)
        for at, array in enumerate(joints)
    ]
    counts = (idle, rows, wrong & (totals <= 0))
    return Influences(cleared, stored, *(int(np.count_nonzero(mask)) for mask in counts))


def _join(values: npt.NDArray[np.float64], numbers: npt.NDArray[np.int64]) -> None:
    """Add a joint's later weights of a vertex to its first."""
    for later in range(1, values.shape[1]):
        for first in range(later):
            same = (numbers[:, first] == numbers[:, later]) & (values[:, first] > 0) & (values[:, later] > 0)
            values[same, first] += values[same, later]
            values[same, later] = 0


def _in_type(
    values: npt.NDArray[np.float64], rows: npt.NDArray[np.bool_], weights: Sequence[Array], top: int
) -> list[Array]:
    """Weights in their accessors' type. Integers are rounded so that each vertex's still sum up to exactly 1."""
    width = weights[0].shape[1]
    if weights[0].dtype.kind != "f":
        scaled = values * top
        values = np.floor(scaled)
        missing = np.rint(top - values.sum(axis=1)).astype(np.int64)
        rank = np.argsort(np.argsort(values - scaled, axis=1, kind="stable"), axis=1)  # largest fractions first
        values += (rank < missing[:, None]) & rows[:, None]
    return [
        np.where(rows[:, None], values[:, at * width : (at + 1) * width], array).astype(array.dtype)
        for at, array in enumerate(weights)
    ]


def _mend(draft: Draft, pointer: str) -> str:
    attributes, _ = draft.find(pointer)
    sets = range(sum(name.startswith("WEIGHTS_") for name in attributes))
    try:
        numbers = [[attributes[f"{name}_{number}"] for number in sets] for name in ("JOINTS", "WEIGHTS")]
    except KeyError:
        raise Left("its joints and weights do not belong together") from None
    _refuse_other_pairs(draft, {*numbers[0], *numbers[1]}, attributes)
    joints, weights = ([draft.writable(number) for number in part] for part in numbers)
    if len({array.shape for array in (*joints, *weights)}) != 1 or len({array.dtype for array in weights}) != 1:
        raise Left("its joints and weights have several shapes or types")
    mended = mend_influences(joints, weights)
    for number, array, new in zip(
        (*numbers[0], *numbers[1]), (*joints, *weights), (*mended.joints, *mended.weights), strict=True
    ):
        if not np.array_equal(array, new):
            array[:] = new
            draft.changed(number, array)
    told = [
        f"the weights of {mended.scaled:,} of {len(weights[0]):,} vertices sum up to 1" if mended.scaled else "",
        f"{many(mended.idle, 'joint')} without weight set to 0" if mended.idle else "",
    ]
    if not any(told) and mended.lost:
        raise Left(f"no weight at all on {mended.lost:,} of {len(weights[0]):,} vertices")
    return ", ".join(filter(None, told))


def _refuse_other_pairs(draft: Draft, numbers: set[int], attributes: dict[str, int]) -> None:
    """Raise `Left` where another primitive has these joints with other weights, or the other way round."""
    for number, pointer in draft.references("accessors"):
        if number in numbers:
            holder, _ = draft.find(pointer)
            if _influences_of(holder) != _influences_of(attributes):
                raise Left(f"{pointer} pairs the same joints or weights with others")


def _influences_of(attributes: dict[str, int]) -> dict[str, int]:
    return {name: number for name, number in attributes.items() if name.startswith(("JOINTS_", "WEIGHTS_"))}


WEIGHTS = Fix(
    (
        "ACCESSOR_WEIGHTS_NON_NORMALIZED",
        "ACCESSOR_WEIGHTS_NEGATIVE",
        "ACCESSOR_JOINTS_INDEX_DUPLICATE",
        "ACCESSOR_JOINTS_USED_ZERO_WEIGHT",
    ),
    "a vertex's weights are scaled to a sum of 1, negative ones are 0, those of one joint are added up; joints "
    "without weight are 0",
    "viewers divide by the sum or draw the vertex in the wrong place; vertices without any weight stay",
    each(_mend),
)
