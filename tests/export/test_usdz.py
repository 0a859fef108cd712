from __future__ import annotations

import resource
import signal
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from tests.export.conftest import Opener, product, scene, square

import forge3d
from forge3d.document import Accessor, Material, Mesh, Node
from forge3d.document.bounds import bounds
from forge3d.document.scene import Camera, Instancing, Light, Mode, Perspective, Primitive
from forge3d.errors import DependencyMissing, InvalidAsset, OutputError, RecipeError
from forge3d.export import usdz


def test_a_square_is_a_mesh_in_metres(opened: Opener) -> None:
    from pxr import UsdGeom

    stage, made = opened(product(square(), translation=(1.0, 2.0, 3.0)))
    assert UsdGeom.GetStageMetersPerUnit(stage) == 1
    assert UsdGeom.GetStageUpAxis(stage) == "Y"
    mesh = UsdGeom.Mesh(stage.GetPrimAtPath("/Product/Thing/Mesh"))
    assert np.array(mesh.GetPointsAttr().Get()).tolist() == [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]
    assert list(mesh.GetFaceVertexIndicesAttr().Get()) == [0, 1, 2, 0, 2, 3]
    assert list(mesh.GetFaceVertexCountsAttr().Get()) == [3, 3]
    assert np.array(mesh.GetExtentAttr().Get()).tolist() == [[0, 0, 0], [1, 1, 0]]
    assert mesh.GetSubdivisionSchemeAttr().Get() == "none"
    # v is counted upwards in USD.
    assert np.array(UsdGeom.PrimvarsAPI(mesh).GetPrimvar("st").Get()).tolist() == [[0, 0], [1, 0], [1, 1], [0, 1]]
    assert not mesh.GetDoubleSidedAttr().Get()
    assert made.notes == ()


def test_names_are_made_valid_and_kept_for_people(opened: Opener) -> None:
    children = [
        Node(name=name, mesh=Mesh(primitives=[square()])) for name in ("Stuhl „Grün“", "9 lives", "", "Twin", "Twin")
    ]
    stage, _ = opened(scene(Node(name="../../etc", children=children)))
    names = [prim.GetName() for prim in stage.GetPrimAtPath("/Product/etc").GetChildren()]
    assert names == ["Stuhl_Gr_n", "_9_lives", "Node", "Twin", "Twin_2"]
    assert stage.GetPrimAtPath("/Product/etc/Stuhl_Gr_n").GetDisplayName() == "Stuhl „Grün“"


def test_names_of_any_letters_are_shown_and_never_clash(opened: Opener) -> None:
    given = ["Materials", "Materials", "Mesh_2", "Mesh", "Mesh", "x" * 300, "\ud800", "a\0b", "日本語", "def"]
    parts = [Node(name=name, mesh=Mesh(name=name, primitives=[square(Material(name=name))])) for name in given]
    stage, _ = opened(scene(*parts))
    root = stage.GetDefaultPrim()
    names = [prim.GetName() for prim in root.GetChildren() if prim.GetName() != "Materials_3"]
    assert len(names) == len(set(names)) >= len(given)
    assert root.GetChild("Node").GetDisplayName() == "?"
    assert root.GetChild("Node_2").GetDisplayName() == "日本語"
    assert root.GetChild("a_b").GetDisplayName() == "ab"


def test_wide_and_deep_trees(opened: Opener) -> None:
    mesh = Mesh(primitives=[square()])
    deep = Node(name="Deep", mesh=mesh)
    for _ in range(400):
        deep = Node(name="Deep", children=[deep])
    wide = [Node(name="Wide", mesh=mesh, translation=(float(place), 0.0, 0.0)) for place in range(1500)]
    stage, _ = opened(scene(deep, *wide))
    assert stage.GetPrimAtPath("/Product/Wide_1500/Mesh").IsValid()
    assert stage.GetPrimAtPath("/Product" + "/Deep" * 401).IsValid()


def test_points_that_are_no_numbers_are_an_error() -> None:
    pytest.importorskip("pxr")
    points = np.float32([[0, 0, 0], [np.nan, 0, 0], [1, 1, 0], [0, 1, 0]])
    with pytest.raises(InvalidAsset, match="no numbers"):
        usdz(product(square(POSITION=points)))


def test_every_topology_becomes_triangles(opened: Opener) -> None:
    from pxr import UsdGeom

    strip = Primitive(attributes=square().attributes, mode=Mode.TRIANGLE_STRIP)
    points = Primitive(attributes=square().attributes, mode=Mode.POINTS)
    stage, made = opened(product(strip, points))
    meshes = [prim for prim in stage.Traverse() if prim.IsA(UsdGeom.Mesh)]
    assert [list(UsdGeom.Mesh(one).GetFaceVertexIndicesAttr().Get()) for one in meshes] == [[0, 1, 2, 1, 3, 2]]
    assert [str(note) for note in made.notes] == ["points and lines: are left out (Thing)"]


def test_without_normals_triangles_are_flat(opened: Opener) -> None:
    from pxr import UsdGeom

    stage, _ = opened(product(square(NORMAL=None)))
    mesh = UsdGeom.Mesh(stage.GetPrimAtPath("/Product/Thing/Mesh"))
    assert mesh.GetNormalsInterpolation() == "uniform"
    assert np.array(mesh.GetNormalsAttr().Get()).tolist() == [[0, 0, 1], [0, 0, 1]]


def test_what_stands_in_several_places_is_written_once(opened: Opener) -> None:
    from pxr import UsdGeom

    mesh = Mesh(primitives=[square(Material(name="Paint"))])
    placed = Instancing(attributes={"TRANSLATION": Accessor(np.float32([[0, 0, 0], [5, 0, 0], [0, 7, 0]]))})
    document = scene(Node(mesh=mesh), Node(mesh=mesh, instancing=placed, translation=(0.0, 0.0, 2.0)))
    stage, _ = opened(document)
    meshes = [prim for prim in stage.Traverse() if prim.IsA(UsdGeom.Mesh)]
    layer = stage.GetRootLayer()
    assert len(meshes) == 4
    assert sum(layer.GetAttributeAtPath(f"{prim.GetPath()}.points") is not None for prim in meshes) == 1
    assert _box(stage) == pytest.approx([0, 0, 0, 6, 8, 2])


def test_what_a_scale_mirrors_is_seen_from_its_front_everywhere(opened: Opener) -> None:
    from pxr import Usd, UsdGeom

    mesh = Mesh(primitives=[square()])
    left, right = Node(name="Left", mesh=mesh, scale=(-1.0, 1.0, 1.0)), Node(name="Right", mesh=mesh)
    stage, _ = opened(scene(Node(children=[left, right], scale=(1.0, 2.0, 1.0))))
    found = {}
    for name in ("Left", "Right"):
        prim = UsdGeom.Mesh(stage.GetPrimAtPath(f"/Product/Node/{name}/Mesh"))
        world = np.array(prim.ComputeLocalToWorldTransform(Usd.TimeCode.Default()))
        assert np.linalg.det(world) > 0  # readers that cull by the triangles' own order do no harm
        points = np.array(prim.GetPointsAttr().Get()) @ world[:3, :3]
        a, b, c = points[np.array(prim.GetFaceVertexIndicesAttr().Get())[:3]]
        assert np.cross(b - a, c - a)[2] > 0
        assert np.array(prim.GetNormalsAttr().Get()).tolist() == [[0, 0, 1]] * 4
        found[name] = points
    assert found["Left"] == pytest.approx(found["Right"] * [-1, 1, 1])


def test_hidden_nodes_stay_hidden(opened: Opener) -> None:
    from pxr import UsdGeom

    shown, hidden = (Node(name=name, visible=name == "A", mesh=Mesh(primitives=[square()])) for name in "AB")
    stage, _ = opened(scene(shown, hidden))
    seen = {name: UsdGeom.Imageable(stage.GetPrimAtPath(f"/Product/{name}/Mesh")).ComputeVisibility() for name in "AB"}
    assert seen == {"A": "inherited", "B": "invisible"}


def test_lights_and_cameras_are_named(opened: Opener) -> None:
    lens = Perspective(yfov=1.0, znear=0.1)
    others = [Node(light=Light(type="point")), Node(name="Front", camera=Camera(projection=lens))]
    _, made = opened(scene(Node(mesh=Mesh(primitives=[square()])), *others))
    assert [note.feature for note in made.notes] == ["KHR_lights_punctual", "cameras"]
    assert made.notes[1].where == ("Front",)


def test_morphs_stand_as_at_rest(opened: Opener) -> None:
    part = square()
    part.targets = [{"POSITION": Accessor(np.tile(np.float32([0, 0, 4]), (4, 1)))}]
    stage, made = opened(product(part, weights=[0.5]))
    assert _box(stage) == pytest.approx([0, 0, 2, 1, 1, 2])
    assert [note.feature for note in made.notes] == ["morph targets"]


def test_the_same_document_gives_the_same_bytes() -> None:
    pytest.importorskip("pxr")
    assert usdz(product(square())).data == usdz(product(square())).data
    assert b"Chair_of_mine" in usdz(product(square()), name="Chair of mine").data


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pxr")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    with pytest.raises(OutputError, match="TMPDIR"):
        usdz(product(square()))


def test_a_full_disk_is_an_error() -> None:
    pytest.importorskip("pxr")
    points = np.random.default_rng(1).random((40_000, 3), np.float32)
    large = Primitive(attributes={"POSITION": Accessor(points)})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    seen = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(OutputError, match="could not be put together"):
            usdz(product(large))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, seen)


def test_nothing_to_show_is_an_error() -> None:
    pytest.importorskip("pxr")
    with pytest.raises(RecipeError, match="no triangles"):
        usdz(scene(Node(name="Empty")))


def test_joints_in_a_loop_are_an_error() -> None:
    """Only a document in memory can have them; beside the scene, nothing else would meet them."""
    pytest.importorskip("pxr")
    document = product(square())
    first = Node()
    first.children = [Node(children=[first])]
    document.nodes += [first, *first.children]
    with pytest.raises(InvalidAsset, match="below itself"):
        usdz(document)


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pxr", None)
    with pytest.raises(DependencyMissing, match=r"forge3d\[usdz\]"):
        usdz(product(square()))


@pytest.mark.parametrize(
    "model",
    [
        "khronos/DamagedHelmet/glTF-Binary/DamagedHelmet.glb", "khronos/WaterBottle/glTF/WaterBottle.gltf",
        "3d-commerce/Mixer/glTF-Binary/Mixer.glb", "3d-commerce/WickerChair/glTF-Binary/WickerChair.glb",
        "khronos/CesiumMan/glTF-Binary/CesiumMan.glb", "khronos/BrainStem/glTF-Binary/BrainStem.glb",
        "khronos/BoxAnimated/glTF-Binary/BoxAnimated.glb",
        "khronos/TextureSettingsTest/glTF-Binary/TextureSettingsTest.glb",
    ],
)  # fmt: skip
def test_real_models_have_no_findings_and_their_own_bounds(opened: Opener, shared_assets: Path, model: str) -> None:
    document = forge3d.load(shared_assets / "models" / model)
    stage, _ = opened(document)
    box = bounds(document)
    assert box is not None
    assert _box(stage) == pytest.approx([*box.min, *box.max], abs=1e-6)


def _box(stage: object) -> list[float]:
    from pxr import Usd, UsdGeom

    cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_])
    found = cache.ComputeWorldBound(stage.GetDefaultPrim()).ComputeAlignedRange()  # type: ignore[attr-defined]
    return [*found.GetMin(), *found.GetMax()]
