"""Garments on bodies: in place, outside of the skin in every pose, and moving with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forge3d.document import Document, Mode
from forge3d.document.geometry import triangles
from forge3d.document.sampling import pose_at
from forge3d.document.skinning import world_positions
from forge3d.document.traversal import mesh_instances, world_matrices
from forge3d.dress import Wear, dress
from forge3d.errors import NotWearable, RecipeError
from forge3d.validate import validate

from .shapes import HEIGHTS, SPINE, model, skinned, tube

MIXAMO = ["mixamorig:Hips", "mixamorig:Spine", "mixamorig:Spine1", "mixamorig:Neck", "mixamorig:Head"]


@pytest.fixture
def body() -> Document:
    return skinned(*tube(0.15, 0, 1.2), bend=True)


def sleeve(radius: float, low: float = 0.2, high: float = 0.8, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """An open tube."""
    points, faces = tube(radius * scale, low * scale, high * scale, 13, 20)
    return points[:-2], faces[:-40]


def worn(document: Document, name: str = "tube", time: float | None = None) -> np.ndarray:
    """World positions of the last mesh."""
    pose = None if time is None else pose_at(document, time)
    world = world_matrices(document, pose=pose)
    instance = list(mesh_instances(document, pose=pose))[-1]
    return np.concatenate([world_positions(p, instance, world, pose) for p in instance.mesh.primitives])


def distance_from_axis(points: np.ndarray) -> np.ndarray:
    return np.hypot(points[:, 0], points[:, 2])


def test_cloth_that_was_too_tight_is_outside_in_every_pose(body: Document) -> None:
    dressed = dress(skinned(*sleeve(0.14)), body)
    assert max(dressed.inside.values()) == 0
    assert len(dressed.inside) == 9  # as it stands, and eight moments of the bend
    flat_side = 0.15 * np.cos(np.pi / 24)  # the tube's sides are flat between its 24 edges
    assert distance_from_axis(worn(dressed.document)).min() >= flat_side + 0.0029
    assert 0.012 < dressed.moved < 0.02


def test_cloth_that_has_room_stays_where_it_is(body: Document) -> None:
    points, faces = sleeve(0.2)
    dressed = dress(skinned(points, faces), body)
    assert dressed.moved == 0
    assert worn(dressed.document) == pytest.approx(points, abs=1e-6)


def test_the_joints_axes_and_the_files_scale_do_not_matter(body: Document) -> None:
    turn = np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]])
    straight = dress(skinned(*sleeve(0.2)), body)
    in_centimetres = skinned(*sleeve(0.2, scale=100), [height * 100 for height in HEIGHTS], MIXAMO, turn)
    other = dress(in_centimetres, body)
    assert worn(other.document) == pytest.approx(worn(straight.document), abs=1e-5)
    assert worn(other.document, time=1.0) == pytest.approx(worn(straight.document, time=1.0), abs=1e-5)


def test_a_longer_body_stretches_the_cloth() -> None:
    tall = skinned(*tube(0.15, 0, 1.8), heights=[height * 1.5 for height in HEIGHTS])
    document = dress(skinned(*sleeve(0.25)), tall).document
    assert worn(document)[:, 1].min() == pytest.approx(0.3, abs=0.02)
    assert worn(document)[:, 1].max() == pytest.approx(1.2, abs=0.02)


def test_cloth_moves_with_the_skin_under_it(body: Document) -> None:
    document = dress(skinned(*sleeve(0.16)), body).document
    assert [animation.name for animation in document.animations] == ["bend"]
    still, bent = worn(document, time=0.0), worn(document, time=1.0)
    assert np.abs(bent - still).max() > 0.2  # nobody stands frozen
    low = still[:, 1] < 0.3
    assert np.abs(bent - still)[low].max() < 0.15


@pytest.mark.parametrize("weights", ["auto", "body"])
def test_cloth_without_a_skeleton_takes_the_weights_of_the_skin(body: Document, weights: str) -> None:
    dressed = dress(model(*sleeve(0.155)), body, Wear(weights=weights))  # type: ignore[arg-type]
    assert max(dressed.inside.values()) == 0
    primitive = dressed.document.meshes[-1].primitives[0]
    assert primitive.attributes["WEIGHTS_0"].floats.sum(1) == pytest.approx(1, abs=1e-6)


def test_skin_under_the_cloth_goes_and_its_edge_stays(body: Document) -> None:
    before = triangles(body.meshes[0].primitives[0])
    dressed = dress(skinned(*sleeve(0.16)), body)
    after = triangles(dressed.document.meshes[0].primitives[0])
    assert dressed.hidden == len(before) - len(after) > 100
    points = body.meshes[0].primitives[0].attributes["POSITION"].array
    gone = {tuple(face) for face in before.tolist()} - {tuple(face) for face in after.tolist()}
    heights = points[np.array(sorted(gone))][..., 1]
    assert heights.min() > 0.2 + 0.01
    assert heights.max() < 0.8 - 0.01
    assert dress(skinned(*sleeve(0.16)), body, Wear(hide=False)).hidden == 0


def test_nothing_is_hidden_under_glass(body: Document) -> None:
    from forge3d.document.material import AlphaMode

    shirt = skinned(*sleeve(0.16))
    shirt.materials[0].alpha_mode = AlphaMode.BLEND
    assert dress(shirt, body).hidden == 0


def test_layers_stay_in_order(body: Document) -> None:
    lining, shell = sleeve(0.13), sleeve(0.135)
    points = np.concatenate([lining[0], shell[0]])
    both = skinned(points, np.concatenate([lining[1], shell[1] + len(lining[0])]))
    moved = distance_from_axis(worn(dress(both, body).document))
    inner, outer = moved[: len(lining[0])], moved[len(lining[0]) :]
    assert (outer - inner).min() > 0.003


def test_what_was_given_stays_as_it_was(body: Document) -> None:
    shirt = skinned(*sleeve(0.14))
    before = shirt.to_bytes(), body.to_bytes()
    dress(shirt, body)
    assert (shirt.to_bytes(), body.to_bytes()) == before


def test_the_result_is_valid_and_has_one_skeleton(body: Document, tmp_path: Path) -> None:
    document = dress(skinned(*sleeve(0.14)), body).document
    assert len(document.skins) == 1
    assert sum(node.name == "hips" for node in document.nodes) == 1
    report = validate(document.to_bytes())
    assert not report.errors
    assert not report.warnings


def test_same_input_same_bytes(body: Document) -> None:
    first, second = (dress(skinned(*sleeve(0.14)), body).document.to_bytes() for _ in range(2))
    assert first == second


class TestAttached:
    """What hangs on one bone."""

    def hat(self, radius: float = 0.16) -> Document:
        return model(*sleeve(radius, 0.0, 0.1), name="hat")

    def test_it_turns_with_the_bone(self, body: Document) -> None:
        document = dress(self.hat(), body, Wear(attach="head")).document
        assert worn(document)[:, 1].min() == pytest.approx(HEIGHTS[-1], abs=1e-5)
        lifted = worn(document, time=1.0)
        spine, angle = HEIGHTS[1], np.radians(40)
        height = HEIGHTS[-1] - spine
        assert lifted.mean(0)[2] == pytest.approx(np.sin(angle) * (height + 0.05), abs=1e-4)

    def test_it_grows_until_the_body_is_out(self, body: Document) -> None:
        dressed = dress(self.hat(0.13), body, Wear(attach="head"))
        assert 1.1 < dressed.scale < 1.2
        assert dressed.inside["as it stands"] <= 0.002
        kept = dress(self.hat(0.13), body, Wear(attach="head", scale=1.0))
        assert kept.scale == 1
        assert kept.inside["as it stands"] == 1

    def test_what_never_gets_out_is_told(self, body: Document) -> None:
        dressed = dress(self.hat(0.01), body, Wear(attach="head"))
        assert dressed.scale == 1
        assert "inside" in dressed.warnings[0]

    def test_a_node_of_the_bones_name_is_its_place(self, body: Document) -> None:
        hat = self.hat()
        from forge3d.document import Node

        mark = Node(name="Head", translation=(0.0, 0.05, 0.0))
        hat.nodes.append(mark)
        hat.scenes[0].nodes.append(mark)
        document = dress(hat, body, Wear(attach="head")).document
        assert worn(document)[:, 1].min() == pytest.approx(HEIGHTS[-1] - 0.05, abs=1e-5)

    def test_offset_and_rotation(self, body: Document) -> None:
        wear = Wear(attach="head", scale=1.0, offset=(0.0, 0.0, 0.5), rotation=(90.0, 0.0, 0.0))
        low, high = (f(worn(dress(self.hat(), body, wear).document), axis=0) for f in (np.min, np.max))
        assert high[2] - low[2] == pytest.approx(0.1, abs=1e-5)
        assert low[2] == pytest.approx(0.5, abs=1e-5)

    def test_bones_that_are_missing_and_products_with_skins(self, body: Document) -> None:
        with pytest.raises(NotWearable, match="has no leftHand: attach the product to one of hips, spine"):
            dress(self.hat(), body, Wear(attach="leftHand"))
        with pytest.raises(NotWearable, match="skeleton of its own"):
            dress(skinned(*sleeve(0.2)), body, Wear(attach="head"))


class TestWrongInput:
    """Each error says what to add."""

    def test_a_body_without_skin(self) -> None:
        with pytest.raises(NotWearable, match="no skeleton: export it with its skin"):
            dress(skinned(*sleeve(0.14)), model(*tube(0.15, 0, 1)))

    def test_a_body_with_unknown_joints(self) -> None:
        names = [f"bone{n}" for n in range(5)]
        with pytest.raises(NotWearable, match=r"bone0, bone1.*\[wear.joints\]"):
            dress(skinned(*sleeve(0.14)), skinned(*tube(0.15, 0, 1.2), names=names))
        given = Wear(joints=dict(zip(names, SPINE, strict=True)))
        assert dress(skinned(*sleeve(0.14)), skinned(*tube(0.15, 0, 1.2), names=names), given).moved > 0

    def test_a_product_with_unknown_joints(self, body: Document) -> None:
        shirt = skinned(*sleeve(0.14), names=[f"bone{n}" for n in range(5)])
        with pytest.raises(NotWearable, match=r"product's joints \(bone0.*\[wear.joints\]"):
            dress(shirt, body)

    def test_a_joint_in_between_is_folded_into_the_bone_above_it(self, body: Document) -> None:
        dressed = dress(skinned(*sleeve(0.14), names=["Hips", "Spine", "zipper", "Neck", "Head"]), body)
        assert dressed.folded == {"zipper": "spine"}

    def test_a_joint_without_weights_may_be_unknown(self, body: Document) -> None:
        shirt = skinned(*sleeve(0.2, 0.35, 0.55), names=["root", "Spine", "Chest", "tip", "end"])
        assert dress(shirt, body).folded == {}

    def test_a_name_that_no_joint_has_is_told(self, body: Document) -> None:
        dressed = dress(skinned(*sleeve(0.14)), body, Wear(joints={"Hipps": "hips", "hips": "hips"}))
        assert dressed.warnings == ["no joint is called 'Hipps', as the recipe has it"]

    def test_an_empty_product(self, body: Document) -> None:
        from forge3d.document import Node, Scene

        empty = Document(scenes=[Scene(nodes=[Node(name="nothing")])])
        with pytest.raises(NotWearable, match="no meshes"):
            dress(empty, body)

    def test_points_are_no_body(self) -> None:
        body = skinned(*tube(0.15, 0, 1.2))
        body.meshes[0].primitives[0].mode = Mode.POINTS
        with pytest.raises(NotWearable, match="no opaque skinned triangles"):
            dress(skinned(*sleeve(0.14)), body)

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"attach": "wing"}, "'wing' is no humanoid bone; takes hips"),
            ({"joints": {"a": "wing"}}, "'wing' is no humanoid bone"),
            ({"clearance": -1.0}, r"wear.clearance = -1.0, but it takes 0 to 0.1"),
            ({"offset": (float("nan"), 0.0, 0.0)}, r"wear.offset = .*finite"),
            ({"rotation": (0.0, float("inf"), 0.0)}, r"wear.rotation = .*finite"),
            ({"scale": -1.0}, r"wear.scale = -1.0"),
            ({"weights": "none"}, r"wear.weights = 'none', but it takes one of auto, own, body"),
        ],
    )
    def test_how_it_cannot_be_worn(self, given: dict[str, Any], message: str) -> None:
        with pytest.raises(RecipeError, match=message):
            Wear(**given)


def test_vrm_files_say_themselves_which_node_is_which_bone(body: Document) -> None:
    names = [f"bone{n}" for n in range(5)]
    figure = skinned(*tube(0.15, 0, 1.2), names=names)
    at = {joint.name: figure.nodes.index(joint) for joint in figure.skins[0].joints}
    bones = {bone: {"node": at[name]} for bone, name in zip(SPINE, names, strict=True)}
    figure.extensions["VRMC_vrm"] = {"humanoid": {"humanBones": bones}}
    assert dress(skinned(*sleeve(0.14)), figure).bones == list(SPINE)
    figure.extensions = {"VRM": {"humanoid": {"humanBones": [{"bone": b, **entry} for b, entry in bones.items()]}}}
    dressed = dress(skinned(*sleeve(0.14)), figure)
    assert dressed.bones == list(SPINE)
    assert "VRM" not in dressed.document.extensions
