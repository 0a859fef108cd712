"""The products are what the references were made of, and the tables hold what the nodes rely on."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.document import Document
from forge3d.document.bounds import bounds
from forge3d.validate import validate

from .measure import OWN
from .products import NAMES, product
from .room import room
from .tables import COSINES, WIDTHS, cloth_weights, mirror_albedos, velvet


@pytest.mark.parametrize("name", NAMES)
def test_the_code_still_makes_the_committed_file(name: str) -> None:
    made, kept = product(name), Document.read(OWN / f"{name}.glb")
    assert [node.name for node in made.nodes] == [node.name for node in kept.nodes]
    assert [m.name for m in made.materials] == [m.name for m in kept.materials]
    for new, old in zip(made.meshes, kept.meshes, strict=True):
        for one, other in zip(new.primitives, old.primitives, strict=True):
            assert one.indices is not None
            assert other.indices is not None
            np.testing.assert_array_equal(one.indices.array, other.indices.array)
            np.testing.assert_allclose(one.attributes["POSITION"].array, other.attributes["POSITION"].array, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_products_are_valid_and_stand_on_the_ground(name: str) -> None:
    report = validate(OWN / f"{name}.glb")
    assert not report.errors
    assert not report.warnings
    box = bounds(Document.read(OWN / f"{name}.glb"))
    assert box is not None
    assert abs(box.min[1]) < 0.01
    assert box.max[1] < 0.5


def test_glass_is_a_closed_body() -> None:
    from .products.candle import tumbler

    glass = tumbler()
    corners = np.unique(glass.positions.round(6), axis=0, return_inverse=True)[1].reshape(-1)[glass.triangles]
    sides = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    kept = sides[sides[:, 0] != sides[:, 1]]
    assert {tuple(side) for side in kept.tolist()} == {tuple(side[::-1]) for side in kept.tolist()}


def test_the_room_has_no_seam_and_a_bright_window() -> None:
    light = room(256)
    assert light.shape == (128, 256, 3)
    assert np.abs(light[:, 0] - light[:, -1]).max() < 0.2
    assert light.min() > 0.05
    assert 10 < light.max() < 30


def test_white_glossy_layers_reflect_what_they_get_and_plastic_more_at_a_slant() -> None:
    np.testing.assert_allclose(mirror_albedos(1.0), 1.0, atol=0.02)
    plastic = mirror_albedos(0.04)[2]
    assert (np.diff(plastic[2:]) < 1e-6).all()
    assert plastic[-1] == pytest.approx(0.04, abs=0.002)


@pytest.mark.parametrize("roughness", [0.3, 1.0])
def test_cloth_made_of_other_lobes_keeps_the_albedo(roughness: float) -> None:
    weights, albedos = cloth_weights(roughness)
    assert (weights >= 0).all()
    light = unit_vectors(40_000)
    for cell in (8, 32, 56):
        cosine = COSINES[cell]
        view = np.array([np.sqrt(1 - cosine**2), 0.0, cosine])
        lobes = [*(velvet(view, light, width) for width in WIDTHS), np.full(len(light), 1 / np.pi)]
        albedo = (weights[cell] @ np.array(lobes) * light[:, 2]).mean() * 2 * np.pi
        assert albedo == pytest.approx(albedos[cell], rel=0.03)


def unit_vectors(count: int) -> np.ndarray:
    """Evenly over the upper half of the sphere."""
    up = (np.arange(count) + 0.5) / count
    turn = np.arange(count) * np.pi * (3 - 5**0.5)
    side = np.sqrt(1 - up**2)
    return np.stack([side * np.cos(turn), side * np.sin(turn), up], -1)
