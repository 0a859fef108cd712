"""Files to documents."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from ..errors import InvalidAsset, UnsupportedFeature
from ..gltf import Limits, Source
from ..gltf.codecs import meshopt
from ..gltf.json_access import array, mapping, mappings, string
from ..gltf.resources import is_data
from . import checks, importers, opaque
from .accessor import Accessor
from .deserialize import Deserializer
from .document import Document
from .layout import Json
from .numbering import LISTS, ROOT_EXTENSIONS
from .pinning import Pinned
from .resolving import NONE
from .scene import Asset, Node
from .schema import read_values


def read(source: str | os.PathLike[str] | bytes | Source, *, limits: Limits | None = None) -> Document:
    """Read a .glb or .gltf path, bytes, or an opened `Source`. Geometry and images are decoded on first use.

    Paths that end in .obj, .stl or .ply are imported, in metres and with y up (see `document.importers.read`).

    Raises:
        InvalidAsset: at the first fault that cannot be read past; faults inside geometry appear when it is used.
        UnsupportedFeature: the file requires an extension that forge3d does not know, or is not glTF 2.
        ResourceRefused, LimitExceeded: see `forge3d.errors`.
    """
    if isinstance(source, (str, os.PathLike)) and os.path.splitext(source)[1].lower() in importers.FORMATS:
        return importers.read(source, limits=limits)
    try:
        opened = Source.open(source, limits=limits)
    except InvalidAsset:
        if not isinstance(source, Source):
            importers.refuse_foreign(source)
        raise
    try:
        return _Reader(opened).run()
    except InvalidAsset as error:
        error.file = error.file or opened.name
        raise


class _Reader(Deserializer):
    """Reads the root: what stands there, and the lists in the order in which they refer to each other."""

    def __init__(self, source: Source):
        checks.container(source)
        checks.version(source)
        super().__init__(source)
        self.document = Document(asset=self._asset())
        self.root_extensions: Json = dict(mapping(self.json, "extensions", "", NONE))

    def run(self) -> Document:
        document, lists = self.document, self.lists
        document.accessors = self.accessors.accessors
        self._declared()
        self._root_lists()
        for kind in ("images", "samplers", "textures", "materials", "cameras", "meshes"):
            lists[kind] = self._read_list(kind)
        nodes = self._entries("nodes")
        lists["nodes"] = [Node() for _ in nodes]
        lists["skins"] = self._read_list("skins")
        for number, json in enumerate(nodes):
            self._node(lists["nodes"][number], json, f"/nodes/{number}")
        for kind in ("scenes", "animations"):
            lists[kind] = self._read_list(kind)
        for kind in LISTS:
            setattr(document, kind, lists[kind])
        document.scene = self._refer("scenes", self.json, "scene", "")
        checks.tree(document)
        document.extras = self.json.get("extras")
        if self.root_extensions:
            document.extensions = self.root_extensions
            self.untyped.append((document, "root"))
        document.buffer = self._buffer()
        self._resolve_untyped()
        document.source_files = self._files()
        return document

    def _read_list(self, kind: str) -> list[Any]:
        if kind not in self.json:
            return []
        read = _READERS[kind]
        return [read(self, json, f"/{kind}/{number}") for number, json in enumerate(self._entries(kind))]

    def _asset(self) -> Asset:
        json = mapping(self.json, "asset", "")
        asset = Asset(version=string(json, "version", "/asset"), **read_values(Asset, json, "/asset"))
        if "extras" in json:
            asset.extras = json["extras"]
        known = ("version", "generator", "copyright", "minVersion", "extras", "extensions")
        asset.others = {key: value for key, value in json.items() if key not in known}
        return asset

    def _declared(self) -> None:
        document = self.document
        for key, names in (
            ("extensionsUsed", document.extensions_used),
            ("extensionsRequired", document.extensions_required),
        ):
            for name in array(self.json, key, "", []):
                if type(name) is not str:
                    raise InvalidAsset(f"{name!r:.60} is not a string", pointer=f"/{key}", code="ARRAY_TYPE_MISMATCH")
                names.append(name)
        for name in document.extensions_required:
            if not opaque.understood(name):
                message = "the file says that no reader may open it without this extension, which forge3d does not know"
                raise UnsupportedFeature(name, message)

    def _root_lists(self) -> None:
        """The lists that stand in extensions of the root."""
        for kind in ("xmp_packets", "variants", "lights"):
            extension, key = ROOT_EXTENSIONS[kind]
            if extension not in self.root_extensions:
                self.lists[kind] = []
                continue
            json = self._take(self.root_extensions, extension, "", key) or NONE
            here = f"/extensions/{extension}"
            read = _READERS[kind]
            entries = mappings(json, key, here, [])
            self.lists[kind] = [read(self, entry, f"{here}/{key}/{number}") for number, entry in enumerate(entries)]
        json = self.json["asset"]
        if "extensions" in json:
            self._common(self.document.asset, json, "/asset", "asset")

    # Extensions that are not modelled.

    def _resolve_untyped(self) -> None:
        """Put objects in place of the indices in known extensions; pin the numbering where there are others."""
        unknown = {name: None for name in self.accessors.extensions if not opaque.understood(name)}
        unknown |= {name: None for name in self.document.buffer.get("extensions", ()) if not opaque.understood(name)}
        for owner, kind in self.untyped:
            for name, value in owner.extensions.items():
                if opaque.known(name):
                    owner.extensions[name] = opaque.replaced(name, kind, value, self._resolved)
                elif not opaque.understood(name):
                    unknown[name] = None
        if unknown:
            self.document.pinned = self._pinned(tuple(unknown))

    def _resolved(self, entry: Any, kind: str) -> Any:
        if kind == "bufferViews":
            exists = type(entry) is int and 0 <= entry < len(self.source.entries("bufferViews"))
            return self.accessors.blob(entry) if exists else entry
        if type(entry) is not int or not 0 <= entry < len(self.lists[kind]):
            return entry
        target = self.lists[kind][entry]
        if isinstance(target, Accessor):
            target.referenced = True
        return target

    def _pinned(self, names: tuple[str, ...]) -> Pinned:
        source = self.source
        buffers: list[tuple[Json, bytes | memoryview | None]] = []
        for number, json in enumerate(source.entries("buffers")):
            stored = "uri" in json or (number == 0 and source.glb_bin is not None)
            bare = {key: value for key, value in json.items() if key != "uri"}
            buffers.append((bare, source.buffer(number) if stored else None))
        return Pinned(
            extensions=names,
            lists={kind: list(self.lists[kind]) for kind in LISTS},
            accessors=list(self.accessors.accessors),
            accessor_json=source.entries("accessors"),
            views=source.entries("bufferViews"),
            buffers=buffers,
            image_views=[json.get("bufferView") for json in source.entries("images")],
            payload_views=self.accessors.payload_views(),
        )

    def _buffer(self) -> Json:
        """What the first buffer says besides where its bytes are."""
        buffers = self._entries("buffers")
        if not buffers:
            return {}
        kept: Json = {key: buffers[0][key] for key in ("name", "extras") if key in buffers[0]}
        extensions = mapping(buffers[0], "extensions", "/buffers/0", NONE)
        extensions = {name: value for name, value in extensions.items() if name not in meshopt.EXTENSIONS}
        return {**kept, "extensions": extensions} if extensions else kept

    def _files(self) -> tuple[str, ...]:
        """The files that the document was read from."""
        if self.source.path is None:
            return ()
        files = [str(self.source.path)]
        uris = [entry["uri"] for kind in ("buffers", "images") for entry in self.json.get(kind, ()) if "uri" in entry]
        if uris:
            folder = os.path.dirname(files[0])
            files += [f"{folder}/{unquote(uri)}" for uri in uris if type(uri) is str and not is_data(uri)]
        return tuple(files)


_READERS: dict[str, Callable[[_Reader, Json, str], Any]] = {
    kind: getattr(_Reader, f"_{cls.__name__.lower()}") for kind, cls in LISTS.items() if cls is not Node
}
