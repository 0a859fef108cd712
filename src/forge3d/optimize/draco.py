"""KHR_draco_mesh_compression: what of a primitive goes into a payload, and what stays beside it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ..document import Accessor, Change, Context, Document, Primitive, Skip
from ..document.geometry import flat_indices
from ..document.payload import DracoPayload
from ..errors import InvalidAsset
from ..gltf.codecs.draco import stored_as
from ..gltf.codecs.draco_encoding import GENERIC_TYPES, Encoded, Precision, encode
from .graph import pinned
from .quantization.vectors import fractions, joints, weights, within
from .vertices import COMPRESSED, index_accessor, is_triangle_list, numbered_vertices, payload_kept, primitives

Arrays = dict[str, npt.NDArray[np.generic]]


def compress(document: Document, precision: Precision, context: Context) -> Change:
    """Compress every triangle list that Draco can carry; what it cannot, and why, is in the change and a warning."""
    change = Change("compress")
    if held := pinned(document):
        change.skipped.append(held)
        return change
    found, numbered = list(primitives(document)), numbered_vertices(document)
    beside: dict[str, int] = {}
    for number, (label, primitive) in enumerate(found):
        context.report(number / len(found), f"Draco {label}")
        why = numbered.get(id(primitive)) or _blocked(primitive) or _compress(primitive, precision, beside)
        if why is not None:
            change.skipped.append(Skip(label, why))
    for name, count in sorted(beside.items()):
        context.warn(f"Draco cannot carry {name}: it stays uncompressed beside {count} payloads, which keep its order")
    done = sum(primitive.draco is not None for _, primitive in found)
    change.notes.append(f"{done} of {len(found)} primitives are written with KHR_draco_mesh_compression")
    return change


def _blocked(primitive: Primitive) -> str | None:
    if payload_kept(primitive):
        return COMPRESSED
    if not is_triangle_list(primitive):
        return "is no triangle list, and Draco in glTF takes nothing else here"
    position = primitive.attributes.get("POSITION")
    if position is None or position.dtype != np.float32:
        return "has positions that are integers already, or none; run Dequantize first"
    corners = len(position) if primitive.indices is None else len(primitive.indices)
    return "has no whole triangles" if corners < 3 or corners % 3 else None


def _compress(primitive: Primitive, precision: Precision, beside: dict[str, int]) -> str | None:
    """Give the primitive its payload; or why not."""
    carried = _carried(primitive)
    left = [name for name in primitive.attributes if name not in carried]
    try:
        encoded = encode(flat_indices(primitive), carried, precision, keep_order=bool(left or primitive.targets))
    except InvalidAsset as error:
        return str(error)
    for name in left:
        beside[name] = beside.get(name, 0) + 1
    _attach(primitive, encoded, carried)
    return None


def _carried(primitive: Primitive) -> Arrays:
    """The attributes that Draco takes, as it takes them."""
    attributes, arrays = primitive.attributes, Arrays()
    for name, accessor in attributes.items():
        if (form := _form(name)) is not None and (array := form(accessor)) is not None:
            arrays[name] = array
    sets = [f"WEIGHTS_{n}" for n in range(sum(name.startswith("WEIGHTS_") for name in attributes))]
    if sets and all(name in attributes and attributes[name].dtype == np.float32 for name in sets):
        for name, shares in zip(sets, weights([attributes[name].array for name in sets], 8), strict=True):
            arrays[name] = shares
            other = name.replace("WEIGHTS", "JOINTS")
            if other in attributes:
                arrays[other] = joints(attributes[other].array, shares)
    return arrays


def _form(name: str) -> Callable[[Accessor], npt.NDArray[np.generic] | None] | None:
    """How an attribute of this name goes in; None where it cannot."""
    if name in ("POSITION", "NORMAL", "TEXCOORD_0"):
        return lambda a: a.array if a.dtype == np.float32 and np.isfinite(a.array).all() else None
    if name == "TANGENT":
        return lambda a: a.floats if within([a], -1, 1) else None
    if name == "COLOR_0":
        return lambda a: fractions(a.floats, 8) if within([a], 0, 1) else None
    if name.startswith("TEXCOORD_"):
        return lambda a: fractions(a.floats, 16) if within([a], 0, 1) else None
    if name.startswith(("JOINTS_", "WEIGHTS_", "_")):
        return lambda a: a.array.reshape(len(a), -1) if a.dtype.type in GENERIC_TYPES and a.array.ndim < 3 else None
    return None


def _attach(primitive: Primitive, encoded: Encoded, carried: Arrays) -> None:
    decoded: dict[str, Accessor] = {}
    for name, array in encoded.attributes.items():
        old, given = primitive.attributes[name], carried[name]
        integer = given.dtype.kind == "u"
        shape = (len(array), *old.array.shape[1:])
        values = stored_as(array, given.dtype if integer else np.dtype(np.float32), shape)
        fraction = integer and (old.normalized or old.dtype.kind == "f")
        decoded[name] = Accessor(values, normalized=fraction, name=old.name, extras=old.extras)
    indices = index_accessor(encoded.indices, primitive.indices)
    primitive.indices = indices
    primitive.attributes = {name: decoded.get(name, accessor) for name, accessor in primitive.attributes.items()}
    primitive.draco = DracoPayload(encoded.data, encoded.ids, {**decoded, "": indices})
