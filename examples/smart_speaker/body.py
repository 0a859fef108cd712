"""The speaker's body: foot, ring, cloth, bezel, and the touch dish on top."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..modelling.curves import fillet, rounded_rectangle, spline, superellipse
from ..modelling.grid import loft
from ..modelling.surface import Surface
from ..modelling.sweep import circle, revolve, sweep

Array = npt.NDArray[np.float64]
Found = list[tuple[str, Surface]]

SIDES = 72
CLOTH_TOP = 0.1560


def turned(profile: npt.ArrayLike, *, crease: float = 40.0, sides: int = SIDES) -> Surface:
    """A lathe around a softly squared circle."""
    shape = np.asarray(profile, dtype=np.float64)
    radius = float(shape[:, 0].max())
    return revolve(shape, outline=superellipse(radius, radius, 2.35, sides), crease=crease).outward()


def body() -> Found:
    foot = fillet([(0.0, 0.0), (0.0430, 0.0), (0.0430, 0.0050), (0.0, 0.0050)], [0, 0.0012, 0, 0], 3)
    ring = fillet(
        [(0.0, 0.0045), (0.0480, 0.0045), (0.0528, 0.0085), (0.0528, 0.0135), (0.0, 0.0135)],
        [0, 0.0008, 0.0015, 0.0010, 0], 4,
    )  # fmt: skip
    side = spline(
        [(0.0520, 0.0138), (0.0545, 0.0155), (0.0562, 0.0300), (0.0575, 0.0650), (0.0568, 0.1050), (0.0545, 0.1400),
         (0.0532, 0.1525), (0.0515, 0.1556), (0.0480, CLOTH_TOP)], 26
    )  # fmt: skip
    bezel = fillet(
        [
            (0.0, 0.1540), (0.0485, 0.1540), (0.0500, 0.1572), (0.0494, 0.1596), (0.0462, 0.1590), (0.0458, 0.1552),
            (0.0, 0.1552),
        ],
        [0, 0.0003, 0.0008, 0.0006, 0.0005, 0.0, 0], 2,
    )  # fmt: skip
    return [
        ("rubber", turned(foot)),
        ("metal", turned(ring)),
        ("cloth", turned(np.concatenate([[(0.0, 0.0138)], side, [(0.0, CLOTH_TOP - 0.006)]]), crease=70, sides=88)),
        ("metal", turned(bezel)),
        ("tag", _tag()),
        *_back(),
    ]


def dish() -> Found:
    """Black glass, hollowed, with a ring of light around it and four marks to touch."""
    rim = [(0.0440, 0.1545), (0.0445, 0.1560), (0.0445, 0.1578), (0.0438, 0.1584)]
    hollow = spline([(0.0432, 0.1583), (0.0400, 0.1578), (0.0250, 0.1564), (0.0100, 0.1557), (0.0, 0.1556)], 14)
    glass = turned(np.concatenate([[(0.0, 0.1545)], rim, hollow]), crease=60)
    light = turned(
        [(0.0460, 0.1560), (0.0460, 0.1585), (0.0448, 0.1585), (0.0448, 0.1560), (0.0460, 0.1560)], crease=30
    )
    found: Found = [("glass", glass), ("light", light)]
    for k, kind in enumerate(("plus", "dot", "minus", "bar")):
        angle = np.pi / 2 * k
        place = np.array([np.sin(angle), 0.0, np.cos(angle)]) * 0.030
        bars = {"plus": [(0.0070, 0.0012), (0.0012, 0.0070)], "minus": [(0.0070, 0.0012)], "bar": [(0.0012, 0.0060)]}
        shapes = [rounded_rectangle(w, h, 0.0005, 2) for w, h in bars.get(kind, [])] or [circle(0.0022, 20)]
        found += [("mark", _mark(shape, place)) for shape in shapes]
    return found


def _mark(outline: Array, place: Array) -> Surface:
    """A thin plate on the dish."""
    rows = [np.stack([outline[:, 0] * s, np.full(len(outline), y), outline[:, 1] * s], -1)
            for s, y in ((1.0, -0.0004), (1.0, 0.00012), (0.0, 0.00012))]  # fmt: skip
    plate = loft(np.stack(rows), closed_rows=True, crease=40)
    plate = plate if plate.normals[:, 1].mean() > 0 else plate.flipped()
    return plate.moved(float(place[0]), 0.1570, float(place[2]))


def _tag() -> Surface:
    """A woven label that stands out of the cloth's seam at the side."""
    outline = rounded_rectangle(0.0016, 0.0125, 0.0006, 2)
    path = np.array([[0.0555, 0.032, 0.018], [0.0585, 0.032, 0.0186], [0.0635, 0.032, 0.0192]])
    return sweep(outline, path, up=(0.0, 1.0, 0.0), bevel=0.0004, crease=40)


def _back() -> Found:
    """The port for the cable, low behind."""
    outline = rounded_rectangle(0.0130, 0.0062, 0.0030, 5)
    steps = [(1.0, 0.0530), (1.0, 0.0583), (0.90, 0.0588), (0.72, 0.0588), (0.66, 0.0560), (0.0, 0.0560)]
    rows = [np.column_stack([outline * size, np.full(len(outline), z)]) for size, z in steps]
    port = loft(np.stack(rows), closed_rows=True, crease=40)
    port = port if (port.normals * port.positions).sum() > 0 else port.flipped()
    turned_back = port.transformed(np.diag([-1.0, 1.0, -1.0, 1.0])).moved(y=0.030)
    return [("rubber", turned_back)]
