"""The networks of UsdPreviewSurface: what each input is connected to, and what comes of it."""

from __future__ import annotations

import io
import tempfile
import zipfile
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.export.conftest import Opener, product, square

from forge3d import images
from forge3d.document import Image, Material, Sampler, Texture, TextureInfo
from forge3d.document.material import (
    AlphaMode,
    Anisotropy,
    Clearcoat,
    EmissiveStrength,
    Ior,
    Sheen,
    Specular,
    SpecularGlossiness,
    Transmission,
    Unlit,
    Volume,
)  # fmt: skip
from forge3d.document.scene import Variant, VariantMapping
from forge3d.document.texture import TextureTransform, Wrap
from forge3d.export import Usdz, usdz
from forge3d.render.features import uv_rows


def picture(format: str = "png", channels: int = 3, name: str | None = None) -> Image:
    pixels = np.random.default_rng(channels).integers(0, 255, (8, 8, channels), np.uint8)
    return Image(images.encode(pixels, format), name=name)  # type: ignore[arg-type]


def info(image: Image | None = None, **options: Any) -> TextureInfo:
    return TextureInfo(texture=Texture(image=image or picture()), **options)


def plain(value: Any) -> Any:
    """USD's vectors as lists."""
    return value if isinstance(value, str | int | float) else [*value]


def network(stage: Any, name: str = "Material") -> Any:
    """`value(input)` of a surface: its number, or what it is connected to as `(file, channel, {inputs})`."""
    from pxr import UsdShade

    surface = UsdShade.Shader(stage.GetPrimAtPath(f"/Product/Materials/{name}/Surface"))

    def value(name: str) -> Any:
        given = surface.GetInput(name)
        if not given:
            return None
        sources = given.GetConnectedSources()[0]
        if not sources:
            return plain(given.Get())
        shader = UsdShade.Shader(sources[0].source.GetPrim())
        inputs = {one.GetBaseName(): one.Get() for one in shader.GetInputs() if not one.HasConnectedSource()}
        file = inputs.pop("file").path if "file" in inputs else shader.GetIdAttr().Get()
        return file, sources[0].sourceName, {key: plain(found) for key, found in inputs.items()}

    return value


def of(opened: Opener, material: Material, **attributes: Any) -> tuple[Any, Usdz, Any]:
    stage, made = opened(product(square(material, **attributes)))
    return network(stage), made, stage


def test_factors_without_pictures(opened: Opener) -> None:
    material = Material(
        base_color_factor=(0.25, 0.5, 0.75, 0.5), metallic_factor=0.25, roughness_factor=0.5, double_sided=True,
        emissive_factor=(1, 0, 0.5), emissive_strength=EmissiveStrength(strength=4.0), ior=Ior(ior=1.75),
    )  # fmt: skip
    value, made, stage = of(opened, material)
    assert value("diffuseColor") == [0.25, 0.5, 0.75]
    assert value("opacity") is None  # OPAQUE: alpha means nothing
    assert (value("metallic"), value("roughness"), value("ior")) == (0.25, 0.5, 1.75)
    assert value("emissiveColor") == [4, 0, 2]
    assert stage.GetPrimAtPath("/Product/Thing/Mesh").GetAttribute("doubleSided").Get()
    assert made.notes == ()


def test_every_map(opened: Opener) -> None:
    material = Material(
        base_color_texture=info(picture(name="base")), base_color_factor=(0.5, 1, 1, 1),
        metallic_roughness_texture=info(picture(name="orm")), metallic_factor=0.5, roughness_factor=0.25,
        normal_texture=info(picture(name="bumps")), occlusion_texture=info(picture(name="orm"), strength=0.25),
        emissive_texture=info(picture(name="glow")), emissive_factor=(1, 1, 0.5),
        clearcoat=Clearcoat(factor=0.5, texture=info(picture(name="coat")), roughness_factor=0.75),
    )  # fmt: skip
    value, made, _ = of(opened, material)
    wraps = {"wrapS": "repeat", "wrapT": "repeat"}
    raw, srgb = wraps | {"sourceColorSpace": "raw"}, wraps | {"sourceColorSpace": "sRGB"}
    file, channel, inputs = value("diffuseColor")
    assert (channel, inputs) == ("rgb", srgb | {"scale": [0.5, 1, 1, 1]})
    assert value("roughness")[1:] == ("g", raw | {"scale": [1, 0.25, 0.5, 1]})
    assert value("metallic")[1:] == ("b", raw | {"scale": [1, 0.25, 0.5, 1]})
    assert value("normal")[1:] == ("rgb", raw | {"scale": [2, 2, 2, 1], "bias": [-1, -1, -1, 0]})
    assert value("occlusion")[1:] == ("r", raw | {"scale": [0.25, 1, 1, 1], "bias": [0.75, 0, 0, 0]})
    assert value("emissiveColor")[1:] == ("rgb", srgb | {"scale": [1, 1, 0.5, 1]})
    assert value("clearcoat")[1:] == ("r", raw | {"scale": [0.5, 1, 1, 1]})
    assert value("clearcoatRoughness") == 0.75
    assert len(zipfile.ZipFile(io.BytesIO(made.data)).namelist()) == 2  # all the same bytes
    assert file.endswith("textures/0_base.png") or "[textures/0_base.png]" in file
    assert made.notes == ()


@pytest.mark.parametrize(
    ("mode", "opacity", "threshold"),
    [(AlphaMode.OPAQUE, None, None), (AlphaMode.MASK, "a", 0.75), (AlphaMode.BLEND, "a", None)],
)
def test_alpha_modes(opened: Opener, mode: AlphaMode, opacity: str | None, threshold: float | None) -> None:
    texture = info(picture(channels=4))
    material = Material(
        base_color_texture=texture, base_color_factor=(1, 1, 1, 0.5), alpha_mode=mode, alpha_cutoff=0.75
    )
    value, _, _ = of(opened, material)
    found = value("opacity")
    assert (found and found[1]) == opacity
    assert value("opacityThreshold") == threshold
    if found:
        assert found[2]["scale"] == [1, 1, 1, 0.5]


def test_vertex_colours_are_shown_where_there_is_no_picture(opened: Opener) -> None:
    from pxr import UsdGeom

    colors = np.float32([[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 1, 0.5]])
    material = Material(base_color_factor=(0.5, 1, 1, 0.5), alpha_mode=AlphaMode.BLEND)
    value, made, stage = of(opened, material, COLOR_0=colors)
    assert value("diffuseColor") == ("UsdPrimvarReader_float3", "result", {"varname": "displayColor"})
    assert value("opacity") == ("UsdPrimvarReader_float", "result", {"varname": "displayOpacity"})
    primvars = UsdGeom.PrimvarsAPI(stage.GetPrimAtPath("/Product/Thing/Mesh"))
    assert np.array(primvars.GetPrimvar("displayColor").Get())[:, 0].tolist() == [0.5, 0, 0, 0.5]
    assert list(primvars.GetPrimvar("displayOpacity").Get()) == [0.5, 0.5, 0.5, 0.25]
    assert made.notes == ()
    _, made, _ = of(opened, Material(base_color_texture=info()), COLOR_0=colors)
    assert [note.feature for note in made.notes] == ["COLOR_0"]
    _, made, _ = of(opened, Material(base_color_texture=info()), COLOR_0=np.ones((4, 3), np.float32))
    assert made.notes == ()  # white changes nothing


numbers = st.floats(-3, 3)


@settings(deadline=None, max_examples=25)
@given(offset=st.tuples(numbers, numbers), scale=st.tuples(numbers, numbers), rotation=st.floats(-7, 7))
def test_texture_transforms_place_the_same(
    offset: tuple[float, float], scale: tuple[float, float], rotation: float
) -> None:
    pytest.importorskip("pxr")
    from pxr import Usd, UsdShade

    moved = info(transform=TextureTransform(offset=offset, scale=scale, rotation=rotation))
    with tempfile.NamedTemporaryFile(suffix=".usdz") as file:
        file.write(usdz(product(square(Material(base_color_texture=moved)))).data)
        file.flush()
        stage = Usd.Stage.Open(file.name)
        shader = UsdShade.Shader(stage.GetPrimAtPath("/Product/Materials/Material/BaseColorTransform"))
        (sx, sy), (tx, ty) = shader.GetInput("scale").Get(), shader.GetInput("translation").Get()
        angle = np.radians(shader.GetInput("rotation").Get())
    rows = np.array(uv_rows(moved))
    for u, v in [(0.0, 0.0), (1.0, 0.0), (0.3, 0.8)]:
        expected_u, expected_v = (row[0] * u + row[1] * v + row[2] for row in rows)
        # UsdTransform2d: in · scale · rotation + translation, counter-clockwise.
        s, t = u * sx, (1 - v) * sy
        found = (np.cos(angle) * s - np.sin(angle) * t + tx, np.sin(angle) * s + np.cos(angle) * t + ty)
        assert found == pytest.approx((expected_u, 1 - expected_v), abs=2e-5)


def test_wrapping_and_other_coordinates(opened: Opener) -> None:
    texture = Texture(image=picture(), sampler=Sampler(wrap_s=Wrap.CLAMP_TO_EDGE, wrap_t=Wrap.MIRRORED_REPEAT))
    material = Material(base_color_texture=TextureInfo(texture=texture, tex_coord=1))
    value, _, stage = of(opened, material, TEXCOORD_1=np.zeros((4, 2), np.float32))
    assert (value("diffuseColor")[2]["wrapS"], value("diffuseColor")[2]["wrapT"]) == ("clamp", "mirror")
    assert stage.GetPrimAtPath("/Product/Materials/Material/Reader_st1")
    assert stage.GetPrimAtPath("/Product/Thing/Mesh").GetAttribute("primvars:st1").Get()


def test_jpeg_and_png_stay_as_they_are_and_others_become_one(opened: Opener) -> None:
    pictures = [
        picture("jpeg", name="a"),
        picture("png", name="b"),
        picture("webp", name="c"),
        picture("webp", 4, name="d"),
    ]
    materials = [
        Material(name=image.name, base_color_texture=info(image), alpha_mode=mode)
        for image, mode in zip(pictures, [AlphaMode.OPAQUE] * 3 + [AlphaMode.BLEND], strict=True)
    ]  # fmt: skip
    _, made = opened(product(*map(square, materials)))
    archive = zipfile.ZipFile(io.BytesIO(made.data))
    assert archive.namelist()[1:] == [
        "textures/0_a.jpg", "textures/1_b.png", "textures/2_c.jpg", "textures/3_d.png",
    ]  # fmt: skip
    kept = [archive.read(name) for name in archive.namelist()[1:]]
    assert kept[:2] == [image.data for image in pictures[:2]]
    assert np.array_equal(images.decode(kept[3]), pictures[3].pixels)
    assert np.abs(images.decode(kept[2]).astype(int) - pictures[2].pixels).mean() < 6
    assert [(note.feature, note.where) for note in made.notes] == [("webp", ("c",)), ("webp", ("d",))]


def test_a_fallback_that_can_stay_is_taken(opened: Opener) -> None:
    texture = Texture(image=picture("webp"), fallback=picture("png", name="kept"))
    _, made, _ = of(opened, Material(base_color_texture=TextureInfo(texture=texture)))
    assert zipfile.ZipFile(io.BytesIO(made.data)).namelist()[1:] == ["textures/0_kept.png"]
    assert made.notes == ()


def test_the_strength_of_normals_is_worked_in(opened: Opener) -> None:
    flat = np.full((4, 4, 3), (255, 128, 128), np.uint8)  # leans over to +x entirely
    flat[..., 2] = 255
    image = Image(images.encode(flat, "png"), name="bumps")
    value, made, _ = of(opened, Material(normal_texture=info(image, scale=0.5)))
    (name,) = zipfile.ZipFile(io.BytesIO(made.data)).namelist()[1:]
    found = images.decode(zipfile.ZipFile(io.BytesIO(made.data)).read(name))[0, 0] / 255 * 2 - 1
    assert found == pytest.approx(np.array([0.5, 0, 1]) / np.sqrt(1.25), abs=0.01)
    assert value("normal")[2]["scale"] == [2, 2, 2, 1]
    assert [note.feature for note in made.notes] == ["normalTexture.scale"]


def test_specular_glossiness_is_usds_other_workflow(opened: Opener) -> None:
    layer = SpecularGlossiness(
        specular_factor=(0.5, 0.25, 0.25), glossiness_factor=0.75, texture=info(picture(channels=4))
    )
    value, _, _ = of(opened, Material(specular_glossiness=layer))
    assert value("useSpecularWorkflow") == 1
    assert value("specularColor")[1:][1]["scale"] == [0.5, 0.25, 0.25, 1]
    assert value("roughness")[1] == "a"
    assert (value("roughness")[2]["scale"], value("roughness")[2]["bias"]) == ([1, 1, 1, -0.75], [0, 0, 0, 1])


def test_unlit_glows(opened: Opener) -> None:
    value, made, _ = of(opened, Material(unlit=Unlit(), base_color_factor=(0.5, 0.25, 0, 1)))
    assert value("emissiveColor") == [0.5, 0.25, 0]
    assert value("diffuseColor") == value("specularColor") == [0, 0, 0]
    assert [note.feature for note in made.notes] == ["KHR_materials_unlit"]


def test_glass_tints_what_is_behind(opened: Opener) -> None:
    value, made, _ = of(opened, Material(transmission=Transmission(factor=1.0)))
    assert value("opacity") == pytest.approx(0.04)  # what it reflects does not come through
    assert value("diffuseColor") == [0, 0, 0]
    assert value("opacityMode") is None  # highlights stay
    assert [note.feature for note in made.notes] == ["KHR_materials_transmission"]
    value, _, _ = of(opened, Material(transmission=Transmission(factor=0.5), base_color_factor=(0, 0, 0, 1)))
    assert value("opacity") is None
    volume = Volume(thickness_factor=2.0, attenuation_distance=1.0, attenuation_color=(1.0, 0.5, 1.0))
    tinted = Material(transmission=Transmission(factor=0.75), base_color_factor=(0.5, 1, 0.5, 1), volume=volume)
    value, _, _ = of(opened, tinted)
    opacity, color = value("opacity"), np.array(value("diffuseColor"))
    passing, own = 0.75 * 0.96 * np.array([0.5, 0.25, 0.5]), 0.25 * np.array([0.5, 1, 0.5])
    for behind in (0.0, 0.5, 1.0):
        shown = (1 - opacity) * behind + opacity * color
        assert np.cbrt(shown) == pytest.approx(np.cbrt(passing * behind + own), abs=0.1)


def test_blending_is_coverage(opened: Opener) -> None:
    for mode, expected in ((AlphaMode.BLEND, "presence"), (AlphaMode.MASK, None), (AlphaMode.OPAQUE, None)):
        value, _, _ = of(opened, Material(alpha_mode=mode, base_color_factor=(1, 1, 1, 0.5)))
        assert value("opacityMode") == expected


def test_what_a_surface_without_metal_reflects_has_a_colour(opened: Opener) -> None:
    plain = Material(metallic_factor=0.0, specular=Specular(factor=0.5, color_factor=(1, 0.5, 0)), ior=Ior(ior=3.0))
    value, made, _ = of(opened, plain)
    assert (value("useSpecularWorkflow"), value("ior"), value("metallic")) == (1, None, 0)
    assert value("specularColor") == pytest.approx([0.125, 0.0625, 0])
    assert made.notes == ()
    plain.specular = Specular(color_texture=info(), texture=info())
    value, made, _ = of(opened, plain)
    assert value("specularColor")[1] == "rgb"
    assert value("specularColor")[2]["scale"] == pytest.approx([0.25, 0.25, 0.25, 1])
    assert [note.what for note in made.notes] == ["its map of strengths is left out"]


def test_stretched_highlights_are_round_and_as_wide(opened: Opener) -> None:
    value, made, _ = of(opened, Material(roughness_factor=0.5, anisotropy=Anisotropy(strength=0.5)))
    assert value("roughness") == pytest.approx((0.25 * (0.25 + 0.75 * 0.25)) ** 0.25)
    assert [note.feature for note in made.notes] == ["KHR_materials_anisotropy"]
    rough = Image(images.encode(np.full((4, 4, 3), 128, np.uint8), "png"))
    grain = Anisotropy(strength=1.0, texture=info(rough))
    value, _, _ = of(opened, Material(metallic_roughness_texture=info(rough), anisotropy=grain))
    alpha = (128 / 255) ** 2
    expected = (alpha * (alpha + (1 - alpha) * alpha)) ** 0.25
    assert value("roughness")[2]["scale"][1] == pytest.approx(expected / (128 / 255), rel=1e-4)


def test_where_metal_may_be_specular_changes_the_index_of_refraction(opened: Opener) -> None:
    value, made, _ = of(opened, Material(specular=Specular(factor=0.0)))
    assert value("ior") == 1.0
    assert made.notes == ()
    _, made, _ = of(opened, Material(specular=Specular(color_factor=(1, 0, 0))))
    assert [note.feature for note in made.notes] == ["KHR_materials_specular"]


def test_what_usd_lacks_is_named(opened: Opener) -> None:
    material = Material(name="Cloth", sheen=Sheen(color_factor=(1, 1, 1)))
    stage, made = opened(product(square(material)))
    assert stage.GetPrimAtPath("/Product/Materials/Cloth")
    assert [str(note) for note in made.notes] == ["KHR_materials_sheen: is left out: cloth has no sheen (Cloth)"]


def test_variants_are_a_variant_set(opened: Opener) -> None:
    from pxr import UsdShade

    base, red, blue = (Material(name=name) for name in ("Base", "Red", "Blue"))
    first, second = Variant(name="Red wine"), Variant(name="Sky")
    part = square(base)
    part.variants = [VariantMapping(material=red, variants=[first]), VariantMapping(material=blue, variants=[second])]
    document = product(part, square(base))
    document.variants = [first, second]
    stage, _ = opened(document)
    sets = stage.GetPrimAtPath("/Product").GetVariantSets()
    assert sets.GetNames() == ["look"]
    assert sets.GetVariantSet("look").GetVariantSelection() == "Default"
    bound = {}
    for look in sets.GetVariantSet("look").GetVariantNames():
        sets.SetSelection("look", look)
        meshes = [stage.GetPrimAtPath(f"/Product/Thing/Mesh{suffix}") for suffix in ("", "_2")]
        bound[look] = [UsdShade.MaterialBindingAPI(mesh).ComputeBoundMaterial()[0].GetPath().name for mesh in meshes]
    assert bound == {"Default": ["Base", "Base"], "Red_wine": ["Red", "Base"], "Sky": ["Blue", "Base"]}
