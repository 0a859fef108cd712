"""Tone mapping in NumPy: the same formulas as shaders/tonemap.glsl, for tests and for measuring."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_ACES_INPUT = np.array([[0.59719, 0.35458, 0.04823], [0.07600, 0.90834, 0.01566], [0.02840, 0.13383, 0.83777]])
_ACES_OUTPUT = np.array([[1.60475, -0.53108, -0.07367], [-0.10208, 1.10813, -0.00605], [-0.00327, -0.07276, 1.07602]])


def neutral(color: npt.ArrayLike) -> Floats:
    """Khronos PBR Neutral: scene-linear `(..., 3)` to display-linear. Base colours up to 0.76 come out as they are."""
    scene = np.asarray(color, np.float64)
    low = scene.min(-1, keepdims=True)
    x = scene - np.where(low < 0.08, low - 6.25 * low * low, 0.04)
    peak = x.max(-1, keepdims=True)
    d = 1 - 0.76
    compressed = 1 - d * d / np.maximum(peak + d - 0.76, 1e-9)
    scaled = x * compressed / np.maximum(peak, 1e-9)
    g = 1 - 1 / (0.15 * (peak - compressed) + 1)
    return np.where(peak < 0.76, x, scaled * (1 - g) + compressed * g)


def aces(color: npt.ArrayLike) -> Floats:
    """Stephen Hill's fit of ACES, with the exposure of 1/0.6 that web viewers use."""
    x = np.asarray(color, np.float64) / 0.6 @ _ACES_INPUT.T
    x = (x * (x + 0.0245786) - 0.000090537) / (x * (0.983729 * x + 0.4329510) + 0.238081)
    return np.asarray(np.clip(x @ _ACES_OUTPUT.T, 0, 1))


def none(color: npt.ArrayLike) -> Floats:
    """Clipped to what the display can show."""
    return np.clip(np.asarray(color, np.float64), 0, 1)


TONES: dict[str, Callable[[npt.ArrayLike], Floats]] = {"neutral": neutral, "aces": aces, "none": none}


def srgb_encoded(linear: npt.ArrayLike) -> Floats:
    """IEC 61966-2-1, 0–1 to 0–1."""
    x = np.asarray(linear, np.float64)
    return np.where(x < 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 0) ** (1 / 2.4) - 0.055)


def srgb_decoded(encoded: npt.ArrayLike) -> Floats:
    """The inverse of `srgb_encoded`."""
    x = np.asarray(encoded, np.float64)
    return np.where(x < 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
