"""What each mesh, material and image of a document costs: bytes in the file, and memory on the GPU."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import Forge3DError
from .accessor import Accessor
from .document import Document
from .material import Material
from .scene import Mesh
from .statistics import accessors_of, gpu_bytes, triangle_count
from .texture import Image


@dataclass(frozen=True, slots=True)
class MeshCost:
    """One mesh. `vertices` and bytes count an accessor once in each mesh, though meshes may share it.

    Attributes:
        nodes: how many show it.
        corners: vertices as a GPU without a cache would run them: one for each index.
    """

    name: str | None
    primitives: int
    nodes: int
    vertices: int
    corners: int
    triangles: int
    vertex_bytes: int
    index_bytes: int
    morph_bytes: int


@dataclass(frozen=True, slots=True)
class ImageCost:
    """One image. `slots`: which material slots read it. `gpu_bytes`: with mipmaps, as it is uploaded."""

    name: str | None
    format: str
    width: int
    height: int
    bytes: int
    gpu_bytes: int
    slots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MaterialCost:
    """One material: the distinct images that it reads, each counted whole, and what draws with it."""

    name: str | None
    primitives: int
    images: int
    image_bytes: int
    gpu_bytes: int


def mesh_costs(document: Document) -> list[MeshCost]:
    """Of every mesh, in file order. Nothing is decoded."""
    return [_mesh(document, mesh) for mesh in document.meshes]


def _mesh(document: Document, mesh: Mesh) -> MeshCost:
    parts = mesh.primitives
    attributes = {a for p in parts for a in p.attributes.values()}
    indices = {p.indices for p in parts if p.indices is not None}
    positions = {p.attributes["POSITION"] for p in parts if "POSITION" in p.attributes}
    drawn = [p.indices if p.indices is not None else p.attributes.get("POSITION") for p in parts]
    return MeshCost(
        name=mesh.name,
        primitives=len(parts),
        nodes=sum(node.mesh is mesh for node in document.nodes),
        vertices=sum(map(len, positions)),
        corners=sum(len(accessor) for accessor in drawn if accessor is not None),
        triangles=sum(map(triangle_count, parts)),
        vertex_bytes=_bytes(attributes),
        index_bytes=_bytes(indices),
        morph_bytes=_bytes({a for p in parts for a in accessors_of(p)} - attributes - indices),
    )


def _bytes(accessors: Iterable[Accessor]) -> int:
    return sum(accessor.nbytes for accessor in accessors)


def image_costs(document: Document) -> list[ImageCost]:
    """Of every image that holds data, in file order. Only headers are read."""
    slots: dict[Image, dict[str, None]] = {}
    for material in document.materials:
        for slot in material.textures():
            for image in _images_of(slot.info.texture):
                slots.setdefault(image, {})[slot.path] = None
    return [_image(image, tuple(slots.get(image, ()))) for image in document.images if image.data]


def _image(image: Image, slots: tuple[str, ...]) -> ImageCost:
    try:
        header = image.header
    except Forge3DError:
        return ImageCost(image.name or image.uri, "unreadable", 0, 0, len(image.data), 0, slots)
    size = len(image.data), gpu_bytes(image)
    return ImageCost(image.name or image.uri, header.format, header.width, header.height, *size, slots)


def material_costs(document: Document) -> list[MaterialCost]:
    """Of every material, in file order."""
    return [_material(document, material) for material in document.materials]


def _material(document: Document, material: Material) -> MaterialCost:
    images = {image for slot in material.textures() for image in _images_of(slot.info.texture)}
    return MaterialCost(
        name=material.name,
        primitives=sum(p.material is material for mesh in document.meshes for p in mesh.primitives),
        images=len(images),
        image_bytes=sum(len(image.data) for image in images),
        gpu_bytes=sum(map(gpu_bytes, images)),
    )


def _images_of(texture: object) -> list[Image]:
    image = getattr(texture, "image", None) or getattr(texture, "fallback", None)
    return [image] if image is not None else []
