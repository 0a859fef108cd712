"""Several documents in one, and one product out of several looks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forge3d import images
from forge3d.document import (
    Asset,
    Document,
    Image,
    Material,
    Mesh,
    Node,
    Scene,
    Texture,
    TextureInfo,
    Variant,
    VariantMapping,
)
from forge3d.document.equality import differences
from forge3d.errors import InvalidAsset, UnsupportedFeature
from forge3d.optimize.merge import merge, merge_variants
from forge3d.optimize.partition import partition

from . import QUAD, document, everything_drawn, placed, primitive

UV = np.zeros((4, 2), np.float32)


def test_merged_documents_show_what_each_showed() -> None:
    first, second = document(), document(primitive(QUAD + 5), extensions_used=["KHR_texture_transform"])
    second.asset = Asset(copyright="them", extras={"batch": 2})
    first.asset = Asset(copyright="us", extras={"batch": 1})
    before = [doc.to_bytes() for doc in (first, second)]
    made = merge([first, second])
    assert everything_drawn(made) == sorted(everything_drawn(first) + everything_drawn(second))
    assert len(made.scenes) == 1
    assert made.asset.copyright == "us; them"
    assert made.asset.extras == {"batch": 1}
    assert [doc.to_bytes() for doc in (first, second)] == before
    assert differences(merge([first]), first) == []


def test_scenes_can_stay_apart() -> None:
    made = merge([document(), document()], one_scene=False)
    assert len(made.scenes) == 2
    assert made.scene is made.scenes[0]


def test_variants_of_one_name_are_one() -> None:
    docs = []
    for _ in range(2):
        oak, look = Material(name="oak"), Variant(name="oak")
        part = primitive()
        part.variants = [VariantMapping(material=oak, variants=[look])]
        docs.append(document(part, materials=[oak], variants=[look]))
    made = merge(docs)
    assert len(made.variants) == 1
    mapped = [p.variants[0].variants for mesh in made.meshes for p in mesh.primitives]
    assert mapped == [made.variants, made.variants]


def test_what_cannot_be_merged_is_named() -> None:
    first, second = document(), document()
    first.extensions = {"EXT_structural_metadata": {"schema": {}}}
    second.extensions = {"EXT_structural_metadata": {"schema": {}}}
    with pytest.raises(UnsupportedFeature, match="EXT_structural_metadata"):
        merge([first, second])
    lit = document()
    lit.scenes[0].extensions = {"EXT_lights_image_based": {"light": 0}}
    with pytest.raises(UnsupportedFeature, match="one_scene=False"):
        merge([document(), lit])
    assert len(merge([document(), lit], one_scene=False).scenes) == 2
    json = b'{"asset":{"version":"2.0"},"extensionsUsed":["EXT_wobble"],"extensions":{"EXT_wobble":{"node":0}}}'
    with pytest.raises(UnsupportedFeature, match="EXT_wobble"):
        merge([document(), Document.read(json)])
    with pytest.raises(InvalidAsset):
        merge([])


def look(shade: int, *, positions: np.ndarray = QUAD, uv: np.ndarray | None = UV) -> Document:
    picture = Image(images.encode(np.full((2, 2, 3), shade, np.uint8), "png"))
    fabric = Material(name="fabric", base_color_texture=TextureInfo(texture=Texture(image=picture)))
    legs = Material(name="legs")
    seat = primitive(positions, **({} if uv is None else {"TEXCOORD_0": uv}))
    seat.material = fabric
    foot = primitive(QUAD - 3)
    foot.material = legs
    doc = document(seat, foot, materials=[fabric, legs])
    doc.textures, doc.images = [fabric.base_color_texture.texture], [picture]  # type: ignore[union-attr]
    return doc


def test_looks_become_variants_that_share_what_is_equal() -> None:
    made = merge_variants({"grey": look(100), "white": look(255), "again": look(100)})
    assert [variant.name for variant in made.variants] == ["grey", "white", "again"]
    seat, foot = made.meshes[0].primitives
    assert [(m.material.name, [v.name for v in m.variants]) for m in foot.variants] == [
        ("legs", ["grey"]), ("legs", ["white"]), ("legs", ["again"])]  # fmt: skip
    assert len({id(m.material) for m in foot.variants}) == 1
    assert [m.material.base_color_texture.texture.image.pixels[0, 0, 0] for m in seat.variants] == [100, 255, 100]  # type: ignore[union-attr]
    assert (len(made.images), len(made.materials)) == (2, 3)
    again = Document.read(made.to_bytes())
    assert [variant.name for variant in again.variants] == ["grey", "white", "again"]


def test_primitives_are_paired_by_shape_and_take_missing_coordinates() -> None:
    turned = look(255)
    turned.meshes[0].primitives.reverse()
    made = merge_variants({"plain": look(9, uv=None), "white": turned})
    seat, foot = made.meshes[0].primitives
    assert "TEXCOORD_0" in seat.attributes
    assert [m.material.name for m in foot.variants] == ["legs", "legs"]


def test_other_geometry_is_refused() -> None:
    with pytest.raises(InvalidAsset, match="2 primitives have no partner"):
        merge_variants({"a": look(1), "b": look(2, positions=QUAD * 2)})
    with pytest.raises(InvalidAsset, match="TEXCOORD_0"):
        merge_variants({"a": look(1), "b": look(2, uv=UV + 1)})
    with pytest.raises(UnsupportedFeature, match="already"):
        merge_variants({"a": look(1), "b": merge_variants({"c": look(2)})})


def test_parts_by_root_go_together_again() -> None:
    chair, table = Node(name="chair", mesh=Mesh(primitives=[primitive()])), Node(mesh=Mesh(primitives=[primitive()]))
    table.translation = (4.0, 0.0, 0.0)
    doc = placed(chair, table)
    parts = partition(doc)
    assert list(parts) == ["chair", "node 1"]
    assert [len(part.meshes) for part in parts.values()] == [1, 1]
    assert everything_drawn(merge(list(parts.values()))) == everything_drawn(doc)


def test_parts_by_mesh_stand_where_they_stood() -> None:
    leg = Mesh(name="leg", primitives=[primitive()])
    nodes = [Node(mesh=leg, translation=(float(n), 0.0, 0.0)) for n in range(2)]
    group = Node(
        children=[*nodes, Node(mesh=Mesh(name="leg", primitives=[primitive(QUAD * 2)]))], scale=(2.0, 2.0, 2.0)
    )
    doc = placed(group)
    parts = partition(doc, "mesh")
    assert list(parts) == ["leg", "leg 2"]
    assert [len(part.nodes) for part in parts.values()] == [3, 2]
    assert sorted(row for part in parts.values() for row in everything_drawn(part)) == everything_drawn(doc)


def test_parts_by_scene_and_by_variant() -> None:
    doc = document()
    doc.nodes.append(Node(mesh=Mesh(primitives=[primitive()]), name="other"))
    doc.scenes.append(Scene(name="second", nodes=[doc.nodes[-1]]))
    parts = partition(doc, "scene")
    assert [[node.name for node in part.nodes] for part in parts.values()] == [[None], ["other"]]
    made = merge_variants({"grey": look(100), "white": look(255)})
    shades = {}
    for name, part in partition(made, "variant").items():
        seat = part.meshes[0].primitives[0].material
        assert seat is not None
        assert seat.base_color_texture is not None
        assert seat.base_color_texture.texture.image is not None
        shades[name] = int(seat.base_color_texture.texture.image.pixels[0, 0, 0])
    assert shades == {"grey": 100, "white": 255}


def test_real_models_go_apart_and_together(shared_assets: Path) -> None:
    for path in ("CesiumMilkTruck/glTF-Binary/CesiumMilkTruck.glb", "RiggedSimple/glTF-Binary/RiggedSimple.glb"):
        doc = Document.read(shared_assets / "models/khronos" / path)
        parts = partition(doc, "mesh")
        assert sorted(row for part in parts.values() for row in everything_drawn(part)) == everything_drawn(doc)
        moving = [name for name, part in parts.items() if part.animations]
        assert moving == (["Wheels"] if "Truck" in path else list(parts))
