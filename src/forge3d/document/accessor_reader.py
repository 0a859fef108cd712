"""Accessors of a file that is being read: decoded on first use, with the payloads that are to be kept."""

from __future__ import annotations

from functools import partial
from math import prod
from typing import Any

from ..errors import InvalidAsset
from ..gltf import Source
from ..gltf.accessors import Layout, layout_of, sparse_parts
from ..gltf.codecs import draco, meshopt
from ..gltf.json_access import index, mapping, string
from .accessor import Accessor
from .decoding import Decoder
from .layout import Json
from .payload import Blob, DracoPayload, MeshoptPayload, SparsePayload, ZeroPayload


class AccessorReader:
    """Makes the `Accessor` of every entry of the file's list, in order, and what else refers to buffer views."""

    def __init__(self, source: Source, accessors: list[Json], views: list[Json]):
        self.source, self._views = source, views
        self._meshopt: dict[int, MeshoptPayload | None] = {}
        self._blobs: dict[int, Blob] = {}
        self._draco: dict[tuple[Any, ...], DracoPayload] = {}
        self.decoder = Decoder(source, views)
        self.extensions: set[str] = set()  # on accessors and their buffer views
        self.accessors = [self._read(number, json) for number, json in enumerate(accessors)]

    def _read(self, number: int, json: Json) -> Accessor:
        here = f"/accessors/{number}"
        layout = layout_of(json, here)
        load = partial(self.decoder.accessor, number, layout)
        accessor = Accessor.lazy(load, layout.dtype, layout.shape, layout.normalized)
        if "min" in json or "max" in json:
            accessor.bounds = (_bound(json, "min", layout, here), _bound(json, "max", layout, here))
        if layout.sparse is not None:
            accessor.payload = self._sparse(number, layout, layout.sparse)
        elif layout.view is None:
            accessor.payload = ZeroPayload()
        else:
            self._attach(accessor, layout.view, layout.offset)
        if "name" in json:
            accessor.name = string(json, "name", here)
        if "extras" in json:
            accessor.extras = json["extras"]
        if "extensions" in json:
            accessor.extensions = dict(mapping(json, "extensions", here))
            self.extensions.update(accessor.extensions)
        return accessor

    # Buffer views.

    def _attach(self, accessor: Accessor, view: int, offset: int) -> None:
        """Note what the buffer view tells besides its bytes."""
        if view >= len(self._views):
            return  # decoding says what is wrong
        json = self._views[view]
        if "extensions" not in json and "name" not in json and "extras" not in json:
            return
        payload = self._meshopt_payload(view, json)
        if payload is not None:
            accessor.payload = payload
            payload.accessors[accessor] = offset
        else:
            self.extensions.update(mapping(json, "extensions", f"/bufferViews/{view}", {}))
            accessor.view = {key: json[key] for key in ("name", "extensions", "extras") if key in json}

    def _meshopt_payload(self, view: int, json: Json) -> MeshoptPayload | None:
        if view not in self._meshopt:
            compressed = self.source.meshopt(view)
            payload = None
            if compressed is not None:
                extensions = {
                    name: value for name, value in json["extensions"].items() if name not in meshopt.EXTENSIONS
                }
                kept = {key: json[key] for key in ("name", "byteStride", "target", "extras") if key in json}
                payload = MeshoptPayload(
                    compressed.extension, bytes(compressed.data), compressed.stride, compressed.count, compressed.mode,
                    compressed.filter, kept | ({"extensions": extensions} if extensions else {}),
                )  # fmt: skip
                if self._has_fallback(json):
                    payload.fallback = partial(self.decoder.uncompressed, view)
            self._meshopt[view] = payload
        return self._meshopt[view]

    def _has_fallback(self, view: Json) -> bool:
        """Whether uncompressed bytes stand beside the compressed ones."""
        buffers, number = self.source.entries("buffers"), view.get("buffer")
        if type(number) is not int or not 0 <= number < len(buffers):
            return False
        return "uri" in buffers[number] or (number == 0 and self.source.glb_bin is not None)

    def blob(self, view: int) -> Blob:
        """The bytes of buffer view `view`, for an extension."""
        if view not in self._blobs:
            self._blobs[view] = Blob(partial(self.decoder.view, view))
        return self._blobs[view]

    def payload_views(self) -> dict[object, int]:
        """The buffer view of every payload and blob that stands for itself."""
        views: dict[object, int] = {payload: key[0] for key, payload in self._draco.items()}
        return views | {blob: view for view, blob in self._blobs.items()}

    # Payloads.

    def _sparse(self, number: int, layout: Layout, json: Json) -> SparsePayload:
        indices, values = sparse_parts(layout, f"/accessors/{number}")

        def accessor(part: int, layout: Layout) -> Accessor:
            load = partial(self.decoder.sparse, number, part)
            made = Accessor.lazy(load, layout.dtype, layout.shape)
            assert layout.view is not None
            self._attach(made, layout.view, layout.offset)
            return made

        rest = {
            name: {key: value for key, value in owner.items() if key in ("extras", "extensions")}
            for name, owner in (("sparse", json), ("indices", json["indices"]), ("values", json["values"]))
        }
        return SparsePayload(
            accessor(0, indices), accessor(1, values), None if layout.view is None else accessor(2, layout),
            {name: kept for name, kept in rest.items() if kept},
        )  # fmt: skip

    def draco(self, mesh: int, primitive: int, json: Json) -> DracoPayload:
        """The payload of a Draco primitive, with the accessors that come out of it. Decodes nothing.

        An accessor that has uncompressed data too, for readers without Draco, gets the decoded ones: the primitive's
        indices belong to them.
        """
        data = self.source.draco_data(mesh, primitive)
        assert data is not None
        here, count = f"/meshes/{mesh}/primitives/{primitive}", len(self.accessors)
        numbers = {name: index(json["attributes"], name, f"{here}/attributes", count) for name in data.ids}
        if "indices" in json:
            numbers[""] = index(json, "indices", here, count)
        view = json["extensions"][draco.EXTENSION]["bufferView"]
        key = (view, *numbers.items())
        if key not in self._draco:
            payload = self._draco[key] = DracoPayload(bytes(data.data), data.ids)
            for semantic, number in numbers.items():
                payload.decoded[semantic] = self._draco_accessor(number, mesh, primitive, semantic)
        return self._draco[key]

    def _draco_accessor(self, number: int, mesh: int, primitive: int, semantic: str) -> Accessor:
        declared = self.accessors[number]

        load = partial(self.decoder.draco, mesh, primitive, semantic, number)
        accessor = Accessor.lazy(load, declared.dtype, declared.shape, declared.normalized)
        accessor.name, accessor.extras, accessor.bounds = declared.name, declared.extras, declared.bounds
        accessor.extensions = declared.extensions
        if not declared.referenced:
            self.accessors[number] = accessor
        return accessor


def _bound(json: Json, key: str, layout: Layout, here: str) -> list[float]:
    values = json.get(key)
    if values is None and key not in json:
        return []
    components = prod(layout.shape[1:])
    if type(values) is not list or len(values) != components:
        message = f"not an array of {components} numbers"
        raise InvalidAsset(message, pointer=f"{here}/{key}", code="ARRAY_LENGTH_NOT_IN_LIST")
    if not _NUMBERS.issuperset(map(type, values)):
        raise InvalidAsset("holds something that is not a number", pointer=f"{here}/{key}", code="ARRAY_TYPE_MISMATCH")
    return values


_NUMBERS = frozenset((int, float))
