"""Sweeps of a profile along a path, tubes, and surfaces of revolution."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from .curves import cumulative_length, tangents
from .grid import loft
from .surface import Surface

Array = npt.NDArray[np.float64]


def frames(path: Array, up: npt.ArrayLike | None = None, *, closed: bool = False) -> tuple[Array, Array, Array]:
    """Tangent, side and up unit vectors along a path.

    With `up`, the frames lean on that direction (one vector, or one a point). Without, they turn as little as they can:
    double reflection (Wang et al. 2008); a closed path gets the leftover twist spread over its length.
    """
    t = tangents(path, closed=closed)
    if up is not None:
        lean = np.broadcast_to(np.asarray(up, dtype=np.float64), t.shape)
        side = _unit(np.cross(t, lean))
        return t, side, np.cross(side, t)
    start = np.eye(3)[np.argmin(np.abs(t[0]))]
    normal = _unit(np.cross(np.cross(t[0], start), t[0])[None])[0]
    normals = [normal]
    for i in range(len(path) - 1 + closed):
        j = (i + 1) % len(path)
        normals.append(_reflect(path[i], path[j], t[i], t[j], normals[-1]))
    ups = np.array(normals)
    if closed:
        left = np.arctan2(np.cross(ups[-1], ups[0]) @ t[0], ups[-1] @ ups[0])
        ups = ups[:-1]
        angle = np.linspace(0, left, len(path), endpoint=False)[:, None]
        ups = ups * np.cos(angle) + np.cross(t, ups) * np.sin(angle)
    return t, np.cross(t, ups), ups


def _reflect(here: Array, there: Array, t0: Array, t1: Array, normal: Array) -> Array:
    step = there - here
    square = max(float(step @ step), 1e-18)
    n = normal - 2 / square * (step @ normal) * step
    t = t0 - 2 / square * (step @ t0) * step
    turn = t1 - t
    square = float(turn @ turn)
    return n if square < 1e-18 else n - 2 / square * (turn @ n) * turn


def _unit(v: Array) -> Array:
    unit: Array = v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-12)
    return unit


def sweep(
    profile: npt.ArrayLike,
    path: npt.ArrayLike,
    *,
    up: npt.ArrayLike | None = None,
    scale: npt.ArrayLike = 1.0,
    closed: bool = False,
    capped: bool = True,
    bevel: float = 0.0,
    crease: float = 180.0,
) -> Surface:
    """A closed profile carried along a path.

    Args:
        profile: `(p, 2)` counter-clockwise, or `(n, p, 2)`, one for each path point; x is the side, y is up.
        path: `(n, 3)`.
        up: see `frames`.
        scale: of the profile, one for all points or one each.
        closed: the path is a ring.
        capped: close the ends of an open path.
        bevel: round the ends by this radius before the cap.
        crease: degrees; see `Surface.of`.
    """
    curve = np.asarray(path, dtype=np.float64)
    t, side, upward = frames(curve, up, closed=closed)
    outline = np.broadcast_to(np.asarray(profile, dtype=np.float64), (len(curve), *np.shape(profile)[-2:]))
    outline = outline * np.broadcast_to(np.asarray(scale, dtype=np.float64), (len(curve),))[:, None, None]
    rows = curve[:, None] + outline[..., :1] * side[:, None] + outline[..., 1:] * upward[:, None]
    if not closed and capped:
        head = _cap(rows[0], -t[0], bevel)
        tail = _cap(rows[-1], t[-1], bevel)
        rows = np.concatenate([head[::-1], rows[1:-1], tail]) if bevel else np.concatenate([head[::-1], rows, tail])
    return loft(rows, closed_rows=True, closed_columns=closed, crease=crease).outward()


def _cap(ring: Array, outward: Array, bevel: float) -> Array:
    """Rings that round a sweep's end and close it at the centre; the last is the centre itself."""
    centre = ring.mean(axis=0)
    if not bevel:
        return np.stack([ring, np.broadcast_to(centre, ring.shape)])
    reach = float(np.linalg.norm(ring - centre, axis=1).mean())
    bevel = min(bevel, reach)
    angle = np.linspace(0, np.pi / 2, 5)
    inset, forward = bevel * (1 - np.cos(angle)), bevel * (np.sin(angle) - 1)
    rings = [centre + (ring - centre) * (1 - i / reach) + outward * f for i, f in zip(inset, forward, strict=True)]
    return np.stack([*rings, np.broadcast_to(centre, ring.shape)])


def circle(radius: float, count: int) -> Array:
    """`(count, 2)` counter-clockwise."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def tube(
    path: npt.ArrayLike, radius: npt.ArrayLike, *, sides: int = 8, closed: bool = False, bevel: float = 0.0
) -> Surface:
    """A round cord along a path; `radius` may be one a point."""
    return sweep(circle(1.0, sides), path, scale=radius, closed=closed, bevel=bevel)


def revolve(
    profile: npt.ArrayLike, *, outline: npt.ArrayLike | None = None, sides: int = 48, crease: float = 40.0
) -> Surface:
    """A profile turned about the y axis, or carried around any outline as if it were one.

    Args:
        profile: `(n, 2)` of (radius, height); a radius of zero closes the surface.
        outline: `(s, 2)` of (x, z) at the profile's largest radius; smaller radii move it inward at equal distance,
            as a lathe for ovals would. None makes circles.
        sides: of a circle.
        crease: degrees; see `Surface.of`.
    """
    shape = np.asarray(profile, dtype=np.float64)
    largest = float(shape[:, 0].max())
    ring = circle(largest, sides) if outline is None else np.asarray(outline, dtype=np.float64)
    reach = np.linalg.norm(ring, axis=1)
    inward = shape[:, :1] - largest
    # An equal inset keeps bevels even; near the centre it turns into a scaling, so that no ring crosses itself.
    scale = np.clip(shape[:, :1] / largest, 0, 1)
    even = 1 + inward / reach
    blend = np.clip((scale - 0.35) / 0.4, 0, 1)
    factor = blend * even + (1 - blend) * scale
    rows = np.stack([ring[:, 0] * factor, np.broadcast_to(shape[:, 1:], factor.shape), ring[:, 1] * factor], axis=-1)
    down = cumulative_length(shape)
    around = np.broadcast_to(cumulative_length(ring, closed=True), (len(shape), len(ring) + 1))
    uvs = np.stack([around, np.broadcast_to(down[:, None], around.shape)], axis=-1)
    return loft(rows, closed_rows=True, crease=crease, uvs=uvs)


def laid_flat(lathe: Surface) -> Surface:
    """A lathe's discs with level UVs instead of radial ones: seen from above, below and around, side by side."""
    reach = float(np.abs(lathe.positions[:, [0, 2]]).max())
    flat, up = lathe.positions[:, [0, 2]], lathe.normals[:, 1:2]
    below = flat * [-1, 1] + np.array([3 * reach, 0.0])
    side = lathe.uvs + np.array([-reach, 1.2 * reach - float(lathe.uvs[:, 1].min())])
    return replace(lathe, uvs=np.where(up > 0.4, flat, np.where(up < -0.4, below, side)))
