"""Pictures larger than what can be drawn in one piece: the same picture, part by part.

Parts begin at even pixels, so that the squares of 2 × 2 that the GPU shades together, and takes mip levels from, are
those of the whole picture. What is left is that the rasteriser's numbers are rounded elsewhere: a few pixels in a
thousand, mostly at edges, differ by a step or two of 255. Glass sees less of what lies far beside it: bodies of glass
larger than a quarter of a part, 1,024 pixels, may show where parts meet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import RecipeError
from .camera import View
from .filter import RADIUS

MAX_PICTURE_BYTES = 1 << 30
"""Of a finished picture: 16,384 × 16,384 pixels."""

MAX_PICTURE_SIDE = 1 << 15

_FILTERED = math.ceil(RADIUS - 0.5)  # pixels beside it that a pixel's filter reaches into
_MARGIN = 4  # one part in so many of a tile is drawn for nothing but what glass beside it shows


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a picture, in pixels from its top left corner.

    Attributes:
        left, top, width, height: what is kept.
        drawn_left, drawn_top: corner of what is drawn, `side` pixels each way.
    """

    left: int
    top: int
    width: int
    height: int
    drawn_left: int
    drawn_top: int
    side: int

    def view(self, view: View, size: tuple[int, int]) -> View:
        """The camera that sees what is drawn of a picture of `size`."""
        width, height = size
        left, right = (2 * x / width - 1 for x in (self.drawn_left, self.drawn_left + self.side))
        top, bottom = (1 - 2 * y / height for y in (self.drawn_top, self.drawn_top + self.side))
        return view.part((left, bottom, right, top))

    @property
    def kept(self) -> tuple[slice, slice]:
        """Rows and columns of the drawn part that are kept."""
        down, across = self.top - self.drawn_top, self.left - self.drawn_left
        return slice(down, down + self.height), slice(across, across + self.width)

    @property
    def place(self) -> tuple[slice, slice]:
        """Rows and columns of the picture that they become."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)


def tiles(size: tuple[int, int], side: int, *, glass: bool) -> list[Tile]:
    """Parts of `side` pixels drawn that make up a picture of `size`.

    Args:
        glass: something refracts what is beside it, so that parts overlap.
    """
    margin = _even(side // _MARGIN) if glass else _even(_FILTERED + 1)
    step = side - 2 * margin
    odd = size[1] % 2  # rows are counted from the bottom where pixels are shaded
    return [
        Tile(left, top, min(step, size[0] - left), min(step, size[1] - top), left - margin, top - margin + odd, side)
        for top in range(0, size[1], step)
        for left in range(0, size[0], step)
    ]


def _even(count: int) -> int:
    return count + count % 2


def check_picture(size: tuple[int, int]) -> None:
    """Raise `RecipeError` where a picture is larger than any that is made."""
    width, height = size
    needed = 4 * width * height
    if needed > MAX_PICTURE_BYTES or max(size) > MAX_PICTURE_SIDE:
        raise RecipeError(
            f"size: {width:,} × {height:,} pixels are {needed >> 20:,} MiB; a picture has at most {MAX_PICTURE_SIDE:,} "
            f"pixels a side and {MAX_PICTURE_BYTES >> 20:,} MiB, such as 16,384 × 16,384: ask for less"
        )
