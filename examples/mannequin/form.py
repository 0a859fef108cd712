"""The body's form as a field: negative inside, zero on the skin; parts flow into each other."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ..modelling.curves import smoothstep, spline
from .measures import MEDIUM, Measures
from .skeleton import Skeleton

Array = npt.NDArray[np.float64]

# Height, half width, front, back, and where it is widest (z), in metres of the medium size.
_TRUNK = np.array(
    [
        (0.780, 0.130, 0.066, -0.088, -0.005), (0.820, 0.156, 0.080, -0.108, -0.008),
        (0.860, 0.170, 0.091, -0.127, -0.010), (0.900, 0.175, 0.097, -0.133, -0.012),
        (0.950, 0.170, 0.098, -0.124, -0.010), (1.000, 0.157, 0.096, -0.105, -0.006),
        (1.050, 0.140, 0.092, -0.086, -0.002), (1.100, 0.130, 0.088, -0.074, 0.000),
        (1.160, 0.133, 0.089, -0.076, 0.000), (1.220, 0.145, 0.094, -0.088, -0.002),
        (1.270, 0.155, 0.098, -0.099, -0.006), (1.320, 0.160, 0.094, -0.106, -0.012),
        (1.370, 0.156, 0.077, -0.106, -0.018), (1.410, 0.138, 0.057, -0.098, -0.022),
        (1.440, 0.108, 0.040, -0.090, -0.026), (1.465, 0.078, 0.027, -0.082, -0.029),
        (1.490, 0.0585, 0.022, -0.073, -0.028), (1.530, 0.0510, 0.028, -0.064, -0.020),
        (1.570, 0.0495, 0.040, -0.060, -0.012), (1.620, 0.0500, 0.046, -0.056, -0.008),
    ]
)  # fmt: skip
_HEAD = np.array(
    [
        (1.5240, 0.0060, 0.060, 0.040, 0.050), (1.5300, 0.0230, 0.080, 0.012, 0.044),
        (1.5420, 0.0370, 0.093, -0.012, 0.034), (1.5620, 0.0490, 0.1005, -0.042, 0.024),
        (1.5880, 0.0590, 0.1040, -0.068, 0.016), (1.6150, 0.0665, 0.1055, -0.084, 0.010),
        (1.6450, 0.0725, 0.1050, -0.0925, 0.006), (1.6750, 0.0755, 0.1015, -0.0945, 0.003),
        (1.7000, 0.0740, 0.0950, -0.0900, 0.001), (1.7220, 0.0675, 0.0830, -0.0800, 0.000),
        (1.7400, 0.0550, 0.0655, -0.0650, -0.001), (1.7520, 0.0380, 0.0440, -0.0460, -0.001),
        (1.7585, 0.0190, 0.0220, -0.0240, -0.001), (1.7600, 0.0040, 0.0040, -0.0060, -0.001),
    ]
)  # fmt: skip
# Share of the way from shoulder to elbow to wrist (0, 1, 2); half widths outward, inward, forward, backward.
_ARM = np.array(
    [
        (-0.16, 0.0250, 0.0300, 0.0320, 0.0320), (-0.05, 0.0440, 0.0460, 0.0480, 0.0480),
        (0.05, 0.0505, 0.0510, 0.0530, 0.0520), (0.17, 0.0490, 0.0490, 0.0525, 0.0505),
        (0.32, 0.0450, 0.0440, 0.0485, 0.0470), (0.50, 0.0405, 0.0400, 0.0450, 0.0435),
        (0.70, 0.0370, 0.0370, 0.0410, 0.0390), (0.88, 0.0350, 0.0350, 0.0365, 0.0365),
        (1.00, 0.0350, 0.0350, 0.0355, 0.0365), (1.12, 0.0362, 0.0350, 0.0380, 0.0355),
        (1.28, 0.0362, 0.0335, 0.0385, 0.0345), (1.50, 0.0315, 0.0290, 0.0345, 0.0310),
        (1.72, 0.0258, 0.0240, 0.0295, 0.0272), (1.90, 0.0210, 0.0202, 0.0265, 0.0258),
        (2.00, 0.0192, 0.0190, 0.0262, 0.0260), (2.06, 0.0185, 0.0182, 0.0265, 0.0262),
    ]
)  # fmt: skip
# From hip to knee to ankle.
_LEG = np.array(
    [
        (-0.16, 0.0450, 0.0500, 0.0480, 0.0560), (-0.05, 0.0700, 0.0680, 0.0740, 0.0820),
        (0.05, 0.0800, 0.0760, 0.0850, 0.0920), (0.17, 0.0810, 0.0780, 0.0860, 0.0910),
        (0.32, 0.0770, 0.0770, 0.0830, 0.0830), (0.50, 0.0680, 0.0700, 0.0760, 0.0700),
        (0.70, 0.0590, 0.0600, 0.0665, 0.0590), (0.86, 0.0525, 0.0545, 0.0580, 0.0540),
        (1.00, 0.0485, 0.0505, 0.0540, 0.0515), (1.12, 0.0480, 0.0485, 0.0500, 0.0540),
        (1.25, 0.0510, 0.0490, 0.0455, 0.0620), (1.38, 0.0515, 0.0490, 0.0425, 0.0635),
        (1.52, 0.0465, 0.0450, 0.0390, 0.0560), (1.68, 0.0375, 0.0370, 0.0350, 0.0430),
        (1.83, 0.0310, 0.0310, 0.0330, 0.0355), (1.94, 0.0300, 0.0300, 0.0350, 0.0375),
        (2.04, 0.0315, 0.0315, 0.0390, 0.0410),
    ]
)  # fmt: skip


def soft_minimum(a: Array, b: Array, reach: float) -> Array:
    """The union of two fields, rounded where they are within `reach` of each other (a cubic, after Quilez)."""
    near = np.maximum(reach - np.abs(a - b), 0.0) / reach
    result: Array = np.minimum(a, b) - near**3 * (reach / 6.0)
    return result


def ring_distance(across: Array, ahead: Array, radii: Array, power: npt.ArrayLike) -> Array:
    """About how far points lie outside a ring of four radii (left, right, front, back) `(n, 4)`, along the ray."""
    a = np.where(across >= 0, radii[:, 0], radii[:, 1])
    b = np.where(ahead >= 0, radii[:, 2], radii[:, 3])
    shape = (np.abs(across / a) ** power + np.abs(ahead / b) ** power) ** (1 / np.asarray(power))
    result: Array = np.hypot(across, ahead) * (1 - 1 / np.maximum(shape, 1e-6))
    return np.where(shape < 1e-3, -np.minimum(a, b), result)


@dataclass(frozen=True)
class Limb:
    """A tube along two bones.

    Attributes:
        joints: `(3, 3)`: where the first bone starts, where they meet, where the second ends.
        table: `(k, 5)` as `_ARM`, dense and increasing.
        forward: about which way the third radius points.
        girth: factor on the radii.
    """

    joints: Array
    table: Array
    forward: Array
    girth: float = 1.0

    def frame(self, t: Array) -> tuple[Array, Array, Array, Array]:
        """At shares of the way: the middle `(n, 3)`, and unit vectors along, outward and forward."""
        bones = np.diff(self.joints, axis=0)
        second = smoothstep(0.8, 1.2, t)[:, None]
        unit = bones / np.linalg.norm(bones, axis=1, keepdims=True)
        along = unit[0] * (1 - second) + unit[1] * second
        along /= np.linalg.norm(along, axis=1, keepdims=True)
        out = np.cross(self.forward, along)
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        first, then = self.joints[0] + bones[0] * t[:, None], self.joints[1] + bones[1] * (t[:, None] - 1)
        middle = np.where((t < 1)[:, None], first, then)
        ahead: Array = np.cross(along, out)
        return middle, along, out, ahead

    def radii(self, t: Array) -> Array:
        radii: Array = self.girth * np.stack(
            [np.interp(t, self.table[:, 0], self.table[:, k]) for k in range(1, 5)], axis=-1
        )
        return radii

    def share(self, points: Array) -> Array:
        """The share of the way of the nearest point on the bones."""
        bones = np.diff(self.joints, axis=0)
        best, nearest = np.zeros(len(points)), np.full(len(points), np.inf)
        for k, bone in enumerate(bones):
            low, high = (-np.inf, 1.0) if k == 0 else (0.0, np.inf)
            t = np.clip((points - self.joints[k]) @ bone / (bone @ bone), low, high)
            d = np.linalg.norm(points - self.joints[k] - t[:, None] * bone, axis=1)
            best = np.where(d < nearest, t + k, best)
            nearest = np.minimum(d, nearest)
        return best

    def surface(self, angle: Array, t: Array) -> Array:
        """Points on the tube; angle 0 is outward, a quarter turn forward."""
        middle, _, out, ahead = self.frame(t)
        c, s = np.cos(angle), np.sin(angle)
        radii = self.radii(t)
        x, z = c * np.where(c >= 0, radii[:, 0], radii[:, 1]), s * np.where(s >= 0, radii[:, 2], radii[:, 3])
        points: Array = middle + out * x[:, None] + ahead * z[:, None]
        return points

    def distance(self, points: Array) -> Array:
        t = self.share(points)
        low, high = self.table[0, 0], self.table[-1, 0]
        middle, _, out, ahead = self.frame(np.clip(t, low, high))
        q = points - middle
        radii = self.radii(np.clip(t, low, high))
        x, z = np.einsum("ij,ij->i", q, out), np.einsum("ij,ij->i", q, ahead)
        side = ring_distance(x, z, radii, 2.1)
        # Beyond the ends it is round.
        past = np.sqrt(np.maximum(np.einsum("ij,ij->i", q, q) - x * x - z * z, 0.0))
        reach = np.hypot(np.maximum(np.hypot(x, z), 1e-9), past)
        return np.where(past > 1e-9, reach - (np.hypot(x, z) - side) * 1.0, side)


def dense(table: Array, count: int = 300) -> Array:
    """A table of rings, smoothly filled in; the first column stays increasing."""
    fine = spline(table, count)
    fine[:, 0] = np.maximum.accumulate(fine[:, 0])
    return fine


@dataclass
class Form:
    """The field of a size's body, in its own metres."""

    measures: Measures
    bones: Skeleton
    girth: Array = field(default_factory=lambda: np.ones(3))  # factors at hip, waist and chest

    LEVELS = np.array([0.895, 1.105, 1.295])  # of hip, waist and chest, in the medium size

    def __post_init__(self) -> None:
        place = self.bones.place
        limb = self.measures.limb
        self.trunk_table, self.head_table = dense(_TRUNK), dense(_HEAD)
        self.arm = Limb(
            np.array([place("leftUpperArm"), place("leftLowerArm"), place("leftHand")]),
            dense(_ARM), np.array([0.0, 0.0, 1.0]), limb,
        )  # fmt: skip
        self.leg = Limb(
            np.array([place("leftUpperLeg"), place("leftLowerLeg"), place("leftFoot")]),
            dense(_LEG), np.array([0.0, 0.0, 1.0]), limb,
        )  # fmt: skip

    def ring(self, table: Array, y: Array) -> tuple[Array, Array]:
        """Radii to the left, right, front and back about the widest place, and that place, at medium-size heights."""
        a, front, back, widest = (np.interp(y, table[:, 0], table[:, k]) for k in range(1, 5))
        return np.stack([a, a, front - widest, widest - back], axis=-1), widest

    def trunk_scale(self, y: Array) -> Array:
        """Width of the trunk beside the medium size's table: by the girths below the arms, by the limbs at the neck."""
        low = np.interp(y, self.LEVELS, self.girth)
        return low + (self.measures.limb - low) * smoothstep(1.40, 1.49, y)

    def trunk(self, p: Array) -> Array:
        s = self.measures.scale
        y = p[:, 1] / s
        wide = self.trunk_scale(y)
        q = p / wide[:, None]
        radii, widest = self.ring(self.trunk_table, y)
        power = 2.12 + 0.32 * np.exp(-(((y - 1.22) / 0.16) ** 2))
        # A shallow furrow along the spine.
        furrow = 0.010 * np.exp(-((q[:, 0] / 0.022) ** 2)) * smoothstep(0.98, 1.04, y) * smoothstep(1.44, 1.32, y)
        radii[:, 3] -= furrow
        d = ring_distance(q[:, 0], q[:, 2] - widest, radii, power) * wide
        end = np.maximum(0.80 - y, y - 1.60) * s
        return np.where(end > 0, np.hypot(np.maximum(d, 0), end), np.maximum(d, end))

    def head(self, p: Array) -> Array:
        s = self.measures.scale
        q = p / s
        radii, widest = self.ring(self.head_table, q[:, 1])
        d = ring_distance(q[:, 0], q[:, 2] - widest, radii, 2.15)
        end = np.maximum(1.526 - q[:, 1], q[:, 1] - 1.7598)
        return np.asarray(np.maximum(d, end)) * s

    def distance(self, points: Array, *, arms: bool = True) -> Array:
        """About the distance to the skin in metres, for points `(n, 3)` on either side."""
        p = np.abs(points * [1, 0, 0]) + points * [0, 1, 1]
        s = self.measures.scale
        d = self.trunk(p)
        for place, radii, turn, reach in _MUSCLES:
            d = soft_minimum(d, self._ellipsoid(p, place, radii, turn), reach * s)
        d = soft_minimum(d, self.head(p), 0.022 * s)
        d = soft_minimum(d, self.leg.distance(p), 0.060 * s)
        return soft_minimum(d, self.arm.distance(p), 0.100 * s) if arms else d

    def _ellipsoid(self, p: Array, place: tuple[float, ...], radii: tuple[float, ...], lean: float) -> Array:
        s = self.measures.scale
        centre = np.array(place) * s
        wide = float(self.trunk_scale(np.array([place[1]]))[0])
        centre[[0, 2]] *= wide / s
        q = p - centre
        c, t = np.cos(lean), np.sin(lean)
        q = np.stack([q[:, 0] * c + q[:, 1] * t, q[:, 1] * c - q[:, 0] * t, q[:, 2]], axis=-1) / (
            np.array(radii) * wide
        )
        k0 = np.linalg.norm(q, axis=1)
        k1 = np.linalg.norm(q / (np.array(radii) * wide), axis=1)
        return np.asarray(k0 * (k0 - 1) / np.maximum(k1, 1e-9))


# Place, radii, lean about z, and how softly it flows into the trunk: bust, seat, shoulder blade, trapezius, collarbone.
_MUSCLES: list[tuple[tuple[float, float, float], tuple[float, float, float], float, float]] = [
    ((0.071, 1.283, 0.066), (0.068, 0.064, 0.052), 0.25, 0.034),
    ((0.072, 0.885, -0.080), (0.076, 0.084, 0.068), 0.0, 0.050),
    ((0.080, 1.335, -0.070), (0.060, 0.090, 0.036), 0.35, 0.050),
    ((0.082, 1.432, -0.038), (0.112, 0.032, 0.044), -0.36, 0.060),
    ((0.088, 1.430, 0.006), (0.080, 0.011, 0.014), -0.10, 0.045),
]


def form(measures: Measures, bones: Skeleton) -> Form:
    """The body whose girths are the size's: the trunk's width is fitted to the tape in a few steps."""
    wanted = np.array([measures.hip, measures.waist, measures.bust])
    shape = Form(measures, bones, wanted / np.array([MEDIUM.hip, MEDIUM.waist, MEDIUM.bust]))
    for _ in range(6):
        tape = np.array([girth(shape, level * measures.scale) for level in Form.LEVELS])
        shape.girth = shape.girth * (wanted / tape)
    return shape


def girth(shape: Form, y: float) -> float:
    """Length of a level tape around the trunk at a height; it spans hollows, and the arms are held away."""
    angle = np.linspace(-np.pi, np.pi, 180, endpoint=False)
    ray = np.stack([np.sin(angle), 0 * angle, np.cos(angle)], axis=-1)
    start = np.array([0.0, y, -0.01])
    low, high = np.full(180, 0.02), np.full(180, 0.26)
    for _ in range(18):
        middle = (low + high) / 2
        inside = shape.distance(start + ray * middle[:, None], arms=False) < 0
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return hull_length((ray * low[:, None])[:, [0, 2]])


def hull_length(points: Array) -> float:
    """Length of the convex outline of plane points `(n, 2)`."""
    centre = points.mean(axis=0)
    direction = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    normal = np.stack([np.cos(direction), np.sin(direction)], axis=-1)
    # Cauchy: a convex outline is as long as its mean width times π; its support function integrates to the length.
    return float(((points - centre) @ normal.T).max(axis=0).mean() * 2 * np.pi)
