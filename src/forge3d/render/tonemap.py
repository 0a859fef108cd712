"""Tone mapping in NumPy: the same formulas as shaders/tonemap.glsl, for tests and for measuring."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_ACES_INPUT = np.array([[0.59719, 0.35458, 0.04823], [0.07600, 0.90834, 0.01566], [0.02840, 0.13383, 0.83777]])
_ACES_OUTPUT = np.array([[1.60475, -0.53108, -0.07367], [-0.10208, 1.10813, -0.00605], [-0.00327, -0.07276, 1.07602]])

_TO_REC2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0113], [0.0164, 0.0880, 0.8956]])
_FROM_REC2020 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])
_AGX_INSET = np.array([
    [0.856627153, 0.095121241, 0.048251606], [0.137318973, 0.761241991, 0.101439036],
    [0.111898213, 0.076799419, 0.811302368],
])  # fmt: skip
_AGX_OUTSET = np.array([
    [1.127100582, -0.110606643, -0.016493939], [-0.141329763, 1.157823702, -0.016493939],
    [-0.141329763, -0.110606643, 1.251936407],
])  # fmt: skip
_AGX_SIGMOID = (15.5, -40.14, 31.96, -6.868, 0.4298, 0.1191, -0.00232)
_AGX_STOPS = (-12.47393, 4.026069)


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


def agx(color: npt.ArrayLike) -> Floats:
    """AgX's base look (Troy Sobotka): bright colours go to white as on film. Sigmoid: B. Wrensch's polynomial."""
    low, high = _AGX_STOPS
    seen = np.asarray(color, np.float64) @ _TO_REC2020.T @ _AGX_INSET.T
    x = np.clip((np.log2(np.maximum(seen, 1e-10)) - low) / (high - low), 0, 1)
    shown = np.maximum(np.polyval(_AGX_SIGMOID, x) @ _AGX_OUTSET.T, 0) ** 2.2
    return np.asarray(np.clip(shown @ _FROM_REC2020.T, 0, 1))


def none(color: npt.ArrayLike) -> Floats:
    """Clipped to what the display can show."""
    return np.clip(np.asarray(color, np.float64), 0, 1)


TONES: dict[str, Callable[[npt.ArrayLike], Floats]] = {"neutral": neutral, "aces": aces, "agx": agx, "none": none}


def srgb_encoded(linear: npt.ArrayLike) -> Floats:
    """IEC 61966-2-1, 0–1 to 0–1."""
    x = np.asarray(linear, np.float64)
    return np.where(x < 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 0) ** (1 / 2.4) - 0.055)


def srgb_decoded(encoded: npt.ArrayLike) -> Floats:
    """The inverse of `srgb_encoded`."""
    x = np.asarray(encoded, np.float64)
    return np.where(x < 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
