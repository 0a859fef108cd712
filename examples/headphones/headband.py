"""The headband: spring, padding with its stitches, sliders and their housings."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..modelling.curves import rounded_rectangle, smoothstep, spline
from ..modelling.surface import Surface, rotation
from ..modelling.sweep import frames, revolve, sweep

Array = npt.NDArray[np.float64]
Found = list[tuple[str, Surface]]


def headband() -> list[tuple[str, Surface]]:
    line = arch()
    t = np.linspace(-1, 1, len(line))
    axis = (0.0, 0.0, 1.0)
    band_t, band_line = t[22:-22], line[22:-22]
    width = 0.0165 + 0.0135 * (1 - np.abs(band_t) ** 2.2)
    profile = np.stack([rounded_rectangle(0.0022, w, 0.0009, 3) for w in width])
    band = sweep(profile, band_line, up=axis, bevel=0.0009, crease=50).turned()
    found: list[tuple[str, Surface]] = [
        ("metal", band),
        ("leather", pad(line, t)),
        *(("thread", s) for s in stitches(line, t)),
    ]
    for ends in (slice(0, 25), slice(-25, None)):
        stem = sweep(rounded_rectangle(0.0026, 0.0092, 0.0011, 3), line[ends], up=axis, bevel=0.001, crease=50)
        found.append(("metal", stem.turned()))
    for ends in (slice(19, 42), slice(-42, -19)):
        found += housing(line[ends], axis)
    return found


def arch(count: int = 161) -> Array:
    """The headband's middle line in the xy plane, from the right slider over the head to the left one."""
    half = [(0.0764, 0.0960), (0.0778, 0.124), (0.0718, 0.156), (0.0500, 0.182), (0.0, 0.1945)]
    points = half + [(-x, y) for x, y in reversed(half[:-1])]
    line = spline(points, count)
    return np.concatenate([line, np.zeros((count, 1))], axis=1)


def housing(line: Array, axis: tuple[float, float, float]) -> list[tuple[str, Surface]]:
    """The lacquered piece where slider and band meet, with a polished ring at its mouth."""
    t = np.linspace(-1, 1, len(line))
    rising = t if line[-1, 1] > line[0, 1] else -t
    width = 0.0150 + 0.0052 * smoothstep(-1, 1, rising)
    profile = np.stack([rounded_rectangle(0.0072, w, 0.0030, 6) for w in width])
    body = sweep(profile, line, up=axis, bevel=0.0022, crease=60)
    mouth = line[:3] if rising[0] < 0 else line[-3:]
    trim = sweep(rounded_rectangle(0.0078, 0.0156, 0.0032, 6), mouth, up=axis, bevel=0.0005, crease=50)
    return [("lacquer", body), ("edge", trim)]


def pad_shape(t: Array) -> tuple[Array, Array]:
    """Width and thickness of the padding under the band: channels across, thinning toward the ears."""
    reach = np.clip(1 - (np.abs(t) / 0.62) ** 2, 0, 1)
    channel = np.abs(np.sin(np.pi * (t / 0.62 * 4.5 + 0.5))) ** 0.7
    thick = 0.0035 + reach**0.5 * (0.0075 + 0.0022 * channel)
    return 0.021 + 0.0125 * reach**0.8 + 0.0008 * channel * reach, thick


def pad(line: Array, t: Array) -> Surface:
    fine = np.linspace(-0.62, 0.62, 100)
    path = np.stack([np.interp(fine, t, line[:, k]) for k in range(3)], -1)
    width, thick = pad_shape(fine)
    profile = np.stack(
        [
            rounded_rectangle(h, w, min(0.45 * h, 0.0052), 5) - [h / 2 + 0.0006, 0.0]
            for h, w in zip(thick, width, strict=True)
        ]
    )
    return sweep(profile, path, up=(0.0, 0.0, 1.0), bevel=0.0016, crease=180)


def stitches(line: Array, t: Array) -> list[Surface]:
    """Saddle stitches along both edges of the padding."""
    at = np.linspace(-0.58, 0.58, 77)
    width, _ = pad_shape(at)
    path = np.stack([np.interp(at, t, line[:, k]) for k in range(3)], -1)
    tangent, side, _ = frames(path, (0.0, 0.0, 1.0))
    profile = [(0.0, -0.0015), (0.00032, -0.0010), (0.00036, 0.0), (0.00032, 0.0010), (0.0, 0.0015)]
    capsule = revolve(profile, sides=5, crease=180).outward().transformed(rotation("z", -90.0))
    found = []
    for sign in (-1.0, 1.0):
        for k in range(len(at)):
            m = np.eye(4)
            m[:3, 0], m[:3, 1], m[:3, 2] = tangent[k], side[k], np.cross(tangent[k], side[k])
            m[:3, 3] = path[k] - side[k] * 0.0031 + np.array([0, 0, sign * (width[k] / 2 - 0.0002)])
            found.append(capsule.transformed(m))
    return found
