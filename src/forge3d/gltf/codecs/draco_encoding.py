"""Encoding of Draco meshes for KHR_draco_mesh_compression, behind what the package can and cannot do (measured).

It quantizes one POSITION, NORMAL and TEXCOORD each, takes one set of 8-bit colours, and any integers as generic
attributes, which stay exact; float generics it would not quantize, so callers store fractions as integers, and tangents
become floats afterwards (`draco_floats`). It numbers attributes by itself: the ids are read back from the payload.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from ...errors import InvalidAsset
from .draco import Array
from .draco_floats import Stored, as_floats

_TYPES: Final = {0: "POSITION", 1: "NORMAL", 2: "COLOR_0", 3: "TEXCOORD_0"}
_MOST_TANGENT_BITS: Final = 14
GENERIC_TYPES: Final = (np.uint8, np.uint16)


@dataclass(frozen=True, slots=True)
class Precision:
    """Bits of quantized attributes, 1 to 30 each, and `level`: 0 (fast to encode and decode) to 10 (small).

    Tangents are in steps of `2**-normal`, so that zero and one stay what they are.
    """

    position: int = 14
    normal: int = 10
    texcoord: int = 12
    level: int = 7


class Encoded(NamedTuple):
    """`data`: the payload. `ids`: semantic → Draco's unique id. `indices`, `attributes`: what it decodes to."""

    data: bytes
    ids: dict[str, int]
    indices: Array
    attributes: dict[str, Array]


def encode(
    indices: Array, attributes: Mapping[str, Array], precision: Precision = Precision(), *, keep_order: bool = False
) -> Encoded:
    """Encode a triangle mesh.

    Args:
        indices: `(3 × faces,)` integers.
        attributes: `(n, k)` by semantic: POSITION, NORMAL and TEXCOORD_0 floats, TANGENT floats in [−1, 1], COLOR_0
            uint8, any other uint8 or uint16.
        keep_order: keep the order of vertices and triangles, for data beside the payload; costs two to four times
            as many bytes. Otherwise vertices may be merged, split and dropped.

    Raises:
        InvalidAsset: the package refuses the mesh.
    """
    if "TANGENT" not in attributes:
        return _encode(indices, attributes, precision, keep_order)[0]
    tangents = np.asarray(attributes["TANGENT"], np.float64)
    whole = 2 ** min(precision.normal, _MOST_TANGENT_BITS)
    steps = (np.rint(np.clip(tangents, -1.0, 1.0) * whole) + whole).astype(np.uint16)
    (encoded, stored), (shifted, _) = (
        _encode(indices, {**attributes, "TANGENT": whichever}, precision, keep_order)
        for whichever in (steps, steps + 1)
    )
    data = as_floats(encoded.data, shifted.data, stored, encoded.ids["TANGENT"], 1 / whole)
    if quantized := _with_tangents(encoded, data, 1 / whole):
        return quantized
    return _encode(indices, {**attributes, "TANGENT": tangents.astype(np.float32)}, precision, keep_order)[0]


def _with_tangents(encoded: Encoded, data: bytes | None, step: float) -> Encoded | None:
    """What was encoded, if `data` decodes to the same with tangents in steps from −1; otherwise None."""
    import DracoPy

    if data is None:
        return None
    try:
        mesh = DracoPy.decode(data)
    except (DracoPy.FileTypeException, ValueError, RuntimeError, MemoryError):
        return None
    wanted = {**encoded.attributes, "TANGENT": (encoded.attributes["TANGENT"] * step - 1).astype(np.float32)}
    found = {int(a["unique_id"]): a["data"] for a in mesh.attributes}
    same = np.array_equal(np.asarray(mesh.faces).reshape(-1), encoded.indices) and all(
        np.array_equal(found[id_].reshape(wanted[name].shape), wanted[name]) for name, id_ in encoded.ids.items()
    )
    return encoded._replace(data=data, attributes=wanted) if same else None


def _encode(
    indices: Array, attributes: Mapping[str, Array], precision: Precision, keep_order: bool
) -> tuple[Encoded, list[Stored]]:
    import DracoPy

    generic = [name for name in attributes if name not in _TYPES.values()]
    floats = {name: np.asarray(attributes[name], np.float64) for name in attributes if name in _TYPES.values()}
    try:
        data: bytes = DracoPy.encode(
            floats["POSITION"],
            np.asarray(indices, np.uint32).reshape(-1, 3),
            quantization_bits=precision.position,
            compression_level=precision.level,
            preserve_order=keep_order,
            colors=attributes.get("COLOR_0"),
            tex_coord=floats.get("TEXCOORD_0"),
            normals=floats.get("NORMAL"),
            generic_attributes={number: attributes[name] for number, name in enumerate(generic)} or None,
            tex_coord_quantization_bits=precision.texcoord,
            normal_quantization_bits=precision.normal,
        )
        mesh = DracoPy.decode(data)
    except (DracoPy.EncodingFailedException, AssertionError, ValueError, RuntimeError, MemoryError) as error:
        raise InvalidAsset(f"Draco cannot encode this mesh: {error}") from error
    ids: dict[str, int] = {}
    decoded: dict[str, Array] = {}
    for found in mesh.attributes:
        number = int(found["unique_id"])
        name = _TYPES.get(found["attribute_type"]) or generic[number]
        ids[name] = number
        decoded[name] = found["data"].reshape(len(found["data"]), -1)
    if ids.keys() != attributes.keys():
        raise InvalidAsset(f"Draco cannot encode this mesh: it kept {', '.join(ids)} of {', '.join(attributes)}")
    stored = [Stored(a["attribute_type"], a["data_type"], a["num_components"], a["unique_id"]) for a in mesh.attributes]
    return Encoded(data, ids, np.ascontiguousarray(mesh.faces, np.uint32).reshape(-1), decoded), stored
