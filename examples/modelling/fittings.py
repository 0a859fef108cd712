"""What garments are fastened with: zip teeth, sliders, slabs, and the outlines of panels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .curves import fillet, resample
from .grid import loft
from .patch import box
from .subdivision import rounded_block
from .surface import Surface, translation

Array = npt.NDArray[np.float64]
Found = list[tuple[str, Surface]]

# Outward offset and height around a panel's rim, from its top down into the cloth.
BEVEL = np.array([(-0.0014, 0.0030), (-0.0007, 0.0029), (-0.0002, 0.0024), (0.0, 0.0016), (0.0002, -0.0010)])


def upright(at: Array, normal: Array) -> Array:
    """A frame on the cloth: z along the normal, y up the garment."""
    m = np.eye(4)
    side = np.cross((0.0, 1.0, 0.0), normal)
    m[:3, 0] = side / np.linalg.norm(side)
    m[:3, 1], m[:3, 2], m[:3, 3] = np.cross(normal, m[:3, 0]), normal, at
    return m


def teeth(points: Array, normals: Array, *, crease: float = 10.0) -> Found:
    """A zip's teeth: one at each point, to either side in turns; see `box` for `crease`."""
    tooth = box((0.0060, 0.0023, 0.0028), crease=crease)
    shifts = [translation(0.0013 if k % 2 else -0.0013, 0.0, 0.0) for k in range(len(points))]
    frames = [upright(point, normal) @ shift for point, normal, shift in zip(points, normals, shifts, strict=True)]
    return [("chrome", tooth.transformed(frame)) for frame in frames]


def slider(frame: Array) -> Found:
    """A zip's slider with its puller."""
    body = rounded_block((0.0115, 0.0150, 0.0066), 0.0016).transformed(frame)
    pull = fillet([(-0.0035, -0.040), (0.0035, -0.040), (0.0026, 0.002), (-0.0026, 0.002)], 0.0024, 4)
    tag = rounded_block((0.0100, 0.0280, 0.0042), 0.0014).moved(y=-0.032)
    hang = frame @ translation(0.0, 0.0, 0.0052)
    return [
        ("chrome", body),
        ("chrome", slab(pull, 0.0018, 0.0005).transformed(hang)),
        ("accent", tag.transformed(hang)),
    ]


def slab(outline: Array, thickness: float, bevel: float) -> Surface:
    """A flat piece in the xy plane with rounded edges."""
    middle = outline.mean(axis=0)
    reach = float(np.linalg.norm(outline - middle, axis=1).min())
    angle = np.linspace(0, np.pi / 2, 4)
    rim = [(bevel * (1 - np.cos(a)), thickness / 2 - bevel + bevel * np.sin(a)) for a in angle]
    steps = [(reach, thickness / 2), *reversed(rim), *((i, -z) for i, z in rim), (reach, -thickness / 2)]
    rows = [
        np.column_stack([middle + (outline - middle) * (1 - inset / reach), np.full(len(outline), z)])
        for inset, z in steps
    ]
    return loft(np.stack(rows), closed_rows=True, crease=50).outward()


def panel(width: float, height: float, radius: float, cut: float = 0.0) -> Array:
    """A rounded rectangle, two opposite corners cut off by `cut`, finely sampled."""
    x, y = width / 2, height / 2
    corners = [(x, -y), (x, y), (-x, y), (-x, -y)]
    if cut:
        corners = [(x, -y), (x, y - cut), (x - cut, y), (-x, y), (-x, -y + cut), (-x + cut, -y)]
    return resample(fillet(corners, radius, 5), 72, closed=True)
