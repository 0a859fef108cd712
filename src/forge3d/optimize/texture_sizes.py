"""How large a texture becomes: a longest side, powers of two, whole blocks, and what its detail needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from ..document.accessor import Array

_SMALLEST = 4  # pixels that a side keeps

PowerOfTwo = Literal["floor", "nearest", "ceil"]


def fitted(
    size: tuple[int, int], longest: int | None, power_of_two: PowerOfTwo | None = None, multiple: int = 1
) -> tuple[int, int]:
    """Width and height to make; the aspect stays to the nearest pixel but for powers of two and blocks.

    Args:
        size: width and height as they are, in pixels.
        longest: no side is longer; None keeps every size. It wins over powers of two.
        power_of_two: each side becomes one: the next below, the nearer one (the larger where both are as near), or the
            next above.
        multiple: each side becomes the nearest multiple of it, at least one; of blocks of GPU formats.
    """
    scale = min(1.0, longest / max(size)) if longest else 1.0
    sides = [max(1, round(side * scale)) for side in size]
    if power_of_two is not None:
        sides = [_power(side, power_of_two, longest) for side in sides]
    width, height = (max(multiple, (side + multiple // 2) // multiple * multiple) for side in sides)
    return width, height


def _power(side: int, rule: PowerOfTwo, longest: int | None) -> int:
    below = 1 << side.bit_length() - 1
    above = below if below == side else below * 2
    chosen = {"floor": below, "ceil": above, "nearest": above if above - side <= side - below else below}[rule]
    return below if longest and chosen > longest else chosen


def without_idle_pixels(
    pixels: Array,
    scale: Callable[[Array, tuple[int, int]], Array],
    read: list[int],
    tolerance: float,
    multiple: int = 1,
) -> Array:
    """The picture at half its sides, and half again, while a viewer that magnifies it shows the same.

    Magnified, each texel of `pixels` stands within `tolerance` of what linear filtering makes of the smaller picture.
    Minified, the smaller picture is what the larger one's mip level was.

    Args:
        pixels: `(height, width, channels)` uint8.
        scale: makes the smaller picture as its use wants it filtered: pixels, (width, height).
        read: indices of the channels that are held to the tolerance.
        tolerance: of 255.
        multiple: sides stay multiples of it.
    """
    chosen = pixels
    while min(chosen.shape[:2]) >= 2 * _SMALLEST and not any(side % (2 * multiple) for side in chosen.shape[:2]):
        half = scale(pixels, (chosen.shape[1] // 2, chosen.shape[0] // 2))
        if any(_magnified_error(half[..., n], pixels[..., n]) > tolerance for n in read):
            break
        chosen = half
    return chosen


def _magnified_error(small: Array, large: Array) -> int:
    """The largest difference of one channel, the smaller one magnified with linear filtering."""
    from PIL import Image

    shown = Image.fromarray(small).resize(large.shape[::-1], Image.Resampling.BILINEAR)
    return int(np.abs(np.asarray(shown, np.int16) - large).max())
