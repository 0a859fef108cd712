"""The model itself: the recipe's transforms, and what they changed in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from ...document import Change, Context, Document, Transform
from ...document.bounds import bounds
from ...document.statistics import Statistics, statistics
from ...errors import RecipeError
from ...gltf import Source
from ...gltf.anatomy import decoders
from ...optimize import PRESETS, TRANSFORMS, build, canonical, name_of, parse
from ...optimize.presets import with_effort
from ..graph import Artifact, Facts, Result
from ..manifest import Finding
from ..recipe import Optimize

if TYPE_CHECKING:
    from ..product import Work

GLB = "model/gltf-binary"


def transforms(wanted: Optimize) -> tuple[Transform, ...]:
    """The transforms that a recipe asks for.

    Raises:
        RecipeError: it names a preset, transform or option that does not exist.
    """
    if wanted.steps:
        chain = tuple(_checked("optimize.steps", lambda text=text: parse(text, TRANSFORMS)) for text in wanted.steps)
    elif wanted.preset in PRESETS:
        chain = PRESETS[wanted.preset]
    else:
        raise RecipeError(f"optimize.preset = {wanted.preset!r}, but it takes one of {', '.join(PRESETS)}")
    chain = with_effort(chain, wanted.effort)
    names = [name_of(type(transform)) for transform in chain]
    for name in wanted.change:
        if name not in names:
            raise RecipeError(
                f"optimize.change.{name}: there is no such transform among {', '.join(dict.fromkeys(names))}"
            )
    return tuple(_changed(transform, wanted.change.get(name, {})) for transform, name in zip(chain, names, strict=True))


def _changed(transform: Transform, values: dict[str, Any]) -> Transform:
    if not values:
        return transform
    name = name_of(type(transform))
    return _checked(f"optimize.change.{name}", lambda: build(name, {**asdict(transform), **values}, TRANSFORMS))


def _checked(key: str, make: Any) -> Transform:
    try:
        made: Transform = make()
    except RecipeError as error:
        raise RecipeError(f"{key}: {error}") from error
    return made


def described(chain: Sequence[Transform]) -> list[dict[str, Any]]:
    """Names, versions and options: what of the transforms goes into a key."""
    return [canonical(transform) for transform in chain]


def optimize(work: Work) -> Result:
    """The optimized GLB; counts before and after, and the product's size."""
    source = work.document()
    document, changes, context = source.copy(), list[Change](), Context()
    before = statistics(source)
    changes = document.apply(*transforms(work.recipe.optimize), context=context)
    made = model(document, name="model", role="model", index=None, error=error_of(changes))
    box = bounds(source)
    values: dict[str, Any] = {"before": counts(before), "after": counts(statistics(document))}
    if box is not None and np.isfinite([box.min, box.max]).all():
        values["size"] = [float(high - low) for low, high in zip(box.min, box.max, strict=True)]
    found = [note("SKIPPED", f"{c.transform}: {skip.what} {skip.why}") for c in changes for skip in c.skipped]
    found += [note("NOTE", text) for text in context.warnings]
    return Result((made,), values, tuple(dict.fromkeys(found)))


def model(document: Document, *, name: str, role: str, index: int | None, error: float) -> Artifact:
    """A document as a GLB with its facts."""
    data = document.to_bytes()
    facts = Facts(
        index=index,
        triangles=statistics(document).triangles,
        error=error,
        decoders=decoders(Source.open(data, name=name)),
    )
    return Artifact(name, data, GLB, role, facts)


def error_of(changes: Sequence[Change]) -> float:
    """Metres by which a surface may be off after these changes: no more than their errors together."""
    return float(sum(change.error or 0.0 for change in changes))


def counts(found: Statistics) -> dict[str, int]:
    """What the manifest keeps of a document's statistics."""
    return {
        "triangles": found.triangles,
        "vertices": found.vertices,
        "draw_calls": found.draw_calls,
        "materials": found.materials,
        "textures": found.textures,
        "gpu_bytes": found.gpu_bytes,
    }


def note(code: str, message: str) -> Finding:
    return Finding(severity="hint", code=code, message=message, step="optimize")
