"""Textures as lossy WebP whose decoder gives back the right means, in every channel that somebody reads.

Lossy WebP stores luma, and two planes of chroma at half the resolution. An encoder of pictures chooses them for the
eye: it averages hue in its own gamma and spends bytes on channels that no material reads. In a renderer the texture
is mostly seen smaller than it is, so what shows is the mean over some texels, and a mean that is off by half a step is
seen all over the product. Here the planes are solved for:

- chroma has the means that the decoder, which magnifies it, needs; luma makes up for what chroma cannot follow;
- an area of one colour gets the whole numbers that decode nearest to it, of all that are near;
- a channel that is black or white everywhere (metallic of cloth, occlusion of a lone part) is clipped to that by
  constant chroma, which costs no bytes and has no error at all; the others are then exact in luma;
- with one channel to store there is no hue, with two there is one difference of hue;
- in a closed loop, what the decoded texture lacks as means of 8 × 8 texels is added, and it is encoded again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..native.planes import CELL, lacking_means, split_planes
from .decoding import Pixels, decode
from .libwebp import Planes, encode_planes

Floats = npt.NDArray[np.float64]

OF_CHROMA: Floats = np.array([[0, 26149], [-6419, -13320], [33050, 0]]) / 16384
"""What U and V add to red, green and blue in WebP's decoder; luma adds the same to all (ITU-R BT.601)."""

LUMA = 19077 / 16384
"""Steps of 8-bit channels in one step of limited-range luma."""

_METHOD = (0, 1, 2, 2, 2, 4, 6)
"""libwebp's by effort. Its method 2 takes a third of the time of 4, for 5 % more bytes at the same likeness."""

_MARGIN = 16.0  # steps beyond black and white, so that errors of luma do not show in a clipped channel
_GAIN = np.float32(0.4)  # of what lacks: what is below the encoder's step is lost or comes back as a whole one
_GAINED = np.float32(0.02)  # a smaller gain is not worth an offset, which costs bytes
_DARKEST, _LIGHTEST = -16 * LUMA, 239 * LUMA


@dataclass(frozen=True, slots=True)
class Rule:
    """How planes follow from channels; the numbers of `PlaneRule` in native/planes.h."""

    luma: list[float]
    chroma: list[list[float]]
    start: list[float]

    def numbers(self) -> list[float]:
        return [*self.luma, *self.chroma[0], *self.chroma[1], *self.start]


def encode_webp(
    pixels: Pixels, read: Sequence[int], weights: Sequence[float], *, quality: float, effort: int, rounds: int = 0
) -> bytes:
    """Lossy WebP of a texture.

    Args:
        pixels: `(height, width, 1 to 4)` uint8; alpha is kept exactly.
        read: the colour channels that somebody reads; others become anything.
        weights: how much an error of red, green and blue counts where chroma cannot follow.
        quality: 0 to 100.
        effort: 0 to 6.
        rounds: of the closed loop; each and one more encodes at less effort, which errs alike, and decodes. A single
            one is of a sample, and changes the whole picture by as much as the sample lacks.
    """
    alpha = np.ascontiguousarray(pixels[..., -1]) if pixels.shape[2] in (2, 4) else None
    if pixels.shape[2] < 3:
        pixels, read = pixels[..., [0, 0, 0]], [0]
    colours = np.ascontiguousarray(pixels[..., :3])
    rule = solve(*_range(colours), read, weights)
    offsets: npt.NDArray[np.float32] | None = None
    if rounds == 1:
        offsets = np.empty((-(-colours.shape[0] // CELL), -(-colours.shape[1] // CELL), 3), np.float32)
        offsets[:] = _corrected(_sample(colours), read, rule, quality, 0, rounds).mean((0, 1))
    elif rounds:
        offsets = _corrected(colours, read, rule, quality, 4 if effort == 6 else 0, rounds)
    planes = Planes(*split_planes(colours, rule.numbers(), offsets), alpha)
    return encode_planes(planes, quality=quality, method=_METHOD[effort])


def _corrected(
    colours: Pixels, read: Sequence[int], rule: Rule, quality: float, method: int, rounds: int
) -> npt.NDArray[np.float32]:
    """Offsets with which the decoded means are nearest, cell by cell.

    What lacks is added in part, round after round. Where a cell has detail, its mean follows; where it is flat, it
    jumps by a whole step of the encoder or not at all, so each cell keeps the offset that served it best. How far off a
    cell is counts with the exponent that FLIP gives to small differences of colour.
    """
    offsets = np.zeros((-(-colours.shape[0] // CELL), -(-colours.shape[1] // CELL), 3), np.float32)
    best, nearest = offsets, np.full(offsets.shape[:2], np.inf, np.float32)
    for number in range(rounds + 1):
        planes = Planes(*split_planes(colours, rule.numbers(), offsets))
        lack = lacking_means(colours, decode(encode_planes(planes, quality=quality, method=method))[..., :3])
        lack[..., [n for n in range(3) if n not in read]] = 0
        apart = (np.abs(lack) ** np.float32(0.7)).sum(-1)
        better = apart < nearest - (_GAINED if number else 0)
        best, nearest = np.where(better[..., None], offsets, best), np.where(better, apart, nearest)
        offsets = offsets + lack * _GAIN
    return best


def solve(low: Sequence[int], high: Sequence[int], read: Sequence[int], weights: Sequence[float]) -> Rule:
    """The planes' rule for channels that lie between `low` and `high`, inclusive."""
    fixed = {n: low[n] for n in read if low[n] == high[n] and low[n] in (0, 255)}
    solved = [n for n in read if n not in fixed] or list(read)[:1]
    if len(solved) < 3:
        rule = _with_constants(low, high, solved, fixed, weights)
        if rule is None:
            rule = _with_constants(low, high, sorted(read), {}, weights) if len(read) < 3 else None
        if rule is not None:
            return rule
    return _rule([0, 1, 2], [0, 1], (0.0, 0.0), weights)


def _rule(solved: list[int], free: list[int], constants: tuple[float, float], weights: Sequence[float]) -> Rule:
    """One plane of chroma is free for each channel beyond the first: as many equations as unknowns."""
    matrix = np.column_stack([np.ones(len(solved)), OF_CHROMA[np.ix_(solved, free)]])
    chroma = np.zeros((2, 3))
    chroma[np.ix_(free, solved)] = np.linalg.inv(matrix)[1:]
    luma = np.zeros(3)
    luma[solved] = np.asarray(weights, float)[solved]
    luma /= luma.sum()
    return Rule(luma.tolist(), chroma.tolist(), list(constants))


def _with_constants(
    low: Sequence[int], high: Sequence[int], solved: list[int], fixed: dict[int, int], weights: Sequence[float]
) -> Rule | None:
    """The rule with one plane constant (two channels solved) or both (one), which clips the fixed channels.

    Of the constants that work the least are taken; None where none do.
    """
    free = [] if len(solved) == 1 else [1 if 2 not in solved else 0 if 0 not in solved else 1]
    u, v = (a.ravel().astype(float) for a in np.meshgrid(np.arange(-128, 128), np.arange(-128, 128)))
    keep = np.ones(len(u), bool)
    for plane, values in enumerate((u, v)):
        if plane in free:
            keep &= values == 0
    u, v = u[keep], v[keep]
    constants = np.stack([u, v])
    matrix = np.column_stack([np.ones(len(solved)), OF_CHROMA[np.ix_(solved, free)]])
    inverse = np.linalg.inv(matrix)
    shift = OF_CHROMA[solved] @ constants  # what constant chroma gives the solved channels, and luma must take back
    bounds = np.array([[low[n] for n in solved], [high[n] for n in solved]], float)

    def between(row: Floats, extra: npt.ArrayLike) -> tuple[Floats, Floats]:
        """The least and the greatest of row · (channels - shift) + extra."""
        base = -(row @ shift) + np.asarray(extra)
        ends = [np.where(row > 0, bounds[i], bounds[1 - i]) @ row for i in (0, 1)]
        return ends[0] + base, ends[1] + base

    least, greatest = between(inverse[0], 0)
    good = (least >= _DARKEST) & (greatest <= _LIGHTEST)
    for place in range(len(free)):
        least, greatest = between(inverse[1 + place], 0)
        good &= (least >= -128) & (greatest <= 127)
    for channel, value in fixed.items():
        row = inverse[0] + OF_CHROMA[channel, free] @ inverse[1:]
        least, greatest = between(row, OF_CHROMA[channel] @ constants)
        good &= greatest <= -_MARGIN if value == 0 else least >= 255 + _MARGIN
    if not good.any():
        return None
    best = np.flatnonzero(good)[np.argmin((np.abs(u) + np.abs(v))[good])]
    return _rule(solved, free, (float(u[best]), float(v[best])), weights)


def _range(colours: Pixels) -> tuple[list[int], list[int]]:
    from PIL import Image

    ends: Any = Image.fromarray(colours).getextrema()
    return [low for low, _ in ends], [high for _, high in ends]


def _sample(colours: Pixels) -> Pixels:
    """At most about 512² pixels: rows of cells spread over the picture."""
    height, width = colours.shape[:2]
    cells = height // CELL
    count = max(512 * 512 // (width * CELL), 1)
    if cells <= count:
        return colours
    first = np.linspace(0, cells - 1, count).astype(int) * CELL
    return np.ascontiguousarray(colours[(first[:, None] + np.arange(CELL)).ravel()])
