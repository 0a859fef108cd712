"""The GLB for Android's Scene Viewer, which fetches its file itself: glTF that needs no extension.

Google's requirements for its models, as cited in 2019 and 2020, name textures of at most 2048 pixels and
KHR_texture_transform, and not Draco (google/model-viewer, issues 841 and 884; google-ar/sceneform-android-sdk, issue
977); some say that it is read by now. Of meshopt, quantization and WebP nothing is said, and KTX2 is not shown
(google/model-viewer, issue 3911). Layers of materials stay, with the core material under them for viewers that do not
know them.
"""

from __future__ import annotations

from ...document import Document, Node, Transform
from ...errors import UnsupportedFeature
from ...gltf import Source
from ...optimize import Decompress, Dedup, Dequantize, MetalRough, Prune, Repair, Textures, Uninstance, Weld
from ...optimize.graph import animated
from ..graph import Artifact
from .optimize import error_of, model

_LEVELS = "MSFT_lod"
_INSTANCES = "EXT_mesh_gpu_instancing"


def scene_viewer(document: Document, texture: Textures, *, error: float) -> Artifact:
    """The model as core glTF, in its true size and its default look. The document is used up.

    Args:
        document: within the triangles and texels of phones, with textures as `texture` makes them.
        error: metres by which its surface may be off already.

    Raises:
        UnsupportedFeature: it shows nothing, or needs an extension that nothing in core glTF can stand for.
    """
    chain: list[Transform] = [Decompress(), Uninstance(), Dequantize(), MetalRough()]
    if any(material.specular_glossiness is not None for material in document.materials):
        chain.append(texture)  # for the pictures that MetalRough makes
    _show_what_is_seen(document)
    changes = document.apply(*chain, Repair(degenerate=True), Weld(), Prune(), Dedup())
    # The writer adds what is needed still: instances are, whatever the file said, as one of them is another model.
    document.extensions_required.clear()
    document.extensions_used = [name for name in document.extensions_used if name not in (_LEVELS, _INSTANCES)]
    made = model(document, name="scene-viewer", role="scene-viewer", index=None, error=error + error_of(changes))
    if not made.facts.triangles:
        raise UnsupportedFeature("scene-viewer", "the model has no triangles")
    required = Source.open(made.data, name=made.name).json.get("extensionsRequired", [])
    if required:
        raise UnsupportedFeature(required[0], f"the model needs {', '.join(required)}, which Scene Viewer may not know")
    return made


def _show_what_is_seen(document: Document) -> None:
    """Take out what viewers without the extension would show beside: other looks, lower levels, hidden nodes."""
    document.variants.clear()
    for mesh in document.meshes:
        for primitive in mesh.primitives:
            primitive.variants = []
    for owner in (*document.nodes, *document.materials):
        owner.extensions.pop(_LEVELS, None)
    driven = animated(document)

    def is_driven(node: Node, member: str) -> bool:
        return any(path.endswith(member) for path in driven.get(id(node), ()))

    hidden = [node for node in document.nodes if node.visible is False and not is_driven(node, "visible")]
    while hidden:
        node = hidden.pop()
        if not is_driven(node, "weights"):
            node.visible, node.mesh, node.skin, node.instancing, node.weights = None, None, None, None, []
        hidden += node.children
