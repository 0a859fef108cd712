from __future__ import annotations

import numpy as np
import pytest

import forge3d
from forge3d.bench.scenes import LOOKS, Field, sky
from forge3d.document.bounds import bounds
from forge3d.document.statistics import statistics


@pytest.mark.parametrize("triangles", [1_000, 20_000, 100_000])
@pytest.mark.parametrize("balls", [1, 5, 16])
def test_a_field_is_as_large_as_asked(triangles: int, balls: int) -> None:
    document = Field(triangles=triangles, balls=balls, look="plain", lights=3).document()
    found = statistics(document)
    assert found.triangles == pytest.approx(triangles, rel=0.1)
    assert found.draw_calls == found.materials == balls
    assert sum(node.light is not None for node in document.nodes) == 3


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_is_valid(look: str) -> None:
    document = Field(triangles=500, balls=4, look=look, lights=2, texture_side=16).document()
    report = forge3d.validate(document.to_bytes())
    assert [issue for issue in report.issues if issue.severity <= 1] == []


def test_balls_are_round_and_turned_outwards() -> None:
    (ball,) = Field(triangles=5_000, balls=1, look="plain").document().nodes
    assert ball.mesh is not None
    (part,) = ball.mesh.primitives
    assert part.indices is not None
    points = part.attributes["POSITION"].array[part.indices.array.reshape(-1, 3)].astype(np.float64)
    across = np.cross(points[:, 1] - points[:, 0], points[:, 2] - points[:, 0])
    middle = points.mean(axis=1) - np.array([0, 0.5, 0])
    assert (np.einsum("ij,ij->i", across, middle) > 0).all()
    normals, tangents = part.attributes["NORMAL"].array, part.attributes["TANGENT"].array
    assert np.abs(np.einsum("ij,ij->i", normals, tangents[:, :3])).max() < 1e-6


def test_it_stands_in_the_unit_square() -> None:
    box = bounds(Field(triangles=5_000, balls=9).document())
    assert np.allclose(box.max - box.min, (0.967, 0.3, 0.967), atol=0.01)


def test_the_same_field_is_the_same_bytes_in_new_objects() -> None:
    field = Field(triangles=500, balls=2, texture_side=16)
    first, second = field.document(), field.document()
    assert first.to_bytes() == second.to_bytes()
    mine, other = first.nodes[0].mesh, second.nodes[0].mesh
    assert mine is not None
    assert other is not None
    assert mine.primitives[0].attributes["NORMAL"] is not other.primitives[0].attributes["NORMAL"]
    pictures = [
        slot.info.texture.image
        for mesh in (mine, other)
        for slot in mesh.primitives[0].material.textures()  # type: ignore[union-attr]
    ]
    assert len({id(image.data) for image in pictures if image}) == 6


def test_skies_differ_and_can_light() -> None:
    first, second = sky(1, 32), sky(2, 32)
    assert first.shape == (32, 64, 3)
    assert np.isfinite(first).all()
    assert (first >= 0).all()
    assert not np.array_equal(first, second)
