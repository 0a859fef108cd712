"""Counts of a document, cheap enough to take after every step: nothing is decoded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import Forge3DError
from .accessor import Accessor
from .animation import Animation, AnimationSampler
from .document import Document
from .material import Material
from .members import members
from .scene import Mesh, Mode, Node, Primitive, Scene, Skin
from .texture import Image, Texture


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a document holds and what it costs to draw.

    Attributes:
        vertices: entries of the distinct POSITION accessors of all meshes.
        triangles: of all meshes, each once.
        draw_calls: primitives, once for each node of the scene that shows them.
        drawn_triangles: triangles of these draw calls, GPU instances counted.
        image_bytes: encoded images.
        geometry_bytes: distinct accessors in use, uncompressed.
        gpu_bytes: an estimate: vertex and index buffers, and textures with their mipmaps (four bytes a pixel; one for
            Basis textures, which stay compressed on the GPU).
    """

    scenes: int = 0
    nodes: int = 0
    meshes: int = 0
    primitives: int = 0
    draw_calls: int = 0
    vertices: int = 0
    triangles: int = 0
    drawn_triangles: int = 0
    materials: int = 0
    textures: int = 0
    images: int = 0
    image_bytes: int = 0
    geometry_bytes: int = 0
    animations: int = 0
    skins: int = 0
    gpu_bytes: int = 0


def statistics(document: Document) -> Statistics:
    """Count what `document` holds, listed or only referred to. Reads image headers; decodes no geometry, no picture."""
    found = members(document)
    primitives: list[Primitive] = found.get(Primitive, [])
    samplers: list[AnimationSampler] = found.get(AnimationSampler, [])
    images: list[Image] = found.get(Image, [])
    drawn = [(node, node.mesh) for node in _shown(document) if node.mesh is not None]
    drawable = {accessor for primitive in primitives for accessor in accessors_of(primitive)}
    others = {accessor for sampler in samplers for accessor in (sampler.input, sampler.output)}
    others |= {skin.inverse_bind_matrices for skin in found.get(Skin, []) if skin.inverse_bind_matrices is not None}
    buffers = sum(accessor.nbytes for accessor in drawable)
    return Statistics(
        scenes=len(found.get(Scene, [])),
        nodes=len(found.get(Node, [])),
        meshes=len(found.get(Mesh, [])),
        primitives=len(primitives),
        draw_calls=sum(len(mesh.primitives) for _, mesh in drawn),
        vertices=sum(len(a) for a in {p.attributes["POSITION"] for p in primitives if "POSITION" in p.attributes}),
        triangles=sum(map(triangle_count, primitives)),
        drawn_triangles=sum(_instances(node) * sum(map(triangle_count, mesh.primitives)) for node, mesh in drawn),
        materials=len(found.get(Material, [])),
        textures=len(found.get(Texture, [])),
        images=len(images),
        image_bytes=sum(len(image.data) for image in images),
        geometry_bytes=buffers + sum(accessor.nbytes for accessor in others - drawable),
        animations=len(found.get(Animation, [])),
        skins=len(found.get(Skin, [])),
        gpu_bytes=buffers + sum(map(gpu_bytes, images)),
    )


def accessors_of(primitive: Primitive) -> Iterator[Accessor]:
    """Every accessor of a primitive: attributes, indices, morph targets."""
    yield from primitive.attributes.values()
    if primitive.indices is not None:
        yield primitive.indices
    for target in primitive.targets:
        yield from target.values()


def triangle_count(primitive: Primitive) -> int:
    """Triangles that the primitive draws, degenerate ones too; 0 for points and lines."""
    if primitive.indices is not None:
        count = len(primitive.indices)
    else:
        position = primitive.attributes.get("POSITION")
        count = 0 if position is None else len(position)
    if primitive.mode is Mode.TRIANGLES:
        return count // 3
    return max(count - 2, 0) if primitive.mode in (Mode.TRIANGLE_STRIP, Mode.TRIANGLE_FAN) else 0


def repeated_vertices(document: Document) -> int:
    """Corners of triangles, lines and points that the scene draws beyond those stored: by shared meshes, accessors and
    GPU instances, which let a few bytes ask for any number.
    """
    drawn, stored = 0, dict[Accessor, int]()
    for node in _shown(document):
        for primitive in node.mesh.primitives if node.mesh is not None else ():
            corners = primitive.indices if primitive.indices is not None else primitive.attributes.get("POSITION")
            if corners is not None:
                drawn += _instances(node) * len(corners)
                stored[corners] = len(corners)
    return drawn - sum(stored.values())


def gpu_bytes(image: Image) -> int:
    """Texture memory of one image with its mipmaps, as if uploaded once; 0 where its header cannot be read."""
    try:
        header = image.header
    except Forge3DError:
        return 0
    texel = 1 if image.mime_type == "image/ktx2" else 4
    return header.width * header.height * texel * 4 // 3


def _instances(node: Node) -> int:
    if node.instancing is None or not node.instancing.attributes:
        return 1
    return min(len(accessor) for accessor in node.instancing.attributes.values())


def _shown(document: Document) -> Iterator[Node]:
    """Nodes of the scene that is shown: the default one, else the first, else all."""
    scene = document.scene or (document.scenes[0] if document.scenes else None)
    pending = list(document.nodes if scene is None else scene.nodes)
    seen: set[Node] = set()
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            yield node
            pending.extend(node.children)
