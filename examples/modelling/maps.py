"""From heights and numbers to the pictures that glTF materials read."""

from __future__ import annotations

from io import BytesIO

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
    # Even steps only: the picture packs a third smaller, and a step of 1/127 is below what shading shows.
    return to_bytes(normal * 0.5 + 0.5) // 2 * 2


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
    """PNG for data, JPEG for colour ("image/png", "image/jpeg")."""
    from PIL import Image

    out = BytesIO()
    picture = Image.fromarray(pixels)
    if media == "image/jpeg":
        picture.save(out, "JPEG", quality=90, subsampling=0, optimize=True)
    else:
        picture.save(out, "PNG", optimize=True)
    return out.getvalue()
