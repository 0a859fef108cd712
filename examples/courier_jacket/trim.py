"""What is sewn on: zip and storm flap, luminous piping, plates, a display on the forearm."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..modelling.curves import fillet, resample, rounded_rectangle, smoothstep
from ..modelling.fittings import BEVEL, panel, slider, teeth, upright
from ..modelling.grid import loft
from ..modelling.patch import Patch
from ..modelling.subdivision import rounded_block
from ..modelling.surface import Surface, translation
from ..modelling.sweep import tube
from .panels import BAND, SIDE_TOP, SIDES, STRIPE, YOKE, cuff_row, vertex_normals
from .piece import Piece
from .shell import Shell

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Found = list[tuple[str, Surface]]

PRINT = 0.190  # side of the panel on the back
ZIP = 0.013  # half width of the zip's tape in metres


def trim(shell: Shell) -> list[Piece]:
    """Everything that is sewn or fastened on."""
    arm, plates = _sleeve_trim(shell), _shoulder(shell)
    soft = [*_flap(shell), *_back(shell), *_pockets(shell), *_chest(shell), *arm]
    soft += [(look, surface.mirrored()) for look, surface in arm]
    hard = [*_zip(shell), *_display(shell), *plates, *((look, surface.mirrored()) for look, surface in plates)]
    return [*_piping(shell), *(Piece(*found) for found in soft), *(Piece(*found, stiff=True) for found in hard)]


def _piping(shell: Shell) -> list[Piece]:
    """Cords along the seams, which are lines of the cloth's grid."""
    normals = vertex_normals(shell)

    def cord(look: str, line: Indices, radius: float, *, closed: bool = False) -> Piece:
        points = shell.points[line] + normals[line] * radius * 0.55
        bevel = 0.0 if closed else radius * 0.8
        return Piece(look, tube(points, radius, sides=4, closed=closed, bevel=bevel), line)

    trunk, columns = shell.trunk, shell.trunk.shape[1]
    low, high = SIDES
    seams = [(7, low + 1), (high, columns - high + 1), (-low, 1)]  # the middle is under the storm flap
    pieces = [cord("neon", trunk[YOKE, np.arange(start, stop)], 0.0021) for start, stop in seams]
    for column, look in ((low, "neon"), (high, "tape"), (columns - low, "neon"), (columns - high, "tape")):
        pieces.append(cord(look, trunk[BAND : SIDE_TOP + 1, column], 0.0018))
    pieces.append(cord("tape", trunk[BAND], 0.0024, closed=True))
    cuff = cuff_row(shell)
    for sleeve in shell.sleeves.values():
        pieces.append(cord("tape", sleeve[0], 0.0036, closed=True))
        pieces.append(cord("tape", sleeve[cuff], 0.0022, closed=True))
        pieces.append(cord("neon", sleeve[8 : cuff + 1, STRIPE], 0.0017))
        pieces.append(cord("tape", sleeve[8 : cuff + 1, -STRIPE], 0.0017))
        pieces.append(cord("accent", np.roll(sleeve[8], 12)[: 2 * STRIPE + 19], 0.0017))
    return pieces


def _opening(patch: Patch, shell: Shell, across: float, count: int = 90) -> Array:
    """The line of the front opening, `across` metres to its left: it leans to the wearer's left toward the neck."""
    low = float(shell.points[shell.trunk[1]][:, 1].mean()) + 0.004
    high = float(shell.points[shell.trunk[-1, 0]][1]) - 0.003
    y = np.linspace(low, high, count)
    u = 0.10 + 0.36 * smoothstep(1.10, 1.46, y)
    here, _ = patch.at(np.stack([u, y], -1))
    there, _ = patch.at(np.stack([u + 0.05, y], -1))
    per_metre = 0.05 / np.linalg.norm(there - here, axis=1)
    return np.stack([u + across * per_metre, y], axis=-1)


def _strip(patch: Patch, shell: Shell, edges: list[tuple[float, float]]) -> Surface:
    """A band along the opening: (metres to the left, height above the cloth) across it."""
    rows = [patch.at(_opening(patch, shell, across, 60), height)[0] for across, height in edges]
    return loft(np.stack(rows), crease=50).flipped()


def _flap(shell: Shell) -> Found:
    """The zip's tape, and a storm flap beside it with a luminous edge."""
    patch = shell.trunk_patch()
    tape = [(-ZIP, -0.0006), (-ZIP, 0.0010), (0.0, 0.0012), (ZIP, 0.0010), (ZIP, -0.0006)]
    flap = [
        (-0.052, -0.001), (-0.0515, 0.0030), (-0.0500, 0.0042), (-0.030, 0.0048), (-0.0100, 0.0060),
        (-0.0082, 0.0052), (-0.0078, 0.0010),
    ]  # fmt: skip
    welt = [
        (0.0078, 0.0008), (0.0084, 0.0036), (0.0105, 0.0046), (0.0150, 0.0044), (0.0172, 0.0032), (0.0178, -0.001),
    ]  # fmt: skip
    bands = {"tape": [tape], "shell": [flap, welt]}
    found: Found = [(look, _strip(patch, shell, edges)) for look, every in bands.items() for edges in every]
    points, _ = patch.at(_opening(patch, shell, -0.0086, 60), 0.0062)
    found.append(("accent", tube(points, 0.0016, sides=4, bevel=0.001)))
    stitch, _ = patch.at(_opening(patch, shell, -0.0470, 50), 0.0044)
    found.append(("tape", tube(stitch, 0.0009, sides=4)))
    return found


def _zip(shell: Shell) -> Found:
    patch = shell.trunk_patch()
    line = _opening(patch, shell, 0.0, 400)
    points, normals = patch.at(line, 0.0020)
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    at = np.searchsorted(length, np.arange(0.004, length[-1] - 0.020, 0.0062))
    frame = upright(points[at[-1]], normals[at[-1]]) @ translation(0.0, 0.006, 0.0)
    return [*teeth(points[at], normals[at], crease=180.0), *slider(frame)]


def _back(shell: Shell) -> Found:
    """A luminous print between the shoulder blades, and light bars down the spine."""
    patch, centre = shell.back_patch(), (0.0, 1.215)
    outline = panel(PRINT, PRINT, 0.012, 0.026)
    found: Found = [
        ("print", patch.plate(centre, outline, BEVEL, rings=7)),
        ("accent", patch.cord(patch.around(centre, outline), 0.0015, 64, sides=4, closed=True)),
    ]
    for k in range(4):
        y = 1.095 - 0.026 * k
        bar = panel(0.030 - 0.004 * k, 0.009, 0.003)[::3]
        found.append(("neon" if k % 2 == 0 else "accent", patch.plate((0.0, y), bar, BEVEL * [1, 0.7], rings=2)))
    return found


def _pockets(shell: Shell) -> Found:
    """Slanted welts with a luminous pull."""
    patch = shell.trunk_patch()
    found: Found = []
    for sign in (-1.0, 1.0):
        line = np.array([(sign * 0.72, 1.105), (sign * 1.02, 1.000)])
        found.append(("tape", patch.ribbon(line, rounded_rectangle(0.017, 0.0040, 0.0018, 2), 24, bevel=0.0014)))
        found.append(("accent", patch.cord(line + np.array([(0, -0.008), (0, 0.008)]), 0.0014, 14, sides=4, sunk=-2.6)))
    return found


def _chest(shell: Shell) -> Found:
    """A carbon plate with light bars on the wearer's right, under the yoke."""
    patch, centre = shell.trunk_patch(), (-0.62, 1.318)
    found: Found = [("carbon", patch.plate(centre, panel(0.078, 0.030, 0.004, 0.010), BEVEL, rings=5))]
    for k in range(3):
        x = -0.018 + 0.018 * k
        bar = patch.around(centre, [(x - 0.003, -0.008), (x + 0.003, 0.008)])
        found.append(("neon" if k < 2 else "accent", patch.cord(bar, 0.0016, 6, sunk=-1.9)))
    return found


def _shoulder(shell: Shell) -> Found:
    """Three plates that overlap on the left shoulder."""
    patch = shell.sleeve_patch()
    thick = np.array([(-0.003, 0.0060), (-0.0015, 0.0058), (-0.0004, 0.0048), (0.0, 0.0034), (0.0004, -0.0020)])
    found: Found = []
    for k, (t, width, height) in enumerate([(0.340, 0.046, 0.021), (0.235, 0.053, 0.022), (0.130, 0.056, 0.023)]):
        shape = [(-width, -height), (width, -height), (0.86 * width, height), (-0.86 * width, height)]
        outline = resample(fillet(shape, 0.009, 5), 32, closed=True)
        found.append(("carbon", patch.plate((0.0, t), outline, thick + np.array([0, 0.0020 * k]), rings=3)))
    return found


def _sleeve_trim(shell: Shell) -> Found:
    """A padded elbow and rings of light on the left sleeve."""
    patch = shell.sleeve_patch()
    found: Found = [("quilt", patch.plate((-2.0, 1.0), panel(0.074, 0.118, 0.022)[::2], BEVEL, rings=7))]
    for t, look in ((1.30, "neon"), (1.335, "accent")):
        ring = np.stack([np.linspace(-np.pi, np.pi, 60), np.full(60, t)], -1)
        found.append((look, patch.cord(ring, 0.0016, 32, sides=4)))
    return found


def _display(shell: Shell) -> Found:
    """A screen in its case on the left forearm."""
    patch = shell.sleeve_patch()
    centre, normal = patch.at([(0.35, 1.50)], 0.004)
    low, _ = patch.at([(0.35, 1.47), (0.35, 1.53)])
    along = low[1] - low[0]
    along /= np.linalg.norm(along)
    frame = np.eye(4)
    frame[:3, 2] = normal[0]
    frame[:3, 1] = -(along - normal[0] * (along @ normal[0]))
    frame[:3, 1] /= np.linalg.norm(frame[:3, 1])
    frame[:3, 0] = np.cross(frame[:3, 1], frame[:3, 2])
    frame[:3, 3] = centre[0]
    case = rounded_block((0.046, 0.072, 0.012), 0.004).transformed(frame)
    return [("chrome", case), ("screen", _screen(frame @ translation(0.0, 0.0, 0.0063)))]


def _screen(frame: Array) -> Surface:
    """The display's picture, 36 × 60 mm."""
    x, y = np.meshgrid(np.linspace(-0.018, 0.018, 3), np.linspace(-0.030, 0.030, 3))
    flat = np.stack([x, y, 0 * x], axis=-1)
    uvs = np.stack([(x + 0.018) / 0.036, 1 - (y + 0.030) / 0.060], axis=-1)
    return loft(flat, uvs=uvs * 0.036).transformed(frame)
