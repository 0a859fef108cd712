"""A glTF file as it is: JSON, binary data and resources, read on demand and checked on the way."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..errors import InvalidAsset, UnsupportedFeature
from . import accessors, glb, json_text
from .accessors import Array, Layout, Sparse
from .draco_primitives import DracoArrays, DracoData, DracoPrimitives
from .faults import Fault, Severity
from .files import read_file
from .json_access import as_index, index, string
from .limits import Limits
from .resources import Resolver
from .root import Root
from .views import CompressedView, Place, Views


class Source:
    """A parsed glTF file.

    Nothing is decoded before it is asked for, and nothing twice. Arrays are read-only, and views of the file's bytes
    where the format allows it. Every method raises `InvalidAsset` with the JSON pointer of the object at fault,
    `LimitExceeded` or `ResourceRefused`; `faults()` lists what they would raise, and more.

    Attributes:
        json: the root object; may break any rule of glTF.
        text: the JSON as it stands in the file.
        path: where it was read from, None for bytes.
        name: what messages call it.
        container: "glb" or "gltf".
        glb_bin: the GLB's binary chunk with its padding, None where there is none.
        glb_others: chunks of other types, as (type, data).
        container_faults: faults of the GLB's own structure.
    """

    def __init__(
        self,
        data: bytes | memoryview,
        folder: Path | None,
        limits: Limits,
        name: str | None,
        path: Path | None = None,
        resources: Mapping[str, bytes] | None = None,
    ):
        self.path, self.name, self.limits = path, name, limits
        self.container: Literal["glb", "gltf"] = _container(data, path)
        self.glb_bin: memoryview | None = None
        self.glb_others: list[tuple[int, memoryview]] = []
        self.container_faults: list[Fault] = []
        with self._naming():
            self.text = self._split(data) if self.container == "glb" else bytes(data)
            self.json: dict[str, Any] = json_text.decode_object(self.text, limits)
        self._root = Root(self.json, limits)
        self._resolver = Resolver(folder, limits, resources)
        self._views = Views(self._root, self._resolver, self.glb_bin)
        self._draco = DracoPrimitives(self._root, self._views)
        self._computed: dict[int, Array] = {}

    @classmethod
    def open(
        cls,
        source: str | os.PathLike[str] | bytes | Source,
        *,
        base: Path | None = None,
        limits: Limits | None = None,
        name: str | None = None,
        resources: Mapping[str, bytes] | None = None,
    ) -> Source:
        """Read a .glb or .gltf.

        Args:
            source: a path, the file's bytes, or an opened source, which is returned as it is.
            base: the folder that relative URIs may refer to; by default the path's, and none for bytes.
            limits: how much the file may ask for.
            name: what messages call the file; by default the path.
            resources: the bytes of URIs whose files are not to be opened; only for a file given as bytes.

        Raises:
            InvalidAsset: when there is no file or its JSON cannot be read; other faults wait for `faults()`. What is
                wrong with a GLB that cannot be opened is in `glb.parse(data).faults`.
            UnsupportedFeature: for FBX, known by its first bytes, and for .obj, .stl and .ply, which `load` imports.
            LimitExceeded: max_file_bytes, max_json_bytes, max_json_depth.
        """
        if isinstance(source, Source):
            return source
        limits = limits or Limits()
        if isinstance(source, bytes | bytearray | memoryview):
            limits.check("max_file_bytes", len(source), name or "the file")
            return cls(bytes(source), base, limits, name, resources=resources)
        path = Path(source)
        return cls(read_file(path, limits), base or path.parent, limits, name or str(path), path)

    def _split(self, data: bytes | memoryview) -> bytes:
        """Take the GLB apart; its JSON text."""
        chunks = glb.parse(data)
        self.container_faults, self.glb_bin, self.glb_others = chunks.faults, chunks.bin, chunks.others
        if chunks.json is None or chunks.json_is_cut:
            errors = [fault for fault in chunks.faults if fault.severity is Severity.ERROR]
            raise errors[-1 if chunks.json_is_cut else 0].error()
        return bytes(chunks.json)

    def _naming(self, pointer: str | None = None) -> _Naming:
        """Tell passing errors which file they are about, and which object where they do not know."""
        return _Naming(self.name, pointer)

    def faults(self) -> list[Fault]:
        """Every fault of bounds and structure; `forge3d.gltf.structure` says what is covered."""
        from .structure import find_faults

        return find_faults(self)

    @cached_property
    def duplicate_keys(self) -> list[str]:
        """JSON pointers of keys that occur twice in one object; the last one counts."""
        return json_text.duplicate_keys(self.text)

    def entries(self, key: str) -> list[dict[str, Any]]:
        """The root's list `key`, such as "accessors", checked to hold objects only; empty when absent."""
        with self._naming():
            return self._root.entries(key)

    def buffer(self, number: int) -> memoryview:
        """The declared bytes of a buffer; its file or data URI is read on first use."""
        with self._naming(f"/buffers/{number}"):
            return self._views.buffer(number)

    def stored_buffer(self, number: int) -> memoryview:
        """All bytes that there are for a buffer, be they more or fewer than it declares."""
        with self._naming(f"/buffers/{number}"):
            return self._views.stored(number)

    def place(self, number: int) -> Place:
        """Where a buffer view says that it is, checked against the length that its buffer declares. Reads no buffer."""
        with self._naming(f"/bufferViews/{number}"):
            return self._views.place(number)

    def view(self, number: int) -> memoryview:
        """The bytes of a buffer view, decompressed when EXT_ or KHR_meshopt_compression says so."""
        with self._naming(f"/bufferViews/{number}"):
            span = self._views.span(number)
            return span.data[span.start : span.start + span.length]

    def meshopt(self, number: int) -> CompressedView | None:
        """How a buffer view is compressed by EXT_ or KHR_meshopt_compression, with its payload; None if it is not."""
        with self._naming(f"/bufferViews/{number}"):
            return self._views.compressed(number)

    def draco_data(self, mesh: int, primitive: int) -> DracoData | None:
        """The payload of a KHR_draco_mesh_compression primitive and its unique ids by semantic; None without one."""
        with self._naming(f"/meshes/{mesh}/primitives/{primitive}"):
            return self._draco.data(mesh, primitive)

    def draco(self, mesh: int, primitive: int) -> DracoArrays | None:
        """The decoded KHR_draco_mesh_compression primitive; None when it does not use the extension."""
        with self._naming(f"/meshes/{mesh}/primitives/{primitive}"):
            return self._draco.arrays(mesh, primitive)

    def locate(self, uri: str) -> Path:
        """The file that a relative URI names, allowed by the policy; it need not exist."""
        with self._naming():
            return self._resolver.locate(uri)

    def image_bytes(self, number: int, most: int = -1) -> bytes:
        """An encoded image: its buffer view, data URI or file. Of a file, the first `most` bytes (-1: all)."""
        with self._naming(f"/images/{number}"):
            image, here = self._root.entry("images", number)
            if "bufferView" in image:
                return bytes(self.view(index(image, "bufferView", here, self._root.length("bufferViews"))))
            with self._naming(f"{here}/uri" if "uri" in image else None):
                return bytes(self._resolver.read(string(image, "uri", here), most))

    def resource(self, uri: str) -> bytes:
        """What a URI stands for: a data URI, or a file inside the model's folder."""
        with self._naming():
            return bytes(self._resolver.read(uri))

    def layout(self, number: int) -> Layout:
        """What an accessor declares: component type, shape, normalized, buffer view. Decodes nothing."""
        try:
            accessor, here = self._root.entry("accessors", number)
            return accessors.layout_of(accessor, here)
        except InvalidAsset as error:
            error.file = error.file or self.name
            raise

    def array(self, number: int, layout: Layout | None = None) -> Array:
        """An accessor's elements, read-only, in natural shape (see `document.Accessor`), sparse values applied.

        An accessor without a buffer view is what its Draco primitive decodes to, and zeros where there is none. Who
        has its `layout` already may pass it.
        """
        known = self._computed.get(number)
        if known is not None:
            return known
        here = f"/accessors/{number}"
        try:
            if layout is None:
                layout = accessors.layout_of(self._root.entry("accessors", number)[0], here)
            if layout.view is not None and layout.sparse is None:
                return self._dense(layout, here)
            known = self._computed[number] = self._compute(number, layout, here)
        except InvalidAsset as error:
            error.file, error.pointer = error.file or self.name, error.pointer or here
            raise
        return known

    def _dense(self, layout: Layout, here: str) -> Array:
        assert layout.view is not None
        span = self._views.known.get(layout.view)
        if span is None:
            views = self._root.length("bufferViews")
            span = self._views.span(as_index(layout.view, f"{here}/bufferView", views))
        return accessors.dense(layout, span, here)

    def _compute(self, number: int, layout: Layout, here: str) -> Array:
        """An array that is not in the file as such."""
        user = self._draco.user(number) if layout.view is None and layout.sparse is None else None
        if user is not None:
            decoded = self._draco.arrays(*user[:2])
            assert decoded is not None
            return decoded.attributes[user[2]] if user[2] else decoded.indices
        if layout.view is None:
            self._root.budget.spend_zeros(prod(layout.shape), f"accessor {number}, which has no data,")
        else:
            self._root.budget.spend_bytes(layout.nbytes, f"accessor {number}")
        base = None if layout.view is None else self._dense(layout, here)
        if layout.sparse is not None:
            return accessors.replaced(base, layout, self._sparse(layout, here))
        zeros = np.zeros(layout.shape, layout.dtype)
        zeros.flags.writeable = False
        return zeros

    def sparse(self, number: int) -> tuple[Sparse, Array | None] | None:
        """What a sparse accessor replaces, and in what array (None: zeros); None when it is not sparse."""
        with self._naming(f"/accessors/{number}"):
            accessor, here = self._root.entry("accessors", number)
            layout = accessors.layout_of(accessor, here)
            if layout.sparse is None:
                return None
            return self._sparse(layout, here), None if layout.view is None else self._dense(layout, here)

    def _sparse(self, layout: Layout, here: str) -> Sparse:
        indices, values = accessors.sparse_parts(layout, here)
        accessors.check_sparse_count(layout, indices.count, here)
        sparse = Sparse(
            self._dense(indices, f"{here}/sparse/indices"),
            self._dense(values, f"{here}/sparse/values"),
        )
        accessors.check_sparse_indices(layout, sparse.indices, here)
        return sparse


class _Naming:
    """A context manager as a class: entered for every small thing, where a generator takes three times as long."""

    __slots__ = ("_file", "_pointer")

    def __init__(self, file: str | None, pointer: str | None):
        self._file, self._pointer = file, pointer

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, InvalidAsset):
            error.file = error.file or self._file
            error.pointer = error.pointer or self._pointer


def _container(data: bytes | memoryview, path: Path | None) -> Literal["glb", "gltf"]:
    """What to read the data as: broken GLBs are better explained as such than as bad JSON."""
    head = bytes(data[:64])
    if head.startswith(b"Kaydara FBX"):
        raise UnsupportedFeature("FBX", "export glTF 2.0 instead, or convert it with Blender")
    if path is not None and path.suffix.lower() in (".obj", ".stl", ".ply"):
        kind = path.suffix[1:].upper()
        raise UnsupportedFeature(kind, f"is not glTF: convert it with `forge3d optimize {path.name} {path.stem}.glb`")
    if glb.is_glb(head):
        return "glb"
    is_json = head.removeprefix(json_text.BOM).lstrip()[:1] in (b"{", b"[", b'"')
    return "glb" if path is not None and path.suffix.lower() == ".glb" and not is_json else "gltf"
