"""Materials as UsdPreviewSurface networks.

UsdPreviewSurface 2.6 (openusd.org/release/spec_usdpreviewsurface.html). A texture's value there is `scale` · texel +
`bias`, in linear light, so that glTF's factors, an occlusion map's strength and glossiness need no new pictures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import degrees, sqrt
from typing import Any

import numpy as np

from ..document import Material, TextureInfo
from ..document.material import AlphaMode, SpecularGlossiness
from ..document.texture import Wrap
from .usd import Stage
from .usd_nearest import glass, reflection, stretched
from .usd_texture import Textures

_WRAPS = {Wrap.REPEAT: "repeat", Wrap.MIRRORED_REPEAT: "mirror", Wrap.CLAMP_TO_EDGE: "clamp"}
_LEFT_OUT = {
    "diffuse_transmission": "no light comes through",
    "dispersion": "colours do not part", "iridescence": "there is no thin film", "sheen": "cloth has no sheen",
    "volume_scatter": "nothing is scattered inside",
}  # fmt: skip


class Materials:
    """Writes materials, each once; those that vertex colours tint a second time."""

    def __init__(self, stage: Stage, textures: Textures):
        self._stage, self._textures = stage, textures
        self._scope = f"{stage.root}/Materials"
        self._written: dict[tuple[Material, bool], str] = {}

    def path(self, material: Material, *, colored: bool = False) -> str:
        """The prim of a material.

        Args:
            colored: the mesh has vertex colours, which the base colour's factor is already multiplied into.
        """
        key = material, colored
        if key not in self._written:
            if not self._written:
                self._stage.usd.UsdGeom.Scope.Define(self._stage.stage, self._scope)
            path = self._stage.names.child(self._scope, material.name, "Material")
            _Network(self._stage, self._textures, path, material).write(colored)
            self._written[key] = path
        return self._written[key]


class _Network:
    """One material's prims."""

    def __init__(self, stage: Stage, textures: Textures, path: str, material: Material):
        self._stage, self._textures, self._path, self._of = stage, textures, path, material
        self._types = stage.usd.Sdf.ValueTypeNames
        self._material = stage.usd.UsdShade.Material.Define(stage.stage, path)
        stage.named(self._material.GetPrim(), material)
        self._surface = self._shader("Surface", "UsdPreviewSurface")
        self._readers: dict[str, Any] = {}

    def write(self, colored: bool) -> None:
        material = self._of
        self._material.CreateSurfaceOutput().ConnectToSource(self._surface.ConnectableAPI(), "surface")
        if material.unlit is not None:
            self._unlit(colored)
        else:
            if material.specular_glossiness is not None:
                self._glossy(material.specular_glossiness, colored)
            else:
                self._metallic(colored)
            self._emission()
            self._coat()
            self._details()
        self._remarks()

    def _metallic(self, colored: bool) -> None:
        material = self._of
        self._base(material.base_color_factor, material.base_color_texture, colored)
        rough, metal, info = material.roughness_factor, material.metallic_factor, material.metallic_roughness_texture
        rough *= stretched(material)
        source = self._texture("MetallicRoughness", info, srgb=False, scale=(1.0, rough, metal, 1.0))
        self._float("roughness", rough, source, "g")
        self._float("metallic", metal, source, "b")
        self._reflection()

    def _glossy(self, layer: SpecularGlossiness, colored: bool) -> None:
        self._base(layer.diffuse_factor, layer.diffuse_texture, colored)
        self._surface.CreateInput("useSpecularWorkflow", self._types.Int).Set(1)
        glossy, (red, green, blue) = layer.glossiness_factor, layer.specular_factor
        source = self._texture("Specular", layer.texture, srgb=True, scale=(red, green, blue, 1.0), alpha=True)
        self._color("specularColor", layer.specular_factor, source)
        turned = self._texture(
            "Glossiness", layer.texture, srgb=True, scale=(1, 1, 1, -glossy), bias=(0, 0, 0, 1), alpha=True
        )
        self._float("roughness", 1 - glossy, turned, "a")

    def _unlit(self, colored: bool) -> None:
        """Light of its own in the base colour, and none that is reflected."""
        material = self._of
        self._base(material.base_color_factor, material.base_color_texture, colored, "emissiveColor")
        self._surface.CreateInput("useSpecularWorkflow", self._types.Int).Set(1)
        for name in ("diffuseColor", "specularColor"):
            self._color(name, (0.0, 0.0, 0.0))
        self._float("roughness", 1.0)

    def _base(
        self, factor: Sequence[float], info: TextureInfo | None, colored: bool, into: str = "diffuseColor"
    ) -> None:
        """Colour and opacity."""
        mode = self._of.alpha_mode
        if info is None and colored:
            # The factor is in the vertices' colours.
            self._connect(into, self._types.Color3f, self._primvar("displayColor", "float3"), "result")
            if mode is not AlphaMode.OPAQUE:
                self._connect("opacity", self._types.Float, self._primvar("displayOpacity", "float"), "result")
        else:
            (red, green, blue), passing = glass(self._of, factor)
            alpha, read = factor[3] * passing, mode is not AlphaMode.OPAQUE
            source = self._texture("BaseColor", info, srgb=True, scale=(red, green, blue, alpha), alpha=read)
            self._color(into, (red, green, blue), source)
            if read:
                self._float("opacity", alpha, source, "a")
            elif passing < 1:
                self._float("opacity", passing)
        if mode is AlphaMode.BLEND and self._of.transmission is None:
            # Coverage: what is not there does not reflect either. The usual mode is for glass, whose highlights stay.
            self._surface.CreateInput("opacityMode", self._types.Token).Set("presence")
        if mode is AlphaMode.MASK:
            self._float("opacityThreshold", max(self._of.alpha_cutoff, 1e-4))

    def _reflection(self) -> None:
        """What reflects beside metal: the index of refraction, and KHR_materials_specular.

        Where nothing is metal, the colour of the reflection is an input of the specular workflow. Elsewhere an index of
        refraction has to do, the one that reflects as much at normal incidence.
        """
        specular, still = self._of.specular, reflection(self._of)
        if specular is not None and specular.texture is not None:
            self._note("KHR_materials_specular", "its map of strengths is left out")
        if specular is not None and not self._of.metallic_factor:
            red, green, blue = (still * specular.factor * part for part in specular.color_factor)
            self._surface.CreateInput("useSpecularWorkflow", self._types.Int).Set(1)
            source = self._texture("Specular", specular.color_texture, srgb=True, scale=(red, green, blue, 1.0))
            self._color("specularColor", (min(red, 1.0), min(green, 1.0), min(blue, 1.0)), source)
            return
        if specular is not None:
            if specular.color_texture is not None or len(set(specular.color_factor)) > 1:
                self._note("KHR_materials_specular", "its colour is left out where the surface may be metal")
            still *= specular.factor * float(np.mean(specular.color_factor))
        root = sqrt(min(still, 0.99))
        ior = (1 + root) / (1 - root)
        if abs(ior - 1.5) > 1e-6:
            self._float("ior", ior)

    def _emission(self) -> None:
        material = self._of
        strength = material.emissive_strength.strength if material.emissive_strength else 1.0
        red, green, blue = (float(part) * strength for part in material.emissive_factor)
        if max(red, green, blue) > 0:
            source = self._texture("Emissive", material.emissive_texture, srgb=True, scale=(red, green, blue, 1.0))
            self._color("emissiveColor", (red, green, blue), source)

    def _coat(self) -> None:
        coat = self._of.clearcoat
        if coat is None or not coat.factor:
            return
        source = self._texture("Clearcoat", coat.texture, srgb=False, scale=(coat.factor, 1, 1, 1))
        self._float("clearcoat", coat.factor, source, "r")
        rough = coat.roughness_factor
        source = self._texture("ClearcoatRoughness", coat.roughness_texture, srgb=False, scale=(1, rough, 1, 1))
        self._float("clearcoatRoughness", rough, source, "g")
        if coat.normal_texture is not None:
            self._note("KHR_materials_clearcoat", "the coat has no normal map of its own")

    def _details(self) -> None:
        material = self._of
        info = material.normal_texture
        if info is not None:
            source = self._texture(
                "Normal", info, srgb=False, scale=(2, 2, 2, 1), bias=(-1, -1, -1, 0), normal_scale=info.scale
            )
            if source is not None:
                self._connect("normal", self._types.Normal3f, source, "rgb")
        info = material.occlusion_texture
        if info is not None:
            strength = info.strength
            source = self._texture(
                "Occlusion", info, srgb=False, scale=(strength, 1, 1, 1), bias=(1 - strength, 0, 0, 0)
            )
            self._float("occlusion", 1.0, source, "r")

    def _remarks(self) -> None:
        for name, layer in self._of.layers():
            if name in _LEFT_OUT:
                self._note(layer.extension, f"is left out: {_LEFT_OUT[name]}")
        if self._of.volume is not None and self._of.transmission is None:
            self._note("KHR_materials_volume", "is left out: nothing comes through")
        if self._of.unlit is not None:
            self._note("KHR_materials_unlit", "is light of its own in the base colour")
        grain = self._of.anisotropy
        if grain is not None and grain.strength:
            self._note(grain.extension, "highlights are round, and as wide on average")
        window = self._of.transmission
        if window is not None and window.factor:
            self._note(window.extension, "glass is a transparent colour, without refraction and roughness")
            if window.texture is not None:
                self._note(window.extension, "its map is left out")

    def _texture(
        self,
        name: str,
        info: TextureInfo | None,
        *,
        srgb: bool,
        scale: Sequence[float],
        bias: Sequence[float] = (0, 0, 0, 0),
        alpha: bool = False,
        normal_scale: float = 1.0,
    ) -> Any | None:
        """A texture's shader; None where there is no picture."""
        file = None if info is None else self._textures.file(info.texture, alpha=alpha, normal_scale=normal_scale)
        if info is None or file is None:
            return None
        types, shader = self._types, self._shader(name, "UsdUVTexture")
        shader.CreateInput("file", types.Asset).Set(self._stage.usd.Sdf.AssetPath(file))
        shader.CreateInput("sourceColorSpace", types.Token).Set("sRGB" if srgb else "raw")
        sampler = info.texture.sampler
        shader.CreateInput("wrapS", types.Token).Set(_WRAPS[sampler.wrap_s] if sampler else "repeat")
        shader.CreateInput("wrapT", types.Token).Set(_WRAPS[sampler.wrap_t] if sampler else "repeat")
        for kind, values, usual in (("scale", scale, 1.0), ("bias", bias, 0.0)):
            if any(value != usual for value in values):
                shader.CreateInput(kind, types.Float4).Set(self._stage.usd.Gf.Vec4f(*map(float, values)))
        place = self._place(name, info)
        shader.CreateInput("st", types.Float2).ConnectToSource(place.CreateOutput("result", types.Float2))
        return shader

    def _place(self, name: str, info: TextureInfo) -> Any:
        """Where on the surface the texture lies: the coordinates, transformed where the file says so."""
        reader = self._primvar(primvar(info.uv_set), "float2")
        transform = info.transform
        if transform is None:
            return reader
        # KHR_texture_transform counts v downwards and USD upwards: the same turn, about another corner.
        (sx, sy), (tx, ty) = transform.scale, transform.offset
        cos, sin = np.cos(transform.rotation), np.sin(transform.rotation)
        types, shader = self._types, self._shader(f"{name}Transform", "UsdTransform2d")
        shader.CreateInput("in", types.Float2).ConnectToSource(reader.CreateOutput("result", types.Float2))
        shader.CreateInput("scale", types.Float2).Set((float(sx), float(sy)))
        shader.CreateInput("rotation", types.Float).Set(degrees(transform.rotation))
        shader.CreateInput("translation", types.Float2).Set((float(tx + sin * sy), float(1 - ty - cos * sy)))
        return shader

    def _primvar(self, name: str, kind: str) -> Any:
        if name not in self._readers:
            shader = self._shader(f"Reader_{name}", f"UsdPrimvarReader_{kind}")
            shader.CreateInput("varname", self._types.String).Set(name)
            output = {"float": self._types.Float, "float2": self._types.Float2, "float3": self._types.Float3}[kind]
            shader.CreateOutput("result", output)
            self._readers[name] = shader
        return self._readers[name]

    def _shader(self, name: str, kind: str) -> Any:
        shader = self._stage.usd.UsdShade.Shader.Define(self._stage.stage, f"{self._path}/{name}")
        shader.CreateIdAttr(kind)
        return shader

    def _color(self, name: str, value: Iterable[float], source: Any | None = None) -> None:
        if source is None:
            self._surface.CreateInput(name, self._types.Color3f).Set(self._stage.usd.Gf.Vec3f(*map(float, value)))
        else:
            self._connect(name, self._types.Color3f, source, "rgb")

    def _float(self, name: str, value: float, source: Any | None = None, channel: str = "r") -> None:
        if source is None:
            self._surface.CreateInput(name, self._types.Float).Set(float(value))
        else:
            self._connect(name, self._types.Float, source, channel)

    def _connect(self, name: str, kind: Any, source: Any, output: str) -> None:
        types = self._types
        made = {"rgb": types.Float3, "result": None}.get(output, types.Float)
        out = source.CreateOutput(output, made) if made is not None else source.GetOutput(output)
        self._surface.CreateInput(name, kind).ConnectToSource(out)

    def _note(self, feature: str, what: str) -> None:
        self._stage.notes.add(feature, what, self._of.name)


def primvar(uv_set: int) -> str:
    """The name of TEXCOORD_n in USD."""
    return f"st{uv_set}" if uv_set else "st"
