"""Accessors, buffer views and buffers of a document that is being written."""

from __future__ import annotations

from typing import Any

from .accessor import Accessor
from .document import Document
from .encoding import Encoding
from .layout import TARGETS, Binary, Group, Json, Role, bounds_of, element_stride, row_stride
from .numbering import Use
from .payload import Blob, DracoPayload, MeshoptPayload, SparsePayload, ZeroPayload
from .pinning import Pinned
from .serialize import Serializer
from .texture import Image

CORE_TYPES = {
    "POSITION": "f", "NORMAL": "f", "TANGENT": "f", "target": "f", "TEXCOORD": "fBH", "COLOR": "fBH",
}  # fmt: skip
"""Component types (NumPy codes) that vertex attributes may have without KHR_mesh_quantization."""


class Storage:
    """Lays out what a `Serializer` found in use: call `run`, then take `accessors`, `views`, `buffers`, `binary`."""

    def __init__(self, document: Document, serializer: Serializer, encoding: Encoding | None, pinned: Pinned | None):
        self.document, self.serializer, self.encoding, self.pinned = document, serializer, encoding, pinned
        self.accessors: list[Json] = list(pinned.accessor_json) if pinned else []
        self.views: list[Json] = list(pinned.views) if pinned else []
        self.buffers: list[tuple[Json, bytes | memoryview | None]] = list(pinned.buffers) if pinned else []
        # New data go to the first buffer that has bytes.
        self._main = next((n for n, (_, data) in enumerate(self.buffers) if data is not None), len(self.buffers))
        self.binary = Binary((self.buffers[self._main][1] or b"") if self._main < len(self.buffers) else b"")
        self._groups: dict[tuple[Any, ...], Group] = {}
        self._payload_views: dict[object, int] = dict(pinned.payload_views) if pinned else {}
        self._fallbacks: dict[str, int] = {}  # extension → bytes of its fallback buffer

    def run(self) -> None:
        """Number the accessors, place their data, and fill in every place that refers to them."""
        numbers = {accessor: number for number, accessor in enumerate(self.pinned.accessors)} if self.pinned else {}
        new = [accessor for accessor in self._in_order() if accessor not in numbers]
        self._written = {*numbers, *new}
        for accessor in tuple(self._written):
            self._written.update(_parts(accessor))
        for accessor in new:
            numbers[accessor] = len(self.accessors)
            self.accessors.append(self._accessor(accessor))
        for container, key, accessor in self.serializer.accessor_slots:
            container[key] = numbers[accessor]
        for group in self._groups.values():
            self._flush(group)
        for container, key, holder in self.serializer.view_slots:
            container[key] = self._payload_view(holder)

    def _in_order(self) -> dict[Accessor, None]:
        """Listed accessors that are used, or that nothing ever used; then the rest in order of first use."""
        uses = self.serializer.uses
        listed = [accessor for accessor in self.document.accessors if accessor in uses or not accessor.referenced]
        return dict.fromkeys([*listed, *uses])

    # Accessors.

    def _accessor(self, accessor: Accessor) -> Json:
        use = self.serializer.uses.get(accessor) or Use(Role.OTHER, "", stored=True)
        json: Json = {} if accessor.name is None else {"name": accessor.name}
        payload = accessor.payload
        sparse: Json | None = None
        if use.stored and isinstance(payload, SparsePayload):
            sparse = self._sparse(payload, use, json)
        elif use.stored and not isinstance(payload, ZeroPayload):
            self._place(accessor, use, json)
        json |= {"componentType": accessor.component_type, "count": len(accessor), "type": accessor.type}
        if accessor.normalized:
            json["normalized"] = True
        self._declare_bounds(accessor, use, json)
        if sparse is not None:
            json["sparse"] = sparse
        if use.role is Role.VERTEX and _needs_quantization(accessor, use.semantic):
            self.serializer.declare("KHR_mesh_quantization", required=True)
        json |= self._extensions(accessor.extensions)
        if accessor.extras is not None:
            json["extras"] = accessor.extras
        return json

    def _extensions(self, extensions: Json) -> Json:
        """The JSON member that holds them, declared and without those that are dropped."""
        kept = {name: value for name, value in extensions.items() if name not in self.serializer.drop}
        for name in kept:
            self.serializer.declare(name)
        return {"extensions": kept} if kept else {}

    def _declare_bounds(self, accessor: Accessor, use: Use, json: Json) -> None:
        bounds = accessor.bounds
        if bounds is None and use.bounded:
            bounds = bounds_of(accessor.array)
        if bounds is not None:
            low, high = bounds
            if low:
                json["min"] = low
            if high:
                json["max"] = high

    def _place(self, accessor: Accessor, use: Use, json: Json) -> None:
        """Store the elements and note the buffer view and offset in `json`."""
        payload = accessor.payload
        if isinstance(payload, MeshoptPayload) and self._written.issuperset(payload.accessors):
            view, offset = self._meshopt_view(payload), payload.accessors[accessor]
        else:
            group = self._group(accessor, use)
            view, offset = group.index, group.place(accessor)
        json["bufferView"] = view
        if offset:
            json["byteOffset"] = offset

    def _sparse(self, payload: SparsePayload, use: Use, json: Json) -> Json:
        if payload.base is not None:
            self._place(payload.base, use, json)
        other = Use(Role.OTHER, "")
        parts: dict[str, Json] = {"indices": {}, "values": {}}
        self._place(payload.indices, other, parts["indices"])
        self._place(payload.values, other, parts["values"])
        parts["indices"]["componentType"] = payload.indices.component_type
        for name, part in parts.items():
            part.update(payload.json.get(name, {}))
        return {"count": len(payload.indices), **parts, **payload.json.get("sparse", {})}

    def _group(self, accessor: Accessor, use: Use) -> Group:
        stride = element_stride(accessor, use.role)
        mode, filter = "ATTRIBUTES", "NONE"
        if self.encoding is not None:
            filter = self.encoding.filter_of(accessor, use.semantic)
            if use.role is Role.INDEX:
                mode = "TRIANGLES" if use.semantic == "4" and len(accessor) % 3 == 0 else "INDICES"
            elif use.role is Role.OTHER and filter in ("NONE", "EXPONENTIAL"):
                stride = row_stride(stride, use.row)
        key = (use.role, stride, mode, filter, id(accessor.view) if accessor.view else 0)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(use.role, stride, mode, filter, accessor.view, index=len(self.views))
            self.views.append({})
        return group

    # Buffer views.

    def _flush(self, group: Group) -> None:
        facts: Json = {}
        if group.role is Role.VERTEX:
            facts["byteStride"] = group.stride
        if group.role in TARGETS:
            facts["target"] = TARGETS[group.role]
        if group.view is not None:
            facts |= group.view
            facts |= self._extensions(facts.pop("extensions", {}))
        for filter in dict.fromkeys((group.filter, "NONE")) if self.encoding is not None else ():
            payload = self._encoded(group, filter, facts)
            if payload is not None:
                self.views[group.index] = self._compressed(payload)
                return
        start = self.binary.append(group.chunks[0])
        for chunk in group.chunks[1:]:
            self.binary.append(chunk, 1)
        self.views[group.index] = {"buffer": self._main, "byteOffset": start, "byteLength": group.length, **facts}

    def _encoded(self, group: Group, filter: str, facts: Json) -> MeshoptPayload | None:
        """The group under this filter, where that holds it and saves something."""
        encoding, chunks = self.encoding, group.chunks
        if encoding is None:
            return None
        if filter != "NONE":
            filtered = ((accessor, encoding.filtered(accessor, filter)) for accessor in group.accessors)
            chunks = [group.stored(accessor, array) for accessor, array in filtered if array is not None]
        whole = len(chunks) == len(group.chunks)
        small = encoding.encoded(b"".join(chunks), group.stride, group.mode) if whole else None
        if small is None:
            return None
        count = group.length // group.stride
        return MeshoptPayload(encoding.extension, small, group.stride, count, group.mode, filter, facts)

    def add_view(self, data: bytes | memoryview, alignment: int = 4, **facts: Any) -> int:
        """A new buffer view of its own for `data`; returns its number."""
        start = self.binary.append(data, alignment)
        self.views.append({"buffer": self._main, "byteOffset": start, "byteLength": len(data), **facts})
        return len(self.views) - 1

    def image_view(self, image: Image) -> int:
        """The buffer view of an embedded image: the one it had where the numbering is pinned and it is untouched."""
        if self.pinned is not None and not image.replaced and image in self.pinned.lists["images"]:
            view = self.pinned.image_views[self.pinned.lists["images"].index(image)]
            if view is not None:
                return view
        return self.add_view(image.data)

    def _payload_view(self, holder: Blob | DracoPayload) -> int:
        view = self._payload_views.get(holder)
        if view is None:
            # EXT_structural_metadata wants its tables at multiples of eight bytes.
            view = self.add_view(holder.data) if isinstance(holder, DracoPayload) else self.add_view(holder.load(), 8)
            self._payload_views[holder] = view
        return view

    def _meshopt_view(self, payload: MeshoptPayload) -> int:
        view = self._payload_views.get(payload)
        if view is None:
            view = self._payload_views[payload] = len(self.views)
            self.views.append(self._compressed(payload))
        return view

    def _compressed(self, payload: MeshoptPayload) -> Json:
        """The JSON of a buffer view whose bytes are compressed, with its fallback if there is one."""
        start = self.binary.append(payload.data)
        length = payload.byte_stride * payload.count
        compressed: Json = {
            "buffer": self._main, "byteOffset": start, "byteLength": len(payload.data),
            "byteStride": payload.byte_stride, "count": payload.count, "mode": payload.mode,
        }  # fmt: skip
        if payload.filter != "NONE":
            compressed["filter"] = payload.filter
        if payload.fallback is not None:
            stored = self.binary.append(payload.fallback())
            json: Json = {"buffer": self._main, "byteOffset": stored, "byteLength": length}
        else:
            offset = self._fallbacks.get(payload.extension, 0)
            self._fallbacks[payload.extension] = offset + length + 3 & ~3
            json = {"buffer": payload.extension, "byteOffset": offset, "byteLength": length}
        self.serializer.declare(payload.extension, required=payload.fallback is None)
        extensions = {**payload.view.get("extensions", {}), payload.extension: compressed}
        return {**json, **payload.view, "extensions": extensions}

    # Buffers.

    def finish(self) -> None:
        """Close the buffers: the binary one, then one without bytes for each meshopt extension."""
        if self.binary.length:
            facts = self.buffers[self._main][0] if self._main < len(self.buffers) else self.document.buffer
            main = {**facts, "byteLength": self.binary.length}
            self.buffers[self._main : self._main + 1] = [(main, self.binary.bytes())]
        for extension, length in self._fallbacks.items():
            for view in self.views:
                if view["buffer"] == extension:
                    view["buffer"] = len(self.buffers)
            self.buffers.append(({"byteLength": length, "extensions": {extension: {"fallback": True}}}, None))


def _parts(accessor: Accessor) -> list[Accessor]:
    """The accessors inside a sparse one."""
    if not isinstance(accessor.payload, SparsePayload):
        return []
    parts = (accessor.payload.base, accessor.payload.indices, accessor.payload.values)
    return [part for part in parts if part is not None]


def _needs_quantization(accessor: Accessor, semantic: str) -> bool:
    allowed = CORE_TYPES.get(semantic) or CORE_TYPES.get(semantic.rpartition("_")[0])
    if allowed is None:
        return False
    code = accessor.dtype.char
    return code not in allowed or (code != "f" and not accessor.normalized)
