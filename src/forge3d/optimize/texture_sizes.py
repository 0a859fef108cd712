"""How large a texture becomes: a longest side, powers of two, whole blocks."""

from __future__ import annotations

from typing import Literal

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
