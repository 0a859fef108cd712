"""Mesh primitives of KHR_draco_mesh_compression, decoded into the types that their accessors declare."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..errors import InvalidAsset, UnsupportedFeature
from .accessors import Array, Layout, layout_of
from .codecs import draco
from .json_access import as_index, at, broken, index, integer, mapping, mappings
from .root import Root
from .views import Views

TRIANGLES = 4


class DracoData(NamedTuple):
    """The payload of a primitive, Draco's unique id by semantic, and the JSON pointer of the extension."""

    data: memoryview
    ids: dict[str, int]
    pointer: str


class DracoArrays(NamedTuple):
    """Attributes by semantic, in their accessors' types and shapes, and `(3 × faces,)` indices. Read-only."""

    attributes: dict[str, Array]
    indices: Array


class DracoPrimitives:
    """Decodes each payload once."""

    def __init__(self, root: Root, views: Views):
        self._root, self._views = root, views
        self._decoded: dict[tuple[int, int], DracoArrays] = {}
        self._users: dict[int, tuple[int, int, str]] | None = None

    def _primitive(self, mesh: int, primitive: int) -> tuple[dict[str, Any], str]:
        parent, here = self._root.entry("meshes", mesh)
        primitives, here = mappings(parent, "primitives", here), f"{here}/primitives/{primitive}"
        return primitives[as_index(primitive, here, len(primitives))], here

    def data(self, mesh: int, primitive: int) -> DracoData | None:
        """What is compressed; None when the primitive does not use the extension."""
        owner, here = self._primitive(mesh, primitive)
        extensions = mapping(owner, "extensions", here, {})
        if draco.EXTENSION not in extensions:
            return None
        extension = mapping(extensions, draco.EXTENSION, f"{here}/extensions")
        here = f"{here}/extensions/{draco.EXTENSION}"
        view = index(extension, "bufferView", here, self._root.length("bufferViews"))
        ids = mapping(extension, "attributes", here)
        span = self._views.span(view)
        return DracoData(
            span.data[span.start : span.start + span.length],
            {name: integer(ids, name, f"{here}/attributes", maximum=2**32 - 1) for name in ids},
            here,
        )

    def arrays(self, mesh: int, primitive: int) -> DracoArrays | None:
        """The decoded primitive; None when it does not use the extension."""
        known = self._decoded.get((mesh, primitive))
        if known is None:
            data = self.data(mesh, primitive)
            if data is None:
                return None
            try:
                known = self._decoded[mesh, primitive] = self._decode(data, *self._primitive(mesh, primitive))
            except InvalidAsset as error:
                error.pointer = error.pointer or data.pointer
                raise
        return known

    def _decode(self, data: DracoData, primitive: dict[str, Any], here: str) -> DracoArrays:
        if integer(primitive, "mode", here, TRIANGLES) != TRIANGLES:
            raise UnsupportedFeature(draco.EXTENSION, "only triangle lists (mode 4) are decoded, not strips")
        layouts = self._attribute_layouts(data, primitive, here)
        indices = self._layout(primitive, "indices", here) if "indices" in primitive else None
        counts = {layout.count for layout in layouts.values()}
        if len(counts) > 1:
            message = f"the attributes have different counts: {sorted(counts)}"
            broken(message, f"{here}/attributes", "MESH_PRIMITIVE_UNEQUAL_ACCESSOR_COUNT")
        points = counts.pop()
        faces = None if indices is None else indices.count // 3
        claim = draco.check(data.data, faces, points, self._root.limits)
        size = 12 * claim.faces + sum(layout.nbytes for layout in layouts.values())
        self._root.budget.spend_bytes(size, "decompressing the geometry")
        with self._root.budget.codec_time("decoding the Draco meshes") as limits:
            decoded = draco.decode(data.data, limits, faces=faces, points=points)
        return DracoArrays(
            {name: _attribute(decoded, data, name, layout) for name, layout in layouts.items()},
            draco.stored_as(
                decoded.indices,
                np.dtype(np.uint32) if indices is None else indices.dtype,
                decoded.indices.shape if indices is None else indices.shape,
            ),
        )

    def _attribute_layouts(self, data: DracoData, primitive: dict[str, Any], here: str) -> dict[str, Layout]:
        attributes = mapping(primitive, "attributes", here)
        if not data.ids:
            broken("no attributes are listed", f"{data.pointer}/attributes", "EMPTY_ENTITY")
        return {name: self._layout(attributes, name, f"{here}/attributes") for name in data.ids}

    def _layout(self, owner: dict[str, Any], key: str, here: str) -> Layout:
        number = index(owner, key, here, self._root.length("accessors"))
        return layout_of(*self._root.entry("accessors", number))

    def user(self, accessor: int) -> tuple[int, int, str] | None:
        """The mesh, primitive and semantic ("" for indices) that an accessor is decoded from, where there is one."""
        if self._users is None:
            self._users = dict(self._find_users())
        return self._users.get(accessor)

    def _find_users(self) -> list[tuple[int, tuple[int, int, str]]]:
        users = []
        for mesh, parent in enumerate(self._root.entries("meshes")):
            primitives = mappings(parent, "primitives", f"/meshes/{mesh}", [])
            for number, primitive in enumerate(primitives):
                here = f"/meshes/{mesh}/primitives/{number}"
                extensions = mapping(primitive, "extensions", here, {})
                if draco.EXTENSION in extensions:
                    extension = mapping(extensions, draco.EXTENSION, f"{here}/extensions")
                    ids = mapping(extension, "attributes", f"{here}/extensions/{draco.EXTENSION}")
                    attributes = mapping(primitive, "attributes", here)
                    found = [(attributes.get(name), (mesh, number, name)) for name in ids]
                    found.append((primitive.get("indices"), (mesh, number, "")))
                    users += [(accessor, place) for accessor, place in found if type(accessor) is int]
        return users


def _attribute(decoded: draco.Decoded, data: DracoData, name: str, layout: Layout) -> Array:
    array = decoded.attributes.get(data.ids[name])
    if array is None:
        message = f"Draco: the payload has no attribute {data.ids[name]}, only {sorted(decoded.attributes)}"
        broken(message, at(data.pointer, "attributes", name), draco.MISMATCH)
    return draco.stored_as(array, layout.dtype, layout.shape)
