"""Lower levels of detail: fewer triangles, smaller textures, the same compression as the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ...document import Context, Transform
from ...errors import UnsupportedFeature
from ...lod import levels as simplified
from ...optimize import Compress, Quantize, Reorder, Textures
from ..graph import Result
from ..manifest import Finding
from .optimize import error_of, model, transforms

if TYPE_CHECKING:
    from ..product import Work

_ANY_LOSS = 255.0


def levels(work: Work) -> Result:
    """One GLB for each ratio of the recipe.

    Levels are made from exact geometry and original textures: simplified after what the recipe cleans up, before what
    it quantizes and compresses.
    """
    wanted = work.recipe.levels
    clean, texture, pack = split(transforms(work.recipe.optimize))
    document, context = work.document().copy(), Context()
    cleaning = error_of(document.apply(*clean))
    made = []
    try:
        simpler = simplified(document, ratios=wanted.ratios, context=context)
    except UnsupportedFeature as why:  # the model has levels inside: it is delivered with those
        return Result(findings=(_note(str(why)),))
    for index, level in enumerate(simpler, 1):
        side = wanted.textures[min(index, len(wanted.textures)) - 1] if wanted.textures else None
        # A small map loses more to WebP, but a level is seen small too: it must not outweigh the level before.
        largest = min(filter(None, (side, texture.max_size)), default=None)
        sized = replace(texture, max_size=largest, data_loss=_ANY_LOSS)
        packing = error_of(level.document.apply(sized, *pack))
        error = cleaning + level.error + packing
        made.append(model(level.document, name=f"level-{index}", role="level", index=index, error=error))
    return Result(tuple(made), findings=tuple(map(_note, context.warnings)))


def _note(message: str) -> Finding:
    return Finding(severity="information", code="LEVELS", message=message, step="levels")


def split(chain: Sequence[Transform]) -> tuple[list[Transform], Textures, list[Transform]]:
    """Transforms that clean up, the one for textures, and those that pack for delivery."""
    texture = next((transform for transform in chain if isinstance(transform, Textures)), None)
    rest = [transform for transform in chain if not isinstance(transform, Textures)]
    packing = (Quantize, Reorder, Compress)
    first = next((place for place, transform in enumerate(rest) if isinstance(transform, packing)), len(rest))
    return rest[:first], texture or Textures(max_size=None, format="keep"), rest[first:]
