"""The jacket's cloth: the mannequin's own net, drawn onto a form that stands off the body, and folded."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..mannequin.body import Body, nearer
from ..mannequin.form import Form, Limb, dense, ring_distance, soft_minimum
from ..mannequin.trunk import ARMPIT, HOLE_ROWS, NECK
from ..modelling.curves import smoothstep
from ..modelling.folds import waves
from ..modelling.patch import Patch

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

HEM_ROW = 6  # of the mannequin's trunk; the collar's seam is `NECK`
CUFF = 1.86  # share of the way along the arm at which the sleeve ends
EASE = 0.0115  # metres between body and cloth, at the least

# Height, half width, front, back, and where it is widest (z): metres on the medium mannequin.
_TRUNK = np.array(
    [
        (0.860, 0.182, 0.114, -0.150, -0.014), (0.930, 0.186, 0.118, -0.146, -0.012),
        (1.000, 0.176, 0.117, -0.126, -0.008), (1.060, 0.167, 0.118, -0.113, -0.004),
        (1.120, 0.163, 0.121, -0.108, -0.002), (1.180, 0.163, 0.126, -0.111, -0.002),
        (1.240, 0.165, 0.130, -0.118, -0.004), (1.290, 0.168, 0.129, -0.123, -0.008),
        (1.340, 0.170, 0.113, -0.126, -0.014), (1.380, 0.165, 0.092, -0.123, -0.018),
        (1.410, 0.150, 0.076, -0.119, -0.022), (1.440, 0.120, 0.057, -0.109, -0.026),
        (1.465, 0.092, 0.046, -0.100, -0.028), (1.490, 0.076, 0.044, -0.091, -0.026),
        (1.540, 0.070, 0.048, -0.082, -0.020),
    ]
)  # fmt: skip
# Half widths outward, inward, forward and backward by the share of the way along the arm.
_SLEEVE = np.array(
    [
        (-0.16, 0.0400, 0.0460, 0.0480, 0.0480), (-0.05, 0.0590, 0.0620, 0.0640, 0.0640),
        (0.05, 0.0650, 0.0670, 0.0690, 0.0690), (0.20, 0.0640, 0.0650, 0.0690, 0.0680),
        (0.45, 0.0580, 0.0580, 0.0630, 0.0620), (0.70, 0.0540, 0.0540, 0.0580, 0.0570),
        (1.00, 0.0530, 0.0520, 0.0540, 0.0560), (1.25, 0.0520, 0.0490, 0.0545, 0.0520),
        (1.50, 0.0470, 0.0440, 0.0495, 0.0475), (1.70, 0.0410, 0.0390, 0.0440, 0.0425),
        (1.84, 0.0350, 0.0340, 0.0400, 0.0395), (2.00, 0.0340, 0.0330, 0.0390, 0.0385),
    ]
)  # fmt: skip


class StandingOff:
    """The form that the cloth is drawn onto: its own cut, and nowhere nearer to the body than `EASE`."""

    def __init__(self, body: Form):
        self.body = body
        self.trunk = dense(_TRUNK)
        self.sleeve = Limb(body.arm.joints, dense(_SLEEVE), body.arm.forward)

    def distance(self, p: Array) -> Array:
        a, front, back, widest = (np.interp(p[:, 1], self.trunk[:, 0], self.trunk[:, k]) for k in range(1, 5))
        radii = np.stack([a, a, front - widest, widest - back], axis=-1)
        d = ring_distance(p[:, 0], p[:, 2] - widest, radii, 2.35)
        d = soft_minimum(d, self.sleeve.distance(p), 0.075)
        return soft_minimum(d, self.body.distance(p) - EASE, 0.020)


class Shell:
    """The cloth as two grids that share the loop at the shoulder, twice as fine as the mannequin's; +x side's sleeve.

    Attributes:
        points: `(n, 3)`; `weights` `(n, joints)` are the mannequin's at the same places of the net.
        trunk: vertex numbers `(rows, 80)`, from the hem up to the neck, column 0 in front and growing to the left.
        sleeves: the same for the left and the right arm, `(rows, 40)`, from the shoulder, 0 outside, then forward.
        hole: cells of the trunk that the sleeves take the place of.
        cloth: the vertices that the cells use.
    """

    def __init__(self, body: Body, weights: Array):
        self.body = body
        coarse = body.grids["trunk"][HEM_ROW : NECK + 1]
        rings = {side: body.grids[f"{side}Arm"] for side in ("left", "right")}
        reach = [float(body.form.arm.share(np.abs(body.points[r] * [1, 0, 0]) + body.points[r] * [0, 1, 1]).mean())
                 for r in rings["left"]]  # fmt: skip
        count = int(np.searchsorted(reach, CUFF)) + 1
        mesh = _Finer(body.points, weights)
        self.trunk = mesh.grid(coarse)
        self.sleeves = {side: mesh.grid(ring[:count]) for side, ring in rings.items()}
        points, self.weights = mesh.arrays()
        form = StandingOff(body.form)
        self.hole = self._hole()
        self.cloth = used = np.unique(self.quads())
        points[used] = nearer(form, points[used], 4)
        for _ in range(3):  # what the finer net has between the old points is evened out
            points[used] = nearer(form, points[used] + 0.5 * _to_middle(points, self.quads())[used], 1)
        self.points = points
        self._fold()

    def quads(self) -> Indices:
        """The cloth's cells `(m, 4)`, counter-clockwise from outside."""
        trunk, left, right = (_quads(g) for g in (self.trunk, self.sleeves["left"], self.sleeves["right"]))
        return np.concatenate([trunk[~self.hole.reshape(-1)], left, right[:, ::-1]])

    def _hole(self) -> npt.NDArray[np.bool_]:
        rows, columns = self.trunk.shape
        hole = np.zeros((rows - 1, columns), dtype=bool)
        low = 2 * (ARMPIT - HEM_ROW)
        for first, last in ((16, 24), (56, 64)):
            hole[low : low + 2 * HOLE_ROWS, first:last] = True
        return hole

    def _fold(self) -> None:
        """Creases where the cloth is pushed together, along its normals."""
        trunk, left = self.trunk_patch(), self.sleeve_patch()
        moved = np.zeros(len(self.points))
        u, y = np.broadcast_to(trunk.u[:-1], self.trunk.shape), trunk.v[:, :-1]
        moved[self._turned()] = self._trunk_folds(u, y)
        directions = np.zeros_like(self.points)
        directions[self._turned()] = trunk.normals[:, :-1]
        for side, sleeve in self.sleeves.items():
            sign = np.array([1.0 if side == "left" else -1.0, 1.0, 1.0])
            a, t = np.broadcast_to(left.u[:-1], left.v[:, :-1].shape), left.v[:, :-1]
            inner = self._arm_order(sleeve)[1:]
            moved[inner] = self._sleeve_folds(a, t)[1:]
            directions[inner] = left.normals[1:, :-1] * sign
        self.points = self.points + directions * moved[:, None]

    def _trunk_folds(self, u: Array, y: Array) -> Array:
        low, high = float(y[0].mean()), 1.44
        calm = smoothstep(0.05, 0.35, np.abs(u)) * smoothstep(high, high - 0.08, y)
        slump = smoothstep(low + 0.045, low + 0.075, y) * smoothstep(low + 0.26, low + 0.10, y)
        slump = slump * (waves(u, y, 209, (-3, 3), 0.085) - 0.35)
        side = np.abs(np.abs(u) - np.pi / 2)
        reach = np.hypot(side * 0.16, np.clip(1.32 - y, 0, None) * 0.75)
        drag = (
            np.exp(-((reach / 0.10) ** 2))
            * (waves(np.abs(u), y, 214, (5, 8), 0.12) - 0.35)
            * smoothstep(0.3, 0.6, side)
        )
        broad = waves(u, y, 221, (-4, 4), 0.20, 7) - 0.35
        lip = 0.004 * np.exp(-(((y - low - 0.050) / 0.012) ** 2)) - 0.003 * smoothstep(low + 0.045, low + 0.035, y)
        folds: Array = np.maximum(calm * (0.010 * slump + 0.012 * drag + 0.006 * broad), -0.0035)
        return folds + lip

    def _sleeve_folds(self, a: Array, t: Array) -> Array:
        elbow = np.exp(-(((t - 1.0) / 0.26) ** 2)) * (0.5 + 0.5 * np.clip(np.sin(a + 0.4), 0, 1))
        stack = smoothstep(1.28, 1.55, t) * smoothstep(1.74, 1.66, t)
        calm = smoothstep(0.25, 0.55, t)
        metres = t * 0.27
        folds = (
            0.010 * elbow * (waves(a, metres, 241, (-2, 2), 0.052) - 0.35)
            + 0.009 * stack * (waves(a, metres, 247, (-1, 1), 0.042, 4) - 0.30)
            + 0.005 * (waves(a, metres, 253, (1, 3), 0.21) - 0.35)
        )
        lip = 0.003 * np.exp(-(((t - 1.70) / 0.03) ** 2)) - 0.003 * smoothstep(1.71, 1.75, t)
        result: Array = calm * np.maximum(folds, -0.0035) + lip
        return result

    def _turned(self) -> Indices:
        """The trunk's grid from the middle of the back round to the front: columns of angles −π to π."""
        return np.roll(self.trunk, self.trunk.shape[1] // 2, axis=1)

    @staticmethod
    def _arm_order(sleeve: Indices) -> Indices:
        return np.roll(sleeve, sleeve.shape[1] // 2, axis=1)

    def trunk_patch(self) -> Patch:
        """The trunk by angle (0 in front, positive to the left, evenly by column) and height."""
        grid = self._turned()
        grid = np.concatenate([grid, grid[:, :1]], axis=1)
        return _patch(self.points[grid], self.points[grid][..., 1])

    def back_patch(self) -> Patch:
        """The same by the angle from the middle of the back, positive to the right."""
        grid = np.concatenate([self.trunk, self.trunk[:, :1]], axis=1)
        return _patch(self.points[grid], self.points[grid][..., 1])

    def sleeve_patch(self) -> Patch:
        """The left sleeve by angle (0 outside, a quarter turn forward) and share of the way along the arm."""
        grid = self._arm_order(self.sleeves["left"])
        grid = np.concatenate([grid, grid[:, :1]], axis=1)
        points = self.points[grid]
        share = self.body.form.arm.share(points.reshape(-1, 3)).reshape(grid.shape)
        return _patch(points, share)


def _patch(points: Array, v: Array) -> Patch:
    rising = np.maximum.accumulate(v, axis=0) + 1e-6 * np.arange(len(v))[:, None]
    return Patch(points, np.linspace(-np.pi, np.pi, points.shape[1]), rising)


class _Finer:
    """New vertices half way along edges and in the middle of cells, shared by grids that touch."""

    def __init__(self, points: Array, weights: Array):
        self.points, self.weights = points, weights
        self.parents: list[tuple[int, ...]] = [(k,) for k in range(len(points))]
        self.known: dict[tuple[int, ...], int] = {}

    def grid(self, coarse: Indices) -> Indices:
        """A grid of closed rows, twice as fine both ways."""
        rows, columns = coarse.shape
        fine = np.zeros((2 * rows - 1, 2 * columns), dtype=np.int64)
        fine[::2, ::2] = coarse
        after = np.roll(coarse, -1, axis=1)
        fine[::2, 1::2] = self._between(coarse, after)
        fine[1::2, ::2] = self._between(coarse[:-1], coarse[1:])
        fine[1::2, 1::2] = self._between(coarse[:-1], after[:-1], coarse[1:], after[1:])
        return fine

    def _between(self, *ends: Indices) -> Indices:
        keys = np.sort(np.stack(ends, axis=-1).reshape(-1, len(ends)), axis=1)
        return np.array([self._vertex(tuple(key)) for key in keys.tolist()]).reshape(ends[0].shape)

    def _vertex(self, key: tuple[int, ...]) -> int:
        if key not in self.known:
            self.known[key] = len(self.parents)
            self.parents.append(key)
        return self.known[key]

    def arrays(self) -> tuple[Array, Array]:
        """Positions and weights of all vertices, old and new."""
        points = np.array([self.points[list(p)].mean(axis=0) for p in self.parents])
        return points, np.array([self.weights[list(p)].mean(axis=0) for p in self.parents])


def _quads(grid: Indices) -> Indices:
    after = np.roll(grid, -1, axis=1)
    return np.stack([grid[:-1], after[:-1], after[1:], grid[1:]], axis=-1).reshape(-1, 4)


def _to_middle(points: Array, quads: Indices) -> Array:
    """From each vertex to the middle of its neighbours; along rims, whose neighbours lie to one side, nothing."""
    pairs = np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)])
    edges, uses = np.unique(np.sort(pairs, axis=1), axis=0, return_counts=True)
    total, count = np.zeros_like(points), np.zeros(len(points))
    for a, b in ((0, 1), (1, 0)):
        np.add.at(total, edges[:, a], points[edges[:, b]])
        count += np.bincount(edges[:, a], minlength=len(points))
    step: Array = total / np.maximum(count, 1)[:, None] - points
    step[np.unique(edges[uses == 1])] = 0.0
    step[count == 0] = 0.0
    return step
