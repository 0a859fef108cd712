"""Which triangles can be seen from outside.

A ray that leaves a triangle and gets out is a line of sight that reaches it. So rays start at random points of each
triangle in random directions; a triangle is seen as soon as one gets out. The few that none has left yet get more rays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .rays import Floats, RayCaster, Vectors

Marks = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

RAYS = 1024
MOST = 1 << 24
_GROWTH = 4  # each round brings a triangle's rays to this many times as many
_FIRST = 8
_AT_ONCE = 1 << 19
# In half sizes of the model, as float32 is good for 1e-7 of them: how far from its surface a ray begins; how far a
# ray goes on behind a back that does not stop it; how far the second ray, which rules out a slip, turns off the first.
_LIFT, _STEP, _TILT = 1e-5, 2e-6, 1e-3
_BACKS = 32


@dataclass(frozen=True, slots=True)
class Visibility:
    """What is seen from outside.

    Attributes:
        seen: `(n,)`, for each triangle. True is proved by a ray, but for one in ten thousand million that slips through
            a closed surface; False is probable, see `missed`. What has no area or is not finite is never seen.
        rays: `(n,)`, how many were cast from it.
    """

    seen: Marks
    rays: Numbers

    def missed(self, exposure: float) -> npt.NDArray[np.float64]:
        """How probable it is, at most, that so many rays all stay inside although of all rays that can leave the
        triangle (from every point in every direction alike) a part `exposure` gets out. `(n,)`."""
        return np.asarray((1.0 - exposure) ** self.rays)


def seen_from_outside(
    corners: Vectors,
    *,
    double_sided: Marks | None = None,
    hides: Marks | None = None,
    wanted: Marks | None = None,
    rays: int = RAYS,
    most: int = MOST,
) -> Visibility:
    """Judge triangles by rays. The same triangles always get the same answer.

    Time grows with triangles and with the rays of what is hidden: about 0.3 s for a million rays on one core.

    Args:
        corners: `(n, 3, 3)`.
        double_sided: `(n,)`; the others are drawn, and hide, only where their corners run counter-clockwise. Default:
            all are.
        hides: `(n,)`, what is opaque. Others can be seen, but hide nothing. Default: all are.
        wanted: `(n,)`, what to judge; the others only hide. Default: all.
        rays: most for one triangle.
        most: rays for all, those that go on behind a back counted again. Where they do not suffice, each triangle gets
            fewer: see `Visibility.rays`.
    """
    count = len(corners)
    everything = np.ones(count, np.bool_)
    double_sided, hides, wanted = (everything if mask is None else mask for mask in (double_sided, hides, wanted))
    seen, cast = np.zeros(count, np.bool_), np.zeros(count, np.int64)
    solid = np.asarray(np.isfinite(corners).all(axis=(1, 2)))
    if not solid.any():
        return Visibility(seen, cast)
    unit = _centred(corners, solid)
    normals = _normals(unit)
    solid &= normals.any(axis=1)
    stops = np.flatnonzero(hides & solid)
    both = double_sided[stops]
    if not both.all():
        both = both | _backed(unit[stops])
    outside = _Outside(RayCaster(unit[stops]), normals[stops], both)
    random = np.random.default_rng(0)
    open_ = np.flatnonzero(wanted & solid)
    done, goal = 0, min(_FIRST, rays)
    while len(open_):
        dear = max(1.0, outside.cast / max(1, int(cast.sum())))  # rays that one turns into, going on behind backs
        each = min(goal - done, int((most - outside.cast) / (dear * len(open_))))
        if each < 1:
            break
        step = max(1, _AT_ONCE // each)
        for start in range(0, len(open_), step):
            some = open_[start : start + step]
            origins, directions = _rays(unit[some], normals[some], double_sided[some], each, random)
            seen[some] = outside.reached(origins, directions).reshape(len(some), each).any(axis=1)
        cast[open_] += each
        open_ = open_[~seen[open_]]
        done, goal = done + each, min(goal * _GROWTH, rays)
    return Visibility(seen, cast)


@dataclass(slots=True)
class _Outside:
    """What stops rays: triangles, their normals, and whether they stop rays that leave through their back too.

    A line of sight runs against the ray: a triangle that has one side stops only the rays that leave by its front.
    """

    caster: RayCaster
    normals: Floats
    both: Marks
    cast: int = 0

    def reached(self, origins: Floats, directions: Floats) -> Marks:
        """Which rays get out, and their twins too: a ray whose twin is stopped slipped through an edge."""
        out = self._escapes(origins, directions)
        found = np.flatnonzero(out)
        turned = directions[found] + np.float32(_TILT) * directions[found][:, [1, 2, 0]]
        out[found] = self._escapes(origins[found], turned)
        return out

    def _escapes(self, origins: Floats, directions: Floats) -> Marks:
        if self.both.all():
            self.cast += len(origins)
            return ~self.caster.blocked(origins, directions)
        out, left = np.zeros(len(origins), np.bool_), np.arange(len(origins))
        for _ in range(_BACKS):
            if not len(left):
                return out
            self.cast += len(left)
            hits = self.caster.nearest(origins, directions[left])
            free = hits.triangle < 0
            out[left[free]] = True
            leaving = np.einsum("ij,ij->i", self.normals[hits.triangle], directions[left]) > 0
            through = ~free & ~self.both[hits.triangle] & ~leaving
            left, distance = left[through], hits.distance[through] + np.float32(_STEP)
            origins = origins[through] + distance[:, None] * directions[left]
        out[left] = True  # backs without end: rather seen than hidden
        return out


def _rays(
    corners: Floats, normals: Floats, double_sided: Marks, each: int, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """So many rays from each triangle: origins and directions `(triangles * each, 3)`, evenly random.

    Points keep off the edges: there, lifting them off the surface could carry them through what meets it.
    """
    middle = corners.mean(axis=1)
    edges = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    inset = np.minimum(1, 4 * _LIFT * 3 * edges / np.maximum(area, 1e-30))[:, None, None]
    corners = corners + (middle[:, None] - corners) * inset
    u, v, z, turn = random.random((4, len(corners), each), np.float32)
    root = np.sqrt(u)
    shares = np.stack([1 - root, root * (1 - v), root * v], axis=2)
    origins = shares @ corners.astype(np.float32)
    z = 2 * z - 1
    radius, angle = np.sqrt(1 - z * z), turn * np.float32(2 * np.pi)
    directions = np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=2)
    front = np.einsum("tri,ti->tr", directions, normals) > 0
    directions[~front & ~double_sided[:, None]] *= -1
    front |= ~double_sided[:, None]
    origins += np.where(front, np.float32(_LIFT), np.float32(-_LIFT))[:, :, None] * normals[:, None]
    return origins.reshape(-1, 3), directions.reshape(-1, 3)


def _centred(corners: Vectors, solid: Marks) -> Floats:
    """All finite triangles in the cube from -1 to 1, float32: there, distances mean the same for models of any size."""
    given = corners.astype(np.float64)
    low, high = given[solid].min(axis=(0, 1)), given[solid].max(axis=(0, 1))
    half = float((high - low).max()) / 2 or 1.0
    with np.errstate(invalid="ignore"):
        return np.asarray((given - (low + high) / 2) / half, np.float32)


def _normals(corners: Floats) -> Floats:
    """`(n, 3)`, of length one; zero where there is no area."""
    a, b, c = np.moveaxis(corners.astype(np.float64), 1, 0)
    with np.errstate(invalid="ignore"):
        normals = np.cross(b - a, c - a)
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    unit: Floats = np.divide(normals, length, out=np.zeros_like(normals), where=length > 0).astype(np.float32)
    return unit


def _backed(corners: Floats) -> Marks:
    """Triangles at whose place stands one that looks the other way: together they stop rays both ways."""
    order = np.lexsort(np.moveaxis(corners, 2, 0)[::-1], axis=1)
    places = np.take_along_axis(corners + np.float32(0), order[:, :, None], axis=1).reshape(-1, 9)  # no negative zeros
    # Places are told apart by a number of 64 bits each, which sorts ten times as quickly as nine coordinates.
    factors = np.random.default_rng(0).integers(1, 1 << 63, 9, np.uint64) | np.uint64(1)
    numbers = (places.view(np.uint32) * factors).sum(axis=1, dtype=np.uint64)
    # Three corners in turn are 012, 120 or 201; the others run the other way.
    turned = (order[:, 1] - order[:, 0]) % 3 == 1
    return np.where(turned, np.isin(numbers, numbers[~turned]), np.isin(numbers, numbers[turned]))
