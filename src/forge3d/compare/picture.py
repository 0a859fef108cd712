"""Pictures as every measure takes them: floats, laid over a grey, and what of them is the object."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import RecipeError, SizeMismatch

Pixels = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]

BACKGROUND_NOISE = 8
"""How many of 255 steps a channel may be off from the background's colour: what JPEG leaves around an object."""


def as_pair(reference: Pixels, test: Pixels) -> tuple[Floats, Floats]:
    """Both pictures as `(h, w, 4)` float32, sRGB 0 to 1 with straight alpha.

    Args:
        reference, test: `(h, w)` or `(h, w, 1 to 4 channels)`, uint8 or uint16, sRGB; grey, grey and alpha, RGB or RGBA
            with straight alpha.

    Raises:
        RecipeError: not such arrays.
        SizeMismatch: the pictures differ in width or height.
    """
    pair = _rgba(reference), _rgba(test)
    if pair[0].shape != pair[1].shape:
        (h, w, _), (other_h, other_w, _) = pair[0].shape, pair[1].shape
        raise SizeMismatch((w, h), (other_w, other_h))
    return pair


def over(picture: Floats, grey: float) -> Floats:
    """A picture `(h, w, 4)` on a grey of sRGB 0 to 1, mixed in sRGB as browsers do: `(h, w, 3)`."""
    alpha = picture[..., 3:]
    mixed: Floats = picture[..., :3] * alpha + np.float32(grey) * (1 - alpha)
    return mixed


def coverage(picture: Floats) -> Floats:
    """How much of each pixel of `(h, w, 4)` the object covers, `(h, w)`, 0 to 1.

    That is alpha. In a picture without, whose four corners have one colour (within `BACKGROUND_NOISE`), the object is
    what differs from it; without such a background the whole picture is the object.
    """
    alpha: Floats = picture[..., 3]
    if (alpha < 1).any():
        return alpha
    corners = picture[[0, 0, -1, -1], [0, -1, 0, -1], :3]
    noise = BACKGROUND_NOISE / 255 + 1e-6
    if np.ptp(corners, axis=0).max() > noise:
        return alpha
    differs: npt.NDArray[np.bool_] = np.abs(picture[..., :3] - corners.mean(axis=0)).max(axis=2) > noise
    return differs.astype(np.float32)


def shown(first: Floats, second: Floats) -> npt.NDArray[np.bool_]:
    """The object's pixels in either picture, `(h, w)`."""
    return np.asarray(np.maximum(coverage(first), coverage(second)) > 0)


def _rgba(pixels: Pixels) -> Floats:
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 2, 3, 4) or 0 in pixels.shape:
        raise RecipeError(f"a picture of shape {pixels.shape}: (height, width, 1 to 4 channels) is needed")
    if pixels.dtype not in (np.uint8, np.uint16):
        raise RecipeError(f"a picture of {pixels.dtype}: uint8 or uint16 is needed")
    channels = pixels.shape[2]
    found = np.ones((*pixels.shape[:2], 4), np.float32)
    found[..., :3] = pixels[..., :3] if channels > 2 else pixels[..., :1]
    found[..., :3] /= np.iinfo(pixels.dtype).max
    if channels in (2, 4):
        found[..., 3] = pixels[..., -1]
        found[..., 3] /= np.iinfo(pixels.dtype).max
    return found
