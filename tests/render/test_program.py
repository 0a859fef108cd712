from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from forge3d.document import AlphaMode, Material, Texture, TextureInfo, TextureTransform
from forge3d.document.material import LAYERS, Anisotropy, Clearcoat, Iridescence, Sheen, Transmission, Unlit, Volume
from forge3d.errors import Forge3DError
from forge3d.render import Renderer, program
from forge3d.render.features import FEATURES, MATERIAL_BLOCK, degraded, material_key, pack_material
from forge3d.render.layout import block
from forge3d.render.program import ProgramKey, VertexKey, assemble, surface_sources, tangent_uv_set

from .shapes import node, placed, quad

SHADERS = Path(assemble.__globals__["_SHADERS"])


def full(**facts: object) -> Material:
    """A material with every texture and layer that the table knows."""
    info = TextureInfo(texture=Texture())
    made = Material(**facts)  # type: ignore[arg-type]
    for feature in FEATURES:
        if feature.layer == "unlit":
            continue
        layer = LAYERS[feature.layer]()
        for field in type(layer).__dataclass_fields__.values():
            if field.metadata.get("texture"):
                setattr(layer, field.name, info)
            elif feature.idle == field.name:
                setattr(layer, field.name, (1.0, 1.0, 1.0) if isinstance(field.default, tuple) else 1.0)
        setattr(made, feature.layer, layer)
    for field in Material.__dataclass_fields__.values():
        if field.metadata.get("texture"):
            setattr(made, field.name, info)
    return made


def test_std140_offsets() -> None:
    made = block("B", 0, a="float", b="vec3", c="float", d="vec4[2]", e="mat4", f="uint")
    offsets = {name: field[1] for name, field in made.dtype.fields.items()}  # type: ignore[union-attr]
    assert offsets == {"a": 0, "b": 16, "c": 28, "d": 32, "e": 64, "f": 128}
    assert made.dtype.itemsize == 144


def test_every_layer_of_a_document_is_a_feature() -> None:
    assert sorted(feature.layer for feature in FEATURES) == sorted(LAYERS)


def test_every_feature_has_its_chunk_and_its_hooks() -> None:
    for feature in FEATURES:
        assert feature.layer in LAYERS
        if feature.hooks:
            text = (SHADERS / "layers" / f"{feature.layer}.glsl").read_text()
            for hook in feature.hooks:
                assert re.search(rf"void {feature.layer}_{hook}\(", text)


@pytest.mark.parametrize("alpha", AlphaMode)
@pytest.mark.parametrize("stage", ["color", "aov"])
def test_everything_at_once_compiles_and_draws(renderer: Renderer, alpha: AlphaMode, stage: str) -> None:
    primitive = quad(full(alpha_mode=alpha), COLOR_0=np.ones((4, 4)), TANGENT=np.tile([1, 0, 0, 1], (4, 1)))
    frame = renderer.render(placed(node(primitive)), size=(16, 16))
    assert frame.pixels[8, 8, 3] == 255
    if stage == "aov":
        assert frame.object_ids[8, 8] == 1


@pytest.mark.parametrize("feature", [feature.layer for feature in FEATURES])
def test_each_feature_compiles_alone(renderer: Renderer, feature: str) -> None:
    material = Material()
    layer = getattr(full(), feature) or Unlit()
    setattr(material, feature, layer)
    renderer.render(placed(node(quad(material))), size=(8, 8))


def test_a_layer_that_is_off_costs_nothing() -> None:
    assert material_key(Material(clearcoat=Clearcoat(), sheen=Sheen(), transmission=Transmission())).features == ()
    assert material_key(Material(clearcoat=Clearcoat(factor=0.5))).features == ("clearcoat",)


def test_brushed_metal_has_tangents_without_any_texture() -> None:
    assert tangent_uv_set(material_key(Material(anisotropy=Anisotropy(strength=1.0)))) == 0
    assert tangent_uv_set(material_key(Material())) is None


def test_unknown_layers_are_named() -> None:
    material = Material(iridescence=Iridescence(factor=1.0), extensions={"KHR_materials_retroreflection": {}})
    assert degraded(material) == ["KHR_materials_retroreflection"]


def test_the_block_holds_defaults_values_and_texture_transforms() -> None:
    transform = TextureTransform(offset=(0.25, 0.5), scale=(2.0, 3.0))
    info = TextureInfo(texture=Texture(), scale=0.75, transform=transform)
    material = Material(roughness_factor=0.5, normal_texture=info, volume=Volume(thickness_factor=2.0))
    record = np.frombuffer(pack_material(material), MATERIAL_BLOCK.dtype)[0]
    assert record["m_roughness_factor"] == 0.5
    assert record["m_ior_ior"] == 1.5
    assert record["m_volume_thickness_factor"] == 2.0
    assert record["m_volume_attenuation_distance"] == 0.0
    np.testing.assert_array_equal(record["m_normal_texture_uv"], [[2, 0, 0.25, 0.75], [0, 3, 0.5, 1]])


def test_includes_are_pasted_once_and_lines_keep_their_numbers() -> None:
    defines, generated = surface_sources(ProgramKey("color", material_key(full()), VertexKey(("POSITION", "NORMAL"))))
    text = assemble("color.frag", defines, generated)
    assert text.startswith("#version 430 core\n#define ")
    assert text.count("float schlick_weight(float cosine)") == 1
    assert "#include" not in text


def test_a_shader_that_does_not_compile_shows_the_permutation_and_the_log(renderer: Renderer) -> None:
    with pytest.raises(Forge3DError, match=r"(?s)resolve\.frag.*tone_of_nobody"):
        renderer._gpu.programs.screen("resolve.frag", SUPERSAMPLING=1, TONE="tone_of_nobody")


@pytest.mark.parametrize("stage", ["color", "aov"])
@pytest.mark.parametrize("layer", [None, *LAYERS])
def test_the_reference_compiler_takes_every_feature(layer: str | None, stage: str, tmp_path: Path) -> None:
    """Drivers differ in what they let pass; Khronos' own compiler holds to the language."""
    compiler = shutil.which("glslangValidator")
    if compiler is None:
        pytest.skip("glslangValidator (package glslang-tools) is not on this machine")
    material = full()
    if layer is not None:
        material, given = Material(), getattr(material, layer) or Unlit()
        setattr(material, layer, given)
    vertex = VertexKey(("POSITION", "NORMAL", "TANGENT", "TEXCOORD_0", "JOINTS_0", "WEIGHTS_0"), morphed=True)
    defines, generated = surface_sources(ProgramKey(stage, material_key(material), vertex))
    for name in ("surface.vert", f"{stage}.frag"):
        file = tmp_path / name
        file.write_text(assemble(name, defines | {"TEXTURE_BIAS": "0.0"}, generated))
        out = subprocess.run([compiler, str(file)], capture_output=True, text=True, check=False)
        assert out.returncode == 0, out.stdout


def test_the_programs_used_last_are_kept(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "_PROGRAMS_KEPT", 3)
    renderer._gpu.device.check()
    programs = program.ProgramCache(renderer._gpu.context, 0.0)
    defines = {"SUPERSAMPLING": 1, "TAPS": "0.25, 0.5, 0.25"}
    made = {tone: programs.screen("resolve.frag", TONE=f"tone_{tone}", **defines) for tone in ("none", "aces", "agx")}
    assert programs.screen("resolve.frag", TONE="tone_none", **defines) is made["none"]
    programs.screen("resolve.frag", TONE="tone_neutral", **defines)
    assert programs.screen("resolve.frag", TONE="tone_none", **defines) is made["none"]
    assert programs.screen("resolve.frag", TONE="tone_aces", **defines) is not made["aces"]
