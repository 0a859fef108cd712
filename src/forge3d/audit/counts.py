"""Checks of how much there is of everything, and of the file itself."""

from __future__ import annotations

from typing import Any

from ..document import Node
from ..validate import validate
from .check import Measured, NotTestable, check, count
from .report import Place
from .subject import Subject


@check(fix="Run `forge3d validate` for the list, and export again.")
def valid(subject: Subject, limit: Any) -> Measured:
    """Errors by the glTF specification, as `forge3d validate` finds them."""
    if subject.source is None:
        raise NotTestable("the model did not come from a glTF file")
    errors = validate(subject.source).errors
    places = [Place(e.pointer or f"byte {e.offset}", None, f"{e.code}: {e.message}") for e in errors]
    return Measured(len(errors), [(1, place) for place in places])


@check(cheap=True, fix="`forge3d optimize` makes files smaller; textures usually hold most of the bytes.")
def file_size(subject: Subject, limit: Any) -> Measured:
    """Bytes of the file, and of the files that a .gltf refers to."""
    if subject.bytes is None:
        raise NotTestable("the model did not come from a file")
    return count(subject.bytes)


@check(cheap=True, fix="`forge3d optimize --step simplify:ratio=0.5` halves them.")
def triangles(subject: Subject, limit: Any) -> Measured:
    """Triangles that the scene draws, instances counted; lower levels of detail are not."""
    return count(subject.statistics.drawn_triangles)


@check(cheap=True, fix="Weld and simplify; hard edges and UV seams split vertices.")
def vertices(subject: Subject, limit: Any) -> Measured:
    """Vertices of all meshes."""
    return count(subject.statistics.vertices)


@check(cheap=True, fix="Flatten the hierarchy, remove empty nodes.")
def nodes(subject: Subject, limit: Any) -> Measured:
    """Nodes of the file."""
    return count(subject.statistics.nodes)


@check(cheap=True, fix="Join meshes that share a material.")
def meshes(subject: Subject, limit: Any) -> Measured:
    """Meshes of the file."""
    return count(subject.statistics.meshes)


@check(cheap=True, fix="Join primitives that share a material.")
def primitives(subject: Subject, limit: Any) -> Measured:
    """Primitives of all meshes."""
    return count(subject.statistics.primitives)


@check(cheap=True, fix="Join primitives that share a material; use EXT_mesh_gpu_instancing for repeated parts.")
def draw_calls(subject: Subject, limit: Any) -> Measured:
    """Primitives that the scene draws, once for each node that shows them."""
    return count(subject.statistics.draw_calls)


@check(cheap=True, fix="Merge materials, with their textures in one atlas.")
def materials(subject: Subject, limit: Any) -> Measured:
    """Materials of the file."""
    return count(subject.statistics.materials)


@check(cheap=True, fix="Use smaller textures, or KTX2, which stays compressed on the GPU.")
def gpu_memory(subject: Subject, limit: Any) -> Measured:
    """Bytes of graphics memory, estimated: vertex and index buffers, textures with mipmaps at four bytes a texel (one
    for KTX2)."""
    return count(subject.statistics.gpu_bytes)


@check(cheap=True, fix="`forge3d lod` makes levels.")
def levels_of_detail(subject: Subject, limit: Any) -> Measured:
    """Levels of the longest MSFT_lod chain, the model itself included: 1 means that there are none."""
    extensions = [node.extensions.get("MSFT_lod") for node in subject.all(Node)]
    chains = [extension.get("ids") for extension in extensions if isinstance(extension, dict)]
    return count(1 + max((len(chain) for chain in chains if isinstance(chain, list)), default=0))


@check(cheap=True, fix="Shorten or split the animation.")
def animation_seconds(subject: Subject, limit: Any) -> Measured:
    """Seconds of the longest animation; 0 where there is none."""
    inputs = {channel.sampler.input for animation in subject.document.animations for channel in animation.channels}
    return count(max((float(times.floats.max()) for times in inputs if len(times)), default=0.0))


@check(cheap=True, fix="Keep one UV set, and bake what needs the others.")
def uv_sets(subject: Subject, limit: Any) -> Measured:
    """Most TEXCOORD sets of a primitive."""
    return count(max((_sets(shown.primitive.attributes, "TEXCOORD_") for shown in subject.shown), default=0))


@check(cheap=True, fix="Keep the four strongest joints of each vertex.")
def joint_influences(subject: Subject, limit: Any) -> Measured:
    """Most joints that a vertex of a skin may follow: four for each JOINTS set."""
    return count(4 * max((_sets(shown.primitive.attributes, "JOINTS_") for shown in subject.shown), default=0))


def _sets(attributes: Any, prefix: str) -> int:
    return sum(semantic.startswith(prefix) for semantic in attributes)
