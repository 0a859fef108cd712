"""From heights and numbers to the pictures that glTF materials read."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]


def normal_map(height: Array, metres: float) -> Pixels:
    """Tangent-space normals of a periodic height field, +Y toward the top of the picture (glTF 2.0 §3.9.3).

    Args:
        height: `(n, n)` metres.
        metres: the length of the picture's side.
    """
    texel = metres / height.shape[0]
    right = (np.roll(height, -1, 1) - np.roll(height, 1, 1)) / (2 * texel)
    down = (np.roll(height, -1, 0) - np.roll(height, 1, 0)) / (2 * texel)
    normal = np.stack([-right, down, np.ones_like(height)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    pixels = to_bytes(normal * 0.5 + 0.5)
    # Even steps, and coarse ones for z, which shaders renormalize: a third fewer bytes, below what shading shows.
    pixels[..., :2] &= 0xFE
    pixels[..., 2] = np.minimum(pixels[..., 2].astype(np.int64) // 8 * 8 + 7, 255)
    return pixels


def orm(occlusion: npt.ArrayLike, roughness: npt.ArrayLike, metallic: npt.ArrayLike) -> Pixels:
    """Occlusion, roughness and metalness in R, G and B, each in [0, 1]."""
    return to_bytes(np.stack(np.broadcast_arrays(occlusion, roughness, metallic), axis=-1))


def to_bytes(values: npt.ArrayLike) -> Pixels:
    """[0, 1] to 0–255, rounded."""
    return np.round(np.clip(values, 0, 1) * 255).astype(np.uint8)


def ramp(stops: list[tuple[float, str]], at: Array) -> Array:
    """sRGB colours `(…, 3)` in [0, 1] between stops of (position, "#rrggbb")."""
    where = [position for position, _ in stops]
    colors = np.array([srgb(color) for _, color in stops])
    return np.stack([np.interp(at, where, colors[:, k]) for k in range(3)], axis=-1)


def srgb(color: str) -> tuple[float, float, float]:
    """The "#rrggbb" triple as encoded sRGB in [0, 1]."""
    value = int(color.lstrip("#"), 16)
    return ((value >> 16) / 255, (value >> 8 & 255) / 255, (value & 255) / 255)


def linear(color: str) -> tuple[float, float, float]:
    """The "#rrggbb" triple in linear light, as material factors need it (IEC 61966-2-1)."""
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in srgb(color))
    return round(r, 5), round(g, 5), round(b, 5)


def encode(pixels: Pixels, media: str) -> bytes:
    """PNG for data, JPEG for colour ("image/png", "image/jpeg"), without colour chunks: glTF fixes the spaces."""
    from forge3d import images

    if media == "image/jpeg":
        return images.encode(pixels, "jpeg", quality=88, chroma="444", srgb=False)
    return images.encode(pixels, "png", effort=3, srgb=False)
