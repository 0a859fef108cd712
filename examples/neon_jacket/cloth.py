"""The garment's cloth: a torso of stacked rings and a sleeve that grows out of it, both with folds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..modelling.curves import cumulative_length, smoothstep, spline
from ..modelling.folds import waves
from ..modelling.grid import arc_length_uvs, loft
from ..modelling.patch import Patch
from ..modelling.surface import Surface, select
from ..modelling.sweep import frames

Array = npt.NDArray[np.float64]

FLOOR = 0.34  # height of the hem above the floor
NECK = 0.578  # height of the neck seam above the hem
RIB = 0.062  # height of the knitted hem

# Height above the hem, half width, half depth, and how far forward the ring's middle lies.
_RINGS = np.array(
    [
        (-0.010, 0.166, 0.112, 0.000), (0.000, 0.168, 0.114, 0.000), (0.030, 0.170, 0.116, 0.000),
        (0.060, 0.176, 0.122, 0.002), (0.085, 0.199, 0.142, 0.004), (0.130, 0.206, 0.146, 0.006),
        (0.220, 0.206, 0.143, 0.008), (0.320, 0.211, 0.142, 0.008), (0.400, 0.214, 0.138, 0.005),
        (0.460, 0.211, 0.128, 0.000), (0.500, 0.198, 0.114, -0.005), (0.530, 0.168, 0.098, -0.009),
        (0.552, 0.130, 0.086, -0.010), (0.568, 0.096, 0.078, -0.008), (0.580, 0.074, 0.073, -0.004),
        (0.600, 0.068, 0.070, 0.000),
    ]
)  # fmt: skip
_DENSE = spline(_RINGS, 400)
_POWER = 2.35


def ring_at(y: npt.ArrayLike) -> tuple[Array, Array, Array]:
    """Half width, half depth and forward shift of the torso at a height."""
    height = np.asarray(y, dtype=np.float64)
    half = [np.interp(height, _DENSE[:, 0], _DENSE[:, k]) for k in (1, 2, 3)]
    return half[0], half[1], half[2]


def _even_turn() -> tuple[Array, Array]:
    """Angles spread evenly over a typical ring's length, and the superellipse parameters that they stand for."""
    t = np.linspace(-np.pi, np.pi, 4001)
    s, c = np.sin(t), np.cos(t)
    power = 2 / _POWER
    ring = np.stack([0.208 * np.sign(s) * np.abs(s) ** power, 0.142 * np.sign(c) * np.abs(c) ** power], -1)
    length = cumulative_length(ring)
    return (length / length[-1] * 2 - 1) * np.pi, t


_EVEN, _PARAMETER = _even_turn()


def torso_point(angle: Array, y: Array) -> Array:
    """The undisturbed torso at an angle (0 in front, positive toward +x, even along the girth) and a height."""
    a, b, shift = ring_at(y)
    parameter = np.interp(np.mod(angle + np.pi, 2 * np.pi) - np.pi, _EVEN, _PARAMETER)
    s, c = np.sin(parameter), np.cos(parameter)
    power = 2 / _POWER
    return np.stack([a * np.sign(s) * np.abs(s) ** power, y, shift + b * np.sign(c) * np.abs(c) ** power], axis=-1)


def outside_torso(points: Array) -> Array:
    """Above zero outside the torso, below zero inside."""
    a, b, shift = ring_at(points[..., 1])
    x, z = np.abs(points[..., 0] / a), np.abs((points[..., 2] - shift) / b)
    result: Array = (x**_POWER + z**_POWER) ** (1 / _POWER) - 1
    return result


class Torso:
    """Rings from the neck seam down to the rib; the yoke's seam follows a row of the grid."""

    columns, low_rows, high_rows = 108, 42, 21

    def __init__(self) -> None:
        self.angle = np.linspace(-np.pi, np.pi, self.columns + 1)
        seam = yoke_seam(self.angle)
        low = RIB + (seam - RIB) * np.linspace(0, 1, self.low_rows + 1)[:, None]
        low[0] -= 0.001  # the edge that is turned in over the rib
        high = seam + (NECK - seam) * np.linspace(0, 1, self.high_rows + 1)[1:, None]
        self.y = np.concatenate([low, high])
        u = np.broadcast_to(self.angle, self.y.shape)
        plain = Patch(torso_point(u, self.y), self.angle, self.y)
        self.patch = Patch(plain.positions + plain.normals * self._folds(u)[..., None], self.angle, self.y)

    def _folds(self, u: Array) -> Array:
        y = self.y
        seam = yoke_seam(u)
        calm = smoothstep(0.06, 0.30, np.abs(u)) * smoothstep(NECK, NECK - 0.06, y)
        body = smoothstep(seam + 0.01, seam - 0.06, y)
        gather = smoothstep(RIB, RIB + 0.012, y) * np.exp((RIB - y) / 0.030) * (waves(u, 0 * y, 5, (22, 38), 1.0) - 0.3)
        lip = np.where(y < RIB - 1e-6, -0.010, 0.0035 * np.exp(-(((y - RIB) / 0.010) ** 2)))
        slump = smoothstep(RIB, 0.10, y) * smoothstep(0.26, 0.13, y) * (waves(u, y, 9, (-3, 3), 0.075) - 0.35)
        side = np.abs(np.abs(u) - np.pi / 2)
        reach = np.hypot(side * 0.16, np.clip(0.40 - y, 0, None) * 0.75)
        drag = (
            np.exp(-((reach / 0.11) ** 2))
            * (waves(np.abs(u), y, 14, (5, 9), 0.11) - 0.35)
            * smoothstep(0.06, 0.3, side)
        )
        broad = waves(u, y, 21, (-4, 4), 0.22, 7) - 0.35
        shoulder = smoothstep(seam, seam + 0.03, y) * (waves(u, y, 31, (-3, 3), 0.10) - 0.35)
        ditch = -0.0022 * np.exp(-(((y - seam) / 0.006) ** 2))
        tape = np.abs(np.abs(np.abs(u) - np.pi / 2) - side_panel(y))
        calm = calm * (0.25 + 0.75 * smoothstep(0.02, 0.14, tape))  # bonded seams keep the cloth from folding
        soft = 0.010 * gather + body * (0.018 * slump + 0.022 * drag + 0.015 * broad) + 0.006 * shoulder
        result: Array = calm * soft + ditch + lip
        return result

    def from_behind(self) -> Patch:
        """The same cloth with its angle measured from the middle of the back, so that the back is in one piece."""
        half = self.columns // 2
        order = np.concatenate([np.arange(half, self.columns), np.arange(half + 1)])
        return Patch(self.patch.positions[:, order], self.angle, self.y[:, order])

    def surfaces(self) -> list[tuple[str, Surface]]:
        u = np.broadcast_to(self.angle, self.y.shape)
        yoke = self.y > yoke_seam(u) - 1e-9
        side = (np.abs(np.abs(u) - np.pi / 2) < side_panel(self.y)) & ~yoke
        kind = (yoke[:-1, :-1] & yoke[1:, 1:]) * 2 + (side[:-1, :-1] & side[1:, 1:]) * 1
        behind = np.abs(u[:-1, :-1] + u[:-1, 1:]) / 2 > np.pi / 2
        found: list[tuple[str, Surface]] = []
        for back, whole in enumerate((self._from(self.columns // 2), self._from(0))):
            for number, look in enumerate(("shell", "mesh", "quilt")):
                cells = (kind == number) & (behind == bool(back))
                found.append((look, select(whole, np.repeat(cells.reshape(-1), 2))))
        return [*found, ("rib", hem()), ("form", bust())]

    def _from(self, origin: int) -> Surface:
        """The whole cloth, its texture laid out from one column toward both sides."""
        positions = self.patch.positions
        uvs = arc_length_uvs(positions, origin)
        if origin == 0:
            other = arc_length_uvs(positions, self.columns)
            uvs = np.where((self.angle > 0)[:, None], other, uvs)
        whole = loft(positions, uvs=uvs)
        if len(whole.triangles) != 2 * (positions.shape[0] - 1) * (positions.shape[1] - 1):
            raise ValueError("a cell of the torso has collapsed")
        return whole


def yoke_seam(angle: Array) -> Array:
    """Height of the seam under the shoulders' quilted yoke: a chevron in front, a shallow one behind."""
    front = 0.365 + 0.075 * np.clip(np.abs(angle) / 1.25, 0, 1)
    back = 0.425 - 0.020 * np.cos(np.clip((np.pi - np.abs(angle)) * 1.3, 0, np.pi))
    return front + (back - front) * smoothstep(1.2, 1.9, np.abs(angle))


def side_panel(y: Array) -> Array:
    """Half width of the side panels in radians: an hourglass."""
    return 0.34 + 0.16 * ((y - 0.24) / 0.18) ** 2


def hem() -> Surface:
    """The knitted band, turned in at the bottom."""
    angle = np.linspace(-np.pi, np.pi, 97)
    profile = [
        (RIB + 0.010, -0.012),
        (RIB - 0.004, 0.0),
        (0.050, 0.001),
        (0.025, 0.003),
        (0.006, 0.003),
        (0.0, 0.0),
        (0.002, -0.005),
        (0.03, -0.010),
        (0.032, -0.05),
    ]
    rows = []
    for y, out in reversed(profile):
        ring = torso_point(angle, np.full(len(angle), max(y, 0.0)))
        plan = ring[:, [0, 2]] * (1 + out / np.linalg.norm(ring[:, [0, 2]], axis=1)[:, None])
        rows.append(np.stack([plan[:, 0], ring[:, 1], plan[:, 1]], -1))
    return loft(np.stack(rows), origin=48)


def bust() -> Surface:
    """The dark form inside: seen below the hem and in the collar."""
    angle = np.linspace(-np.pi, np.pi, 41)
    heights = np.array(
        [0.028, 0.028, 0.030, 0.036, 0.3, 0.5, 0.552, 0.568, 0.574, 0.58, 0.6, 0.645, 0.650, 0.651, 0.651]
    )
    scale = np.array([0.001, 0.85, 0.92, 0.94, 0.93, 0.92, 0.93, 0.95, 0.97, 0.82, 0.80, 0.78, 0.75, 0.6, 0.001])
    rows = [
        torso_point(angle, np.full(41, min(y, 0.6))) * [s, 0, s] + [0, y, 0]
        for y, s in zip(heights, scale, strict=True)
    ]
    return loft(np.stack(rows), origin=20, crease=50)


class Sleeve:
    """The left sleeve (+x): a bent tube with folds, cut where it leaves the torso."""

    columns, rows = 32, 62
    cuff = 0.052

    def __init__(self) -> None:
        control = [
            (0.105, 0.476, -0.006), (0.172, 0.458, -0.006), (0.228, 0.408, -0.004), (0.262, 0.300, -0.004),
            (0.279, 0.200, 0.008), (0.285, 0.105, 0.036), (0.282, 0.022, 0.070),
        ]  # fmt: skip
        self.line = spline(control, 600)
        self.length = float(np.linalg.norm(np.diff(self.line, axis=0), axis=1).sum())
        self._sides = self._frames()
        # Around the tube from underneath the arm, so that the texture's seam hides there.
        self.angle = np.linspace(-np.pi, np.pi, self.columns + 1)
        self.start = self._leaves_torso()
        t = np.linspace(0, 1, self.rows + 1)[:, None]
        self.v = self.start - 0.006 + (self.length - self.cuff + 0.004 - self.start + 0.006) * t
        u = np.broadcast_to(self.angle, self.v.shape)
        self.patch = Patch(self.point(u, self.v, self._folds(u, self.v)), self.angle, self.v)

    def radius(self, v: Array) -> Array:
        at = np.array([0.0, 0.10, 0.18, 0.30, 0.40, 0.47, 0.52, 0.60]) / 0.545 * self.length
        return np.interp(v, at, [0.078, 0.083, 0.079, 0.069, 0.066, 0.063, 0.058, 0.050])

    def point(self, u: Array, v: Array, out: npt.ArrayLike = 0.0) -> Array:
        """At an angle (0 outside, π/2 in front) and a distance along the arm, `out` metres above the surface."""
        side, front = self._sides
        at = np.linspace(0, self.length, len(self.line))

        def along(values: Array) -> Array:
            return np.stack([np.interp(v, at, values[:, k]) for k in range(3)], -1)

        radius = np.maximum(self.radius(v) + np.asarray(out, dtype=np.float64), 0.0)[..., None]
        flat = 1 - 0.06 * np.abs(np.cos(u))[..., None]
        around = np.cos(u)[..., None] * along(side) + np.sin(u)[..., None] * along(front)
        return along(self.line) + radius * flat * around

    def _frames(self) -> tuple[Array, Array]:
        """Directions across the arm, outward and forward, along the middle line."""
        t, side, _ = frames(self.line, (0.0, 0.0, 1.0))
        side = -side if side[-1, 0] < 0 else side
        front = np.cross(t, side)
        return side, front if front[-1, 2] > 0 else -front

    def _leaves_torso(self) -> Array:
        """For each angle, the distance along the arm where the surface comes out of the torso for good."""
        v = np.linspace(0.02, 0.34, 321)[:, None]
        inside = outside_torso(self.point(np.broadcast_to(self.angle, (321, len(self.angle))), v + 0 * self.angle)) < 0
        last = len(v) - 1 - np.argmax(inside[::-1], axis=0)
        start = np.where(inside.any(axis=0), v[last, 0], v[0, 0])
        for _ in range(6):
            ring = start[:-1]
            ring = (np.roll(ring, 1) + 2 * ring + np.roll(ring, -1)) / 4
            start = np.append(ring, ring[0])
        even: Array = start
        return even

    def _folds(self, u: Array, v: Array) -> Array:
        elbow = 0.62 * self.length
        end = self.length - self.cuff
        bend = np.exp(-(((v - elbow) / 0.075) ** 2)) * (0.45 + 0.55 * np.clip(np.sin(u + 0.5), 0, 1))
        stack = smoothstep(end - 0.17, end - 0.02, v) * smoothstep(end, end - 0.012, v)
        calm = smoothstep(self.start, self.start + 0.05, v)
        drop = np.exp(-(((v - self.start) / 0.05) ** 2)) * smoothstep(0.4, 1.6, np.abs(u))
        folds = (
            0.013 * bend * (waves(u, v, 41, (-2, 2), 0.052) - 0.35)
            + 0.012 * stack * (waves(u, v, 47, (-1, 1), 0.040, 4) - 0.30)
            + 0.009 * (waves(u, v, 53, (1, 3), 0.21) - 0.35)
            + 0.006 * drop * (waves(u, v, 59, (3, 5), 0.3) - 0.35)
        )
        result: Array = calm * folds - 0.016 * smoothstep(end - 0.004, end + 0.004, v)
        return result

    def surfaces(self) -> list[tuple[str, Surface]]:
        tube = outward(loft(self.patch.positions, origin=self.columns // 2), self.line)
        return [("shell", tube), ("rib", outward(self._cuff(), self.line))]

    def _cuff(self) -> Surface:
        """The knitted cuff, turned in, and closed inside by the form."""
        angle = np.linspace(-np.pi, np.pi, 49)
        end = self.length
        steps = [
            (end - self.cuff - 0.010, -0.008), (end - self.cuff, -0.006), (end - 0.035, -0.010), (end - 0.008, -0.012),
            (end, -0.016), (end - 0.003, -0.021), (end - 0.02, -0.024), (end - 0.03, -1.0),  # to the middle
        ]  # fmt: skip
        rows = [self.point(angle, np.full(len(angle), v), out) for v, out in steps]
        return loft(np.stack(rows), origin=24, crease=70)


def outward(surface: Surface, line: Array) -> Surface:
    """Itself or flipped, so that its widest part faces away from a middle line."""
    nearest = line[np.argmin(np.linalg.norm(surface.positions[::7, None] - line[None, ::10], axis=2), axis=1) * 10]
    away = np.einsum("ij,ij->i", surface.positions[::7] - nearest, surface.normals[::7])
    return surface if np.median(away) > 0 else surface.flipped()
