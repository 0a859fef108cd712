"""Which keys of animation tracks can go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .library import call, given

Values = npt.NDArray[np.float64]
COURSES = ("LINEAR", "STEP", "CUBICSPLINE")


@dataclass(frozen=True, slots=True)
class Motion:
    """Values of one property at some times.

    Attributes:
        values: `(n, k)`; for CUBICSPLINE `(n, 3, k)`: in-tangent, value, out-tangent.
        course: how it goes from key to key, one of `COURSES`.
        rotation: values are quaternions, of unit length but for CUBICSPLINE.
        apart: components are properties of their own, whose errors do not add up.
        tolerance: above 0; radians for rotations, else in units of the values.
    """

    values: Values
    course: str
    rotation: bool
    apart: bool
    tolerance: float


def kept_keys(times: npt.ArrayLike, motions: Sequence[Motion]) -> npt.NDArray[np.bool_]:
    """`(n,)`: keys that are enough for every motion to stay within its tolerance at every time.

    The first and the last are always among them.

    Distances are Euclidean, and between rotations the angle. Between two keys that are kept, a rotation turns by less
    than 170°.

    Args:
        times: `(n,)`, rising, at which all motions have their keys.

    Raises:
        ValueError: the times do not rise, or values are not as many, or quaternions have not four components.
    """
    when, address = given(times, np.float64, -1)
    if not (np.diff(when) > 0).all():
        raise ValueError("times must rise from key to key")
    shapes, values = [], [np.zeros(0)]
    for motion in motions:
        spline, width = motion.course == "CUBICSPLINE", motion.values.shape[-1]
        if motion.values.shape != ((len(when), 3, width) if spline else (len(when), width)):
            raise ValueError(f"values of shape {motion.values.shape} for {len(when)} keys")
        if motion.rotation and width != 4:
            raise ValueError(f"a rotation has four components, not {width}")
        shapes.append((width, COURSES.index(motion.course), motion.rotation, motion.apart))
        values.append(motion.values.ravel())
    shape, shapes_at = given(np.array(shapes, np.int32).reshape(-1, 4), np.int32, -1, 4)
    flat = np.concatenate(values)
    limits = np.array([motion.tolerance for motion in motions], np.float64)
    kept = np.zeros(len(when), bool)
    call("forge3d_keyframes", address, len(when), flat.ctypes.data, shapes_at, limits.ctypes.data, len(shape),
         kept.ctypes.data)  # fmt: skip
    return kept
