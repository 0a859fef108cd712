"""What nothing uses goes; what something might use stays."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.document import (
    Accessor,
    Animation,
    AnimationSampler,
    Camera,
    Channel,
    Context,
    Document,
    Image,
    Material,
    Mesh,
    Mode,
    Node,
    Perspective,
    Pointer,
    Primitive,
    Scene,
    Skin,
    Texture,
    TextureInfo,
    TextureTransform,
    Variant,
    VariantMapping,
)
from forge3d.document.material import Anisotropy, Unlit
from forge3d.optimize import Prune

from . import document, placed, primitive

UV = np.zeros((4, 2), np.float32)
UP = np.tile(np.array([0, 0, 1], np.float32), (4, 1))
ALONG = np.tile(np.array([1, 0, 0, 1], np.float32), (4, 1))


def slot(uv: int = 0, **options: object) -> TextureInfo:
    return TextureInfo(texture=Texture(image=Image(b"x")), tex_coord=uv, **options)  # type: ignore[arg-type]


def moves(node: Node) -> Animation:
    sampler = AnimationSampler(input=Accessor(np.zeros(1, np.float32)), output=Accessor(np.ones((1, 3), np.float32)))
    return Animation(samplers=[sampler], channels=[Channel(sampler=sampler, path="translation", node=node)])


def test_unreachable_objects_go() -> None:
    doc = document()
    lonely = Mesh(primitives=[primitive()])
    stray = Node(mesh=lonely, camera=Camera(projection=Perspective(yfov=1.0, znear=0.1)))
    doc.nodes.append(stray)
    doc.meshes.append(lonely)
    assert stray.camera is not None
    doc.cameras.append(stray.camera)
    doc.materials.append(Material())
    doc.images.append(Image(b"x"))
    doc.accessors += [lonely.primitives[0].attributes["POSITION"], doc.meshes[0].primitives[0].attributes["POSITION"]]
    change = Prune()(doc, Context())
    assert (len(doc.nodes), len(doc.meshes), len(doc.accessors)) == (1, 1, 1)
    assert doc.cameras == doc.materials == doc.images == []
    assert "1 meshes removed" in change.notes


def test_a_library_without_scenes_keeps_its_nodes_and_other_scenes_count() -> None:
    library = Document(nodes=[Node(mesh=Mesh(primitives=[primitive()]))])
    library.meshes = [node.mesh for node in library.nodes if node.mesh is not None]
    Prune()(library, Context())
    assert len(library.nodes) == len(library.meshes) == 1
    doc = document()
    second = Node(mesh=Mesh(primitives=[primitive()]))
    doc.nodes.append(second)
    doc.scenes.append(Scene(nodes=[second]))
    Prune()(doc, Context())
    assert second in doc.nodes


def test_levels_and_other_references_of_extensions_stay() -> None:
    doc = document()
    lower = Node(mesh=Mesh(primitives=[primitive()]))
    parent = Node(children=[lower])
    doc.nodes += [parent, lower]
    assert lower.mesh is not None
    doc.meshes.append(lower.mesh)
    doc.nodes[0].extensions["MSFT_lod"] = {"ids": [lower]}
    Prune()(doc, Context())
    assert doc.nodes[1:] == [parent, lower]
    assert lower.mesh in doc.meshes


def test_joints_outside_the_scene_keep_the_nodes_above_them() -> None:
    bone = Node()
    armature = Node(children=[bone, Node(extras={"keep": True})])
    doc = placed(Node(mesh=Mesh(primitives=[primitive()]), skin=Skin(joints=[bone])))
    doc.nodes += [armature, *armature.children]
    skin = doc.nodes[0].skin
    assert skin is not None
    doc.skins = [skin]
    Prune()(doc, Context())
    assert armature in doc.nodes
    assert bone in doc.nodes


def test_empty_leaves_go_with_the_parents_they_leave_empty() -> None:
    empty, with_extras, driven, bone = Node(), Node(extras={"anchor": 1}), Node(), Node()
    shown = Node(mesh=Mesh(primitives=[primitive()]))
    shown.skin = Skin(joints=[bone])
    doc = placed(Node(children=[Node(children=[empty])]), with_extras, driven, bone, shown)
    doc.skins, doc.animations = [shown.skin], [moves(driven)]
    Prune()(doc, Context())
    assert doc.nodes == [with_extras, driven, bone, shown]
    assert doc.scenes[0].nodes == doc.nodes
    doc.nodes.append(empty)
    doc.scenes[0].nodes.append(empty)
    Prune(leaves=False)(doc, Context())
    assert empty in doc.nodes


def test_animations_of_what_is_gone_go_too() -> None:
    doc = document()
    gone = Node()
    doc.nodes.append(gone)
    both = moves(gone)
    both.samplers.append(AnimationSampler(input=both.samplers[0].input, output=both.samplers[0].output))
    both.channels.append(Channel(sampler=both.samplers[1], path="translation", node=doc.nodes[0]))
    doc.animations = [moves(gone), both]
    Prune(leaves=False)(doc, Context())
    assert doc.animations == [both]
    assert [channel.node for channel in both.channels] == [doc.nodes[0]]
    assert len(both.samplers) == 1


def test_pointers_keep_their_channel_as_long_as_the_target_is_used() -> None:
    used, unused = Material(), Material()
    part = primitive()
    part.material = used
    doc = document(part, materials=[used, unused])
    animation = moves(doc.nodes[0])
    sampler = animation.samplers[0]
    for target in (used, unused, None):
        pointer = Pointer(target=target, path="emissiveFactor")
        animation.channels.append(Channel(sampler=sampler, path="pointer", pointer=pointer))
    doc.animations = [animation]
    Prune()(doc, Context())
    kept = [channel.pointer.target for channel in animation.channels if channel.pointer is not None]
    assert kept == [used, None]
    assert doc.materials == [used]


@pytest.mark.parametrize(
    ("material", "kept"),
    [
        (None, {"NORMAL", "COLOR_0"}),
        (Material(), {"NORMAL", "COLOR_0"}),
        (Material(base_color_texture=slot()), {"NORMAL", "COLOR_0", "TEXCOORD_0"}),
        (Material(occlusion_texture=slot(1)), {"NORMAL", "COLOR_0", "TEXCOORD_0", "TEXCOORD_1"}),
        (Material(base_color_texture=slot(0, transform=TextureTransform(tex_coord=1))),
         {"NORMAL", "COLOR_0", "TEXCOORD_0", "TEXCOORD_1"}),
        (Material(normal_texture=slot()), {"NORMAL", "COLOR_0", "TEXCOORD_0", "TANGENT"}),
        (Material(anisotropy=Anisotropy(strength=1.0)), {"NORMAL", "COLOR_0", "TANGENT"}),
        (Material(unlit=Unlit(), normal_texture=slot()), {"COLOR_0", "TEXCOORD_0"}),
        (Material(extensions={"EXT_wobble": {"texture": {"index": 0, "texCoord": 1}}}),
         {"NORMAL", "COLOR_0", "COLOR_1", "TEXCOORD_0", "TEXCOORD_1", "TANGENT", "JOINTS_0", "WEIGHTS_0"}),
    ],
)  # fmt: skip
def test_attributes_that_no_material_reads(material: Material | None, kept: set[str]) -> None:
    part = full()
    part.material = material
    Prune()(document(part), Context())
    assert set(part.attributes) == {"POSITION", "_ID", *kept}


def full() -> Primitive:
    return primitive(
        NORMAL=UP, TANGENT=ALONG, TEXCOORD_0=UV, TEXCOORD_1=UV, COLOR_0=ALONG, COLOR_1=ALONG, _ID=UV,
        JOINTS_0=np.zeros((4, 4), np.uint8), WEIGHTS_0=ALONG,
    )  # fmt: skip


def test_every_variants_material_counts_and_skins_keep_their_weights() -> None:
    part = full()
    part.material = Material()
    look = Variant(name="mapped")
    part.variants = [VariantMapping(material=Material(normal_texture=slot(1)), variants=[look])]
    doc = document(part, variants=[look, Variant(name="unused")])
    bone = Node()
    doc.nodes[0].skin = Skin(joints=[bone])
    Prune()(doc, Context())
    assert set(part.attributes) == {"POSITION", "_ID", "NORMAL", "TANGENT", "TEXCOORD_0", "TEXCOORD_1", "COLOR_0",
                                    "JOINTS_0", "WEIGHTS_0"}  # fmt: skip
    assert [variant.name for variant in doc.variants] == ["mapped", "unused"]


def test_morph_targets_lose_the_same_attributes_but_are_never_emptied() -> None:
    part = full()
    part.targets = [{"POSITION": Accessor(UP), "TANGENT": Accessor(UP)}]
    Prune()(document(part), Context())
    assert set(part.targets[0]) == {"POSITION"}
    part = full()
    part.targets = [{"TANGENT": Accessor(UP)}, {"POSITION": Accessor(UP)}]
    Prune()(document(part), Context())
    assert set(part.targets[0]) == {"TANGENT"}
    assert "TANGENT" in part.attributes


def test_what_no_morph_target_moves_goes_from_all_of_them() -> None:
    """In one target only it stays in all: viewers would take the normals themselves for the missing deltas."""
    still, moved = Accessor(np.zeros((4, 3), np.float32)), Accessor(UP)
    part = primitive(NORMAL=UP)
    part.targets = [{"POSITION": moved, "NORMAL": still}, {"POSITION": still, "NORMAL": still}]
    change = Prune()(placed(Node(mesh=Mesh(primitives=[part]))), Context())
    assert part.targets == [{"POSITION": moved}, {"POSITION": still}]
    assert change.notes == ["morphs of NORMAL removed from 1 primitives"]
    part.targets = [{"POSITION": moved, "NORMAL": still}, {"POSITION": still, "NORMAL": moved}]
    Prune()(placed(Node(mesh=Mesh(primitives=[part]))), Context())
    assert [set(target) for target in part.targets] == [{"POSITION", "NORMAL"}] * 2
    part.targets = [{"POSITION": still, "NORMAL": still}]
    Prune()(placed(Node(mesh=Mesh(primitives=[part]))), Context())
    assert part.targets == [{"POSITION": still}]


def test_attributes_can_stay_and_lines_keep_their_normals() -> None:
    part = full()
    Prune(attributes=False)(document(part), Context())
    assert len(part.attributes) == 10
    part.mode, part.material = Mode.LINES, Material(unlit=Unlit())
    Prune()(document(part), Context())
    assert "NORMAL" in part.attributes
