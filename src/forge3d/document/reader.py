"""Files to documents: one method a kind of object; references become objects, indices disappear."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import unquote

import numpy as np

from ..errors import InvalidAsset, UnsupportedFeature
from ..gltf import Limits, Source
from ..gltf.json_access import REQUIRED, array, as_index, at, boolean, mapping, mappings, numbers, string
from ..gltf.resources import is_data
from . import checks, importers, opaque
from .accessor import Accessor
from .accessor_reader import AccessorReader
from .animation import Animation, AnimationSampler, Channel, Pointer
from .document import Document
from .layout import Json
from .material import LAYERS, Material
from .numbering import LISTS, ROOT_EXTENSIONS
from .pinning import Pinned
from .property import Property, XmpPacket
from .scene import (
    Asset,
    Camera,
    Instancing,
    Light,
    Mesh,
    Node,
    Orthographic,
    Perspective,
    Primitive,
    Scene,
    Skin,
    Variant,
    VariantMapping,
)
from .schema import read_values
from .texture import IMAGE_EXTENSIONS, Image, Sampler, Texture, TextureInfo, TextureTransform

_NONE: Json = {}
_OBJECTS = frozenset((dict,))


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


class _Reader:
    def __init__(self, source: Source):
        checks.container(source)
        self.source, self.json, self._most = source, source.json, source.limits.max_objects
        checks.version(source)
        self.document = Document(asset=self._asset())
        self.lists: dict[str, list[Any]] = {}
        self.untyped: list[tuple[Property, str]] = []  # objects with extensions, and their kind
        self.root_extensions: Json = dict(mapping(self.json, "extensions", "", _NONE))

    def run(self) -> Document:
        document, lists = self.document, self.lists
        self.accessors = AccessorReader(self.source, self._entries("accessors"), self._entries("bufferViews"))
        document.accessors = lists["accessors"] = self.accessors.accessors
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
        self._resolve_untyped()
        document.source_files = self._files()
        return document

    def _read_list(self, kind: str) -> list[Any]:
        if kind not in self.json:
            return []
        read = _READERS[kind]
        return [read(self, json, f"/{kind}/{number}") for number, json in enumerate(self._entries(kind))]

    def _entries(self, kind: str) -> list[Json]:
        """The root's list `kind`, judged by the source only where it is not as it should be."""
        entries = self.json.get(kind)
        if type(entries) is list and len(entries) <= self._most and _OBJECTS.issuperset(map(type, entries)):
            return entries
        return self.source.entries(kind)

    # What every object has.

    def _common(self, owner: Property, json: Json, here: str, kind: str) -> Json:
        """Read name, extras and extensions; the extensions, of which the caller takes what is typed."""
        if "name" in json:
            owner.name = string(json, "name", here)
        if "extras" in json:
            owner.extras = json["extras"]
        if "extensions" not in json:
            return _NONE
        extensions = owner.extensions = dict(mapping(json, "extensions", here))
        self.untyped.append((owner, kind))
        xmp = self._take(extensions, "KHR_xmp_json_ld", here, "packet")
        if xmp is not None:
            owner.xmp = self._refer("xmp_packets", xmp, "packet", at(here, "extensions", "KHR_xmp_json_ld"))
        return extensions

    def _take(self, extensions: Json, name: str, here: str, *typed: str) -> Json | None:
        """The extension's object where there is one; only what is not `typed` of it stays in `extensions`."""
        if name not in extensions:
            return None
        value = mapping(extensions, name, f"{here}/extensions")
        rest = {key: entry for key, entry in value.items() if key not in typed}
        if rest:
            extensions[name] = rest
        else:
            del extensions[name]
        return value

    def _refer(self, kind: str, json: Json, key: str, here: str, default: Any = None) -> Any:
        """The object that the index at `key` names; `default` where there is none."""
        value = json.get(key)
        entries = self.lists[kind]
        if type(value) is int and 0 <= value < len(entries):
            return entries[value]
        if key not in json:
            if default is REQUIRED:
                raise InvalidAsset(f"property {key!r} must be defined", pointer=here, code="UNDEFINED_PROPERTY")
            return default
        return entries[as_index(value, at(here, key), len(entries))]

    def _refer_all(self, kind: str, json: Json, key: str, here: str) -> list[Any]:
        entries = self.lists[kind]
        length = len(entries)
        return [
            entries[value if type(value) is int and 0 <= value < length else as_index(value, at(here, key), length)]
            for value in array(json, key, here, [])
        ]

    def _accessor(self, json: Json, key: str, here: str, default: Any = None) -> Any:
        accessor = self._refer("accessors", json, key, here, default)
        if accessor is not None:
            accessor.referenced = True
        return accessor

    def _accessors(self, json: Json, here: str) -> dict[str, Accessor]:
        return {semantic: self._accessor(json, semantic, here) for semantic in json}

    # The root.

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
            json = self._take(self.root_extensions, extension, "", key) or _NONE
            here = f"/extensions/{extension}"
            read = _READERS[kind]
            entries = mappings(json, key, here, [])
            self.lists[kind] = [read(self, entry, f"{here}/{key}/{number}") for number, entry in enumerate(entries)]
        json = self.json["asset"]
        if "extensions" in json:
            self._common(self.document.asset, json, "/asset", "asset")

    def _xmppacket(self, json: Json, here: str) -> XmpPacket:
        return XmpPacket(data=json)

    def _variant(self, json: Json, here: str) -> Variant:
        variant = Variant()
        self._common(variant, json, here, "variants")
        return variant

    def _light(self, json: Json, here: str) -> Light:
        spot = mapping(json, "spot", here, _NONE)
        values = read_values(Light, json, here) | read_values(Light, spot, f"{here}/spot", "spot")
        light = Light(**values)
        self._common(light, json, here, "lights")
        if "extras" in spot or "extensions" in spot:
            light.spot = Property()
            self._common(light.spot, spot, f"{here}/spot", "spot")
        return light

    # Materials.

    def _image(self, json: Json, here: str) -> Image:
        number = int(here.rpartition("/")[2])
        uri = string(json, "uri", here, None)
        image = Image(mime_type=string(json, "mimeType", here, None))
        if uri is not None and not is_data(uri):
            image.uri = uri
        if uri is not None or "bufferView" in json:
            image._load = partial(self.source.image_bytes, number)
        self._common(image, json, here, "images")
        return image

    def _sampler(self, json: Json, here: str) -> Sampler:
        sampler = Sampler(**read_values(Sampler, json, here))
        self._common(sampler, json, here, "samplers")
        return sampler

    def _texture(self, json: Json, here: str) -> Texture:
        texture = Texture(sampler=self._refer("samplers", json, "sampler", here))
        source = self._refer("images", json, "source", here)
        extensions = self._common(texture, json, here, "textures")
        for name in IMAGE_EXTENSIONS.values():
            if name in extensions and texture.image is None:
                entry = self._take(extensions, name, here, "source")
                if entry is not None:
                    texture.image = self._refer("images", entry, "source", at(here, "extensions", name))
        texture.image, texture.fallback = (source, None) if texture.image is None else (texture.image, source)
        return texture

    def _texture_info(self, json: Any, here: str) -> TextureInfo:
        if type(json) is not dict:
            raise InvalidAsset(f"{json!r:.60} is not an object", pointer=here, code="TYPE_MISMATCH")
        texture = self._refer("textures", json, "index", here, REQUIRED)
        info = TextureInfo(texture=texture, **read_values(TextureInfo, json, here))
        extensions = self._common(info, json, here, "textureInfo")
        if "KHR_texture_transform" in extensions:
            entry = mapping(extensions, "KHR_texture_transform", f"{here}/extensions")
            del extensions["KHR_texture_transform"]
            here = f"{here}/extensions/KHR_texture_transform"
            info.transform = TextureTransform(**read_values(TextureTransform, entry, here))
            self._common(info.transform, entry, here, "transform")
        return info

    def _material(self, json: Json, here: str) -> Material:
        values = read_values(Material, json, here, texture=self._texture_info)
        pbr = _NONE
        if "pbrMetallicRoughness" in json:
            pbr = mapping(json, "pbrMetallicRoughness", here)
            place = f"{here}/pbrMetallicRoughness"
            values |= read_values(Material, pbr, place, "pbrMetallicRoughness", self._texture_info)
        material = Material(**values)
        if "extras" in pbr or "extensions" in pbr:
            owner = Property()
            self._common(owner, pbr, f"{here}/pbrMetallicRoughness", "pbrMetallicRoughness")
            material.pbr_extras, material.pbr_extensions = owner.extras, owner.extensions
        extensions = self._common(material, json, here, "materials")
        if extensions:
            for name, kind in LAYERS.items():
                if kind.extension in extensions:
                    entry = mapping(extensions, kind.extension, f"{here}/extensions")
                    del extensions[kind.extension]
                    place = f"{here}/extensions/{kind.extension}"
                    layer = kind(**read_values(kind, entry, place, texture=self._texture_info))
                    self._common(layer, entry, place, "layer")
                    setattr(material, name, layer)
        return material

    # Meshes.

    def _mesh(self, json: Json, here: str) -> Mesh:
        primitives = mappings(json, "primitives", here)
        mesh = Mesh(
            primitives=[self._primitive(entry, here, number) for number, entry in enumerate(primitives)],
            **read_values(Mesh, json, here),
        )
        self._common(mesh, json, here, "meshes")
        return mesh

    def _primitive(self, json: Json, mesh: str, number: int) -> Primitive:
        here = f"{mesh}/primitives/{number}"
        primitive = Primitive(**read_values(Primitive, json, here))
        extensions = self._common(primitive, json, here, "primitives")
        attributes = mapping(json, "attributes", here)
        if "KHR_draco_mesh_compression" in extensions:
            primitive.draco = self.accessors.draco(int(mesh.rpartition("/")[2]), number, json)
            self._take(extensions, "KHR_draco_mesh_compression", here, "bufferView", "attributes")
        decoded = primitive.draco.decoded if primitive.draco is not None else _NONE
        primitive.attributes = {
            semantic: decoded.get(semantic) or self._accessor(attributes, semantic, f"{here}/attributes")
            for semantic in attributes
        }
        primitive.indices = decoded.get("") or self._accessor(json, "indices", here)
        for accessor in decoded.values():
            accessor.referenced = True
        primitive.material = self._refer("materials", json, "material", here)
        targets = mappings(json, "targets", here, [])
        primitive.targets = [self._accessors(target, f"{here}/targets") for target in targets]
        variants = self._take(extensions, "KHR_materials_variants", here, "mappings")
        if variants is not None:
            place = f"{here}/extensions/KHR_materials_variants"
            entries = mappings(variants, "mappings", place)
            primitive.variants = [self._mapping(entry, f"{place}/mappings/{i}") for i, entry in enumerate(entries)]
        checks.primitive(primitive, here)
        if primitive.indices is not None:
            self.accessors.decoder.index_vertices(json["indices"], checks.vertices(primitive))
        return primitive

    def _mapping(self, json: Json, here: str) -> VariantMapping:
        mapping = VariantMapping(
            material=self._refer("materials", json, "material", here, REQUIRED),
            variants=self._refer_all("variants", json, "variants", here),
        )
        self._common(mapping, json, here, "mappings")
        return mapping

    # Nodes.

    def _camera(self, json: Json, here: str) -> Camera:
        kind = string(json, "type", here)
        projections: dict[str, type[Perspective | Orthographic]] = {
            "perspective": Perspective,
            "orthographic": Orthographic,
        }
        if kind not in projections:
            raise InvalidAsset(f"{kind!r:.60} is no kind of camera", pointer=f"{here}/type", code="VALUE_NOT_IN_LIST")
        entry, place = mapping(json, kind, here), f"{here}/{kind}"
        camera = Camera(projection=projections[kind](**read_values(projections[kind], entry, place)))
        self._common(camera.projection, entry, place, kind)
        self._common(camera, json, here, "cameras")
        return camera

    def _skin(self, json: Json, here: str) -> Skin:
        skin = Skin(
            joints=self._refer_all("nodes", json, "joints", here),
            inverse_bind_matrices=self._accessor(json, "inverseBindMatrices", here),
            skeleton=self._refer("nodes", json, "skeleton", here),
        )
        self._common(skin, json, here, "skins")
        checks.skin(skin, here)
        return skin

    def _node(self, node: Node, json: Json, here: str) -> None:
        for name, value in read_values(Node, json, here).items():
            setattr(node, name, value)
        if "children" in json:
            node.children = self._refer_all("nodes", json, "children", here)
        if "matrix" in json:
            node.matrix = np.array(numbers(json, "matrix", here, 16)).reshape(4, 4).T
        for key, kind in (("mesh", "meshes"), ("skin", "skins"), ("camera", "cameras")):
            if key in json:
                setattr(node, key, self._refer(kind, json, key, here))
        extensions = self._common(node, json, here, "nodes")
        if extensions:
            self._node_extensions(node, extensions, here)

    def _node_extensions(self, node: Node, extensions: Json, here: str) -> None:
        light = self._take(extensions, "KHR_lights_punctual", here, "light")
        if light is not None:
            node.light = self._refer("lights", light, "light", f"{here}/extensions/KHR_lights_punctual")
        visibility = self._take(extensions, "KHR_node_visibility", here, "visible")
        if visibility is not None:
            node.visible = boolean(visibility, "visible", f"{here}/extensions/KHR_node_visibility", True)
        if "EXT_mesh_gpu_instancing" in extensions:
            entry = mapping(extensions, "EXT_mesh_gpu_instancing", f"{here}/extensions")
            del extensions["EXT_mesh_gpu_instancing"]
            place = f"{here}/extensions/EXT_mesh_gpu_instancing"
            attributes = self._accessors(mapping(entry, "attributes", place, _NONE), f"{place}/attributes")
            node.instancing = Instancing(attributes=attributes)
            self._common(node.instancing, entry, place, "instancing")
            checks.instancing(node.instancing, place)

    def _scene(self, json: Json, here: str) -> Scene:
        scene = Scene(nodes=self._refer_all("nodes", json, "nodes", here))
        self._common(scene, json, here, "scenes")
        return scene

    # Animations.

    def _animation(self, json: Json, here: str) -> Animation:
        animation = Animation()
        for number, entry in enumerate(mappings(json, "samplers", here, [])):
            place = f"{here}/samplers/{number}"
            sampler = AnimationSampler(
                input=self._accessor(entry, "input", place, REQUIRED),
                output=self._accessor(entry, "output", place, REQUIRED),
                **read_values(AnimationSampler, entry, place),
            )
            self._common(sampler, entry, place, "animation.samplers")
            checks.sampler(sampler, place)
            animation.samplers.append(sampler)
        self.lists["animation.samplers"] = animation.samplers
        for number, entry in enumerate(mappings(json, "channels", here, [])):
            animation.channels.append(self._channel(entry, f"{here}/channels/{number}"))
        self._common(animation, json, here, "animations")
        return animation

    def _channel(self, json: Json, here: str) -> Channel:
        target, place = mapping(json, "target", here), f"{here}/target"
        channel = Channel(
            sampler=self._refer("animation.samplers", json, "sampler", here, REQUIRED),
            path=string(target, "path", place),
            node=self._refer("nodes", target, "node", place),
        )
        self._common(channel, json, here, "channels")
        if "extras" in target or "extensions" in target:
            owner = Property()
            extensions = self._common(owner, target, place, "target")
            if "KHR_animation_pointer" in extensions:
                entry = mapping(extensions, "KHR_animation_pointer", f"{place}/extensions")
                del extensions["KHR_animation_pointer"]
                channel.pointer = self._pointer(entry, f"{place}/extensions/KHR_animation_pointer")
            if owner.extras is not None or owner.extensions:
                channel.target = owner
        checks.channel(channel, here)
        return channel

    def _pointer(self, json: Json, here: str) -> Pointer:
        pointer = _pointed(string(json, "pointer", here), self.lists)
        rest = {key: value for key, value in json.items() if key != "pointer"}
        self._common(pointer, rest, here, "pointer")
        return pointer

    # Extensions that are not modelled.

    def _resolve_untyped(self) -> None:
        """Put objects in place of the indices in known extensions; pin the numbering where there are others."""
        unknown: dict[str, None] = {}
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

    def _files(self) -> tuple[str, ...]:
        """The files that the document was read from."""
        if self.source.path is None:
            return ()
        path = str(self.source.path)
        uris = [entry["uri"] for kind in ("buffers", "images") for entry in self._entries(kind) if "uri" in entry]
        names = [unquote(uri) for uri in uris if type(uri) is str and not is_data(uri)]
        return (path, *(os.path.join(os.path.dirname(path), name) for name in names))


_READERS: dict[str, Callable[[_Reader, Json, str], Any]] = {
    kind: getattr(_Reader, f"_{cls.__name__.lower()}") for kind, cls in LISTS.items() if cls is not Node
}


def _pointed(path: str, lists: dict[str, list[Any]]) -> Pointer:
    """`/nodes/3/translation` as the node and `translation`; what names no object of a list stays a path of the root."""
    tokens = path.removeprefix("/").split("/")
    for kind in LISTS:
        prefix = ["extensions", *ROOT_EXTENSIONS[kind]] if kind in ROOT_EXTENSIONS else [kind]
        number = tokens[len(prefix)] if len(tokens) > len(prefix) and tokens[: len(prefix)] == prefix else ""
        if number.isdecimal() and int(number) < len(lists[kind]):
            return Pointer(target=lists[kind][int(number)], path="/".join(tokens[len(prefix) + 1 :]))
    return Pointer(target=None, path="/".join(tokens))
