"""How different two pictures look when flipped between: FLIP (Andersson et al. 2020), over the object's pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..errors import DependencyMissing

PIXELS_PER_DEGREE = 67.0
"""A screen of 3840 pixels over .7 m, seen from .7 m: the paper's default."""


def flip(
    reference: npt.NDArray[np.uint8], test: npt.NDArray[np.uint8], *, pixels_per_degree: float = PIXELS_PER_DEGREE
) -> float | None:
    """The mean FLIP error over the pixels that either picture shows something in, 0 to 1; None where neither does.

    Both are laid over middle grey, so that a changed silhouette shows; empty pixels would only flatter the number.

    Args:
        reference, test: `(h, w, 4)` sRGB with straight alpha, of one size.
        pixels_per_degree: of the viewer's field of view.

    Raises:
        DependencyMissing: flip-evaluator is not installed.
        ValueError: the pictures differ in size.
    """
    try:
        from flip_evaluator import evaluate
    except ImportError as error:
        raise DependencyMissing("FLIP needs the package flip-evaluator: pip install flip-evaluator") from error
    if reference.shape != test.shape or reference.shape[2:] != (4,):
        raise ValueError(f"pictures of {reference.shape} and {test.shape}, which must be equal and (h, w, 4)")
    shown = (reference[..., 3] > 0) | (test[..., 3] > 0)
    if not shown.any():
        return None
    pictures = [_over_grey(picture) for picture in (reference, test)]
    errors, _, _ = evaluate(
        *pictures, "LDR", applyMagma=False, computeMeanError=False, parameters={"ppd": pixels_per_degree}
    )
    return float(np.asarray(errors).reshape(shown.shape)[shown].mean())


def _over_grey(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    floats = picture.astype(np.float32) / np.float32(255)
    colour: npt.NDArray[np.float32] = floats[..., :3] * floats[..., 3:] + np.float32(0.5) * (1 - floats[..., 3:])
    return colour
