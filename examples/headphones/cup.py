"""The ear cup: pad, shell, spun cap, the fork that holds it, and its controls. Axes: x forward, y outward, z up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..modelling.curves import fillet, offset, resample, rounded_rectangle, smoothstep, spline, superellipse
from ..modelling.cushion import crown
from ..modelling.grid import loft
from ..modelling.surface import Surface, rotation, translation
from ..modelling.sweep import revolve, sweep, tube

Array = npt.NDArray[np.float64]
Found = list[tuple[str, Surface]]

RADIUS = 0.045  # of the cup, at its tallest
SIDES = 64
CUP = (0.068, 0.046)  # centre of the right cup in x and y, before the product is set on the floor


def cup_frame() -> Array:
    """From the cup's own axes (x forward, y away from the ear, z up) to the right ear, toed in."""
    cyclic = np.eye(4)[[1, 2, 0, 3]]
    return translation(CUP[0], CUP[1], 0.0) @ rotation("y", -5.0) @ rotation("z", -5.0) @ cyclic


def oval(radius: float, count: int = SIDES) -> Array:
    """The cup's outline at a given tallest radius."""
    return offset(superellipse(0.0375, RADIUS, 2.35, count), radius - RADIUS)


def turned(profile: npt.ArrayLike, *, crease: float = 62.0) -> Surface:
    """An oval lathe: a (radius, height) profile around the cup's outline."""
    shape = np.asarray(profile, dtype=np.float64)
    return revolve(shape, outline=oval(float(shape[:, 0].max())), crease=crease).outward()


def cup() -> list[tuple[str, Surface]]:
    plate = fillet([(0.0, -0.006), (0.0435, -0.006), (0.0435, 0.002), (0.0, 0.002)], [0, 0.001, 0.001, 0], 3)
    collar = fillet(
        [(0.0, 0.0005), (0.0450, 0.0005), (0.0462, 0.0018), (0.0462, 0.0034), (0.0450, 0.0046), (0.0, 0.0046)],
        [0, 0.0004, 0.0004, 0.0004, 0.0004, 0],
        2,
    )
    body = np.concatenate(
        [
            [(0.0, 0.0042), (0.0440, 0.0042)],
            fillet([(0.0440, 0.0042), (0.0456, 0.0052), (0.0452, 0.0100)], 0.0012, 4, closed=False)[1:],
            spline([(0.0452, 0.0100), (0.0435, 0.0150), (0.0395, 0.0190), (0.0352, 0.0212)], 12)[1:],
            [(0.0350, 0.0165), (0.0, 0.0165)],
        ]
    )
    bezel = fillet(
        [(0.0335, 0.0180), (0.0352, 0.0180), (0.0352, 0.0216), (0.0344, 0.0222), (0.0335, 0.0215)], 0.0002, 2
    )
    # A shallow dish: flat metal would mirror one spot of the room, this draws it out into a fan.
    cap = [(0.0338, 0.0180), (0.0338, 0.0211), (0.0333, 0.0215), (0.0270, 0.0204), (0.0200, 0.0194)]
    boss = [(0.0125, 0.0186), (0.0121, 0.0182), (0.0116, 0.0182), (0.0112, 0.0187), (0.0060, 0.0191), (0.0, 0.0192)]
    cap = [*cap, *boss]
    return [
        ("leather", cushion()),
        ("thread", cushion_seam()),
        ("mesh", ear_mesh()),
        ("plastic", turned(plate)),
        ("edge", turned(collar)),
        ("lacquer", turned(body, crease=60)),
        ("edge", turned(np.concatenate([bezel, bezel[:1]]))),
        ("metal", turned(cap, crease=30)),
    ]


def cushion_profile() -> Array:
    """(radius, height) around the ear pad: soft, fuller toward the face, drawn in where it meets the plate."""
    points = [
        (0.0430, -0.0055), (0.0462, -0.0085), (0.0475, -0.0140), (0.0466, -0.0200), (0.0430, -0.0258),
        (0.0372, -0.0280), (0.0312, -0.0262), (0.0272, -0.0205), (0.0262, -0.0140), (0.0270, -0.0085),
        (0.0300, -0.0058), (0.0365, -0.0052),
    ]  # fmt: skip
    return spline(points, 30, closed=True)


def cushion() -> Surface:
    profile = cushion_profile()
    body = revolve(np.concatenate([profile, profile[:1]]), outline=oval(float(profile[:, 0].max())), crease=180)
    body = body.outward()
    # Leather gathers where it turns into the opening: shallow pleats across the inner side, uneven around the ear.
    x, y, z = body.positions.T
    angle = np.arctan2(z, x)
    inner = smoothstep(0.84, 0.62, np.hypot(x / 0.040, z / 0.0475)) * smoothstep(
        -0.029, -0.022, -np.abs(y + 0.017) - 0.017
    )
    waves = np.sin(31 * angle + 1.3 * np.sin(3 * angle)) + 0.7 * np.sin(47 * angle + 2.0 * np.cos(2 * angle))
    moved = body.positions + body.normals * (0.00030 * waves * inner)[:, None]
    return Surface.of(moved, body.uvs, body.triangles)


def cushion_seam() -> Surface:
    """The welt around the pad's outer edge."""
    ring = oval(0.0464)
    return tube(np.stack([ring[:, 0], np.full(len(ring), -0.0212), ring[:, 1]], -1), 0.0007, sides=6, closed=True)


def ear_mesh() -> Surface:
    inside = oval(0.031, 64)
    return crown(inside, 0.0085, 0.0015, rings=8).transformed(np.diag([1.0, -1.0, 1.0, 1.0]))


def yoke_path(count: int = 72) -> Array:
    """The fork over the cup's upper half, in the cup's axes."""
    ring = oval(RADIUS + 0.0062, 720)
    angle = np.arctan2(ring[:, 1], ring[:, 0])
    upper = ring[(angle > np.radians(-3)) & (angle < np.radians(183)) | (angle < np.radians(-177))]
    order = np.argsort(np.mod(np.arctan2(upper[:, 1], upper[:, 0]) + np.radians(10), 2 * np.pi))
    line = resample(upper[order], count)
    return np.stack([line[:, 0], np.full(count, 0.0045), line[:, 1]], -1)


def yoke() -> list[tuple[str, Surface]]:
    path = yoke_path()
    t = np.abs(np.linspace(-1, 1, len(path)))
    width = 0.0062 + 0.0030 * smoothstep(0.86, 1.0, t) + 0.0022 * smoothstep(0.30, 0.0, t)
    thick = 0.0028 + 0.0012 * smoothstep(0.25, 0.0, t)
    profile = np.stack([rounded_rectangle(a, b, 0.0011, 3) for a, b in zip(thick, width, strict=True)])
    fork = sweep(profile, path, up=(0.0, 1.0, 0.0), bevel=0.0011, crease=50).turned()
    pivots = [pivot().transformed(translation(x, 0.0045, float(path[0, 2])) @ turn) for x, turn in _hinges(path)]
    return [("metal", fork), *(("edge", p) for p in pivots)]


def _hinges(path: Array) -> list[tuple[float, Array]]:
    return [(float(path[0, 0]), rotation("z", -90.0)), (float(path[-1, 0]), rotation("z", 90.0))]


def pivot() -> Surface:
    """A screwed hinge; its y axis points away from the cup."""
    profile = [
        (0.0, -0.0075), (0.0038, -0.0075), (0.0038, -0.0018), (0.0040, 0.0018), (0.0036, 0.0024), (0.0024, 0.0024),
        (0.0022, 0.0020), (0.0018, 0.0020), (0.0016, 0.0023), (0.0, 0.0025),
    ]  # fmt: skip
    return revolve(profile, sides=28, crease=30).outward()


def details() -> list[tuple[str, Surface]]:
    """On the right cup: a knurled dial, two buttons, a port, a microphone and a status light along the lower rear."""
    return [
        ("metal", dial()),
        ("edge", pill(206, 0.0046, 0.0024, 0.0007)),
        ("edge", pill(218, 0.0046, 0.0024, 0.0007)),
        ("edge", pill(268, 0.0098, 0.0040, 0.0004)),
        ("port", pill(268, 0.0088, 0.0030, 0.00055)),
        ("port", pill(292, 0.0016, 0.0016, 0.0004)),
        ("light", pill(244, 0.0016, 0.0016, 0.0006)),
    ]


def on_rim(degrees: float, height: float) -> Array:
    """A frame on the cup's side: x along the rim, y outward, z away from the ear."""
    ring = oval(0.0454, 1440)
    angle = np.mod(np.degrees(np.arctan2(ring[:, 1], ring[:, 0])), 360)
    k = int(np.argmin(np.abs(angle - degrees)))
    along = ring[(k + 1) % len(ring)] - ring[k - 1]
    along /= np.linalg.norm(along)
    m = np.eye(4)
    m[:3, 0] = along[0], 0, along[1]
    m[:3, 1] = along[1], 0, -along[0]
    m[:3, 2] = 0, 1, 0
    m[:3, 3] = ring[k, 0], height, ring[k, 1]
    return m if np.linalg.det(m) > 0 else m @ np.diag([-1.0, 1.0, 1.0, 1.0])


def pill(degrees: float, length: float, width: float, rise: float) -> Surface:
    """A rounded key on the cup's side, standing `rise` above it."""
    outline = rounded_rectangle(length, width, width / 2, 4)
    reach = width / 2
    profile = fillet([(reach, -0.0012), (reach, rise), (0.0, rise)], 0.0003, 2, closed=False)
    rows = [
        np.stack([(o := offset(outline, r - reach * 0.999))[:, 0], np.full(len(o), y), o[:, 1]], -1) for r, y in profile
    ]
    key = loft(rows, closed_rows=True, crease=40)
    top = key.normals[:, 1].mean() > 0
    return (key if top else key.flipped()).transformed(on_rim(degrees, 0.0078))


def dial() -> Surface:
    """A knurled wheel that stands half out of the cup's rear."""
    angle = np.linspace(0, 2 * np.pi, 108, endpoint=False)
    radius = 0.0052 + 0.00022 * np.sign(np.sin(27 * angle)) * np.abs(np.sin(27 * angle)) ** 0.5
    outline = np.stack([radius * np.cos(angle), radius * np.sin(angle)], -1)
    profile = [(0.0, -0.0022), (0.0048, -0.0022), (0.0054, -0.0017), (0.0054, 0.0017), (0.0048, 0.0022), (0.0, 0.0022)]
    wheel = revolve(profile, outline=outline, crease=35).outward()
    return wheel.transformed(on_rim(172, 0.0098) @ translation(0.0, -0.0022, 0.0) @ rotation("x", 90.0))
