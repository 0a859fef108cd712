"""The body's skin: the net drawn onto the form and evened out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from .foot import foot
from .form import Form, Limb, form
from .hand import hand
from .measures import Measures
from .net import AROUND_ARM, AROUND_LEG, Net
from .skeleton import Skeleton, skeleton
from .trunk import arm_hole, hole_cells, leg_loop, trunk_rings

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Body:
    """A size's skin as one closed net of quads.

    Attributes:
        points: `(n, 3)` metres.
        quads: `(m, 4)` counter-clockwise from outside.
        uvs: `(m, 4, 2)` metres, by chart.
        charts: `(m,)` name of each quad's chart.
        grids: vertex numbers of the tubes by chart, `(rings, around)`.
        form: the field it lies on.
        bones: its skeleton.
    """

    points: Array
    quads: Indices
    uvs: Array
    charts: npt.NDArray[np.str_]
    grids: dict[str, Indices]
    form: Form
    bones: Skeleton


@cache
def body(measures: Measures) -> Body:
    """The skin of a size; made once."""
    bones = skeleton(measures)
    shape = form(measures, bones)
    net = Net()
    trunk = trunk_rings(net, shape)
    s = measures.scale
    net.tube("trunk", trunk, holes=hole_cells(), size=(measures.bust / 40, 0.022 * s))
    net.cap("crown", trunk[-1], 10, 5, size=0.009 * s, rise=np.array([0, 0.010 * s, 0]))
    for side, loop in zip(("left", "right"), leg_loop(net, trunk, shape), strict=True):
        left = side == "left"
        shoulder = arm_hole(trunk, left=left)
        arm = [shoulder, *_rings(net, shape.arm, _ARM_STATIONS, AROUND_ARM, left)]
        net.tube(f"{side}Arm", arm, inward=not left, size=(0.0125 * s, 0.020 * s))
        hand(net, shape, arm[-1], left=left)
        leg = [loop, *_rings(net, shape.leg, _LEG_STATIONS, AROUND_LEG, left)]
        net.tube(f"{side}Leg", leg, inward=not left, size=(0.0165 * s, 0.026 * s))
        foot(net, shape, leg[-1], left=left)
    points = drawn_on(shape, net)
    return Body(
        points, np.array(net.quads), np.array(net.uvs), np.array(net.charts), net.grids, shape, bones
    )  # fmt: skip


# Shares of the way along the arm and the leg at which rings lie, close together where joints bend.
_ARM_STATIONS = np.concatenate([np.linspace(0.20, 0.84, 9), np.linspace(0.90, 1.12, 5), np.linspace(1.20, 1.96, 10)])
_LEG_STATIONS = np.concatenate([np.linspace(0.14, 0.86, 12), np.linspace(0.91, 1.12, 6), np.linspace(1.18, 1.90, 12)])


def _rings(net: Net, limb: Limb, stations: Array, around: int, left: bool) -> list[list[int]]:
    angle = np.arange(around) * 2 * np.pi / around
    rings = []
    for t in stations:
        points = limb.surface(angle, np.full(around, t)) * [1 if left else -1, 1, 1]
        loose = 0.8 if t < stations[3] else 0.12
        rings.append(net.add(points, loose=loose))
    return rings


def drawn_on(shape: Form, net: Net, *, rounds: int = 28) -> Array:
    """The net's points on the skin: they slide toward their neighbours' middle and are drawn back, in turns."""
    points = np.array(net.points)
    loose = np.array(net.loose)[:, None]
    moving = ~np.array(net.exact)
    edges = np.array(net.quads)
    pairs = np.concatenate([edges[:, [k, (k + 1) % 4]] for k in range(4)])
    count = np.bincount(pairs.reshape(-1), minlength=len(points))[:, None]
    loose, count = np.where(count > 0, loose, 0.0), np.maximum(count, 1)  # nothing holds on to what fills a hole

    def step() -> Array:
        total = np.zeros_like(points)
        for k in range(3):
            total[:, k] = np.bincount(pairs[:, 0], points[pairs[:, 1], k], len(points))
            total[:, k] += np.bincount(pairs[:, 1], points[pairs[:, 0], k], len(points))
        middle: Array = (total / count - points) * loose
        return middle

    for _ in range(3):  # hands are not drawn onto the form: their edges are only softened
        points[~moving] += step()[~moving]
    points[moving] = nearer(shape, points[moving], 3)
    for _ in range(rounds):
        points[moving] = nearer(shape, (points + 0.6 * step())[moving], 1)
    points[moving] = nearer(shape, points[moving], 2)
    return points


class Field(Protocol):
    """A form: the distance to it in metres, about, for points on the body's left."""

    def distance(self, points: Array) -> Array: ...


def nearer(shape: Field, points: Array, steps: int) -> Array:
    """Newton's steps along the field's slope, at most 2 cm each."""
    for _ in range(steps):
        side = np.sign(np.round(points[:, 0], 6))  # both halves alike
        half = points * np.stack([side, np.ones_like(side), np.ones_like(side)], axis=-1)
        value = shape.distance(half)
        slope = np.stack([shape.distance(half + d) - value for d in np.eye(3) * _STEP], axis=-1) / _STEP
        slope[:, 0] *= side
        move = -value[:, None] * slope / np.maximum(np.einsum("ij,ij->i", slope, slope), 0.05)[:, None]
        length = np.linalg.norm(move, axis=1, keepdims=True)
        points = points + move * np.minimum(1.0, 0.02 / np.maximum(length, 1e-12))
    return points


_STEP = 2e-4  # metres over which the field's slope is taken
