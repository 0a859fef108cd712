"""What is done to a product, step by step; `plan` turns a recipe into the list.

To add a step: write its function in a file of its own, and name it here with what it needs and the settings it reads.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from ...errors import RecipeError
from ..graph import Step
from ..keys import sha256
from ..recipe import Recipe
from .ar import ar, check_ar
from .levels import levels
from .optimize import described, optimize, transforms
from .pictures import level_posters, poster, spin
from .validate import validate
from .verify import verify
from .wear import wear


def plan(recipe: Recipe) -> list[Step]:
    """The steps of a recipe, in an order in which they can run.

    Raises:
        RecipeError: the recipe names a transform, option or file that is not there.
        DependencyMissing: it insists on a USDZ, and usd-core is not installed.
    """
    check_ar(recipe.ar)
    chain = described(transforms(recipe.optimize))
    look = {**msgspec.to_builtins(recipe.images), "environment": _environment(recipe.images.environment)}
    steps = [
        Step("validate", validate, settings=sorted(recipe.validate.allow)),
        Step("optimize", optimize, settings=chain),
    ]
    if recipe.levels.ratios:
        steps.append(Step("levels", levels, settings=[chain, msgspec.to_builtins(recipe.levels)]))
    steps.append(Step("ar", ar, needs=("optimize",), settings=[chain, msgspec.to_builtins(recipe.ar)], version=2))
    if recipe.wear.body:
        settings = {**msgspec.to_builtins(recipe.wear), "body": _content("wear.body", recipe.wear.body)}
        steps.append(Step("wear", wear, settings=[chain, settings]))
    if recipe.images.poster:
        seen = _without(look, "spin")
        steps.append(Step("poster", poster, needs=("optimize",), settings=seen, device=True))
        if recipe.levels.ratios:
            needs = ("optimize", "levels")
            steps.append(Step("level posters", level_posters, needs=needs, settings=seen, device=True))
    if recipe.images.spin_frames:
        steps.append(Step("spin", spin, needs=("optimize",), settings=_without(look, "poster", "yaw"), device=True))
    judged = tuple(step.name for step in steps if step.name != "spin")
    steps.append(Step("verify", verify, needs=judged, settings=msgspec.to_builtins(recipe.quality)))
    return steps


def _environment(name: str) -> str:
    """What stands for the environment in a key: its content."""
    from ...render.studio import STUDIOS

    if name in STUDIOS:
        return name
    return _content("images.environment", name, f"; takes {', '.join(STUDIOS)}, or an .hdr or .exr file")


def _content(key: str, path: str, takes: str = "") -> str:
    """The digest of a file that the recipe names."""
    try:
        return sha256(Path(path).read_bytes())
    except OSError as error:
        raise RecipeError(f"{key} = {path!r} cannot be read: {error.strerror}{takes}") from error


def _without(settings: dict[str, Any], *prefixes: str) -> dict[str, Any]:
    """Settings that a step does not read must not make it run again."""
    return {name: value for name, value in settings.items() if not name.startswith(prefixes)}


__all__ = ["plan", "transforms"]
