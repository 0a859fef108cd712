"""The courier jacket and the visor: they fit the medium mannequin and move with it."""

from __future__ import annotations

from pathlib import Path

import examples
import numpy as np
import pytest
from examples.courier_jacket import CourierJacket
from examples.courier_jacket.shell import EASE
from examples.mannequin.body import body
from examples.mannequin.measures import MEDIUM
from examples.mannequin.poses import POSES
from tests.examples.worn import inside, posed, share_joints
from tests.peers import khronos_reports

from forge3d import Document

MODELS = Path(examples.__file__).parent / "models"


@pytest.fixture(scope="module")
def jacket() -> CourierJacket:
    return CourierJacket()


@pytest.fixture(scope="module")
def document(jacket: CourierJacket) -> Document:
    return jacket.document()


@pytest.fixture(scope="module")
def visor() -> Document:
    return examples.product("visor").document()


def figure() -> tuple[Document, np.ndarray]:
    """The mannequin as it is kept, and its triangles."""
    kept = Document.read(MODELS / "mannequin_medium.glb")
    indices = kept.meshes[0].primitives[0].indices
    assert indices is not None
    return kept, indices.array.reshape(-1, 3).astype(np.int64)


def test_the_cloth_stands_off_the_body_everywhere(jacket: CourierJacket) -> None:
    shell = jacket.shell
    points = shell.points[shell.cloth]
    half = np.abs(points * [1, 0, 0]) + points * [0, 1, 1]
    distance = body(MEDIUM).form.distance(half)
    assert distance.min() > 0.008
    assert EASE < np.median(distance) < 0.025


def test_its_skeleton_is_the_mannequins(document: Document) -> None:
    (skin,) = document.skins
    (worn,) = Document.read(MODELS / "mannequin_medium.glb").skins
    assert [joint.name for joint in skin.joints] == [joint.name for joint in worn.joints]
    assert skin.inverse_bind_matrices is not None
    assert worn.inverse_bind_matrices is not None
    np.testing.assert_allclose(skin.inverse_bind_matrices.array, worn.inverse_bind_matrices.array, atol=1e-6)
    for mesh in document.meshes:
        for primitive in mesh.primitives:
            shares = primitive.attributes["WEIGHTS_0"].array.astype(np.int64)
            assert (shares.sum(axis=1) == 65535).all()
    rest = posed(document, None)
    for primitive, points in zip((p for m in document.meshes for p in m.primitives), rest, strict=True):
        np.testing.assert_allclose(points, primitive.attributes["POSITION"].array, atol=1e-5)


@pytest.mark.parametrize("pose", [None, *POSES])
def test_hardly_any_of_it_comes_inside_the_body(document: Document, pose: str | None) -> None:
    dressed, triangles = figure()
    share_joints(document.copy(), dressed)
    skin, *cloth = posed(dressed, pose, 0.5)
    points = np.concatenate(cloth)
    assert inside(points, skin[triangles]).mean() < 0.005


def test_stiff_pieces_keep_their_shape(document: Document) -> None:
    dressed, _ = figure()
    share_joints(document.copy(), dressed)
    primitives = [p for m in document.meshes for p in m.primitives]
    (screen,) = (k for k, p in enumerate(primitives) if p.material and p.material.name == "Bone display")
    before, after = (posed(dressed, pose, 0.5)[1 + screen] for pose in (None, "Reach"))
    apart = [np.linalg.norm(p[:, None] - p[None], axis=2) for p in (before, after)]
    np.testing.assert_allclose(apart[0], apart[1], atol=5e-4)
    assert np.abs(before - after).max() > 0.05


def test_the_visor_says_where_it_is_worn(visor: Document) -> None:
    facts = visor.nodes[0].extras
    (joint,) = (node for node in visor.nodes if node.name == "head")
    np.testing.assert_allclose(
        [facts["dimensions"][k] for k in ("width", "height", "depth")], (0.1935, 0.075, 0.2234), atol=2e-3
    )
    kept, triangles = figure()
    head = body(MEDIUM).bones.place("head")
    points = np.concatenate(posed(visor, None))
    assert points[:, 1].min() == pytest.approx(0, abs=1e-6)
    worn = points + head - joint.translation
    (skin,) = posed(kept, None)
    assert not inside(worn, skin[triangles]).any()
    half = np.abs(worn * [1, 0, 0]) + worn * [0, 1, 1]
    assert body(MEDIUM).form.distance(half).min() < 0.004, "it touches the head somewhere"
    pane = next(m for m in visor.materials if m.name == "Ice pane")
    assert pane.transmission is not None
    assert pane.transmission.factor > 0.5


@pytest.mark.peers
def test_the_khronos_validator_finds_nothing(document: Document, visor: Document, tmp_path: Path) -> None:
    files = [tmp_path / "jacket.glb", tmp_path / "visor.glb", MODELS / "courier_jacket.glb", MODELS / "visor.glb"]
    document.write(files[0])
    visor.write(files[1])
    for file, report in zip(files, khronos_reports(files), strict=True):
        issues = report["issues"]
        assert (issues["numErrors"], issues["numWarnings"], issues["numInfos"]) == (0, 0, 0), (file.name, issues)
        assert file.stat().st_size < 2.5e6


def test_the_models_beside_the_code_are_what_it_makes(document: Document, visor: Document) -> None:
    for made, name in ((document, "courier_jacket"), (visor, "visor")):
        kept = Document.read(MODELS / f"{name}.glb")
        assert [m.name for m in kept.materials] == [m.name for m in made.materials]
        assert len(made.variants) == 3
        for old, new in zip(
            (p for m in kept.meshes for p in m.primitives), (p for m in made.meshes for p in m.primitives), strict=True
        ):
            here, there = (p.attributes["POSITION"].array for p in (old, new))
            assert here.shape == there.shape
            np.testing.assert_allclose(here.max(axis=0), there.max(axis=0), atol=1e-3)


def test_bytes_are_the_same_every_time(jacket: CourierJacket, visor: Document) -> None:
    again = CourierJacket()
    np.testing.assert_array_equal(again.shell.points, jacket.shell.points)
    assert examples.product("visor").document().to_bytes() == visor.to_bytes()
