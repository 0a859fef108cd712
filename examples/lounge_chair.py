"""A channel-tufted lounge chair on turned wooden legs, in four fabrics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .modelling.cloth_patterns import weave
from .modelling.curves import along, cumulative_length, fillet, offset, resample, smooth, smoothstep
from .modelling.cushion import at_height, band, crown, gathers, pillow
from .modelling.finish import Finish, TextureSet, plain
from .modelling.grid import loft
from .modelling.hard_patterns import brushed, wood
from .modelling.maps import linear, ramp
from .modelling.product import Product
from .modelling.surface import Surface, rotation, translation, volume
from .modelling.sweep import revolve, tube

from forge3d.document.material import Sheen

Array = npt.NDArray[np.float64]

HALF_WIDTH, BACK, FRONT = 0.335, -0.31, 0.285  # of the wall's middle line
HALF_WALL = 0.043
BOTTOM, ARM_TOP, BACK_TOP = 0.19, 0.585, 0.775
DECK_TOP, SEAT_EDGE, SEAT_RISE = 0.315, 0.435, 0.03
WELT = 0.0042
ROUND = 0.013  # of the arms' front edges


@dataclass(frozen=True)
class Detail:
    """How finely the chair is built: samples a tuft, points along the wall's sides, and around outlines."""

    tuft: int = 8
    side: int = 10
    outline: int = 150
    cord: int = 8
    texture: int = 1024
    occlusion: int = 1024
    directions: int = 96


FULL = Detail()
SMALL = Detail(tuft=2, side=3, outline=40, cord=4, texture=64, occlusion=64, directions=12)


def build(detail: Detail = FULL) -> Product:
    fabric, welt, timber, metal, glide, variants = finishes(detail.texture)
    product = Product(
        "Lounge chair",
        "F3D-CHAIR-01",
        occlusion_size=detail.occlusion,
        occlusion_directions=detail.directions,
        variants=variants,
    )
    shell = Shell(detail)
    product.add("Shell", fabric, *shell.surfaces())
    product.add("Shell", welt, *shell.welts(detail.cord))
    product.add("Seat", fabric, *seat(shell, detail))
    product.add("Seat", welt, *seat_welts(shell, detail))
    cushion, seam = back_pillow(detail)
    product.add("Pillow", welt, cushion, seam)
    product.add("Base", timber, plinth(shell, detail), *(leg(x, z, detail) for x, z in FEET))
    product.add("Base", metal, *(ferrule(x, z, detail) for x, z in FEET))
    product.add("Base", glide, *(foot(x, z, detail) for x, z in FEET))
    return product


def finishes(size: int) -> tuple[Finish, Finish, Finish, Finish, Finish, dict[str, dict[Finish, Finish]]]:
    """Fabric, welt, timber, metal, glide, and the variants."""
    cloth = TextureSet(
        "Wool weave",
        weave(size, 0.16, 64, 3, relief=0.42),
        lambda tone: ramp([(0.12, "#8d8880"), (0.45, "#d0ccc3"), (0.8, "#ffffff")], tone),
    )
    grain = TextureSet(
        "Oak",
        wood(size, 0.24, 9, 21),
        lambda tone: ramp([(0.0, "#4f3722"), (0.35, "#94683f"), (0.7, "#c4965f"), (1.0, "#e0b985")], tone),
    )
    brass = TextureSet("Brushed brass", brushed(max(size // 2, 32), 0.05, 31), metallic=1.0)

    def fabric(name: str, color: str) -> Finish:
        tint = linear(color)
        glow = (tint[0] * 0.35 + 0.02, tint[1] * 0.35 + 0.02, tint[2] * 0.35 + 0.02)
        return cloth.finish(
            name, base_color_factor=(*tint, 1.0), sheen=Sheen(color_factor=glow, roughness_factor=0.45)
        )

    def timber(name: str, color: str) -> Finish:
        return grain.finish(name, base_color_factor=(*linear(color), 1.0))

    oak, walnut = timber("Oak", "#f6efe2"), timber("Walnut", "#9c7861")
    metal = brass.finish("Brushed brass", base_color_factor=(*linear("#e2bd78"), 1.0))
    glide = plain("Felt glide", base_color_factor=(0.02, 0.02, 0.02, 1.0), roughness_factor=0.95)
    looks = {
        "Oat": ("#efe6d6", "#b39a78", oak),
        "Forest": ("#4f6b52", "#3a5340", walnut),
        "Terracotta": ("#c26a48", "#9a4f35", walnut),
        "Ink": ("#3f4a61", "#2c3548", oak),
    }
    made = {
        name: (fabric(f"{name} wool", color), fabric(f"{name} welt", edge), legs)
        for name, (color, edge, legs) in looks.items()
    }
    first = made["Oat"]
    variants = {name: dict(zip(first, look, strict=True)) for name, look in made.items()}
    return (*first, metal, glide, variants)


class Shell:
    """The wall that wraps arms and back: a rounded section carried along a U, tufted on its inner side."""

    def __init__(self, detail: Detail):
        self.detail = detail
        self.line = self._middle_line()
        length = cumulative_length(self.line)
        self.length = float(length[-1])
        self.tufts = 22
        cell = 0.5 - 0.5 * np.cos(np.pi * np.arange(detail.tuft) / detail.tuft)
        stations = (np.arange(self.tufts)[:, None] + cell).reshape(-1)
        self.phase = np.append(stations, self.tufts)
        self.at = self.phase / self.tufts * self.length
        self.grid, self.cavity = self._grid(along(self.line, length, self.at))

    @staticmethod
    def _middle_line() -> Array:
        """`(n, 2)` of (x, z), from the right arm's front around the back to the left arm's front."""
        t = np.linspace(0, np.pi, 400)
        power = 2 / 2.7
        c, s = np.cos(t), np.sin(t)
        back = np.stack([HALF_WIDTH * np.sign(c) * np.abs(c) ** power, -0.02 + (BACK + 0.02) * s**power], axis=-1)
        return resample(np.concatenate([[[HALF_WIDTH, FRONT]], back, [[-HALF_WIDTH, FRONT]]]), 1200)

    def top(self, at: Array) -> Array:
        """Height of the wall at arc lengths: low arms that sweep up into the back."""
        t = np.abs(at / self.length - 0.5) * 2
        return ARM_TOP + (BACK_TOP - ARM_TOP) * (1 - smoothstep(0.18, 0.72, t)) + 0.012 * np.cos(np.pi * t / 2)

    def lean(self, at: Array) -> Array:
        """How far the top stands outside the bottom."""
        t = np.abs(at / self.length - 0.5) * 2
        return 0.022 + 0.058 * (1 - smoothstep(0.1, 0.8, t))

    def _grid(self, middle: Array) -> tuple[Array, Array]:
        ends = np.array([1.0, *np.zeros(len(middle) - 2), 1.0])
        direction = np.gradient(middle, axis=0)
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        x = self.phase % 1.0
        bulge = np.sqrt(np.clip(1 - (2 * x - 1) ** 2, 0, 1)) * (1 - ends)
        rows, light = [], []
        for i in range(len(middle)):
            rows.append(self._ring(middle[i], direction[i], self.at[i], bulge[i], 0.0, 0.0))
            light.append(self._light(bulge[i]))
        (first, *right), (last, *left) = (
            self._end(middle[k], direction[k], self.at[k], sign) for k, sign in ((0, -1.0), (-1, 1.0))
        )
        self.panels = [right[0], left[0]]
        dim = np.ones((len(first), rows[0].shape[0]))
        return np.concatenate([first[::-1], rows, last]), np.concatenate([dim, light, dim])

    def _section(self, at: float, inset: float) -> tuple[Array, Array, Array]:
        """Points (n, y) of the section, their outward normals, and how much of the tufting each one gets."""
        half, low, high = HALF_WALL - inset, BOTTOM + inset, float(self.top(np.array(at))) - inset
        foot = max(0.018 - inset, 0.0)
        side = self.detail.side
        corner = np.linspace(-np.pi / 2, 0, 4)
        bull = np.linspace(0, np.pi, 2 * side - 5)
        rise = np.linspace(low + foot, high - half, side)[1:-1]
        outer = np.concatenate(
            [
                np.stack([half - foot + foot * np.cos(corner), low + foot + foot * np.sin(corner)], -1),
                np.stack([np.full(len(rise), half), rise], -1),
                np.stack([half * np.cos(bull), high - half + half * np.sin(bull)], -1),
            ]
        )
        inner = (outer[: 4 + len(rise)] * [-1, 1])[::-1]
        points = np.concatenate([[[0.0, low]], outer, inner])
        normals = np.concatenate(
            [
                [[0.0, -1.0]],
                np.stack([np.cos(corner), np.sin(corner)], -1),
                np.tile([1.0, 0.0], (len(rise), 1)),
                np.stack([np.cos(bull), np.sin(bull)], -1),
                np.tile([-1.0, 0.0], (len(rise), 1)),
                np.stack([-np.cos(corner), np.sin(corner)], -1)[::-1],
            ]
        )
        tufted = smoothstep(-0.8, 0.2, -normals[:, 0]) * (points[:, 1] > low + foot)
        return points, normals, tufted

    def _ring(self, middle: Array, direction: Array, at: float, bulge: float, inset: float, forward: float) -> Array:
        points, normals, tufted = self._section(at, inset)
        points = points + normals * (0.017 * bulge * tufted)[:, None]
        height = np.clip((points[:, 1] - BOTTOM) / (BACK_TOP - BOTTOM), 0, 1)
        out = points[:, 0] + float(self.lean(np.array(at))) * height**1.4
        side = np.array([-direction[1], direction[0]])  # away from the seat
        plan = middle + direction * forward + out[:, None] * side
        return np.stack([plan[:, 0], points[:, 1], plan[:, 1]], axis=-1)

    def _light(self, bulge: float) -> Array:
        _, _, tufted = self._section(0.0, 0.0)
        return 1 - 0.75 * tufted * (1 - smoothstep(0.0, 0.55, np.array(bulge)))

    def _end(self, middle: Array, direction: Array, at: float, sign: float) -> tuple[Array, Array]:
        """The arm's front: rings of its rounded edge, and of the flat panel that closes on a line."""
        angle = np.linspace(0, np.pi / 2, 6)[1:]
        edge = [(ROUND * (1 - np.cos(a)), ROUND * np.sin(a)) for a in angle]
        panel = [(inset, ROUND) for inset in (ROUND, 0.022, 0.033, HALF_WALL - 1e-5)]

        def rings(steps: list[tuple[float, float]]) -> Array:
            return np.stack([self._ring(middle, direction, at, 0.0, inset, sign * f) for inset, f in steps])

        return rings(edge), rings(panel)

    def surfaces(self) -> list[Surface]:
        """The wall, and the two flat arm fronts."""
        wall = loft(self.grid, closed_rows=True, origin=self.grid.shape[1] // 2, cavity=self.cavity)
        outward = wall if volume(wall) > 0 else wall.flipped()
        return [outward, *(self._panel(rings) for rings in self.panels)]

    @staticmethod
    def _panel(rings: Array) -> Surface:
        closed = np.concatenate([rings, rings[:, :1]], axis=1)
        face = loft(rings, closed_rows=True, uvs=closed[..., :2])
        return face if face.normals[:, 2].mean() > 0 else face.flipped()

    def welts(self, cord: int) -> list[Surface]:
        """Cords around the arms' fronts, along the outside's lower edge, where the tufting ends, and down the back."""
        loops = [tube(smooth(self.grid[k], 2), WELT, sides=cord, closed=True) for k in (0, -1)]
        side = self.detail.side
        hem, crest = 5, 3 + side
        lines = [resample(smooth(self.grid[:, k], 3, closed=False), 8 * side + 10) for k in (hem, crest)]
        middle = len(self.grid) // 2
        reach = round(len(self.grid) * 0.148)
        lines += [self.grid[k, hem : crest + 1] for k in (middle - reach, middle + reach)]
        return [*loops, *(tube(line, WELT, sides=cord, bevel=0.002) for line in lines)]

    def inside(self, gap: float, front: float, count: int, y: float, corner: int = 14) -> Array:
        """A D-shaped outline `(count, 2)` within the wall at height y, counter-clockwise seen with z up."""
        t = np.clip((y - BOTTOM) / (BACK_TOP - BOTTOM), 0, 1) ** 1.4
        step = self.line[1:] - self.line[:-1]
        step = np.concatenate([step, step[-1:]])
        step /= np.linalg.norm(step, axis=1, keepdims=True)
        at = np.linspace(0, self.length, len(self.line))
        inward = HALF_WALL + gap - self.lean(at) * t
        wall = self.line - np.stack([-step[:, 1], step[:, 0]], -1) * inward[:, None]
        wall = wall[wall[:, 1] < front]
        reach = float(wall[-1, 0])
        x = np.linspace(reach, -reach, 120)[1:-1]
        bow = front + 0.018 * (1 - (x / reach) ** 2)
        ring = np.concatenate([wall, np.stack([x, bow], -1)])
        fine = smooth(resample(ring, 360, closed=True), corner * 6)
        return resample(fine, count, closed=True)[::-1]


def seat(shell: Shell, detail: Detail) -> list[Surface]:
    """The sprung deck under the cushion, and the loose cushion."""
    deck = shell.inside(-0.012, FRONT - 0.005, detail.outline, BOTTOM, corner=3)
    deck_rows = [at_height(offset(deck, d), y) for d, y in _rounded(BOTTOM, DECK_TOP, 0.016)]
    box = seat_outline(shell, detail)
    top = crown(box, SEAT_EDGE, SEAT_RISE, rings=16 if detail is FULL else 5, wrinkle=0.0022)
    underside = crown(box, -DECK_TOP, 0.0, rings=4).transformed(np.diag([1.0, -1.0, 1.0, 1.0]))
    border = band(box, DECK_TOP, SEAT_EDGE, bulge=0.008, wrinkle=0.0016)
    return [loft(deck_rows, closed_rows=True).outward(), top, border, underside]


def _rounded(low: float, high: float, radius: float) -> list[tuple[float, float]]:
    """(offset, y) from the closed bottom up to the closed top of a block with rounded edges."""
    angle = np.linspace(0, np.pi / 2, 5)
    under = [(radius * (np.sin(a) - 1), low + radius * (1 - np.cos(a))) for a in angle]
    over = [(o, low + high - y) for o, y in reversed(under)]
    return [(-0.05, low), *under, *over, (-0.05, high)]


def seat_outline(shell: Shell, detail: Detail) -> Array:
    return shell.inside(0.02, FRONT + 0.022, detail.outline, SEAT_EDGE - 0.06)


def seat_welts(shell: Shell, detail: Detail) -> list[Surface]:
    box = seat_outline(shell, detail)
    ripple = 0.0008 * gathers(cumulative_length(box, closed=True)[:-1], 3)
    return [tube(at_height(box, y + ripple), WELT, sides=detail.cord, closed=True) for y in (DECK_TOP + 0.004, SEAT_EDGE)]


def back_pillow(detail: Detail) -> tuple[Surface, Surface]:
    body, seam = pillow(0.47, 0.29, 0.175, cells=(36, 24) if detail is FULL else (10, 6))
    cord = tube(seam, WELT, sides=detail.cord, closed=True)
    place = translation(0.0, 0.597, -0.178) @ rotation("x", -17.0)
    return body.transformed(place), cord.transformed(place)


FEET = [(0.245, 0.225), (-0.245, 0.225), (0.215, -0.215), (-0.215, -0.215)]
LEG_TOP, FERRULE_TOP = 0.165, 0.036


def _splay(x: float, z: float) -> Array:
    """Leans a leg outward by shearing, so that its foot stays level on the floor; (x, z) is its place at the top."""
    m = np.eye(4)
    m[0, 1], m[2, 1] = -0.22 * np.sign(x), -0.18 * np.sign(z)
    m[0, 3], m[2, 3] = x - m[0, 1] * LEG_TOP, z - m[2, 1] * LEG_TOP
    return m


def leg(x: float, z: float, detail: Detail) -> Surface:
    """Turned: a shoulder under the plinth, a bead between two coves, then a long taper."""
    profile = [
        (0.0, LEG_TOP + 0.004), (0.027, LEG_TOP + 0.004), (0.027, 0.158), (0.0258, 0.1555), (0.0222, 0.154),
        (0.0215, 0.152), (0.0222, 0.150), (0.0252, 0.1485), (0.0262, 0.146), (0.0252, 0.1435), (0.0222, 0.142),
        (0.0218, 0.140), (0.0226, 0.137), (0.0224, 0.125), (0.0205, 0.095), (0.0178, 0.065),
        (0.0150, FERRULE_TOP), (0.0, FERRULE_TOP),
    ]  # fmt: skip
    return revolve(profile, sides=32 if detail is FULL else 8, crease=50).outward().transformed(_splay(x, z))


def ferrule(x: float, z: float, detail: Detail) -> Surface:
    profile = [
        (0.0, 0.0385), (0.0148, 0.0385), (0.0158, 0.0380), (0.0162, 0.0368), (0.0158, 0.0350), (0.0125, 0.0040),
        (0.0116, 0.0026), (0.0, 0.0026),
    ]  # fmt: skip
    return revolve(profile, sides=32 if detail is FULL else 8, crease=50).outward().transformed(_splay(x, z))


def foot(x: float, z: float, detail: Detail) -> Surface:
    profile = [(0.0, 0.003), (0.0105, 0.003), (0.0105, 0.0), (0.0, 0.0)]
    return revolve(profile, sides=24 if detail is FULL else 8).outward().transformed(_splay(x, z))


def plinth(shell: Shell, detail: Detail) -> Surface:
    """The wooden plate that carries the legs, its edge chamfered."""
    outline = shell.inside(0.012 - 2 * HALF_WALL, FRONT + 0.002, detail.outline * 2 // 3, BOTTOM, corner=5)
    profile = fillet([(-0.03, 0.19), (0.0, 0.19), (0.0, 0.1745), (-0.008, 0.164), (-0.03, 0.164)], 0.002, 3, closed=False)
    rows = [at_height(offset(outline, o), y) for o, y in profile]
    middle = outline.mean(axis=0)
    rows = [at_height(middle + (outline - middle) * 0.01, profile[0][1]), *rows]
    rows.append(at_height(middle + (outline - middle) * 0.01, profile[-1][1]))
    board = loft(rows, closed_rows=True, crease=30).outward()
    flat = np.where(np.abs(board.normals[:, 1:2]) > 0.5, board.positions[:, [2, 0]], board.uvs[:, ::-1])
    return Surface(board.positions, flat, board.triangles, board.normals, board.charts, board.cavity)

