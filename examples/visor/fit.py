"""The surface that the visor is drawn on: the medium mannequin's head, at a distance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..mannequin.form import Form
from ..modelling.patch import Patch

Array = npt.NDArray[np.float64]

LOW, HIGH = 1.600, 1.720  # heights that the surface spans, in metres above the floor


def around_head(form: Form, *, behind: bool = False) -> Patch:
    """By angle (0 in front, positive to the left) and height: 14 mm off the face, 4 mm off the back of the head.

    Args:
        behind: measure angles from the back of the head instead, positive to the right.
    """
    angle = np.linspace(-np.pi, np.pi, 181)
    height = np.linspace(LOW, HIGH, 49)
    turned = angle + np.pi if behind else angle
    u, y = np.meshgrid(turned, height)
    ray = np.stack([np.sin(u), 0 * u, np.cos(u)], axis=-1).reshape(-1, 3)
    off = (0.004 + 0.010 * np.cos(u / 2) ** 2).reshape(-1)
    start = np.stack([0 * y, y, 0 * y], axis=-1).reshape(-1, 3)
    low, high = np.full(len(ray), 0.03), np.full(len(ray), 0.16)
    for _ in range(20):
        middle = (low + high) / 2
        points = start + ray * middle[:, None]
        within = form.head(np.abs(points * [1, 0, 0]) + points * [0, 1, 1]) < off
        low, high = np.where(within, middle, low), np.where(within, high, middle)
    return Patch((start + ray * low[:, None]).reshape(*u.shape, 3), angle, y)
