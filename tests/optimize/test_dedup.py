"""Equal objects become one, unless somebody could tell them apart."""

from __future__ import annotations

from zlib import crc32

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forge3d.document import (
    Accessor,
    Animation,
    AnimationSampler,
    Channel,
    Context,
    Document,
    Image,
    Material,
    Mesh,
    Node,
    Pointer,
    Sampler,
    Skin,
    Texture,
    TextureInfo,
    TextureTransform,
    Variant,
    VariantMapping,
)
from forge3d.document.material import Clearcoat
from forge3d.document.payload import DracoPayload, MeshoptPayload
from forge3d.optimize import Dedup

from . import document, everything_drawn, placed, primitive


def textured(**material: object) -> tuple[Material, Texture, Image]:
    image = Image(b"picture")
    texture = Texture(image=image, sampler=Sampler())
    return Material(base_color_texture=TextureInfo(texture=texture), **material), texture, image  # type: ignore[arg-type]


def test_from_images_up_to_meshes() -> None:
    (red, first, one), (blue, second, two) = textured(), textured()
    parts = [primitive(), primitive()]
    parts[0].material, parts[1].material = red, blue
    nodes = [Node(mesh=Mesh(primitives=[part])) for part in parts]
    doc = placed(*nodes, materials=[red, blue], textures=[first, second], images=[one, two],
                 samplers=[first.sampler, second.sampler])  # fmt: skip
    change = Dedup()(doc, Context())
    assert (len(doc.meshes), len(doc.materials), len(doc.textures), len(doc.images), len(doc.samplers)) == (1,) * 5
    assert nodes[0].mesh is nodes[1].mesh
    assert change.notes == ["2 accessors merged", "1 images merged", "1 samplers merged", "1 textures merged",
                            "1 materials merged", "1 meshes merged"]  # fmt: skip


def test_materials_differ_by_any_field_below_them() -> None:
    _, texture, image = textured()
    slots = [
        TextureInfo(texture=texture),
        TextureInfo(texture=texture, tex_coord=1),
        TextureInfo(texture=texture, transform=TextureTransform(offset=(0.5, 0.0))),
        TextureInfo(texture=texture, extensions={"EXT_other": {"a": 1}}),
    ]
    materials = [Material(base_color_texture=slot) for slot in slots]
    materials += [Material(double_sided=True), Material(clearcoat=Clearcoat(factor=0.5)), Material(extras={"sku": 1})]
    doc = Document(
        materials=[*materials, Material(clearcoat=Clearcoat(factor=0.5))], textures=[texture], images=[image]
    )
    Dedup()(doc, Context())
    assert doc.materials == materials


def test_names_keep_materials_apart_unless_told() -> None:
    doc = Document(materials=[Material(name="oak"), Material(name="ash")])
    Dedup()(doc, Context())
    assert len(doc.materials) == 2
    Dedup(names=True)(doc, Context())
    assert [material.name for material in doc.materials] == ["oak"]


def test_what_a_pointer_animates_is_never_merged() -> None:
    still, driven, third = Material(), Material(), Material()
    sampler = AnimationSampler(input=Accessor(np.zeros(1, np.float32)), output=Accessor(np.ones((1, 4), np.float32)))
    pointer = Pointer(target=driven, path="pbrMetallicRoughness/baseColorFactor")
    animation = Animation(samplers=[sampler], channels=[Channel(sampler=sampler, path="pointer", pointer=pointer)])
    doc = Document(materials=[still, driven, third], animations=[animation])
    Dedup()(doc, Context())
    assert doc.materials == [still, driven]
    assert pointer.target is driven


def test_variants_follow_the_materials() -> None:
    part = primitive()
    part.material = Material(name="a")
    look = Variant(name="b")
    part.variants = [VariantMapping(material=Material(name="a"), variants=[look])]
    doc = document(part, materials=[part.material, part.variants[0].material], variants=[look])
    Dedup()(doc, Context())
    assert part.variants[0].material is part.material


def test_accessors_merge_only_within_one_use_and_type() -> None:
    numbers = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
    part = primitive(numbers, (0, 1, 2), NORMAL=numbers.copy())
    sampler = AnimationSampler(input=Accessor(np.zeros(3, np.float32)), output=Accessor(numbers.copy()))
    doc = document(part)
    target = Channel(sampler=sampler, path="translation", node=doc.nodes[0])
    doc.animations = [Animation(samplers=[sampler], channels=[target])]
    other = primitive(numbers, (0, 1, 2))
    other.attributes["COLOR_0"] = Accessor(np.zeros((3, 4), np.uint8), normalized=True)
    other.attributes["_ID"] = Accessor(np.zeros((3, 4), np.uint8))
    doc.meshes[0].primitives.append(other)
    Dedup()(doc, Context())
    assert part.attributes["POSITION"] is part.attributes["NORMAL"] is other.attributes["POSITION"]
    assert sampler.output is not part.attributes["POSITION"]
    assert other.attributes["COLOR_0"] is not other.attributes["_ID"]


def test_equal_checksums_are_not_equality() -> None:
    one, other = (bytes.fromhex(text) for text in ("8bd1783c8cb7dc3ea40c4f3f", "accbfa3efeaa443f682abd3d"))
    assert crc32(one) == crc32(other)
    parts = [primitive(np.frombuffer(data, np.float32).reshape(1, 3)) for data in (one, other, one)]
    Dedup()(document(*parts), Context())
    first, second, third = (part.attributes["POSITION"] for part in parts)
    assert first is third
    assert first is not second


def test_geometry_can_wait() -> None:
    doc = document(primitive(), primitive(), materials=[Material(), Material()])
    Dedup(geometry=False)(doc, Context())
    first, second = doc.meshes[0].primitives
    assert len(doc.materials) == 1
    assert first.attributes["POSITION"] is not second.attributes["POSITION"]


def test_skins_are_equal_with_the_same_joints() -> None:
    bone, other = Node(), Node()
    matrices = np.eye(4, dtype=np.float32)[None]
    skins = [Skin(joints=[joint], inverse_bind_matrices=Accessor(matrices.copy())) for joint in (bone, bone, other)]
    nodes = [Node(mesh=Mesh(primitives=[primitive()]), skin=skin) for skin in skins]
    doc = placed(bone, other, *nodes, skins=list(skins))
    Dedup()(doc, Context())
    assert doc.skins == [skins[0], skins[2]]
    assert nodes[1].skin is skins[0]


def test_compressed_geometry_merges_only_with_its_like() -> None:
    def compressed(data: bytes) -> Accessor:
        accessor = Accessor(np.zeros((3, 3), np.float32))
        accessor.payload = MeshoptPayload(
            "EXT_meshopt_compression", data, 12, 3, "ATTRIBUTES", "NONE", {}, {accessor: 0}
        )
        return accessor

    parts = [primitive(indices=(0, 1, 2)) for _ in range(4)]
    for part, data in zip(parts, (b"x", b"x", b"y", None), strict=True):
        part.attributes = {"POSITION": compressed(data) if data else Accessor(np.zeros((3, 3), np.float32))}
    Dedup()(document(*parts), Context())
    first, second, third, plain = (part.attributes["POSITION"] for part in parts)
    assert first is second
    assert len({first, third, plain}) == 3


def test_draco_meshes_are_equal_by_their_block() -> None:
    def mesh(data: bytes) -> Mesh:
        part = primitive()
        part.draco = DracoPayload(data, {"POSITION": 0})
        return Mesh(primitives=[part])

    nodes = [Node(mesh=mesh(data)) for data in (b"x", b"x", b"y")]
    doc = placed(*nodes)
    kept = nodes[0].mesh
    Dedup()(doc, Context())
    assert nodes[1].mesh is kept
    assert len(doc.meshes) == 2


@given(st.lists(st.integers(0, 3), min_size=1, max_size=6))
def test_what_is_drawn_stays_equal_to_the_bit(kinds: list[int]) -> None:
    meshes = [Mesh(primitives=[primitive(np.full((4, 3), kind)), primitive()]) for kind in kinds]
    doc = placed(*(Node(mesh=mesh, translation=(float(n), 0.0, 0.0)) for n, mesh in enumerate(meshes)))
    before = everything_drawn(doc)
    Dedup()(doc, Context())
    assert everything_drawn(doc) == before
    assert len(doc.meshes) == len(set(kinds))
    assert Dedup()(doc, Context()).notes == []
