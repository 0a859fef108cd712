"""USDZ back to a document, for looking at it: what a viewer takes from UsdPreviewSurface, and nothing else.

And where USD itself puts points as they move.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from forge3d.document import (
    Accessor,
    Document,
    Image,
    Material,
    Mesh,
    Node,
    Primitive,
    Sampler,
    Scene,
    Texture,
    TextureInfo,
)
from forge3d.document.material import AlphaMode, Clearcoat, EmissiveStrength, Ior, Specular, SpecularGlossiness
from forge3d.document.sampling import pose_at
from forge3d.document.skinning import world_positions
from forge3d.document.texture import TextureTransform, Wrap
from forge3d.document.traversal import mesh_instances, world_matrices

Points = npt.NDArray[np.floating[Any]]

_WRAPS = {"repeat": Wrap.REPEAT, "mirror": Wrap.MIRRORED_REPEAT, "clamp": Wrap.CLAMP_TO_EDGE}


def read(path: Path, variant: str | None = None) -> Document:
    """The package's meshes at rest with their materials."""
    from pxr import Usd, UsdGeom, UsdShade, UsdSkel

    stage = Usd.Stage.Open(str(path))
    if variant is not None:
        stage.GetDefaultPrim().GetVariantSets().SetSelection("look", variant)
    materials = _Materials(zipfile.ZipFile(path))
    skins = UsdSkel.Cache()
    for prim in stage.Traverse():
        if prim.IsA(UsdSkel.Root):
            skins.Populate(UsdSkel.Root(prim), Usd.PrimDefaultPredicate)
    nodes = []
    for prim in stage.Traverse():
        mesh = UsdGeom.Mesh(prim)
        if not mesh or UsdGeom.Imageable(prim).ComputeVisibility() == "invisible":
            continue
        material = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()[0]
        part = _primitive(mesh, skins)
        part.material = materials.of(material)
        part.material.double_sided = bool(mesh.GetDoubleSidedAttr().Get())
        world = np.array(UsdGeom.Imageable(prim).ComputeLocalToWorldTransform(Usd.TimeCode.Default())).T
        nodes.append(Node(mesh=Mesh(primitives=[part]), matrix=world))
    return Document(nodes=nodes, scenes=[Scene(nodes=nodes)])


def usd_points(stage: Any, time: float) -> list[Points]:
    """The points of every mesh in the world at `time` seconds, posed by USD's own skinning and transforms."""
    from pxr import Usd, UsdGeom, UsdSkel

    code = Usd.TimeCode(time * stage.GetTimeCodesPerSecond())
    found = []
    cache = UsdSkel.Cache()
    for prim in stage.Traverse():
        if prim.IsA(UsdSkel.Root):
            cache.Populate(UsdSkel.Root(prim), Usd.PrimDefaultPredicate)
    for prim in stage.Traverse():
        if not prim.IsA(UsdGeom.Mesh):
            continue
        points = UsdGeom.Mesh(prim).GetPointsAttr().Get(code)
        query = cache.GetSkinningQuery(prim)
        skeleton: Any = cache.GetSkelQuery(UsdSkel.BindingAPI(prim).GetInheritedSkeleton()) if query else None
        if query and query.HasBlendShapes():
            shapes = UsdSkel.BlendShapeQuery(UsdSkel.BindingAPI(prim))
            weights = query.GetBlendShapeMapper().Remap(skeleton.GetAnimQuery().ComputeBlendShapeWeights(code))
            parts = shapes.ComputeSubShapeWeights(weights)
            indices, offsets = shapes.ComputeBlendShapePointIndices(), shapes.ComputeSubShapePointOffsets()
            assert shapes.ComputeDeformedPoints(*parts, indices, offsets, points)
        if query:
            assert query.ComputeSkinnedPoints(skeleton.ComputeSkinningTransforms(code), points, code)
        world = np.array(UsdGeom.Imageable(prim).ComputeLocalToWorldTransform(code))
        found.append(np.array(points) @ world[:3, :3] + world[3, :3])
    return found


def own_points(document: Document, time: float) -> list[Points]:
    """The same of a document, posed by this project's code; skinned meshes come in another order."""
    pose = pose_at(document, time)
    world = world_matrices(document, pose=pose)
    return [
        world_positions(part, instance, world, pose)
        for instance in mesh_instances(document, pose=pose)
        for part in instance.mesh.primitives
    ]


def _primitive(mesh: Any, skins: Any) -> Primitive:
    from pxr import Usd, UsdGeom, UsdSkel

    points, code = mesh.GetPointsAttr().Get(), Usd.TimeCode.Default()
    normals = np.array(mesh.GetNormalsAttr().Get(), np.float32)
    query = skins.GetSkinningQuery(mesh.GetPrim())
    if query:
        skeleton = skins.GetSkelQuery(UsdSkel.BindingAPI(mesh.GetPrim()).GetInheritedSkeleton())
        transforms = skeleton.ComputeSkinningTransforms(code)
        assert query.ComputeSkinnedPoints(transforms, points, code)
        joints, weights = query.ComputeJointInfluences(code)
        count = query.GetNumInfluencesPerComponent()
        turns = np.array([np.array(one)[:3, :3] for one in transforms])[np.array(joints).reshape(-1, count)]
        blended = np.einsum("nk,nkij->nij", np.array(weights).reshape(-1, count), turns)
        normals = np.einsum("ni,nij->nj", normals, blended).astype(np.float32)
    corners = np.array(mesh.GetFaceVertexIndicesAttr().Get(), np.uint32)
    arrays = {"POSITION": np.array(points, np.float32)}
    primvars = UsdGeom.PrimvarsAPI(mesh)
    for number in range(4):
        given = primvars.GetPrimvar(f"st{number or ''}")
        if given:
            upwards = np.array(given.Get(), np.float32)
            arrays[f"TEXCOORD_{number}"] = np.column_stack([upwards[:, 0], 1 - upwards[:, 1]])
    colors, opacities = primvars.GetPrimvar("displayColor"), primvars.GetPrimvar("displayOpacity")
    if colors.HasAuthoredValue() and opacities.HasAuthoredValue():
        arrays["COLOR_0"] = np.column_stack([np.array(colors.Get()), np.array(opacities.Get())]).astype(np.float32)
    if mesh.GetNormalsInterpolation() == "uniform":
        arrays = {name: array[corners] for name, array in arrays.items()}
        normals, corners = np.repeat(normals, 3, axis=0), np.arange(len(corners), dtype=np.uint32)
    arrays["NORMAL"] = normals
    attributes = {name: Accessor(np.ascontiguousarray(array)) for name, array in arrays.items()}
    return Primitive(attributes=attributes, indices=Accessor(corners))


class _Materials:
    def __init__(self, archive: zipfile.ZipFile):
        self._archive = archive
        self._read: dict[str, Material] = {}
        self._images: dict[str, Image] = {}

    def of(self, prim: Any) -> Material:
        path = str(prim.GetPath())
        if path not in self._read:
            self._read[path] = self._material(prim)
        return self._read[path]

    def _material(self, prim: Any) -> Material:
        surface = prim.ComputeSurfaceSource()[0]
        color, texture, (*rgb, alpha), _ = self._input(surface, "diffuseColor", [0.18] * 3)
        red, green, blue = color if texture is None else rgb
        material = Material(base_color_factor=(red, green, blue, 1.0), base_color_texture=texture)
        opacity, read, (*_, alpha), _ = self._input(surface, "opacity", 1.0)
        if surface.GetInput("opacity"):
            threshold = surface.GetInput("opacityThreshold")
            material.alpha_mode = AlphaMode.MASK if threshold else AlphaMode.BLEND
            material.alpha_cutoff = threshold.Get() if threshold else 0.5
            material.base_color_factor = (red, green, blue, alpha if read else opacity)
        rough, texture, scale, _ = self._input(surface, "roughness", 0.5)
        workflow = surface.GetInput("useSpecularWorkflow")
        if workflow and workflow.Get() and (texture is None or scale[3] == 1):
            special, colors, tint, _ = self._input(surface, "specularColor", [0.0] * 3)
            red, green, blue = np.array(tint[:3] if colors else special) / 0.04
            material.specular = Specular(color_factor=(red, green, blue), color_texture=colors)
            material.metallic_roughness_texture, material.metallic_factor = texture, 0.0
            material.roughness_factor = scale[1] if texture else rough
        elif workflow and workflow.Get():
            special, _, tint, _ = self._input(surface, "specularColor", [0.0] * 3)
            layer = SpecularGlossiness(diffuse_factor=material.base_color_factor, texture=texture)
            layer.diffuse_texture = material.base_color_texture
            layer.specular_factor = tuple(tint[:3] if texture else special)
            layer.glossiness_factor = -scale[3] if texture else 1 - rough
            material.specular_glossiness = layer
        else:
            metal, _, _, _ = self._input(surface, "metallic", 0.0)
            material.metallic_roughness_texture = texture
            material.roughness_factor, material.metallic_factor = (scale[1], scale[2]) if texture else (rough, metal)
        glow, material.emissive_texture, scale, _ = self._input(surface, "emissiveColor", [0.0] * 3)
        light = np.array(scale[:3] if material.emissive_texture else glow)
        strength = max(1.0, float(light.max()))
        material.emissive_factor = tuple(light / strength)
        material.emissive_strength = EmissiveStrength(strength=strength)
        _, material.normal_texture, _, _ = self._input(surface, "normal", None)
        _, material.occlusion_texture, scale, _ = self._input(surface, "occlusion", 1.0)
        if material.occlusion_texture is not None:
            material.occlusion_texture.strength = scale[0]
        coat, texture, scale, _ = self._input(surface, "clearcoat", 0.0)
        if surface.GetInput("clearcoat"):
            shine = Clearcoat(factor=scale[0] if texture else coat, texture=texture)
            rough, shine.roughness_texture, scale, _ = self._input(surface, "clearcoatRoughness", 0.01)
            shine.roughness_factor = scale[1] if shine.roughness_texture else rough
            material.clearcoat = shine
        material.ior = Ior(ior=self._input(surface, "ior", 1.5)[0])
        return material

    def _input(self, surface: Any, name: str, usual: Any) -> tuple[Any, TextureInfo | None, list[float], list[float]]:
        """Value, picture, scale and bias."""
        from pxr import UsdShade

        given = surface.GetInput(name)
        if not given:
            return usual, None, [1.0] * 4, [0.0] * 4
        sources = given.GetConnectedSources()[0]
        if not sources:
            return given.Get(), None, [1.0] * 4, [0.0] * 4
        shader = UsdShade.Shader(sources[0].source.GetPrim())
        if shader.GetIdAttr().Get() != "UsdUVTexture":  # vertex colours, which the attribute says by itself
            return [1.0] * 3 if name == "diffuseColor" else 1.0, None, [1.0] * 4, [0.0] * 4

        def value(key: str, otherwise: Any) -> Any:
            return shader.GetInput(key).Get() if shader.GetInput(key) else otherwise

        file = value("file", None).path.rpartition("[")[2].rstrip("]").rpartition("textures/")[2]
        if file not in self._images:
            self._images[file] = Image(self._archive.read(f"textures/{file}"))
        sampler = Sampler(wrap_s=_WRAPS[value("wrapS", "repeat")], wrap_t=_WRAPS[value("wrapT", "repeat")])
        info = TextureInfo(texture=Texture(image=self._images[file], sampler=sampler))
        self._place(info, UsdShade.Shader(shader.GetInput("st").GetConnectedSources()[0][0].source.GetPrim()))
        return None, info, [*value("scale", [1.0] * 4)], [*value("bias", [0.0] * 4)]

    def _place(self, info: TextureInfo, shader: Any) -> None:
        from pxr import UsdShade

        if shader.GetIdAttr().Get() == "UsdTransform2d":
            (sx, sy), (tx, ty) = shader.GetInput("scale").Get(), shader.GetInput("translation").Get()
            angle = float(np.radians(shader.GetInput("rotation").Get()))
            offset = (tx - np.sin(angle) * sy, 1 - ty - np.cos(angle) * sy)
            info.transform = TextureTransform(offset=offset, scale=(sx, sy), rotation=angle)
            shader = UsdShade.Shader(shader.GetInput("in").GetConnectedSources()[0][0].source.GetPrim())
        info.tex_coord = int(shader.GetInput("varname").Get().removeprefix("st") or 0)
