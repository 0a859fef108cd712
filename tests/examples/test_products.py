"""The products as a shop would receive them."""

from __future__ import annotations

from pathlib import Path

import examples
import numpy as np
import pytest
from examples import make
from examples.neon_jacket.trim import PRINT
from tests.peers import khronos_reports

from forge3d import Document, images
from forge3d.document import Primitive

MODELS = Path(examples.__file__).parent / "models"

# Millimetres: width, height, depth, of the products that do not move.
SIZES = {
    "lounge_chair": (806, 802, 764),
    "headphones": (188, 196, 92),
    "neon_jacket": (708, 1025, 364),
    "smart_speaker": (126, 208, 116),
    "side_table": (465, 520, 465),
}
LARGE = ("lounge_chair", "headphones", "neon_jacket")


@pytest.fixture(scope="module")
def products() -> dict[str, Document]:
    return {name: examples.product(name).document() for name in SIZES}


@pytest.fixture(params=list(SIZES))
def named(request: pytest.FixtureRequest, products: dict[str, Document]) -> tuple[str, Document]:
    return request.param, products[request.param]


def primitives(document: Document) -> list[Primitive]:
    return [primitive for mesh in document.meshes for primitive in mesh.primitives]


def positions(document: Document) -> np.ndarray:
    return np.concatenate([p.attributes["POSITION"].array for p in primitives(document)])


def triangles(primitive: Primitive) -> np.ndarray:
    assert primitive.indices is not None
    return primitive.indices.array.reshape(-1, 3).astype(np.int64)


def test_bytes_are_the_same_every_time() -> None:
    first, second = examples.small().to_bytes(), examples.small().to_bytes()
    assert first == second


@pytest.mark.slow
def test_full_products_are_the_same_every_time(named: tuple[str, Document]) -> None:
    name, document = named
    assert examples.product(name).document().to_bytes() == document.to_bytes()


@pytest.mark.peers
def test_the_khronos_validator_finds_nothing(products: dict[str, Document], tmp_path: Path) -> None:
    everything = {**products, "small": examples.small()}
    files = [tmp_path / f"{name}.glb" for name in everything]
    for file, document in zip(files, everything.values(), strict=True):
        document.write(file)
        assert file.stat().st_size < 8e6
    for file, report in zip(files, khronos_reports(files), strict=True):
        issues = report["issues"]
        assert (issues["numErrors"], issues["numWarnings"], issues["numInfos"]) == (0, 0, 0), (file.name, issues)


def test_true_dimensions_and_floor_contact(named: tuple[str, Document]) -> None:
    name, document = named
    low, high = positions(document).min(axis=0), positions(document).max(axis=0)
    np.testing.assert_allclose((high - low) * 1000, SIZES[name], atol=2)
    assert low[1] == pytest.approx(0.0, abs=1e-6)
    assert abs(low[0] + high[0]) < 0.004, "centred"
    facts = document.nodes[0].extras
    assert facts["sku"].startswith("F3D-")
    np.testing.assert_allclose(
        [facts["dimensions"][key] for key in ("width", "height", "depth")], high - low, atol=1e-4
    )


def test_triangle_counts_leave_room_for_levels_of_detail(named: tuple[str, Document]) -> None:
    count = sum(len(triangles(p)) for p in primitives(named[1]))
    assert (20_000 if named[0] in LARGE else 8_000) <= count <= 66_000


def test_no_triangle_is_flat_and_normals_face_its_way(named: tuple[str, Document]) -> None:
    for primitive in primitives(named[1]):
        corner = primitive.attributes["POSITION"].array.astype(np.float64)[triangles(primitive)]
        cross = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
        assert np.linalg.norm(cross, axis=1).min() > 1e-13
        normals = primitive.attributes["NORMAL"].array
        np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-5)
        against = np.einsum("ij,ij->i", cross, normals[triangles(primitive)].mean(axis=1)) <= 0
        assert against.mean() < 0.005, primitive.material


def test_solid_parts_are_closed_and_turned_outward(products: dict[str, Document]) -> None:
    solid = {
        "Shell": ["Oat wool", "Oat welt"],
        "Base": ["Oak", "Brushed brass", "Felt glide"],
        "Stand": ["Brushed steel"],
        "Pane": ["Brass and smoke glass"],
        "Tray": ["Brass and smoke wood"],
        "Frame": ["Brass and smoke metal"],
        "Body": ["Fog cloth", "Fog alloy"],
    }
    seen = 0
    for document in products.values():
        for mesh in document.meshes:
            for primitive in mesh.primitives:
                if primitive.material is None or primitive.material.name not in solid.get(mesh.name or "", []):
                    continue
                points = primitive.attributes["POSITION"].array.astype(np.float64)
                _, place = np.unique(np.round(points * 1e6).astype(np.int64), axis=0, return_inverse=True)
                corner = place.reshape(-1)[triangles(primitive)]
                corner = corner[(corner != np.roll(corner, 1, axis=1)).all(axis=1)]
                sides = np.sort(np.stack([corner, np.roll(corner, -1, axis=1)], axis=-1).reshape(-1, 2), axis=1)
                _, uses = np.unique(sides, axis=0, return_counts=True)
                assert (uses % 2 == 0).all(), (mesh.name, primitive.material)
                a, b, c = np.moveaxis(points[triangles(primitive)], 1, 0)
                assert np.einsum("ij,ij->", a, np.cross(b, c)) > 0
                seen += 1
    assert seen == 11


def _metallic(primitive: Primitive) -> float:
    assert primitive.material is not None
    info = primitive.material.metallic_roughness_texture
    assert info is not None
    assert info.texture.image is not None
    return float(images.decode(info.texture.image.data)[..., 2].mean()) / 255


def test_uvs_and_texel_density(named: tuple[str, Document]) -> None:
    for primitive in primitives(named[1]):
        assert primitive.material is not None
        if "TEXCOORD_0" not in primitive.attributes:
            assert primitive.material.occlusion_texture is None
            assert primitive.material.name in ("Black glass", "Brass and smoke glass")
            continue
        tiled = "TEXCOORD_1" in primitive.attributes
        atlas = primitive.attributes["TEXCOORD_1" if tiled else "TEXCOORD_0"].array
        assert atlas.min() >= 0
        assert atlas.max() <= 1
        occlusion = primitive.material.occlusion_texture
        assert occlusion is not None
        assert occlusion.uv_set == int(tiled)
        if not tiled or primitive.material.metallic_factor * _metallic(primitive) > 0.5:
            continue  # spun metal is brushed in circles: its texture turns with the lathe
        uvs = primitive.attributes["TEXCOORD_0"].array.astype(np.float64)
        assert uvs.min() >= 0, "near the origin, where floats are fine"
        corner = primitive.attributes["POSITION"].array.astype(np.float64)[triangles(primitive)]
        area = np.linalg.norm(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1)
        s, t = (uvs[triangles(primitive)][:, k] - uvs[triangles(primitive)][:, 0] for k in (1, 2))
        texture_area = np.abs(s[:, 0] * t[:, 1] - s[:, 1] * t[:, 0])
        ratio = np.sqrt(texture_area / area)
        spread = np.quantile(ratio, [0.25, 0.75])
        assert spread[1] < 1.6 * spread[0], (primitive.material, spread)


def test_tangents_stand_where_normal_maps_need_them(named: tuple[str, Document]) -> None:
    for primitive in primitives(named[1]):
        assert primitive.material is not None
        assert ("TANGENT" in primitive.attributes) == (primitive.material.normal_texture is not None)
        if "TANGENT" in primitive.attributes:
            tangent = primitive.attributes["TANGENT"].array
            assert set(np.unique(tangent[:, 3])) <= {-1.0, 1.0}
            np.testing.assert_allclose(np.linalg.norm(tangent[:, :3], axis=1), 1, atol=1e-5)
            across = np.einsum("ij,ij->i", tangent[:, :3], primitive.attributes["NORMAL"].array)
            assert np.abs(across).max() < 1e-3


def test_pictures(named: tuple[str, Document]) -> None:
    """Powers of two; data as PNG, colour as JPEG; at least one of 1k where the product is large."""
    sides = []
    colors = {id(s.info.texture) for m in named[1].materials for s in m.textures() if s.srgb}
    for texture in named[1].textures:
        assert texture.image is not None
        header = images.read_header(texture.image.data)
        assert header.width == header.height
        assert header.width & (header.width - 1) == 0
        assert header.format == ("jpeg" if id(texture) in colors else "png"), texture.name
        sides.append(header.width)
    assert 1024 in sides or named[0] not in LARGE
    assert max(sides) >= 256
    assert max(sides) <= 2048


def test_names_copyright_and_variants(named: tuple[str, Document]) -> None:
    name, document = named
    assert document.asset.copyright
    assert len({m.name for m in document.materials}) == len(document.materials)
    assert all(node.name for node in document.nodes)
    assert len(document.variants) == {"lounge_chair": 4}.get(name, 3)
    changing = [p for p in primitives(document) if p.variants]
    assert changing
    for primitive in changing:
        covered = [variant for mapping in primitive.variants for variant in mapping.variants]
        assert {id(v) for v in covered} == {id(v) for v in document.variants}
        assert primitive.variants[0].material is primitive.material, "the first look is the one shown"


def test_the_print_fills_its_picture(products: dict[str, Document]) -> None:
    printed = next(p for p in primitives(products["neon_jacket"]) if p.material and p.material.name == "Cyan print")
    uvs = printed.attributes["TEXCOORD_0"].array
    np.testing.assert_allclose(uvs.min(axis=0), 0, atol=0.02)
    np.testing.assert_allclose(uvs.max(axis=0), 1, atol=0.02)
    width = np.ptp(printed.attributes["POSITION"].array[:, 1])
    assert width == pytest.approx(PRINT, rel=0.08)


def test_the_small_product_is_small_and_complete() -> None:
    document = examples.small()
    assert sum(len(triangles(p)) for p in primitives(document)) < 10_000
    assert {images.read_header(i.data).width for i in document.images} <= {16, 32, 64}
    assert len(document.variants) == 4
    assert positions(document)[:, 1].min() == pytest.approx(0, abs=1e-6)


def test_the_models_beside_the_code_are_what_it_makes(named: tuple[str, Document]) -> None:
    name, document = named
    kept = Document.read(MODELS / f"{name}.glb")
    assert [n.name for n in kept.nodes] == [n.name for n in document.nodes]
    assert [m.name for m in kept.materials] == [m.name for m in document.materials]
    assert [len(triangles(p)) for p in primitives(kept)] == [len(triangles(p)) for p in primitives(document)]
    for old, new in zip(primitives(kept), primitives(document), strict=True):
        for end in (np.min, np.max):
            here, there = (end(p.attributes["POSITION"].array, axis=0) for p in (old, new))
            np.testing.assert_allclose(here, there, atol=1e-4)


def test_make_writes_the_products_that_were_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make.main([str(tmp_path / "new"), "headphones"])
    assert [f.name for f in (tmp_path / "new").iterdir()] == ["headphones.glb"]
    assert "triangles" in capsys.readouterr().out
    with pytest.raises(SystemExit) as refusal:
        make.main([str(tmp_path), "hat"])
    assert refusal.value.code == 2
    assert "hat" in capsys.readouterr().err
