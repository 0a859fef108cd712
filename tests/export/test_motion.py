"""What moves, moves alike: USD's own sampling, skinning and transforms against the document's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.usdz_reading import own_points, usd_points
from tests.export.conftest import Opener, product, scene, square

import forge3d
from forge3d.document import (
    Accessor,
    Animation,
    AnimationSampler,
    Channel,
    Document,
    Interpolation,
    Material,
    Mesh,
    Node,
    Primitive,
)
from forge3d.document.animation import Pointer
from forge3d.document.sampling import duration
from forge3d.document.scene import Skin
from forge3d.errors import InvalidAsset, RecipeError
from forge3d.export import usdz
from forge3d.export.usd import TIMES_A_SECOND
from forge3d.export.usd_animation import continuous
from forge3d.export.usd_joints import decomposed


def track(times: list[float], values: Any, kind: Interpolation = Interpolation.LINEAR) -> AnimationSampler:
    keys, output = Accessor(np.array(times, np.float32)), Accessor(np.array(values, np.float32))
    return AnimationSampler(input=keys, output=output, interpolation=kind)


def turn(angle: float) -> list[float]:
    return [0, 0, np.sin(angle / 2), np.cos(angle / 2)]


def animated(document: Document, *channels: tuple[Node, str, AnimationSampler]) -> Document:
    made = [Channel(node=node, path=path, sampler=sampler) for node, path, sampler in channels]
    document.animations.append(Animation(channels=made, samplers=[sampler for _, _, sampler in channels]))
    return document


def assert_alike(document: Document, stage: Any, times: list[float], within: float) -> None:
    for time in times:
        mine, theirs = own_points(document, time), usd_points(stage, time)
        assert len(mine) == len(theirs)
        for one in mine:  # skinned meshes come in another order
            assert min(np.abs(one - other).max() for other in theirs if len(other) == len(one)) < within, time


def test_nodes_move_as_their_keys_say(opened: Opener) -> None:
    child = Node(name="Lid", mesh=Mesh(primitives=[square()]), translation=(0.0, 1.0, 0.0))
    parent = Node(name="Box", children=[child], scale=(2.0, 1.0, 1.0))
    document = animated(
        scene(parent),
        (child, "rotation", track([0, 0.5, 1.5], [turn(0), turn(2), [-part for part in turn(3)]])),
        (parent, "translation", track([0, 1], [[0, 0, 0], [1, 2, 3]])),
        (child, "scale", track([0.25, 1], [[1, 1, 1], [3, 1, 2]])),
    )
    stage, made = opened(document)
    assert (stage.GetStartTimeCode(), stage.GetEndTimeCode()) == (0, 1.5 * TIMES_A_SECOND)
    assert_alike(document, stage, [0, 0.1, 0.5, 0.9, 1.2, 1.5], 1e-4)
    assert made.notes == ()


def test_steps_jump_and_curves_bend(opened: Opener) -> None:
    first, second = (Node(name=name, mesh=Mesh(primitives=[square()])) for name in "AB")
    curve = [[0, 0, 0], [0, 0, 0], [4, 0, 0], [4, 0, 0], [1, 1, 1], [0, 0, 0]]
    document = animated(
        scene(first, second),
        (first, "translation", track([0, 1, 2], [[0, 0, 0], [5, 0, 0], [9, 0, 0]], Interpolation.STEP)),
        (second, "translation", track([0, 1], curve, Interpolation.CUBICSPLINE)),
    )
    stage, _ = opened(document)
    assert_alike(document, stage, [0, 0.5, 0.999, 1.0, 1.001, 1.5, 2.0], 2e-3)


def rig() -> Document:
    """A square on two bones, the upper one below a node that is no joint."""
    tip = Node(name="Tip", translation=(0.0, 0.5, 0.0))
    between = Node(name="Between", translation=(0.0, 0.25, 0.0), children=[tip])
    base = Node(name="Base", children=[between])
    weights = np.float32([[1, 0, 0, 0], [1, 0, 0, 0], [0.25, 0.75, 0, 0], [0, 1, 0, 0]])
    joints = np.tile(np.uint8([1, 0, 0, 0]), (4, 1))  # the skin lists the tip first
    bind = np.tile(np.eye(4, dtype=np.float32), (2, 1, 1))
    bind[0, 1, 3] = -0.75
    skin = Skin(name="Arm", joints=[tip, base], inverse_bind_matrices=Accessor(bind))
    body = Node(name="Body", mesh=Mesh(primitives=[square(JOINTS_0=joints, WEIGHTS_0=weights)]), skin=skin)
    document = scene(base, body)
    document.skins = [skin]
    return document


def test_a_skinned_mesh_follows_its_bones(opened: Opener) -> None:
    from pxr import UsdSkel

    document = rig()
    nodes = {node.name: node for node in document.nodes}
    animated(
        document,
        (nodes["Tip"], "rotation", track([0, 1], [turn(0), turn(1.5)])),
        (nodes["Between"], "translation", track([0, 1], [[0, 0.25, 0], [1, 0.25, 0]])),
        (nodes["Base"], "scale", track([0, 1], [[1, 1, 1], [2, 2, 2]])),
    )
    stage, made = opened(document)
    skeleton = UsdSkel.Skeleton(stage.GetPrimAtPath("/Product/Skinned/Arm"))
    assert list(skeleton.GetJointsAttr().Get()) == ["Base", "Base/Tip"]
    mesh = UsdSkel.BindingAPI(stage.GetPrimAtPath("/Product/Skinned/Mesh"))
    assert mesh.GetJointIndicesPrimvar().GetElementSize() == 2
    assert list(mesh.GetJointIndicesPrimvar().Get())[:6] == [0, 1, 0, 1, 1, 0]
    assert not stage.GetPrimAtPath("/Product/Base/Between/Tip")  # bones are in the skeleton, and nowhere else
    assert_alike(document, stage, [0.0, 0.5, 1.0], 2e-3)
    assert made.notes == ()


def test_the_room_that_motion_takes_is_told(opened: Opener) -> None:
    from pxr import Usd, UsdGeom

    document = rig()
    base = next(node for node in document.nodes if node.name == "Base")
    animated(document, (base, "translation", track([0, 1], [[0, 0, 0], [9, 0, 0]])))
    stage, _ = opened(document)
    cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_])
    assert cache.ComputeWorldBound(stage.GetDefaultPrim()).ComputeAlignedRange().GetMax()[0] == pytest.approx(1)
    cache.SetTime(Usd.TimeCode(1.0 * TIMES_A_SECOND))
    assert cache.ComputeWorldBound(stage.GetDefaultPrim()).ComputeAlignedRange().GetMax()[0] > 9


def test_what_is_not_played_is_named(opened: Opener) -> None:
    document = product(square())
    (node,) = document.nodes
    animated(document, (node, "translation", track([0, 1], [[0, 0, 0], [1, 0, 0]])))
    animated(document, (node, "scale", track([0, 1], [[1, 1, 1], [2, 2, 2]])))
    document.animations[1].name = "Grow"
    animated(document, (node, "weights", track([0, 1], [0, 1])))
    stage, made = opened(document)
    assert [(note.feature, note.where) for note in made.notes] == [("animations", ("Grow",))]
    assert_alike(document, stage, [0.5], 1e-4)
    made = usdz(document, animation="Grow")
    assert [(note.feature, note.where) for note in made.notes] == [("animations", ())]
    pointer = Pointer(target=Material(), path="alphaCutoff")
    document.animations[2].channels[0] = Channel(path="pointer", pointer=pointer, sampler=track([0, 1], [0, 1]))
    notes = [note.feature for note in usdz(document, animation=2).notes]
    assert notes == ["animations", "KHR_animation_pointer to alphaCutoff"]
    with pytest.raises(RecipeError, match="1: Grow"):
        usdz(document, animation="Shrink")


def test_poses_of_one_moment_are_not_what_is_played(opened: Opener) -> None:
    document = product(square())
    (node,) = document.nodes
    animated(document, (node, "scale", track([0], [[2, 2, 2]])))
    animated(document, (node, "translation", track([0, 1], [[0, 0, 0], [1, 0, 0]])))
    stage, _ = opened(document)
    assert stage.GetEndTimeCode() == TIMES_A_SECOND


def test_bones_that_cannot_be_bound_are_an_error() -> None:
    pytest.importorskip("pxr")
    document = rig()
    document.skins[0].inverse_bind_matrices = Accessor(np.zeros((2, 4, 4), np.float32))
    with pytest.raises(InvalidAsset, match="inverse bind matrix"):
        usdz(document)


def test_matrices_come_apart_and_together() -> None:
    from forge3d.document.traversal import trs_matrices

    random = np.random.default_rng(7)
    turns = random.normal(size=(200, 4))
    turns /= np.linalg.norm(turns, axis=1, keepdims=True)
    sizes = random.uniform(0.1, 3, (200, 3)) * np.where(random.random((200, 1)) < 0.5, [[-1, 1, 1]], [[1, 1, 1]])
    given = trs_matrices(random.normal(size=(200, 3)), turns, sizes)
    assert trs_matrices(*decomposed(given)) == pytest.approx(given, abs=1e-12)
    assert (np.einsum("ij,ij->i", continuous(turns)[1:], continuous(turns)[:-1]) >= 0).all()


def morphing(**others: Any) -> Primitive:
    part = square(**others)
    part.targets = [
        {"POSITION": Accessor(np.float32([[0, 0, 0], [0, 0, 0], [0, 0, 2], [0, 0, 0]]))},
        {"POSITION": Accessor(np.float32([[1, 0, 0]] * 4)), "NORMAL": Accessor(np.float32([[0, 0.5, 0]] * 4))},
    ]
    return part


_WEIGHTS = track([0, 1, 2], [0.5, 0, 1, 0, 0, 1])


def test_animated_morphs_are_blend_shapes(opened: Opener) -> None:
    document = product(morphing(), weights=[0.5, 0.0], translation=(0.0, 3.0, 0.0))
    animated(document, (document.nodes[0], "weights", _WEIGHTS))
    stage, made = opened(document)
    assert_alike(document, stage, [0, 0.25, 1, 1.7, 2], 1e-5)
    assert made.notes == ()
    shape = stage.GetPrimAtPath("/Product/Thing/Morphed/Mesh/Thing_0_0")
    assert list(shape.GetAttribute("pointIndices").Get()) == [2]
    assert np.array(shape.GetAttribute("offsets").Get()).tolist() == [[0, 0, 2]]
    # What does not know blend shapes shows it as it rests.
    points = stage.GetPrimAtPath("/Product/Thing/Morphed/Mesh").GetAttribute("points").Get()
    assert points[2][2] == 1


def test_skins_morph_and_bend_at_once(opened: Opener) -> None:
    document = rig()
    body, base = (next(node for node in document.nodes if node.name == name) for name in ("Body", "Base"))
    assert body.mesh is not None
    skinned = body.mesh.primitives[0]
    body.mesh.primitives[0] = morphing(**{name: skinned.attributes[name].array for name in ("JOINTS_0", "WEIGHTS_0")})
    animated(document, (body, "weights", _WEIGHTS), (base, "rotation", track([0, 2], [turn(0), turn(1)])))
    stage, made = opened(document)
    assert_alike(document, stage, [0, 0.5, 1.5, 2], 2e-3)
    assert made.notes == ()


_MOVING = ["CesiumMan", "BrainStem", "RiggedFigure", "BoxAnimated", "CesiumMilkTruck", "AnimatedMorphCube"]


@pytest.mark.parametrize("model", _MOVING)
def test_real_models_move_alike(opened: Opener, shared_assets: Path, model: str) -> None:
    document = forge3d.load(shared_assets / "models" / "khronos" / model / "glTF-Binary" / f"{model}.glb")
    stage, _ = opened(document)
    end = duration(document.animations[0])
    assert_alike(document, stage, [0.0, 0.37 * end, end], 2e-3)
