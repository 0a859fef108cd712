"""What a document must hold to for the code that works on it: refused when it is read, not met later as a crash."""

from __future__ import annotations

from functools import lru_cache

from ..errors import InvalidAsset, UnsupportedFeature
from ..gltf import Limits, Severity, Source
from ..gltf.accessors import SHAPES
from .accessor import Accessor
from .animation import AnimationSampler, Channel, Interpolation
from .document import Document
from .scene import Instancing, Node, Primitive, Skin

_VERTEX_TYPES = {
    "POSITION": ("VEC3",), "NORMAL": ("VEC3",), "TANGENT": ("VEC4",), "TEXCOORD": ("VEC2",), "COLOR": ("VEC3", "VEC4"),
    "JOINTS": ("VEC4",), "WEIGHTS": ("VEC4",),
}  # fmt: skip
_INSTANCE_TYPES: dict[str, tuple[str, ...]] = {"TRANSLATION": ("VEC3",), "ROTATION": ("VEC4",), "SCALE": ("VEC3",)}
_PATHS = {"translation": 3, "rotation": 4, "scale": 3}


def container(source: Source) -> None:
    """Refuse a GLB whose chunks are broken."""
    for fault in source.container_faults:
        if fault.severity is Severity.ERROR:
            raise fault.error(source.name)


def version(source: Source) -> None:
    """Refuse what is not glTF 2."""
    asset = source.json.get("asset")
    declared = asset.get("version") if isinstance(asset, dict) else None
    if declared is None and any(key in source.json for key in ("techniques", "programs", "shaders")):
        declared = "1.0"
    if isinstance(declared, str) and declared.split(".")[0] != "2":
        advice = "; convert it with gltf-pipeline first" if declared.startswith("1") else ""
        raise UnsupportedFeature(f"glTF {declared}", f"only glTF 2 is read{advice}")
    minimum = asset.get("minVersion") if isinstance(asset, dict) else None
    if isinstance(minimum, str) and minimum.split(".")[0] != "2":
        raise UnsupportedFeature(f"glTF {minimum}", "the file asks for a newer reader (asset.minVersion)")


def vertices(primitive: Primitive) -> int:
    """How many vertices the primitive has."""
    return min((len(accessor) for accessor in primitive.attributes.values()), default=0)


def primitive(primitive: Primitive, here: str) -> None:
    """Attributes of the types that the format names, all equally long; indices that are indices."""
    _types(primitive.attributes, _VERTEX_TYPES, here)
    lengths = {len(accessor) for accessor in primitive.attributes.values()}
    for target in primitive.targets:
        lengths |= {len(accessor) for accessor in target.values()}
        for semantic, accessor in target.items():
            base = primitive.attributes.get(semantic)
            vector = accessor.type == ("VEC3" if semantic == "TANGENT" else base.type if base else accessor.type)
            if not vector:
                _refuse(
                    f"{semantic} of type {accessor.type}",
                    f"{here}/targets",
                    "MESH_PRIMITIVE_ATTRIBUTES_ACCESSOR_INVALID_FORMAT",
                )
            if base is None:
                _refuse(f"{semantic} has no base", f"{here}/targets", "MESH_PRIMITIVE_MORPH_TARGET_NO_BASE_ACCESSOR")
    if len(lengths) > 1:
        _refuse(f"attributes of different counts: {sorted(lengths)}", here, "MESH_PRIMITIVE_UNEQUAL_ACCESSOR_COUNT")
    indices = primitive.indices
    if indices is not None and (indices.type != "SCALAR" or indices.dtype.kind != "u"):
        _refuse(f"indices of {indices!r}", f"{here}/indices", "MESH_PRIMITIVE_INDICES_ACCESSOR_INVALID_FORMAT")


def instancing(instancing: Instancing, limits: Limits, here: str) -> None:
    """Instance attributes of the types that the extension names, all equally long, and no more than the limit."""
    _types(instancing.attributes, _INSTANCE_TYPES, here)
    lengths = {len(accessor) for accessor in instancing.attributes.values()}
    if len(lengths) > 1:
        _refuse(f"attributes of different counts: {sorted(lengths)}", here, "MESH_PRIMITIVE_UNEQUAL_ACCESSOR_COUNT")
    limits.check("max_objects", max(lengths, default=0), f"the number of instances in {here}")


def _types(attributes: dict[str, Accessor], types: dict[str, tuple[str, ...]], here: str) -> None:
    for semantic, accessor in attributes.items():
        if not _fits(semantic, accessor.shape[1:], accessor.dtype.kind, types is _VERTEX_TYPES):
            message = f"{semantic} cannot be {accessor!r}"
            _refuse(message, f"{here}/attributes/{semantic}", "MESH_PRIMITIVE_ATTRIBUTES_ACCESSOR_INVALID_FORMAT")


@lru_cache(maxsize=1024)
def _fits(semantic: str, element: tuple[int, ...], kind: str, of_vertices: bool) -> bool:
    """Whether an attribute may have elements of this shape and NumPy kind; names with an underscore may have any."""
    types = _VERTEX_TYPES if of_vertices else _INSTANCE_TYPES
    allowed = types.get(semantic) or types.get(semantic.partition("_")[0])
    if semantic.startswith("_") or allowed is None:
        return True
    return any(SHAPES[name] == element for name in allowed) and (kind == "u" or not semantic.startswith("JOINTS"))


def skin(skin: Skin, here: str) -> None:
    """A matrix for each joint."""
    matrices = skin.inverse_bind_matrices
    if matrices is None:
        return
    if matrices.type != "MAT4" or matrices.dtype.kind != "f":
        _refuse(f"inverse bind matrices of {matrices!r}", here, "SKIN_IBM_INVALID_FORMAT")
    if len(matrices) < len(skin.joints):
        _refuse(f"{len(matrices)} matrices for {len(skin.joints)} joints", here, "INVALID_IBM_ACCESSOR_COUNT")


def sampler(sampler: AnimationSampler, here: str) -> None:
    """Key times that are numbers, and a whole number of values for each."""
    keys, output = sampler.input, sampler.output
    if keys.type != "SCALAR" or keys.dtype.kind != "f":
        _refuse(f"key times of {keys!r}", f"{here}/input", "ANIMATION_SAMPLER_INPUT_ACCESSOR_INVALID_FORMAT")
    each = len(keys) * (3 if sampler.interpolation is Interpolation.CUBICSPLINE else 1)
    if len(output) % each:
        message = f"{len(output)} values for {len(keys)} {sampler.interpolation} keys"
        _refuse(message, f"{here}/output", "ANIMATION_SAMPLER_OUTPUT_ACCESSOR_INVALID_COUNT")


def channel(channel: Channel, here: str) -> None:
    """Values with as many components as the animated property has."""
    path = channel.path
    if channel.pointer is not None and isinstance(channel.pointer.target, Node):
        path = channel.pointer.path
    components = _PATHS.get(path)
    shape = channel.sampler.output.shape[1:]
    cubic = channel.sampler.interpolation is Interpolation.CUBICSPLINE
    if components is not None:
        keys = len(channel.sampler.input) * (3 if cubic else 1)
        if shape != (components,) or len(channel.sampler.output) != keys:
            message = f"{channel.sampler.output!r} for {keys} values of {path}"
            _refuse(message, here, "ANIMATION_SAMPLER_OUTPUT_ACCESSOR_INVALID_FORMAT")
    elif path == "weights" and shape:
        message = f"{channel.sampler.output!r} for weights"
        _refuse(message, here, "ANIMATION_SAMPLER_OUTPUT_ACCESSOR_INVALID_FORMAT")


def tree(document: Document) -> None:
    """Every node has one parent at most, no node is below itself, and scenes name roots, each once."""
    parents: dict[Node, Node] = {}
    numbers = {node: number for number, node in enumerate(document.nodes)}
    for node in document.nodes:
        for child in node.children:
            if child in parents:
                both = f"{numbers[parents[child]]} and {numbers[node]}"
                message = f"node {numbers.get(child, child.name)} has two parents: {both}"
                _refuse(message, f"/nodes/{numbers[node]}/children", "NODE_PARENT_OVERRIDE")
            parents[child] = node
    pending = [node for node in document.nodes if node not in parents]
    reached = set(pending)
    while pending:
        children = pending.pop().children
        reached.update(children)
        pending.extend(children)
    for node in document.nodes:
        if node not in reached:
            _refuse("the node is below itself", f"/nodes/{numbers[node]}", "NODE_LOOP")
    for number, scene in enumerate(document.scenes):
        here = f"/scenes/{number}/nodes"
        if len(set(scene.nodes)) < len(scene.nodes):
            _refuse("a node is listed twice", here, "DUPLICATE_ELEMENTS")
        for node in scene.nodes:
            if node in parents:
                _refuse(f"node {numbers.get(node, node.name)} has a parent", here, "SCENE_NON_ROOT_NODE")


def _refuse(message: str, here: str, code: str) -> None:
    raise InvalidAsset(message, pointer=here, code=code)
