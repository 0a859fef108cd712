"""The mannequins: true to their measures, closed, and sound when they move."""

from __future__ import annotations

from pathlib import Path

import examples
import numpy as np
import pytest
from examples.mannequin import SIZES, Mannequin
from examples.mannequin.body import body
from examples.mannequin.form import Form, hull_length
from examples.mannequin.measures import MEDIUM
from examples.mannequin.pose import Pose, posed, quaternions, turn
from examples.mannequin.poses import POSES, idle
from examples.modelling.rig import continuous, four_largest
from tests.peers import khronos_reports

from forge3d import Document
from forge3d.document.sampling import pose_at
from forge3d.document.skinning import world_positions
from forge3d.document.traversal import mesh_instances, world_matrices

MODELS = Path(examples.__file__).parent / "models"
VRM = {"hips", "spine", "chest", "upperChest", "neck", "head"} | {
    side + part
    for side in ("left", "right")
    for part in ("Shoulder", "UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot", "Toes")
}


@pytest.fixture(scope="module")
def medium() -> Mannequin:
    return Mannequin("medium")


@pytest.fixture(scope="module")
def document(medium: Mannequin) -> Document:
    return medium.document()


def skin_at(document: Document, animation: str | None, time: float = 0.0) -> np.ndarray:
    """Where the skin's vertices are, and at which moment of which animation."""
    chosen = [a for a in document.animations if a.name == animation]
    pose = pose_at(document, time, chosen) if chosen else None
    world = world_matrices(document, pose=pose)
    instance = next(i for i in mesh_instances(document, pose=pose))
    return world_positions(instance.mesh.primitives[0], instance, world, pose).astype(np.float64)


def faces(document: Document) -> np.ndarray:
    indices = document.meshes[0].primitives[0].indices
    assert indices is not None
    return indices.array.reshape(-1, 3).astype(np.int64)


def volume(points: np.ndarray, triangles: np.ndarray) -> float:
    a, b, c = np.moveaxis(points[triangles], 1, 0)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def tape(points: np.ndarray, quads: np.ndarray, trunk: np.ndarray, y: float) -> float:
    """Girth of the quads where they cross a level plane."""
    corner = points[quads[trunk]]
    here, there = corner.reshape(-1, 3), np.roll(corner, -1, axis=1).reshape(-1, 3)
    crosses = (here[:, 1] - y) * (there[:, 1] - y) < 0
    here, there = here[crosses], there[crosses]
    t = (y - here[:, 1]) / (there[:, 1] - here[:, 1])
    return hull_length((here + (there - here) * t[:, None])[:, [0, 2]])


@pytest.mark.parametrize("size", list(SIZES))
def test_the_skin_has_the_sizes_measures(size: str) -> None:
    measures, made = SIZES[size], body(SIZES[size])
    used = made.points[np.unique(made.quads)]
    assert used[:, 1].min() == pytest.approx(0, abs=1e-9)
    assert used[:, 1].max() == pytest.approx(measures.height, abs=0.002)
    around = np.char.find(made.charts, "Arm") < 0
    around &= (np.char.find(made.charts, "Palm") < 0) & (np.char.find(made.charts, "Finger") < 0)
    around &= np.char.find(made.charts, "Thumb") < 0
    for level, wanted in zip(Form.LEVELS, (measures.hip, measures.waist, measures.bust), strict=True):
        assert tape(made.points, made.quads, around, level * measures.scale) == pytest.approx(wanted, abs=0.006)


def test_the_skin_is_closed_and_the_same_on_both_sides(medium: Mannequin) -> None:
    quads, points = medium.body.quads, medium.body.points
    sides = np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)])
    there = {tuple(s) for s in sides.tolist()}
    assert len(there) == len(sides), "no edge is used twice in one direction"
    assert all((b, a) in there for a, b in there)
    used = points[np.unique(quads)]
    mirrored = used * [-1, 1, 1]
    rounded = {tuple(p) for p in np.round(used, 3).tolist()}
    twins = sum(tuple(p) in rounded for p in (np.round(mirrored, 3) + 0.0).tolist())
    assert twins > 0.97 * len(used)


def test_the_document_is_a_rigged_product(document: Document) -> None:
    assert [a.name for a in document.animations] == ["Idle", *POSES]
    (skin,) = document.skins
    assert {joint.name for joint in skin.joints} == VRM
    assert len(document.variants) == 3
    assert document.nodes[0].extras["measures"]["bust"] == MEDIUM.bust
    triangles = faces(document)
    assert 10_000 <= len(triangles) <= 20_000
    (primitive,) = document.meshes[0].primitives
    share = primitive.attributes["WEIGHTS_0"].array
    assert (share.astype(np.int64).sum(axis=1) == 65535).all()
    normals = primitive.attributes["NORMAL"].array
    corner = primitive.attributes["POSITION"].array.astype(np.float64)[triangles]
    cross = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    assert np.linalg.norm(cross, axis=1).min() > 1e-9
    folded = np.einsum("ij,ij->i", cross, normals[triangles].mean(axis=1)) <= 0
    assert folded.mean() < 5e-4, "at most a few, where the thumb leaves the hand"
    np.testing.assert_allclose(skin_at(document, None), primitive.attributes["POSITION"].array, atol=1e-6)


@pytest.mark.parametrize("pose", list(POSES))
def test_a_pose_stands_on_the_floor_and_keeps_the_bodys_volume(document: Document, pose: str) -> None:
    rest, moved = skin_at(document, None), skin_at(document, pose, 0.5)
    assert abs(moved[:, 1].min()) < 0.015
    assert np.abs(moved - rest).max() > 0.1
    triangles = faces(document)
    assert volume(moved, triangles) == pytest.approx(volume(rest, triangles), rel=0.03)


def test_the_idle_loop_closes_and_the_feet_stay(document: Document) -> None:
    (loop,) = (a for a in document.animations if a.name == "Idle")
    for channel in loop.channels:
        np.testing.assert_allclose(channel.sampler.output.array[0], channel.sampler.output.array[-1], atol=1e-6)
    states = [skin_at(document, "Idle", t) for t in (0.0, 0.9, 2.1, 3.3)]
    low = states[0][:, 1] < 0.05
    high = states[0][:, 1] > 1.5
    for state in states[1:]:
        assert np.linalg.norm(state - states[0], axis=1)[low].max() < 0.003
        assert 0.002 < np.linalg.norm(state - states[0], axis=1)[high].max() < 0.05
    assert skin_at(document, "Idle", 4.0) == pytest.approx(states[0], abs=1e-5)


def test_every_pose_fits_every_size() -> None:
    from examples.mannequin.skeleton import skeleton

    for measures in SIZES.values():
        bones = skeleton(measures)
        for pose in [*POSES.values(), *(idle(p) for p in np.linspace(0, 1, 9))]:
            made = posed(bones, pose)
            np.testing.assert_allclose(
                made.local @ made.local.transpose(0, 2, 1), np.tile(np.eye(3), (22, 1, 1)), atol=1e-9
            )
            for k, side in enumerate(("left", "right")):
                np.testing.assert_allclose(
                    made.places[bones.index(f"{side}Foot")], np.array(pose.ankles[k]) * bones.scale, atol=2e-3
                )
    with pytest.raises(ValueError, match="the leg is"):
        posed(bones, Pose(hips=(0.0, 0.3, 0.0)))


def test_quaternions_turn_as_their_matrices_do() -> None:
    turns = np.stack([np.eye(3), turn("x", 90), turn("y", 180), turn("z", -120) @ turn("x", 170)])
    found = quaternions(turns)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1)
    np.testing.assert_allclose(found[1], [np.sqrt(0.5), 0, 0, np.sqrt(0.5)], atol=1e-12)
    x, y, z, w = found.T
    first = np.stack([1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w)], axis=-1)
    np.testing.assert_allclose(first, turns[:, :, 0], atol=1e-12)
    np.testing.assert_array_equal(continuous(np.array([[0, 0, 0, 1.0], [0, 0, 0, -1.0]]))[1], [0, 0, 0, 1])


def test_only_the_four_largest_weights_are_kept() -> None:
    which, share = four_largest(np.array([[0.4, 0.3, 0.2, 0.06, 0.04], [0.0, 1.0, 0.0, 0.0, 0.0]]))
    assert which.tolist() == [[0, 1, 2, 3], [1, 0, 0, 0]]
    assert share.sum(axis=1).tolist() == [65535, 65535]
    assert share[1].tolist() == [65535, 0, 0, 0]


@pytest.mark.peers
def test_the_khronos_validator_finds_nothing(document: Document, tmp_path: Path) -> None:
    files = [tmp_path / "medium.glb", *(MODELS / f"mannequin_{size}.glb" for size in SIZES)]
    document.write(files[0])
    for file, report in zip(files, khronos_reports(files), strict=True):
        issues = report["issues"]
        assert (issues["numErrors"], issues["numWarnings"], issues["numInfos"]) == (0, 0, 0), (file.name, issues)
        assert file.stat().st_size < 1e6


def test_the_model_beside_the_code_is_what_it_makes(document: Document) -> None:
    kept = Document.read(MODELS / "mannequin_medium.glb")
    np.testing.assert_allclose(
        kept.meshes[0].primitives[0].attributes["POSITION"].array,
        document.meshes[0].primitives[0].attributes["POSITION"].array,
        atol=1e-4,
    )
    assert [n.name for n in kept.nodes] == [n.name for n in document.nodes]


def test_bytes_are_the_same_every_time(document: Document) -> None:
    np.testing.assert_array_equal(body.__wrapped__(MEDIUM).points, body(MEDIUM).points)
    assert Mannequin("medium").document().to_bytes() == document.to_bytes()
