"""How a camera was tilted, from the upright edges in its photo: they all run towards one point far below or above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..native.rows import components
from .camera import RoomCamera

Numbers = npt.NDArray[np.float64]

_MOST_PITCH, _MOST_ROLL, _STEP = 50.0, 12.0, 0.5  # degrees that are tried
_LEANING = 40.0  # degrees from upright that an edge may have in the photo
_FAINTEST = 0.004  # of the brightest, after blurring: weaker steps are noise
_SHORTEST, _STRAIGHT = 1 / 40, 0.6  # of the photo's height; pixels that an edge may stray from its line
_WIDTH = 0.6  # degrees: an edge that near to the way down counts as upright
_LEAST_ROWS = 0.6  # of the photo's height: all upright edges together
_LEAST_SHARE = 0.15  # of all edges that hardly lean: in noise and foliage they lean every way


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Straight edges: middle columns, rows covered, and unit normals `(n, 3)` of the planes through eye and edge."""

    column: Numbers
    rows: Numbers
    normal: Numbers


def tilt(luminance: npt.NDArray[Any], fov: float) -> tuple[float, float] | None:
    """Pitch and roll in degrees, see `RoomCamera`; None where too few edges stand upright.

    Args:
        luminance: the photo `(h, w)`, linear, of any scale.
        fov: vertical field of view, degrees.
    """
    height, width = luminance.shape
    edges = straight_edges(luminance, fov)
    if len(edges.rows) < 2:
        return None
    tried = np.array(
        [(pitch, roll) for pitch in np.arange(-_MOST_PITCH, _MOST_PITCH + _STEP, _STEP)
         for roll in np.arange(-_MOST_ROLL, _MOST_ROLL + _STEP, _STEP)]
    )  # fmt: skip
    downs = np.array([_down(pitch, roll) for pitch, roll in tried])
    down = downs[int(np.argmax(_votes(edges, downs)))]
    for _ in range(8):
        share = edges.rows**2 * np.exp(-((edges.normal @ down / np.sin(np.radians(_WIDTH / 2))) ** 2))
        _, vectors = np.linalg.eigh((edges.normal * share[:, None]).T @ edges.normal)
        down = vectors[:, 0] * -np.sign(vectors[1, 0])
    near = np.abs(edges.normal @ down) < np.sin(np.radians(_WIDTH))
    apart = float(np.ptp(edges.column[near])) if near.any() else 0.0
    rows = float(edges.rows[near].sum())
    if rows < max(_LEAST_ROWS * height, _LEAST_SHARE * float(edges.rows.sum())) or apart < width / 8:
        return None
    pitch = np.degrees(np.arcsin(np.clip(-down[2], -1, 1)))
    return float(pitch), float(np.degrees(np.arctan2(down[0], -down[1])))


def straight_edges(luminance: npt.NDArray[Any], fov: float) -> Edges:
    """Edges that lean less than 40 degrees: crests of brightness' gradient, linked from row to row, as lines."""
    height, width = luminance.shape
    focal = height / 2 / np.tan(np.radians(fov) / 2)
    level = _blurred(np.sqrt(np.maximum(luminance.astype(np.float64), 0)))
    across, down = np.gradient(level, axis=1), np.gradient(level, axis=0)
    strength = np.abs(across)
    crest = np.zeros(strength.shape, bool)
    crest[:, 1:-1] = (strength[:, 1:-1] >= strength[:, :-2]) & (strength[:, 1:-1] > strength[:, 2:])
    crest &= (strength > _FAINTEST * float(level.max())) & (np.abs(down) < np.tan(np.radians(_LEANING)) * strength)
    row, column = np.nonzero(crest)
    left, middle, right = (strength[row, np.clip(column + step, 0, width - 1)] for step in (-1, 0, 1))
    bend = left - 2 * middle + right
    exact = column + 0.5 + np.where(bend < 0, (left - right) / np.where(bend < 0, 2 * bend, 1), 0)
    group = _linked(row, column, np.sign(across[row, column]), crest.shape)
    count = int(group.max(initial=-1)) + 1
    size = np.bincount(group, minlength=count)
    mean_row, mean = (np.bincount(group, values, count) / np.maximum(size, 1) for values in (row + 0.5, exact))
    away, aside = row + 0.5 - mean_row[group], exact - mean[group]
    spread = np.bincount(group, away * away, count)
    slope = np.bincount(group, away * aside, count) / np.maximum(spread, 1e-9)
    stray = np.sqrt(np.bincount(group, (aside - slope[group] * away) ** 2, count) / np.maximum(size, 1))
    good = (size >= max(8, _SHORTEST * height)) & (stray < _STRAIGHT)
    slope, mean, mean_row, size = slope[good], mean[good], mean_row[good], size[good]
    sight = np.stack([(mean - width / 2) / focal, (height / 2 - mean_row) / focal, -np.ones(len(mean))], 1)
    normal = np.cross(sight, np.stack([slope, -np.ones(len(mean)), np.zeros(len(mean))], 1))
    return Edges(mean, size.astype(np.float64), normal / np.linalg.norm(normal, axis=1, keepdims=True))


def _votes(edges: Edges, downs: Numbers) -> Numbers:
    return np.asarray(edges.rows @ np.exp(-((edges.normal @ downs.T / np.sin(np.radians(_STEP))) ** 2)))


def _down(pitch: float, roll: float) -> Numbers:
    """Which way down is for a camera so tilted, in its own axes (right, up, back)."""
    return np.asarray(RoomCamera((2, 2), 90.0, pitch, roll).axes @ np.array([0.0, -1.0, 0.0]))


def _linked(
    row: npt.NDArray[np.intp], column: npt.NDArray[np.intp], sign: Numbers, shape: tuple[int, int]
) -> npt.NDArray[np.int64]:
    """Which edge each crest belongs to: of one sign, and beside or under the one before."""
    number = np.full((shape[0] + 1, shape[1] + 2), -1, np.int64)
    number[row, column + 1] = np.arange(len(row))
    pairs = []
    for step in (-1, 0, 1):
        under = number[row + 1, column + 1 + step]
        found = (under >= 0) & (sign == sign[np.maximum(under, 0)])
        pairs.append(np.stack([np.flatnonzero(found), under[found], under[found]], 1))
    return np.asarray(components(np.concatenate(pairs), len(row)), np.int64)


def _blurred(level: Numbers) -> Numbers:
    """By 1 4 6 4 1 in both directions."""
    for axis in (0, 1):
        pad = [(2, 2) if number == axis else (0, 0) for number in range(2)]
        wide = np.pad(level, pad, mode="edge")
        count = level.shape[axis]
        parts = [np.take(wide, range(step, step + count), axis=axis) for step in range(5)]
        level = (parts[0] + 4 * parts[1] + 6 * parts[2] + 4 * parts[3] + parts[4]) / 16
    return level
