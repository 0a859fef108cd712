"""Many frames in one picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import RecipeError
from .decoding import Pixels


def sprite_sheet(frames: Sequence[Pixels], columns: int | None = None) -> Pixels:
    """Lay frames of equal shape out row by row, left to right; cells that are left over are zero (transparent).

    Args:
        frames: each `(height, width, channels)` of one shape and type.
        columns: frames in a row; by default so many that the sheet is about as many frames wide as high.

    Returns:
        `(rows × height, columns × width, channels)`.
    """
    if not frames or any(frame.shape != frames[0].shape for frame in frames):
        raise RecipeError("a sprite sheet needs at least one frame, and all of one size")
    columns = min(columns or int(np.ceil(np.sqrt(len(frames)))), len(frames))
    if columns < 1:
        raise RecipeError(f"a sprite sheet cannot have {columns} columns")
    height, width, channels = frames[0].shape
    rows = -(-len(frames) // columns)
    sheet = np.zeros((rows, height, columns, width, channels), frames[0].dtype)
    for i, frame in enumerate(frames):
        sheet[i // columns, :, i % columns] = frame
    return sheet.reshape(rows * height, columns * width, channels)
