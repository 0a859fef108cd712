"""Peak signal-to-noise ratio of two pictures of a product."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

IDENTICAL = 100.0


def psnr(first: npt.NDArray[np.uint8], second: npt.NDArray[np.uint8]) -> float | None:
    """Peak signal-to-noise ratio over the pixels that show something, dB; at most `IDENTICAL`, None where none does.

    Colours count by their coverage, and coverage itself counts: a changed silhouette shows. Pixels that both pictures
    leave empty would only flatter the number.

    Args:
        first, second: `(h, w, 4)` sRGB with straight alpha.
    """
    pictures = [picture.astype(np.float32) / 255 for picture in (first, second)]
    shown = (first[..., 3] > 0) | (second[..., 3] > 0)
    if not shown.any():
        return None
    a, b = (np.concatenate([p[..., :3] * p[..., 3:], p[..., 3:]], axis=-1)[shown] for p in pictures)
    error = float(np.mean(np.square(a - b), dtype=np.float64))
    return min(IDENTICAL, -10 * float(np.log10(error))) if error > 0 else IDENTICAL
