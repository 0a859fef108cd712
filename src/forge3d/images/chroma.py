"""Channels that nobody reads, set to what a codec pays least for.

JPEG, WebP and AVIF store luma and two differences of hue, Cb and Cr, by the matrix of ITU-R BT.601; lossy WebP stores
those at half resolution, and every codec spends bytes on them. A texture of which a material reads one or two channels
leaves the others open, so they can be chosen to make a difference of hue vanish.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from .decoding import Pixels

CHROMA = np.array([[-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])
"""Cb and Cr of red, green and blue (ITU-R BT.601-7 §3.5.1; WebP's limited range scales both alike)."""


def cancel_chroma(pixels: Pixels, read: Collection[int]) -> Pixels:
    """The picture with its free colour channels chosen so that a hue difference is constant.

    One channel read: all three become equal, which leaves luma alone, so the result is grey. Two: the difference in
    which the free channel weighs most is solved for it, and cut off at black and white. With green and blue read that
    is Cr: red becomes 0.84 green + 0.16 blue.

    Args:
        pixels: `(height, width, channels)` uint8 or uint16; grey ones come back as they are.
        read: which of red (0), green (1), blue (2) must stay as they are. Alpha always does.

    Returns:
        The same type; 1 channel (2 with alpha) where at most one is read, otherwise the same channels.
    """
    if pixels.shape[2] < 3:
        return pixels
    kept = sorted(read)
    if len(kept) == 3:
        return pixels
    if len(kept) < 2:
        return _grey(pixels, kept)
    (free,) = {0, 1, 2} - set(kept)
    row = CHROMA[np.argmax(np.abs(CHROMA[:, free]))]
    value = sum(np.float32(-row[n] / row[free]) * pixels[..., n] for n in kept)
    result = pixels.copy()
    result[..., free] = np.clip(np.rint(value), 0, np.iinfo(pixels.dtype).max)
    return result


def whiten(pixels: Pixels, read: Collection[int]) -> Pixels:
    """The same for forms without loss, which pay least for a constant: free channels are white, factors of nothing.

    Args and result as of `cancel_chroma`.
    """
    free = [n for n in range(3) if n not in read]
    if pixels.shape[2] < 3 or not free:
        return pixels
    if len(free) > 1:
        return _grey(pixels, sorted(read))
    result = pixels.copy()
    result[..., free] = np.iinfo(pixels.dtype).max
    return result


def _grey(pixels: Pixels, read: list[int]) -> Pixels:
    """The one channel that is read, or white, and alpha if there is one."""
    grey = pixels[..., read] if read else np.full_like(pixels[..., :1], np.iinfo(pixels.dtype).max)
    return np.ascontiguousarray(np.concatenate([grey, pixels[..., 3:]], axis=-1))
