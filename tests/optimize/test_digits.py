"""Numbers in JSON: shorter, and the same to single precision."""

from __future__ import annotations

import numpy as np

from forge3d.document import Context, Material, Node
from forge3d.optimize import Quantize

from . import document, placed, primitive


def test_numbers_take_the_digits_of_single_precision() -> None:
    long = (float(np.float32(0.1)), -3.352759847530251e-08, 2.0)
    node = Node(translation=long, extras={"kept": long[0]})
    Quantize()(placed(node), Context())
    assert node.translation == (0.1, -3.35276e-08, 2.0)
    assert [np.float32(n) for n in node.translation] == [np.float32(n) for n in long]
    assert node.extras == {"kept": long[0]}


def test_materials_too_and_digits_can_stay() -> None:
    colour = (float(np.float32(0.2)), 0.5, 1.0, 1.0)
    for digits, expected in ((True, 0.2), (False, colour[0])):
        part = primitive()
        part.material = Material(base_color_factor=colour)
        Quantize(digits=digits)(document(part, materials=[part.material]), Context())
        assert part.material.base_color_factor[0] == expected
