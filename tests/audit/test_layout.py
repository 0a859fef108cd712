from __future__ import annotations

import numpy as np
import pytest

from forge3d.audit.layout import components
from forge3d.audit.subject import Subject
from forge3d.document import Material
from forge3d.document.texture import TextureTransform

from .build import SQUARE, SQUARE_FACES, document, flat, painted


def test_components_are_named_by_their_lowest_point() -> None:
    faces = np.array([[5, 6, 7], [0, 1, 2], [7, 3, 8], [4, 4, 4]])
    assert components(10, faces).tolist() == [0, 0, 0, 3, 4, 3, 3, 3, 3, 9]


def test_components_of_a_long_strip_in_any_order() -> None:
    numbers = np.random.default_rng(3).permutation(5000)
    strip = np.stack([numbers[:-2], numbers[1:-1], numbers[2:]], axis=1)
    assert (components(5000, strip) == 0).all()


def test_primitives_of_one_material_share_a_layout() -> None:
    one, other = Material(), Material()
    parts = [flat(SQUARE, SQUARE_FACES, material) for material in (one, other, one, None)]
    layouts = Subject(document(*parts)).layouts
    assert [len(layout.shown) for layout in layouts] == [2, 1, 1]
    assert layouts[0].islands.max() == 0  # the same points: one island


def test_areas_are_negative_where_the_picture_is_not_mirrored() -> None:
    (layout,) = Subject(document(flat(SQUARE, SQUARE_FACES))).layouts
    assert layout.areas.tolist() == [-0.5, -0.5]


def test_the_transform_of_the_first_texture_is_applied() -> None:
    material = painted(np.zeros((4, 4, 3), np.uint8))
    assert material.base_color_texture is not None
    material.base_color_texture.transform = TextureTransform(scale=(0.5, 2.0), offset=(0.25, 0.0))
    (layout,) = Subject(document(flat(SQUARE, SQUARE_FACES, material))).layouts
    assert layout.points.min(axis=0) == pytest.approx([0.25, 0])
    assert layout.points.max(axis=0) == pytest.approx([0.75, 2])


def test_what_has_no_uvs_or_endless_ones_has_no_layout() -> None:
    endless = np.array(SQUARE, np.float32)
    endless[0, 0] = np.inf
    bare = flat(SQUARE, SQUARE_FACES)
    del bare.attributes["TEXCOORD_0"]
    with np.errstate(invalid="ignore"):
        assert Subject(document(bare, flat(endless, SQUARE_FACES))).layouts == []


def test_the_outline_leaves_out_what_two_triangles_share() -> None:
    (layout,) = Subject(document(flat(SQUARE, SQUARE_FACES))).layouts
    assert len(layout.outline()) == 4
