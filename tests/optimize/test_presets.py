"""Presets are tuples in the open; an effort sets time against bytes and nothing else."""

from __future__ import annotations

from dataclasses import fields

import pytest

from forge3d.document import Fidelity
from forge3d.errors import RecipeError
from forge3d.optimize import PRESETS, Compress, Textures, name_of
from forge3d.optimize.presets import EFFORTS, preset, with_effort


def test_lossless_is_exact() -> None:
    assert {step.fidelity for step in PRESETS["lossless"]} == {Fidelity.EXACT}


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("effort", EFFORTS)
def test_an_effort_changes_no_more_than_it_says(name: str, effort: str) -> None:
    changed = preset(name, effort)
    assert len(changed) == len(PRESETS[name])
    for step, plain in zip(changed, PRESETS[name], strict=True):
        different = {f.name for f in fields(step) if getattr(step, f.name) != getattr(plain, f.name)}
        assert different <= set(EFFORTS[effort].get(type(step), {})), name_of(type(step))  # type: ignore[call-overload]


def test_more_effort_tries_harder() -> None:
    steps = (Textures(), Compress("draco"))
    tried = [[(s.effort if isinstance(s, Textures) else s.draco_level) for s in with_effort(steps, e)]  # type: ignore[attr-defined]
             for e in ("fast", "normal", "max")]  # fmt: skip
    assert tried[0] < tried[1] < tried[2]


def test_unknown_names_are_told() -> None:
    with pytest.raises(RecipeError, match="there are: lossless, web, mobile, draco, archive"):
        preset("small")
    with pytest.raises(RecipeError, match="there are: fast, normal, max"):
        preset("web", "more")


def test_what_somebody_chose_stays_at_every_effort() -> None:
    steps = (Textures(quality=60, effort=3), Textures())
    chosen, usual = with_effort(steps, "max")
    assert chosen == Textures(quality=60, effort=3, corrections=6)
    assert usual == Textures(quality=84, effort=6, corrections=6)
    assert with_effort(steps, "normal") == steps
