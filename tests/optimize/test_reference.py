"""The page of transforms is the classes' own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge3d.document import Fidelity, Transform
from forge3d.optimize import TRANSFORMS, name_of, options_of, parse
from forge3d.optimize.reference import example_of, transforms_page

PAGE = Path(__file__).parents[2] / "docs" / "transforms.md"


def test_the_page_of_transforms_is_current() -> None:
    """Write it anew with: python -m forge3d.optimize.reference > docs/transforms.md"""
    assert PAGE.read_text("utf-8") == transforms_page()


@pytest.mark.parametrize("kind", TRANSFORMS.values(), ids=name_of)
def test_every_transform_explains_itself(kind: type[Transform]) -> None:
    assert type(parse(example_of(kind), TRANSFORMS)) is kind
    assert kind.fidelity in Fidelity
    for option in options_of(kind):
        assert option.doc, f"{option.name} has no line under Args"
