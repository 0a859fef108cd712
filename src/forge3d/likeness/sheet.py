"""A comparison as one picture: a row for each pair, with both pictures and the heat map side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .. import images
from ..compare import heat_map
from ..compare.picture import Pixels, as_pair, over
from .comparison import Comparison, Pair
from .words import numbers

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

    from ..images.encoding import EncodedFormat

FORMATS: dict[str, EncodedFormat] = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp", ".avif": "avif"}
MOST_ROWS = 24
_CELL, _GAP, _HEADING, _CAPTION = 400, 20, 96, 34
_PAPER, _INK, _SOFT, _BAD = (247, 245, 241), (29, 26, 22), (109, 102, 92), (180, 35, 24)


def sheet(comparison: Comparison, format: EncodedFormat) -> bytes:
    """The sheet as a file. Of more than `MOST_ROWS` pairs it shows the worst."""
    return images.encode(drawn(comparison), format, quality=90)


def drawn(comparison: Comparison) -> npt.NDArray[np.uint8]:
    """The sheet's pixels, `(h, w, 3)`."""
    from PIL import Image, ImageDraw

    pairs = comparison.shown(MOST_ROWS)
    rows = [[fitted(picture, (_CELL, 2 * _CELL)) for picture in three(pair)] for pair in pairs]
    heights = [max(cell.shape[0] for cell in row) + _CAPTION + _GAP for row in rows]
    width = 3 * _CELL + 4 * _GAP
    image = Image.new("RGB", (width, _HEADING + sum(heights)), _PAPER)
    pen = ImageDraw.Draw(image)
    _heading(pen, comparison, len(pairs))
    top = _HEADING
    for pair, row, height in zip(pairs, rows, heights, strict=True):
        for column, cell in enumerate(row):
            left = _GAP + column * (_CELL + _GAP) + (_CELL - cell.shape[1]) // 2
            image.paste(Image.fromarray(cell), (left, top))
        _text(pen, (_GAP, top + height - _CAPTION - _GAP + 6), pair.name, 17, _INK, _CELL)
        colour = _BAD if pair.missed else _SOFT
        _text(pen, (2 * _GAP + _CELL, top + height - _CAPTION - _GAP + 6), numbers(pair), 17, colour, 2 * _CELL)
        top += height
    return np.asarray(image)


def three(pair: Pair) -> list[npt.NDArray[np.uint8]]:
    """Both pictures on white, and the heat map, `(h, w, 3)`."""
    assert pair.pictures is not None
    assert pair.difference is not None
    pictures = [(over(picture, 1.0) * 255 + 0.5).astype(np.uint8) for picture in as_pair(*pair.pictures)]
    return [*pictures, heat_map(pair.difference.errors)]


def fitted(picture: Pixels, room: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """A picture made smaller where it is wider or higher than `room`."""
    height, width = picture.shape[:2]
    scale = min(1.0, room[0] / width, room[1] / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(images.resize(picture, size, srgb=True) if scale < 1 else picture)


def _heading(pen: ImageDraw, comparison: Comparison, shown: int) -> None:
    rest = len(comparison.pairs) - shown
    worst = comparison.worst
    facts = [f"worst FLIP {worst.flip:.4f}" if worst.flip is not None else "", f"{rest} more not shown" if rest else ""]
    verdict = "passed" if comparison.passed else "beyond its limits"
    line = " · ".join(filter(None, [verdict, *facts]))
    _text(pen, (_GAP, 18), line, 24, _INK if comparison.passed else _BAD, 3 * _CELL)
    for column, name in enumerate((comparison.reference, comparison.test, "FLIP, black is equal")):
        _text(pen, (_GAP + column * (_CELL + _GAP), 62), name, 17, _SOFT, _CELL)


def _text(pen: ImageDraw, at: tuple[int, int], text: str, size: int, colour: tuple[int, int, int], width: int) -> None:
    """One line, its middle left out where it is too long."""
    from PIL import ImageFont

    font = ImageFont.load_default(size)
    shown = text.replace("–", "-")  # Pillow's own font has Latin letters only
    while len(shown) > 4 and pen.textlength(shown, font=font) > width:
        middle = len(shown) // 2
        shown = f"{shown[: middle - 2]}…{shown[middle + 1 :]}"
    pen.text(at, shown, font=font, fill=colour)
