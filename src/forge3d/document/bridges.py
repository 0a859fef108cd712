"""To and from the object models that other programs already use: pygltflib and trimesh."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InvalidAsset
from ..gltf import Source, glb
from .accessor import Accessor
from .document import Document
from .geometry import triangles
from .material import AlphaMode, Material
from .scene import Mesh, Node, Primitive, Scene
from .skinning import morph_weights, morphed
from .texture import Image, Texture, TextureInfo
from .traversal import mesh_instances

if TYPE_CHECKING:
    import pygltflib
    import trimesh

_TRIMESH_TEXTURES = {
    "baseColorTexture": "base_color_texture",
    "metallicRoughnessTexture": "metallic_roughness_texture",
    "normalTexture": "normal_texture",
    "occlusionTexture": "occlusion_texture",
    "emissiveTexture": "emissive_texture",
}
"""trimesh's `PBRMaterial` attribute → the field of `Material`."""


def to_pygltflib(document: Document) -> pygltflib.GLTF2:
    """The document as pygltflib sees a GLB of it: JSON objects and one binary blob."""
    import pygltflib

    return pygltflib.GLTF2.load_from_bytes(document.to_bytes())


def from_pygltflib(gltf: pygltflib.GLTF2) -> Document:
    """A document of what `gltf.save()` would write. Files that it refers to are read from the folder it came from.

    Raises:
        InvalidAsset: as for `Document.read`.
    """
    text, binary = gltf.to_json().encode(), gltf.binary_blob()
    data = glb.pack(text, binary) if binary else text
    return Document.read(Source.open(data, base=getattr(gltf, "_path", None), name="pygltflib.GLTF2"))


def to_trimesh(document: Document, scene: Scene | None = None) -> trimesh.Scene:
    """The visible triangles of a scene: one geometry for each primitive, placed as often as the scene shows it.

    Kept are positions (with the default morph weights), normals, the first texture coordinates and colours, and the
    metallic-roughness material. Skins, animations, lines and points have no place in trimesh.
    """
    import trimesh

    result = trimesh.Scene()
    names: dict[tuple[Primitive, tuple[float, ...]], str] = {}
    materials: dict[Material, Any] = {}
    for number, instance in enumerate(mesh_instances(document, scene)):
        weights = tuple(morph_weights(instance.node))
        for part, primitive in enumerate(instance.mesh.primitives):
            key = primitive, weights
            geometry = None
            if key not in names:
                geometry = _to_trimesh(primitive, weights, materials)
                names[key] = f"{instance.mesh.name or 'mesh'}.{len(names)}"
            if geometry is None and names[key] not in result.geometry:
                continue
            node = f"{instance.node.name or 'node'}.{number}.{part}"
            if geometry is None:
                result.graph.update(frame_to=node, matrix=instance.world, geometry=names[key])
            else:
                result.add_geometry(geometry, node_name=node, geom_name=names[key], transform=instance.world)
    return result


def _to_trimesh(primitive: Primitive, weights: tuple[float, ...], materials: dict[Material, Any]) -> Any:
    import trimesh

    faces = triangles(primitive)
    if "POSITION" not in primitive.attributes or not len(faces):
        return None
    mesh = trimesh.Trimesh(
        vertices=morphed(primitive, "POSITION", weights),
        faces=faces,
        vertex_normals=morphed(primitive, "NORMAL", weights) if "NORMAL" in primitive.attributes else None,
        process=False,
    )
    uv, colors = primitive.attributes.get("TEXCOORD_0"), primitive.attributes.get("COLOR_0")
    if uv is not None or primitive.material is not None:
        material = primitive.material or Material()
        if material not in materials:
            materials[material] = _to_trimesh_material(material)
        flipped = None if uv is None else np.stack([uv.floats[:, 0], 1 - uv.floats[:, 1]], axis=1)
        mesh.visual = trimesh.visual.TextureVisuals(uv=flipped, material=materials[material])
    elif colors is not None:
        mesh.visual = trimesh.visual.ColorVisuals(mesh, vertex_colors=(colors.floats * 255 + 0.5).astype(np.uint8))
    return mesh


def _to_trimesh_material(material: Material) -> Any:
    from PIL import Image as Picture
    from trimesh.visual.material import PBRMaterial

    pictures = {}
    for theirs, ours in _TRIMESH_TEXTURES.items():
        info: TextureInfo | None = getattr(material, ours)
        if info is not None and info.texture.image is not None:
            image = info.texture.image
            if image.header.format == "ktx2":  # Pillow does not know it
                pictures[theirs] = Picture.fromarray(image.pixels.squeeze())
            else:
                pictures[theirs] = Picture.open(BytesIO(image.data))
    return PBRMaterial(
        name=material.name,
        baseColorFactor=material.base_color_factor,
        metallicFactor=material.metallic_factor,
        roughnessFactor=material.roughness_factor,
        emissiveFactor=material.emissive_factor,
        alphaMode=material.alpha_mode.value,
        alphaCutoff=material.alpha_cutoff if material.alpha_mode is AlphaMode.MASK else None,
        doubleSided=material.double_sided,
        **pictures,
    )


def from_trimesh(scene: trimesh.Scene | trimesh.Trimesh) -> Document:
    """A document of a trimesh scene or mesh: its triangle meshes with normals, texture coordinates, colours, materials.

    Raises:
        InvalidAsset: there is no triangle in it.
    """
    import trimesh

    scene = scene if isinstance(scene, trimesh.Scene) else trimesh.Scene(scene)
    document = Document()
    pictures: dict[int, Texture] = {}
    materials: dict[int, Material] = {}
    meshes: dict[str, Mesh] = {}
    for name, geometry in scene.geometry.items():
        if isinstance(geometry, trimesh.Trimesh) and len(geometry.faces):
            primitive = _from_trimesh(geometry)
            source = getattr(geometry.visual, "material", None)
            if source is not None and not _is_placeholder(source):
                if id(source) not in materials:
                    materials[id(source)] = _from_trimesh_material(source, pictures)
                primitive.material = materials[id(source)]
            meshes[name] = Mesh(name=str(name), primitives=[primitive])
    if not meshes:
        raise InvalidAsset("there are no triangles in it")
    nodes = []
    for name in scene.graph.nodes_geometry:
        matrix, geometry_name = scene.graph[name]
        if geometry_name in meshes:
            unmoved = np.array_equal(matrix, np.eye(4))
            node_matrix = None if unmoved else np.array(matrix, np.float64)
            nodes.append(Node(name=str(name), mesh=meshes[geometry_name], matrix=node_matrix))
    document.nodes, document.meshes = nodes, list(meshes.values())
    document.materials = list(materials.values())
    document.textures = list(pictures.values())
    document.images = [texture.image for texture in document.textures if texture.image is not None]
    document.scene = Scene(nodes=list(nodes))
    document.scenes = [document.scene]
    return document


def _from_trimesh(mesh: trimesh.Trimesh) -> Primitive:
    vertices = np.asarray(mesh.vertices, np.float32)
    if not np.isfinite(vertices).all():
        raise InvalidAsset("a vertex position is NaN or infinite")
    attributes = {"POSITION": Accessor(vertices)}
    if "vertex_normals" in mesh._cache:  # given by the file, not estimated by trimesh
        attributes["NORMAL"] = Accessor(np.asarray(mesh.vertex_normals, np.float32))
    uv = getattr(mesh.visual, "uv", None)
    if uv is not None and len(uv) == len(vertices):
        flipped = np.stack([uv[:, 0], 1 - uv[:, 1]], axis=1)
        attributes["TEXCOORD_0"] = Accessor(flipped.astype(np.float32))
    if mesh.visual.kind == "vertex":
        attributes["COLOR_0"] = Accessor(np.asarray(mesh.visual.vertex_colors, np.uint8), normalized=True)
    faces = np.asarray(mesh.faces)
    # 65535 is the restart index of 16-bit strips, which glTF leaves out
    small = np.uint16 if len(vertices) < 65536 else np.uint32
    return Primitive(attributes=attributes, indices=Accessor(faces.astype(small).reshape(-1)))


def _is_placeholder(material: Any) -> bool:
    """Whether trimesh made the material up, because the file has texture coordinates but no material."""
    from trimesh.visual.material import empty_material

    made_up, picture = empty_material(), getattr(material, "image", None)
    return picture is not None and (picture.size, picture.tobytes()) == (made_up.image.size, made_up.image.tobytes())


def _from_trimesh_material(source: Any, pictures: dict[int, Texture]) -> Material:
    pbr = source if hasattr(source, "baseColorFactor") else source.to_pbr()
    material = Material(name=source.name)
    if pbr.baseColorFactor is not None:
        color = np.asarray(pbr.baseColorFactor)
        scale = 255.0 if color.dtype.kind == "u" else 1.0
        red, green, blue, alpha = (float(value) / scale for value in color)
        material.base_color_factor = (red, green, blue, alpha)
    if pbr is not source:
        material.metallic_factor = 0.0  # OBJ's materials know no metal
    elif pbr.metallicFactor is not None:
        material.metallic_factor = float(pbr.metallicFactor)
    if pbr.roughnessFactor is not None:
        material.roughness_factor = float(pbr.roughnessFactor)
    if pbr.emissiveFactor is not None:
        red, green, blue = (float(value) for value in pbr.emissiveFactor)
        material.emissive_factor = (red, green, blue)
    if pbr.alphaMode is not None:
        material.alpha_mode = AlphaMode(pbr.alphaMode)
    if pbr.alphaCutoff is not None:
        material.alpha_cutoff = float(pbr.alphaCutoff)
    material.double_sided = bool(pbr.doubleSided)
    for theirs, ours in _TRIMESH_TEXTURES.items():
        picture = getattr(pbr, theirs, None)
        if picture is not None:
            if id(picture) not in pictures:
                pictures[id(picture)] = Texture(image=_from_picture(picture))
            setattr(material, ours, TextureInfo(texture=pictures[id(picture)]))
    return material


def _from_picture(picture: Any) -> Image:
    """A Pillow image as PNG, which loses nothing."""
    buffer = BytesIO()
    plain = picture if picture.mode in ("L", "LA", "RGB", "RGBA") else picture.convert("RGBA")
    plain.save(buffer, "PNG")
    return Image(buffer.getvalue(), mime_type="image/png")
