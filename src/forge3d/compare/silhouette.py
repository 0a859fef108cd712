"""How well two silhouettes lie upon each other."""

from __future__ import annotations

import numpy as np

from .picture import Floats, Pixels, as_pair, coverage


def silhouette_iou(reference: Pixels, test: Pixels) -> float | None:
    """Intersection over union of the objects' silhouettes, 0 to 1; None where neither picture shows anything.

    Of coverage, not of whole pixels: Σ min / Σ max, the weighted form of the Jaccard index, so that a soft edge counts
    for what it covers. Where every pixel is wholly in or out, both are the same.

    Args:
        reference, test: of one size, see `picture.as_pair`; the silhouette is what `picture.coverage` says.

    Raises:
        SizeMismatch, RecipeError: the pictures cannot be compared.
    """
    first, second = map(coverage, as_pair(reference, test))
    return coverage_iou(first, second)


def coverage_iou(first: Floats, second: Floats) -> float | None:
    """`silhouette_iou` of coverages `(h, w)`."""
    union = float(np.maximum(first, second).sum(dtype=np.float64))
    return float(np.minimum(first, second).sum(dtype=np.float64)) / union if union else None
