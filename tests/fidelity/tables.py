"""What Cycles has no lobe for, as tables over the view's angle: how much a layer reflects, and cloth made of its lobes.

Albedos are of the formulas of glTF 2.0, appendix B, and of KHR_materials_sheen, integrated. Cosines of the view's angle
run along a row, from the slant to the front; each stands for the middle of its cell.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
COSINES = (np.arange(64) + 0.5) / 64
WIDTHS = (0.3, 0.55, 1.0)
"""Of the velvet lobes (Ashikhmin, Premože and Shirley 2000) that stand for Charlie's, beside Lambert's."""
_DIRECTIONS = 72


def mirror_albedos(f0: float, rows: int = 32) -> npt.NDArray[np.float32]:
    """Share of light that a dielectric's GGX lobe sends back, `(rows, 64)`, by perceptual roughness from 0 to 1.

    Schlick's reflectance for half vectors; what is scattered twice is added as Turquin (2019) does.
    """
    u, v = ((axis.reshape(-1) + 0.5) / 128 for axis in np.meshgrid(np.arange(128), np.arange(128)))
    turn = 2 * np.pi * v
    view = np.stack([np.sqrt(1 - COSINES**2), 0 * COSINES, COSINES], -1)[:, None]
    table = []
    for roughness in (np.arange(rows) + 0.5) / rows:
        alpha = max(roughness**2, 1e-3)
        slope = alpha * np.sqrt(u / (1 - u))
        half = _unit(np.stack([slope * np.cos(turn), slope * np.sin(turn), np.ones_like(slope)], -1))
        along = np.maximum((view * half).sum(-1), 0)
        lit = np.maximum(2 * along * half[:, 2] - view[..., 2], 0)
        seen = view[..., 2]
        rest = np.sqrt(1 - alpha**2)
        smith = lit * np.hypot(alpha, rest * seen) + seen * np.hypot(alpha, rest * lit)
        weight = np.where(lit > 0, 2 * lit * along / half[:, 2] / np.maximum(smith, 1e-9), 0)
        kept = np.minimum(weight.mean(-1), 1)
        reflected = (weight * (f0 + (1 - f0) * (1 - along) ** 5)).mean(-1)
        table.append(np.minimum(reflected * (1 + f0 * (1 / kept - 1)), 1))
    return np.asarray(table, np.float32)


def cloth_weights(roughness: float) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Weights `(64, lobes)` of the velvet lobes and Lambert's, and Charlie's albedo `(64,)`, which they keep.

    Least squares over the lit hemisphere, no weight below zero. What is left of |difference| · cosine is 6 to 35 % of
    the lobe, most at a slant; Lambert's lobe alone leaves 35 to 170 %. At a slant the formula gives more than it gets.
    """
    steps = np.arange(_DIRECTIONS) / _DIRECTIONS
    cosine, turn = np.meshgrid(steps + 0.5 / _DIRECTIONS, 2 * np.pi * steps)
    sine = np.sqrt(1 - cosine**2)
    light = np.stack([sine * np.cos(turn), sine * np.sin(turn), cosine], -1).reshape(-1, 3)
    solid = 2 * np.pi / len(light)
    weights, albedos = [], []
    for c in COSINES:
        view = np.array([np.sqrt(1 - c * c), 0, c])
        wanted = _charlie(view, light, max(roughness, 0.07) ** 2) * light[:, 2]
        lobes = np.stack([*(velvet(view, light, w) for w in WIDTHS), np.full(len(light), 1 / np.pi)], 1) * light[:, 2:]
        keep = 1e3 * len(light) ** 0.5  # the sum has to be met
        weights.append(_not_negative(np.vstack([lobes, keep * lobes.mean(0)]), np.append(wanted, keep * wanted.mean())))
        albedos.append(wanted.sum() * solid)
    return np.asarray(weights, np.float32), np.asarray(albedos, np.float32)


def _charlie(view: Array, light: Array, alpha: float) -> Array:
    half = _unit(view + light)
    distribution = (2 + 1 / alpha) * np.clip(1 - half[:, 2] ** 2, 0, 1) ** (0.5 / alpha) / (2 * np.pi)
    return np.asarray(distribution / np.maximum(4 * (view[2] + light[:, 2] - view[2] * light[:, 2]), 1e-6))


def velvet(view: Array, light: Array, width: float) -> Array:
    """As Cycles has it: a Gaussian of the half vector's cotangent, and shadows as of grooves."""
    half = _unit(view + light)
    high, across = half[:, 2], np.abs(half @ view)
    shadow = np.minimum(1, 2 * np.maximum(high / across, 1e-5) * np.minimum(view[2], light[:, 2]))
    sine2 = np.maximum(1 - high**2, 1e-9)
    distribution = np.exp(-(high**2) / sine2 / width**2) / (np.pi * width**2 * sine2**2)
    return np.asarray(0.25 * distribution * shadow / (view[2] * light[:, 2]))


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def _not_negative(lobes: Array, wanted: Array) -> Array:
    """Least squares over every choice of lobes; the best whose weights are all positive."""
    best, found = np.inf, np.zeros(lobes.shape[1])
    for count in range(1, lobes.shape[1] + 1):
        for chosen in map(list, combinations(range(lobes.shape[1]), count)):
            weights = np.linalg.lstsq(lobes[:, chosen], wanted, rcond=None)[0]
            error = float(((lobes[:, chosen] @ weights - wanted) ** 2).sum())
            if (weights >= 0).all() and error < best:
                best, found = error, np.zeros(lobes.shape[1])
                found[chosen] = weights
    return found
