"""JSON to objects: one method a kind of object."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ..errors import InvalidAsset
from ..gltf import Source
from ..gltf.json_access import REQUIRED, at, boolean, mapping, mappings, numbers, string
from ..gltf.resources import is_data
from . import checks
from .accessor_reader import AccessorReader
from .animation import Animation, AnimationSampler, Channel, Pointer
from .layout import Json
from .material import LAYERS, Material
from .numbering import LISTS, ROOT_EXTENSIONS
from .property import Property, XmpPacket
from .resolving import NONE, Resolving
from .scene import (
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

HEAD_BYTES = 1 << 16
"""How much of an image file is read for its header: more than any but the largest metadata take."""


class Deserializer(Resolving):
    """Reads the objects of one file; each method takes the JSON and its pointer, and gives the object."""

    def __init__(self, source: Source):
        super().__init__(source)
        self.accessors = AccessorReader(source, self._entries("accessors"), self._entries("bufferViews"))
        self.lists["accessors"] = self.accessors.accessors

    def _xmppacket(self, json: Json, here: str) -> XmpPacket:
        return XmpPacket(data=json)

    def _variant(self, json: Json, here: str) -> Variant:
        variant = Variant()
        self._common(variant, json, here, "variants")
        return variant

    def _light(self, json: Json, here: str) -> Light:
        spot = mapping(json, "spot", here, NONE)
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
        if uri is not None:
            image._head = partial(self.source.image_bytes, number, HEAD_BYTES)
        elif type(json.get("bufferView")) is int:
            image._head = partial(self.source.view, json["bufferView"])
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
        pbr = NONE
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
        mesh = Mesh(primitives=[self._primitive(entry, here, number) for number, entry in enumerate(primitives)])
        if "weights" in json:
            mesh.weights = read_values(Mesh, json, here)["weights"]
        self._common(mesh, json, here, "meshes")
        return mesh

    def _primitive(self, json: Json, mesh: str, number: int) -> Primitive:
        here = f"{mesh}/primitives/{number}"
        primitive = Primitive()
        if "mode" in json:
            primitive.mode = read_values(Primitive, json, here)["mode"]
        extensions = self._common(primitive, json, here, "primitives")
        attributes = mapping(json, "attributes", here)
        if "KHR_draco_mesh_compression" in extensions:
            primitive.draco = self.accessors.draco(int(mesh.rpartition("/")[2]), number, json)
            self._take(extensions, "KHR_draco_mesh_compression", here, "bufferView", "attributes")
        decoded = primitive.draco.decoded if primitive.draco is not None else NONE
        primitive.attributes = {
            semantic: decoded.get(semantic) or self._accessor(attributes, semantic, f"{here}/attributes")
            for semantic in attributes
        }
        primitive.indices = decoded.get("") or self._accessor(json, "indices", here)
        for accessor in decoded.values():
            accessor.referenced = True
        primitive.material = self._refer("materials", json, "material", here)
        if "targets" in json:
            targets = mappings(json, "targets", here)
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
            attributes = self._accessors(mapping(entry, "attributes", place, NONE), f"{place}/attributes")
            node.instancing = Instancing(attributes=attributes)
            self._common(node.instancing, entry, place, "instancing")
            checks.instancing(node.instancing, self.source.limits, place)

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


def _pointed(path: str, lists: dict[str, list[Any]]) -> Pointer:
    """`/nodes/3/translation` as the node and `translation`; what names no object of a list stays a path of the root."""
    tokens = path.removeprefix("/").split("/")
    for kind in LISTS:
        prefix = ["extensions", *ROOT_EXTENSIONS[kind]] if kind in ROOT_EXTENSIONS else [kind]
        number = tokens[len(prefix)] if len(tokens) > len(prefix) and tokens[: len(prefix)] == prefix else ""
        if number.isdecimal() and int(number) < len(lists[kind]):
            return Pointer(target=lists[kind][int(number)], path="/".join(tokens[len(prefix) + 1 :]))
    return Pointer(target=None, path="/".join(tokens))
