"""What is sewn on: zip, piping, tapes, plates, the collar."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..modelling.curves import fillet, resample, rounded_rectangle
from ..modelling.fittings import BEVEL, panel, slider, teeth, upright
from ..modelling.surface import Surface, select, translation
from ..modelling.sweep import sweep, tube
from .cloth import NECK, RIB, Sleeve, Torso, side_panel, torso_point, yoke_seam

Array = npt.NDArray[np.float64]
Found = list[tuple[str, Surface]]

ZIP_TOP = NECK - 0.022
PRINT = 0.216  # side of the panel on the back


def torso_trim(torso: Torso) -> Found:
    patch = torso.patch
    around = np.linspace(0.125, np.pi, 90)
    found: Found = []
    for sign in (-1.0, 1.0):
        seam = np.stack([sign * around, yoke_seam(around)], -1)
        found.append(("neon", patch.cord(seam, 0.0024, 76)))
        for edge in (-1.0, 1.0):
            y = np.linspace(RIB + 0.004, float(yoke_seam(np.array([np.pi / 2]))[0]) - 0.012, 40)
            line = np.stack([sign * (np.pi / 2 + edge * side_panel(y)), y], -1)
            keep = line[:, 1] < yoke_seam(line[:, 0]) - 0.003
            found.append(("tape", patch.ribbon(line[keep], rounded_rectangle(0.009, 0.0020, 0.0009, 1), 36)))
    found += zip_fastener(torso)
    found += back_print(torso)
    found += pockets(torso)
    found += chest(torso)
    return found


def zip_fastener(torso: Torso) -> Found:
    """Tape, interlocking teeth, a slider with its puller, and a padded placket on either side."""
    patch = torso.patch

    def line(x: float) -> Array:
        y = np.linspace(RIB + 0.004, ZIP_TOP, 80)
        return np.stack([_angle_of(x, y), y], -1)

    found: Found = [("tape", patch.ribbon(line(0.0), rounded_rectangle(0.030, 0.0018, 0.0008, 1), 36))]
    welt = rounded_rectangle(0.015, 0.0070, 0.0034, 3)
    for sign in (-1.0, 1.0):
        found.append(("shell", patch.ribbon(line(sign * 0.0175), welt, 46, bevel=0.003)))
    found.append(("accent", patch.cord(line(0.0264), 0.0018, 70)))
    y = np.arange(0.070, ZIP_TOP - 0.012, 0.0044)
    points, normals = patch.at(np.stack([0 * y, y], -1), 0.0022)
    found += teeth(points, normals)
    found += slider(upright(points[-1], normals[-1]) @ translation(0.0, 0.004, 0.0))
    return found


def _angle_of(x: float, y: Array) -> Array:
    """The torso's angle at which its front passes the given x, at each height."""
    angle = np.linspace(0, 0.8, 200)
    found = [float(np.interp(abs(x), torso_point(angle, np.full(200, h))[:, 0], angle)) for h in y]
    return np.array(found) * float(np.sign(x))


def back_print(torso: Torso) -> Found:
    outline = panel(PRINT, PRINT, 0.012, 0.026)
    patch, centre = torso.from_behind(), (0.0, 0.262)
    plate = patch.plate(centre, outline, BEVEL, rings=11)
    return [("print", plate), ("accent", patch.cord(patch.around(centre, outline), 0.0016, 90, closed=True))]


def pockets(torso: Torso) -> Found:
    """Slanted pockets with a tape and a luminous pull."""
    patch = torso.patch
    found: Found = []
    for sign in (-1.0, 1.0):
        line = np.array([(sign * 0.62, 0.235), (sign * 0.86, 0.115)])
        found.append(("tape", patch.ribbon(line, rounded_rectangle(0.016, 0.0034, 0.0015, 2), 24, bevel=0.0012)))
        found.append(("chrome", patch.cord(line + np.array([(0, -0.006), (0, 0.006)]), 0.0022, 20, sunk=-0.6)))
        found.append(
            ("accent", patch.cord(line[:1] + np.array([(0, 0), (sign * 0.035, -0.018)]), 0.0026, 8, sunk=-1.0))
        )
    return found


def chest(torso: Torso) -> Found:
    """A carbon plate with light bars on the wearer's left."""
    patch = torso.patch
    centre = (0.52, 0.452)
    plate = patch.plate(centre, panel(0.084, 0.036, 0.004, 0.012), BEVEL, rings=6)
    found: Found = [("carbon", plate)]
    for k in range(3):
        x = -0.018 + 0.018 * k
        bar = patch.around(centre, [(x - 0.003, -0.009), (x + 0.003, 0.009)])
        found.append(("neon" if k < 2 else "accent", patch.cord(bar, 0.0017, 6, sunk=-1.9)))
    return found


def collar() -> Found:
    """A raised, padded collar, open in front, lined inside."""
    angle = np.linspace(0.24, 2 * np.pi - 0.24, 64)
    back = (1 - np.cos(angle)) / 2
    y = NECK - 0.016 + 0.006 * back
    base = torso_point(angle, y)
    out = base * [1, 0, 1]
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    up = np.array([0.0, 1.0, 0.0]) + (0.34 - 0.10 * back)[:, None] * out
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    tall = 0.078 + 0.016 * back
    path = base - 0.002 * out + up * (tall / 2)[:, None]
    flat = resample(rounded_rectangle(0.012, 1.0, 0.0055, 6), 36, closed=True)
    profile = np.repeat(flat[None], len(angle), axis=0) * np.stack([np.ones_like(tall), tall], -1)[:, None]
    channel = np.abs(np.sin(np.pi * 4 * (flat[:, 1] + 0.5))) ** 0.6
    profile[..., 0] += np.sign(flat[:, 0]) * 0.0026 * (channel - 0.5) * (np.abs(flat[:, 0]) > 0.004)
    band = sweep(profile, path, up=up, bevel=0.004)
    inward = np.einsum("ij,ij->i", band.normals, band.positions * [1, 0, 1])
    inside = (inward < -0.02)[band.triangles].sum(axis=1) >= 2
    edge = path + up * (tall / 2 + 0.0004)[:, None]
    foot = base + 0.004 * out + up * 0.004
    return [
        ("quilt_plain", select(band, ~inside)),
        ("lining", select(band, inside)),
        ("neon", tube(edge[1:-1], 0.0019, sides=6, bevel=0.0014)),
        ("tape", tube(foot, 0.0032, sides=6, bevel=0.002)),
    ]


def sleeve_trim(sleeve: Sleeve) -> Found:
    patch = sleeve.patch
    hole = np.stack([sleeve.angle[:-1], sleeve.start[:-1] + 0.001], -1)
    points, _ = patch.at(np.repeat(hole, 2, axis=0)[::2], 0.0008)
    found: Found = [("tape", tube(points, 0.0034, sides=6, closed=True))]
    end = sleeve.length - sleeve.cuff
    top = float(sleeve.start[sleeve.columns // 2])
    line = np.stack([np.zeros(60), np.linspace(top + 0.166, end - 0.012, 60)], -1)
    found.append(("neon", patch.cord(line, 0.0022, 60)))
    for v, look in ((top + 0.150, "accent"), (top + 0.166, "neon")):
        ring = np.stack([np.linspace(-np.pi, np.pi, 60), np.full(60, v)], -1)
        found.append((look, patch.cord(ring, 0.0018, 48)))
    found += armour(sleeve, top)
    return found


def armour(sleeve: Sleeve, top: float) -> Found:
    """Overlapping carbon plates on the shoulder, and a pad on the elbow."""
    patch = sleeve.patch
    found: Found = []
    thick = np.array([(-0.003, 0.0062), (-0.0015, 0.0060), (-0.0004, 0.0050), (0.0, 0.0036), (0.0004, -0.0020)])
    for k, (v, width, height) in enumerate([(0.100, 0.049, 0.023), (0.064, 0.056, 0.024), (0.026, 0.059, 0.025)]):
        shape = [(-width, -height), (width, -height), (0.88 * width, height), (-0.88 * width, height)]
        outline = resample(fillet(shape, 0.010, 5), 40, closed=True)
        edge = thick + np.array([0, 0.0022 * k])  # each lies over the one below it
        found.append(("carbon", patch.plate((0.0, top + v), outline, edge, rings=5)))
    centre = (-1.75, 0.62 * sleeve.length)
    pad = patch.plate(centre, panel(0.078, 0.120, 0.022)[::2], BEVEL, rings=8)
    found.append(("quilt", pad))
    return found
