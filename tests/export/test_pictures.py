"""A product drawn from its USDZ looks as it does drawn from its GLB."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.usdz_reading import read
from examples import NAMES
from tests.conftest import REPOSITORY
from tests.export.conftest import product, scene, square
from tests.render.conftest import renderer

import forge3d
from forge3d import images
from forge3d.compare import difference
from forge3d.document import Document, Image, Material, Mesh, Node, Texture, TextureInfo
from forge3d.document.material import AlphaMode, Clearcoat, Ior, SpecularGlossiness, Transmission, Unlit
from forge3d.document.scene import Variant, VariantMapping
from forge3d.document.texture import TextureTransform
from forge3d.export import usdz
from forge3d.render import Orbit, Renderer

__all__ = ["renderer"]

pytest.importorskip("pxr")
pytest.importorskip("flip_evaluator")

MOST = 0.05


def flip(renderer: Renderer, document: Document, folder: Path) -> float:
    path = folder / "model.usdz"
    path.write_bytes(usdz(document).data)
    camera = renderer.fit(document, Orbit(yaw=35, pitch=20), (256, 256))
    first, second = (renderer.render(one, camera=camera, size=(256, 256)).pixels for one in (document, read(path)))
    return difference(first, second).picture.flip


def looks_alike(renderer: Renderer, document: Document, folder: Path) -> None:
    assert flip(renderer, document, folder) < MOST


_QUICK = (
    "khronos/DamagedHelmet/glTF-Binary/DamagedHelmet.glb", "khronos/CesiumMan/glTF-Binary/CesiumMan.glb",
    "khronos/TextureSettingsTest/glTF-Binary/TextureSettingsTest.glb",
    "khronos/BoxVertexColors/glTF-Binary/BoxVertexColors.glb",
)  # fmt: skip
_SLOW = (
    "khronos/WaterBottle/glTF/WaterBottle.gltf", "3d-commerce/Mixer/glTF-Binary/Mixer.glb",
    "3d-commerce/WickerChair/glTF-Binary/WickerChair.glb", "khronos/BrainStem/glTF-Binary/BrainStem.glb",
    "khronos/Duck/glTF-Binary/Duck.glb", "khronos/NormalTangentTest/glTF-Binary/NormalTangentTest.glb",
    "khronos/TextureCoordinateTest/glTF/TextureCoordinateTest.gltf",
)  # fmt: skip


@pytest.mark.parametrize("model", [*_QUICK, *(pytest.param(one, marks=pytest.mark.slow) for one in _SLOW)])
def test_real_models_look_alike(renderer: Renderer, shared_assets: Path, tmp_path: Path, model: str) -> None:
    looks_alike(renderer, forge3d.load(shared_assets / "models" / model), tmp_path)


def test_every_way_of_a_material_looks_alike(renderer: Renderer, tmp_path: Path) -> None:
    pixels = np.random.default_rng(3).integers(0, 255, (16, 16, 4), np.uint8)
    texture = Texture(image=Image(images.encode(pixels, "png")))
    turned = TextureTransform(offset=(0.3, 0.1), scale=(1.5, -0.75), rotation=0.6)
    colored, plain = TextureInfo(texture=texture, transform=turned), TextureInfo(texture=texture)
    tint = (0.5, 0.9, 0.7, 0.8)
    looks = [
        Material(base_color_texture=colored, base_color_factor=tint, alpha_mode=AlphaMode.BLEND),
        Material(base_color_texture=plain, alpha_mode=AlphaMode.MASK, alpha_cutoff=0.4, double_sided=True),
        Material(metallic_roughness_texture=plain, roughness_factor=0.6, occlusion_texture=plain),
        Material(emissive_texture=colored, emissive_factor=(0.2, 0.4, 0.1), metallic_factor=0.0),
        Material(clearcoat=Clearcoat(factor=0.7, texture=plain, roughness_factor=0.3), base_color_factor=tint),
        Material(normal_texture=TextureInfo(texture=texture, scale=0.3), ior=Ior(ior=1.9), metallic_factor=0.0),
        Material(specular_glossiness=SpecularGlossiness(texture=plain, glossiness_factor=0.7)),
    ]
    nodes = [
        Node(mesh=Mesh(primitives=[square(look)]), translation=(1.1 * (number % 3), 1.1 * (number // 3), 0.0))
        for number, look in enumerate(looks)
    ]
    assert flip(renderer, scene(*nodes), tmp_path) < 0.01


def test_variants_look_alike(renderer: Renderer, tmp_path: Path) -> None:
    red, blue = (Material(base_color_factor=color) for color in ((1, 0, 0, 1), (0, 0, 1, 1)))
    variant, part = Variant(name="Sea blue"), square(red)
    part.variants = [VariantMapping(material=blue, variants=[variant])]
    document = product(part)
    document.variants = [variant]
    (tmp_path / "model.usdz").write_bytes(usdz(document).data)
    seen = {
        look: renderer.render(read(tmp_path / "model.usdz", look), size=(32, 32)).pixels[16, 16]
        for look in ("Default", "Sea_blue")
    }
    assert seen["Default"][0] > seen["Default"][2]
    assert (seen["Sea_blue"] == renderer.render(document, size=(32, 32), variant="Sea blue").pixels[16, 16]).all()


@pytest.mark.parametrize("tint", [(0.9, 0.9, 0.9), (0.3, 0.6, 0.8), (0.8, 0.2, 0.1)])
def test_glass_looks_alike_before_dark_and_bright(
    renderer: Renderer, tmp_path: Path, tint: tuple[float, float, float]
) -> None:
    glass = Material(
        base_color_factor=(*tint, 1.0), transmission=Transmission(factor=0.9), metallic_factor=0.0, roughness_factor=0.0
    )
    for brightness in (0.0, 0.3, 1.0):
        wall = Material(base_color_factor=(brightness, brightness, brightness, 1.0), unlit=Unlit())
        pane, behind = (Node(mesh=Mesh(primitives=[square(look)])) for look in (glass, wall))
        behind.translation, behind.scale = (-2.0, -2.0, -0.5), (5.0, 5.0, 1.0)
        document = scene(pane, behind)
        (tmp_path / "model.usdz").write_bytes(usdz(document).data)
        camera = Orbit(yaw=0, pitch=0, distance=3.0, target=(0.5, 0.5, 0.0))
        mine, theirs = (
            renderer.render(one, camera=camera, size=(32, 32)).pixels[12:20, 12:20, :3].mean(axis=(0, 1))
            for one in (document, read(tmp_path / "model.usdz"))
        )
        assert np.abs(mine - theirs).mean() < 40, brightness  # a tint cannot be kept before both black and white


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_examples_look_alike(renderer: Renderer, tmp_path: Path, name: str) -> None:
    document = forge3d.load(REPOSITORY / "examples" / "models" / f"{name}.glb")
    if any(material.transmission for material in document.materials):  # USD has no glass, and the notes say so
        assert "KHR_materials_transmission" in {note.feature for note in usdz(document).notes}
    else:
        looks_alike(renderer, document, tmp_path)
