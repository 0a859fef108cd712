"""The example garments on bodies that other programs would have written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import examples
import numpy as np
import pytest
from tests.dress import bodies
from tests.examples.worn import posed

from forge3d import Document
from forge3d.document import Node
from forge3d.dress import Dressed, Wear, dress

MODELS = Path(examples.__file__).parent / "models"


@pytest.fixture(scope="module")
def body() -> Document:
    return Document.read(MODELS / "mannequin_large.glb")


@pytest.fixture(scope="module")
def jacket() -> Document:
    return Document.read(MODELS / "courier_jacket.glb")


@pytest.fixture(scope="module")
def visor() -> Document:
    return Document.read(MODELS / "visor.glb")


@pytest.fixture(scope="module")
def plain(body: Document, jacket: Document) -> Dressed:
    return dress(jacket, body)


def worn(document: Document, body: Document) -> np.ndarray:
    """World positions of all but the body."""
    skin = len(body.meshes[0].primitives[0].attributes["POSITION"])
    return np.concatenate([points for points in posed(document, None) if len(points) != skin])


@pytest.mark.parametrize("other", [bodies.mixamo, bodies.in_centimetres], ids=["Mixamo", "cm"])
def test_names_and_units_change_nothing(
    body: Document, jacket: Document, plain: Dressed, other: Callable[[Document], Document]
) -> None:
    dressed = dress(jacket, other(body))
    assert dressed.hidden == plain.hidden
    assert dressed.moved == pytest.approx(plain.moved, rel=0.01)
    first, second = (np.concatenate(posed(made.document, "Walk", 0.5)) for made in (dressed, plain))
    apart = np.linalg.norm(first - second, axis=1)  # rounding decides which vertex pushes most
    assert np.percentile(apart, 98) < 5e-4
    assert apart.max() < 5e-3


def test_a_spine_with_fewer_joints(body: Document, jacket: Document) -> None:
    dressed = dress(jacket, bodies.without(body, "upperChest"))
    assert dressed.folded == {"upperChest": "chest"}
    assert max(dressed.inside.values()) < 0.005


def test_another_rest_pose(body: Document, jacket: Document) -> None:
    """The jacket was made for lowered arms."""
    dressed = dress(jacket, bodies.in_t_pose(body))
    assert max(dressed.inside.values()) < 0.005
    cloth = worn(dressed.document, body)
    assert np.ptp(cloth[:, 0]) > 1.3
    assert cloth[:, 1].min() > 0.8


@pytest.mark.parametrize(
    "other", [bodies.mixamo, bodies.vroid, bodies.in_centimetres, bodies.in_t_pose], ids=lambda made: made.__name__
)
def test_what_hangs_on_a_bone(body: Document, visor: Document, other: Callable[[Document], Document]) -> None:
    expected = worn(dress(visor, body, Wear(attach="head")).document, body)
    dressed = dress(visor, other(body), Wear(attach="head"))
    assert dressed.scale == 1
    assert max(dressed.inside.values()) < 0.005
    np.testing.assert_allclose(worn(dressed.document, body), expected, atol=2e-4)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_it_looks_where_the_body_looks(body: Document, visor: Document, quarters: int) -> None:
    expected = worn(dress(visor, body, Wear(attach="head")).document, body)
    turned, half = body.copy(), quarters * np.pi / 4
    assert turned.scene is not None
    stand = Node(name="turned", children=turned.scene.nodes, rotation=(0.0, np.sin(half), 0.0, np.cos(half)))
    turned.scene.nodes = [stand]
    turned.nodes.append(stand)
    found = worn(dress(visor, turned, Wear(attach="head")).document, body)
    cosine, sine = np.cos(2 * half), np.sin(2 * half)
    rotation = np.array([[cosine, 0, sine], [0, 1, 0], [-sine, 0, cosine]])
    np.testing.assert_allclose(found, expected @ rotation.T, atol=2e-4)


def test_joints_without_names_are_called_by_their_number(body: Document, visor: Document) -> None:
    nameless = body.copy()
    (skin,) = nameless.skins
    at = next(number for number, joint in enumerate(skin.joints) if joint.name == "head")
    for joint in skin.joints:
        joint.name = None
    dressed = dress(visor, nameless, Wear(attach="head", joints={"joint 0": "hips", f"joint {at}": "head"}))
    assert dressed.bones == ["hips", "head"]
    assert max(dressed.inside.values()) < 0.005
