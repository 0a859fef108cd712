"""How different two pictures look when flipped between: FLIP.

P. Andersson, J. Nilsson, T. Akenine-Möller, M. Oskarsson, K. Åström, M. D. Fairchild, "FLIP: A Difference Evaluator for
Alternating Images", Proc. ACM Comput. Graph. Interact. Tech. 3(2), 2020; computed by its authors' flip-evaluator.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..errors import DependencyMissing, RecipeError
from .picture import Floats, Pixels, as_pair, over, shown

PIXELS_PER_DEGREE = 67.0
"""A screen of 3840 pixels over .7 m, seen from .7 m: the paper's default."""

MIDDLE_GREY = 0.5

_REACH = 0.35
"""Degrees that the filters of one pixel reach; they are smaller than .3."""


def flip(reference: Pixels, test: Pixels, *, pixels_per_degree: float = PIXELS_PER_DEGREE) -> float | None:
    """The mean FLIP error over the object's pixels in either picture, 0 to 1; None where there are none.

    Both are laid over middle grey, so that a changed silhouette shows; empty pixels would only flatter the number.

    Args:
        reference, test: of one size, see `picture.as_pair`; the object is what `picture.coverage` says.
        pixels_per_degree: of the viewer's field of view.

    Raises:
        DependencyMissing: flip-evaluator is not installed.
        SizeMismatch, RecipeError: the pictures cannot be compared.
    """
    pair = as_pair(reference, test)
    return object_flip(*pair, shown(*pair), pixels_per_degree)


def object_flip(
    reference: Floats, test: Floats, where: npt.NDArray[np.bool_], pixels_per_degree: float = PIXELS_PER_DEGREE
) -> float | None:
    """`flip` of pictures `(h, w, 4)` over the pixels that `where` `(h, w)` names."""
    if not where.any():
        return None
    near = _surroundings(where, int(np.ceil(_REACH * pixels_per_degree)))
    errors = flip_map(over(reference[near], MIDDLE_GREY), over(test[near], MIDDLE_GREY), pixels_per_degree)
    return float(errors[where[near]].mean())


def flip_map(reference: Floats, test: Floats, pixels_per_degree: float = PIXELS_PER_DEGREE) -> Floats:
    """The FLIP error of each pixel, `(h, w)`, 0 to 1, of pictures `(h, w, 3)` in sRGB 0 to 1."""
    if not 1 <= pixels_per_degree <= 1000:
        raise RecipeError(f"pixels_per_degree={pixels_per_degree}: takes 1 to 1000")
    if np.array_equal(reference, test):
        return np.zeros(reference.shape[:2], np.float32)
    try:
        from flip_evaluator import evaluate
    except ImportError as error:
        raise DependencyMissing("FLIP needs the package flip-evaluator: pip install flip-evaluator") from error
    pair = (np.ascontiguousarray(picture, np.float32) for picture in (reference, test))
    errors, _, _ = evaluate(
        *pair, "LDR", applyMagma=False, computeMeanError=False, parameters={"ppd": pixels_per_degree}
    )
    return np.asarray(errors, np.float32).reshape(reference.shape[:2])


def _surroundings(where: npt.NDArray[np.bool_], margin: int) -> tuple[slice, slice]:
    """The rows and columns that the errors of the pixels in `where` depend on."""
    found = []
    for axis in (1, 0):
        (places,) = np.nonzero(where.any(axis=axis))
        found.append(slice(max(0, int(places[0]) - margin), int(places[-1]) + 1 + margin))
    return found[0], found[1]
