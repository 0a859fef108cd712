"""Normals, tangents and rotations of another length than 1 keep their direction, and get that length."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...gltf.accessors import Array
from .draft import Draft, Left
from .fix import Fix, each, many

_ROTATION = re.compile(r"/nodes/\d+/rotation")
UNIT_TOLERANCE = 0.00674
"""How far a vector's length may be from 1 before it counts as faulty: the worst of three signed normalized bytes."""


class Mended(NamedTuple):
    """An array in its own type, how many of its rows were changed, and how many could not be."""

    array: Array
    rows: int
    lost: int


def unit_rows(array: Array, width: int) -> Mended:
    """Rows whose first `width` components have unit length. Rows without a direction stay; so do those good already.

    Args:
        array: `(n, k)` floats, or integers that stand for the numbers from -1 to 1.
        width: 3 also corrects the sign of a tangent, where there is a fourth component.
    """
    top = np.iinfo(array.dtype).max if array.dtype.kind in "iu" else 1
    values = array.astype(np.float64) / top
    with np.errstate(over="ignore", invalid="ignore"):
        lengths = np.linalg.norm(values[:, :width], axis=1)
        wrong = ~(np.abs(lengths - 1) <= UNIT_TOLERANCE)
    possible = wrong & np.isfinite(lengths) & (lengths > 0)
    values[possible, :width] /= lengths[possible, None]
    lost = wrong & ~possible
    if width == 3 and array.shape[1] == 4:
        sign = values[:, 3]
        unclear = ~(np.abs(sign) > 0) | ~np.isfinite(sign)
        signless = (np.abs(sign) != 1) & ~unclear
        values[signless, 3] = np.sign(sign[signless])
        possible, lost = possible | signless, lost | unclear
    result = array.copy()
    result[possible] = in_type(values[possible], array.dtype)
    return Mended(result, int(np.count_nonzero(possible)), int(np.count_nonzero(lost)))


def in_type(values: npt.NDArray[np.float64], dtype: np.dtype[Any]) -> Array:
    """Numbers from -1 to 1 in an accessor's component type."""
    return (np.rint(values * np.iinfo(dtype).max) if dtype.kind in "iu" else values).astype(dtype)


def _mend_vectors(draft: Draft, pointer: str) -> str:
    name = pointer.rsplit("/", 1)[-1]
    return _mend_rows(draft, draft.at(pointer), 4 if name == "ROTATION" else 3, f"{name} vector")


def _mend_rows(draft: Draft, number: int, width: int, what: str) -> str:
    array = draft.writable(number)
    if array.ndim != 2 or array.shape[1] not in (3, 4) or array.shape[1] < width:
        raise Left("its data have another shape")
    mended = unit_rows(array, width)
    return _store(draft, number, array, mended, what)


def _store(draft: Draft, number: int, array: Array, mended: Mended, what: str) -> str:
    if not mended.rows:
        if mended.lost:
            raise Left(f"{many(mended.lost, what)} without a direction")
        return ""
    array[:] = mended.array
    draft.changed(number, array)
    rest = f"; {mended.lost} without a direction stay as they are" if mended.lost else ""
    return f"accessor {number}: {many(mended.rows, what)} normalized{rest}"


def _mend_keyframes(draft: Draft, pointer: str) -> str:
    """Rotations of an animation; a spline's tangents are scaled with their value, so that the speed stays."""
    holder, _ = draft.find(pointer)
    animation = draft.at("/".join(pointer.split("/")[:3]))
    sampler = animation["samplers"][holder["sampler"]]
    number = sampler["output"]
    if sampler.get("interpolation") != "CUBICSPLINE":
        return _mend_rows(draft, number, 4, "rotation")
    array = draft.writable(number)
    if array.ndim != 2 or array.shape[1] != 4 or len(array) % 3 or array.dtype.kind != "f":
        raise Left("its data have another shape")
    keys = array.reshape(-1, 3, 4)
    mended = unit_rows(keys[:, 1], 4)
    rows = (mended.array != keys[:, 1]).any(axis=1)
    lengths = np.linalg.norm(keys[rows, 1].astype(np.float64), axis=1)
    whole = keys.copy()
    whole[:, 1] = mended.array
    whole[rows, ::2] = (keys[rows, ::2] / lengths[:, None, None]).astype(keys.dtype)
    return _store(draft, number, array, Mended(whole.reshape(-1, 4), mended.rows, mended.lost), "rotation")


def _mend_node(draft: Draft, pointer: str) -> str:
    found = _ROTATION.match(pointer)
    if found is None:
        return ""  # the same rule about something else
    holder, key = draft.find(found[0])
    if len(holder[key]) != 4 or any(type(component) not in (int, float) for component in holder[key]):
        raise Left("it is not four numbers")
    length = float(np.linalg.norm(np.asarray(holder[key], np.float64)))
    if not 0 < length < float("inf"):
        raise Left("the rotation has no direction")
    if abs(length - 1) < 1e-15:
        return ""
    holder[key] = [float(component) / length for component in holder[key]]
    return "the rotation has length 1"


VECTORS = Fix(
    ("ACCESSOR_VECTOR3_NON_UNIT", "ACCESSOR_INVALID_SIGN", "FORGE3D_INSTANCING_ROTATION_NON_UNIT"),
    "normals, tangents and instances' rotations get length 1; a tangent's sign becomes 1 or -1",
    "the direction stays, and shaders normalize; vectors of length 0 and signs of 0 stay",
    each(_mend_vectors),
)
KEYFRAMES = Fix(
    ("ACCESSOR_ANIMATION_SAMPLER_OUTPUT_NON_NORMALIZED_QUATERNION",),
    "an animation's rotations get length 1, a spline's tangents are scaled with them",
    "the rotation that a quaternion of another length means is that of length 1",
    each(_mend_keyframes),
)
ROTATIONS = Fix(
    ("ROTATION_NON_UNIT", "VALUE_NOT_IN_RANGE"),
    "the node's rotation gets length 1, which brings its components into their range too",
    KEYFRAMES.why,
    each(_mend_node),
)
