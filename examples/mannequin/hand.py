"""Hands: a palm of rings, a thumb that grows from its side, and four relaxed fingers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..modelling.curves import smoothstep
from .form import Form
from .net import AROUND_ARM, AROUND_FINGER, Net

Array = npt.NDArray[np.float64]

# Along the hand; half width, half thickness, and shift toward the thumb: medium metres.
_PALM = np.array(
    [
        (0.000, 0.0285, 0.0200, 0.000), (0.014, 0.0300, 0.0190, 0.001), (0.030, 0.0340, 0.0178, 0.002),
        (0.046, 0.0375, 0.0165, 0.002), (0.062, 0.0395, 0.0150, 0.001), (0.078, 0.0400, 0.0132, 0.000),
        (0.090, 0.0392, 0.0118, 0.000),
    ]
)  # fmt: skip
# Where each finger leaves the palm (across, along), its length, radius, spread in degrees: index to little.
_FINGERS = [
    (0.0298, 0.0935, 0.071, 0.0089, 4.0),
    (0.0100, 0.0975, 0.079, 0.0092, 1.0),
    (-0.0098, 0.0945, 0.073, 0.0089, -2.0),
    (-0.0292, 0.0860, 0.057, 0.0080, -6.0),
]
_CURL = np.radians([9.0, 20.0, 16.0])  # at the three joints
_THUMB_ROWS = (1, 3)  # palm rings that bound its root


def hand(net: Net, form: Form, wrist: list[int], *, left: bool) -> None:
    """Continues the arm's last ring to the finger tips."""
    build = _Hand(net, form, left)
    rings = [wrist, *build.palm()]
    low, high = _THUMB_ROWS
    side = "left" if left else "right"
    cells = {(r + 1, c) for r in range(low, high) for c in (4, 5)}
    net.tube(f"{side}Palm", rings, inward=not left, holes=cells, size=(0.0075, 0.014))
    build.thumb(rings[1 + low : 2 + high])
    build.fingers(rings[-1])


class _Hand:
    def __init__(self, net: Net, form: Form, left: bool):
        self.net, self.left = net, left
        self.scale = form.measures.scale
        arm = form.arm
        middle, along, out, ahead = (v[0] for v in arm.frame(np.array([2.0])))
        self.origin, self.axes = (
            middle,
            np.stack([ahead, out, along]),
        )  # toward the thumb, the back of the hand, the tips
        self.side = "left" if left else "right"

    def world(self, local: Array) -> Array:
        """From (toward the thumb, toward the back of the hand, along), in medium metres, to the body's."""
        placed: Array = (self.origin + local * self.scale @ self.axes) * [1 if self.left else -1, 1, 1]
        return placed

    def palm(self) -> list[list[int]]:
        rings = []
        for along, wide, thick, shift in _PALM:
            flat = smoothstep(0.0, 0.06, along)
            ring = _oval(wide, thick) * (1 - flat) + _slab(wide, thick) * flat
            # Knuckles lie on an arc, the middle finger's farthest out.
            arch = -0.10 * smoothstep(0.05, 0.09, along) * (ring[:, 0] - 0.008) ** 2 / 0.03
            points = np.stack([ring[:, 0] + shift, ring[:, 1] - 0.03 * along, along + arch], axis=-1)
            rings.append(self.net.add(self.world(points), exact=True, loose=0.25))
        return rings

    def fingers(self, ring: list[int]) -> None:
        web = []
        for across, depth in ((0.0200, 0.091), (0.0001, 0.093), (-0.0198, 0.088)):
            web += self.net.add(self.world(np.array([[across, -0.002, depth]])), exact=True, loose=0.3)
        middles = [ring[5], *web, ring[15]]
        dorsal = [ring[k % AROUND_ARM] for k in (4, 3, 2, 1, 0, 19, 18, 17, 16)]
        palmar = [ring[k] for k in (6, 7, 8, 9, 10, 11, 12, 13, 14)]
        for f, (across, along, length, radius, spread) in enumerate(_FINGERS):
            a = 2 * f
            root = [
                dorsal[a + 2],
                dorsal[a + 1],
                dorsal[a],
                middles[f],
                palmar[a],
                palmar[a + 1],
                palmar[a + 2],
                middles[f + 1],
            ]
            way = np.array([np.sin(np.radians(spread)), -0.03, np.cos(np.radians(spread))])
            start = np.array([across, -0.0030, along])
            self._digit(f"{self.side}Finger{f}", root, start, way, length, radius, _CURL, np.array([0.0, 1.0, 0.0]))

    def thumb(self, rings: list[list[int]]) -> None:
        low, middle, high = rings
        # Round the hole, seen from the tip as fingers' roots are: its back first.
        root = [high[4], middle[4], low[4], low[5], low[6], middle[6], high[6], high[5]]
        way = np.array([0.56, -0.34, 0.78])
        back = np.array([0.25, 0.85, 0.20])
        start = np.array([0.0390, -0.0065, 0.0420])
        self._digit(
            f"{self.side}Thumb", root, start, way, 0.064, 0.0108, np.radians([-8.0, 10.0, 14.0]), back, ball=0.35
        )

    def _digit(self, chart: str, root: list[int], start: Array, way: Array, length: float, radius: float, curl: Array,
               back: Array, ball: float = 0.0) -> None:  # fmt: skip
        """Rings along a bent digit, thicker by `ball` at its root, and its tip."""
        way = way / np.linalg.norm(way)
        across = np.cross(back, way)
        across /= np.linalg.norm(across)
        back = np.cross(way, across)
        at = np.array([0.00, 0.10, 0.24, 0.38, 0.45, 0.52, 0.66, 0.73, 0.80, 0.90, 0.965, 0.995])
        thick = np.array([1.10, 1.06, 0.99, 0.98, 1.00, 0.96, 0.90, 0.92, 0.89, 0.82, 0.62, 0.30])
        thick *= 1 + ball * smoothstep(0.42, 0.0, at)
        bend = (
            curl[0] * smoothstep(-0.1, 0.15, at)
            + curl[1] * smoothstep(0.36, 0.54, at)
            + curl[2] * smoothstep(0.64, 0.82, at)
        )
        steps = np.diff(at, prepend=0.0) * length
        turned = np.cos(bend)[:, None] * way - np.sin(bend)[:, None] * back
        points = start + np.cumsum(turned * steps[:, None], axis=0)
        angle = np.radians(np.arange(AROUND_FINGER) * 45.0 + 45.0)
        rings = [root]
        for middle, along, k in zip(points, turned, thick, strict=True):
            up = np.cross(along, across)
            ring = middle + radius * k * (np.cos(angle)[:, None] * across * -1 + np.sin(angle)[:, None] * up * 0.96)
            rings.append(self.net.add(self.world(ring), exact=True, loose=0.3 * float(len(rings) < 3)))
        self.net.tube(chart, rings, inward=not self.left, size=(radius * 0.8, length / 11))
        self.net.cap(chart + "Tip", rings[-1], 2, 0, inward=not self.left, size=radius * 0.3, exact=True)


def _oval(wide: float, thick: float) -> Array:
    angle = np.arange(AROUND_ARM) * 2 * np.pi / AROUND_ARM
    return np.stack([wide * np.sin(angle), thick * np.cos(angle)], axis=-1)


def _slab(wide: float, thick: float) -> Array:
    """Twenty places round a flat palm, from the middle of its back toward the thumb: eight on either face."""
    across = np.array([0, 0.25, 0.5, 0.76, 0.96, 1.03, 0.96, 0.76, 0.5, 0.25, 0])
    lift = np.array([1, 1, 0.98, 0.88, 0.58, 0.0, -0.58, -0.88, -0.98, -1, -1])
    half = np.stack([across * wide, lift * thick], axis=-1)
    return np.concatenate([half, half[-2:0:-1] * [-1, 1]])
