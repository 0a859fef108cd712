"""Objects to JSON: one method a kind of object."""

from __future__ import annotations

import re

from .. import __version__
from .animation import Animation, Channel, Interpolation, Pointer
from .layout import Json, Role
from .material import Material
from .numbering import LISTS, ROOT_EXTENSIONS, Numbering
from .property import Property, XmpPacket
from .scene import Camera, Light, Mesh, Node, Perspective, Primitive, Scene, Skin, Variant, VariantMapping
from .schema import plain_json, write_values
from .texture import IMAGE_EXTENSIONS, Image, Sampler, Texture, TextureInfo


class Serializer(Numbering):
    """Writes one document's objects: `run` leaves their JSON in `lists`, and what storage needs.

    Attributes:
        asset, root: JSON of the asset, and the root's extensions and extras.
        scene: number of the default scene, or None.
    """

    def run(self) -> None:
        """Write every listed object and every one that these refer to."""
        self._number_lists()
        scene = self.document.scene
        self.scene = None if scene is None else self.index("scenes", scene)
        self._write_pending()
        self.asset, self.root = self._asset(), self._root()  # these may refer to more objects
        self._write_pending()
        self._check_pinned()

    def _write_pending(self) -> None:
        while self._pending:
            kind, entry = self._pending.popleft()
            position = self._numbers[kind][entry]
            if self.lists[kind][position] is None:
                self.lists[kind][position] = {}
                self.lists[kind][position] = getattr(self, f"_{LISTS[kind].__name__.lower()}")(entry)

    # The root.

    def _root(self) -> Json:
        """The root's extensions and extras, with the lists that stand there."""
        typed: dict[str, Json] = {}
        for kind, (extension, key) in ROOT_EXTENSIONS.items():
            if self.lists[kind]:
                typed[extension] = {key: self.lists[kind]}
        return self._end({}, self.document, "root", typed)

    def _asset(self) -> Json:
        asset = self.document.asset
        json: Json = {"version": asset.version, "generator": generator(asset.generator)}
        for key, value in (("copyright", asset.copyright), ("minVersion", asset.min_version)):
            if value is not None:
                json[key] = value
        return self._end({**json, **asset.others}, asset, "asset")

    # One method a list.

    def _scene(self, scene: Scene) -> Json:
        json = self._begin(scene)
        if scene.nodes:
            json["nodes"] = [self.index("nodes", node) for node in scene.nodes]
        return self._end(json, scene, "scenes")

    def _node(self, node: Node) -> Json:
        json = self._begin(node)
        typed: dict[str, Json] = {}
        if node.children:
            json["children"] = [self.index("nodes", child) for child in node.children]
        for key, kind in (("mesh", "meshes"), ("skin", "skins"), ("camera", "cameras")):
            target = getattr(node, key)
            if target is not None:
                json[key] = self.index(kind, target)
        if node.matrix is not None:
            json["matrix"] = plain_json(node.matrix.T.ravel())
            if node.weights:
                json["weights"] = plain_json(node.weights)
        else:
            write_values(node, json)
        if node.light is not None:
            typed["KHR_lights_punctual"] = {"light": self.index("lights", node.light)}
        if node.visible is not None:
            typed["KHR_node_visibility"] = {"visible": node.visible}
        if node.instancing is not None:
            typed["EXT_mesh_gpu_instancing"] = self._instancing(node)
        return self._end(json, node, "nodes", typed)

    def _instancing(self, node: Node) -> Json:
        assert node.instancing is not None
        attributes: Json = {}
        for semantic, accessor in node.instancing.attributes.items():
            self._refer(attributes, semantic, accessor, Role.OTHER)
        known = "EXT_mesh_gpu_instancing" in self.document.extensions_used
        self.declare("EXT_mesh_gpu_instancing", required=not known)
        return self._end({"attributes": attributes}, node.instancing, "instancing")

    def _camera(self, camera: Camera) -> Json:
        kind = "perspective" if isinstance(camera.projection, Perspective) else "orthographic"
        projection: Json = {}
        write_values(camera.projection, projection)
        self._end(projection, camera.projection, kind)
        return self._end({**self._begin(camera), "type": kind, kind: projection}, camera, "cameras")

    def _light(self, light: Light) -> Json:
        json = self._begin(light)
        write_values(light, json)
        if light.type == "spot":
            json.setdefault("spot", {})
            if light.spot is not None:
                self._end(json["spot"], light.spot, "spot")
        return self._end(json, light, "lights")

    def _variant(self, variant: Variant) -> Json:
        return self._end(self._begin(variant), variant, "variants")

    def _xmppacket(self, packet: XmpPacket) -> Json:
        return packet.data

    def _skin(self, skin: Skin) -> Json:
        json = self._begin(skin)
        if skin.inverse_bind_matrices is not None:
            self._refer(json, "inverseBindMatrices", skin.inverse_bind_matrices, Role.OTHER, "binds")
        if skin.skeleton is not None:
            json["skeleton"] = self.index("nodes", skin.skeleton)
        json["joints"] = [self.index("nodes", joint) for joint in skin.joints]
        return self._end(json, skin, "skins")

    # Meshes.

    def _mesh(self, mesh: Mesh) -> Json:
        json = self._begin(mesh)
        json["primitives"] = [self._primitive(primitive) for primitive in mesh.primitives]
        write_values(mesh, json)
        return self._end(json, mesh, "meshes")

    def _primitive(self, primitive: Primitive) -> Json:
        json = self._begin(primitive)
        json["attributes"] = {}
        typed: dict[str, Json] = {}
        draco = primitive.draco if draco_is_whole(primitive) else None
        for semantic, accessor in primitive.attributes.items():
            stored = draco is None or draco.decoded.get(semantic) is not accessor
            bounded = semantic == "POSITION"
            self._refer(json["attributes"], semantic, accessor, Role.VERTEX, semantic, bounded=bounded, stored=stored)
        if primitive.indices is not None:
            stored = draco is None or draco.decoded.get("") is not primitive.indices
            self._refer(json, "indices", primitive.indices, Role.INDEX, str(primitive.mode.value), stored=stored)
        if primitive.material is not None:
            json["material"] = self.index("materials", primitive.material)
        write_values(primitive, json)
        for target in primitive.targets:
            entry: Json = {}
            json.setdefault("targets", []).append(entry)
            for semantic, accessor in target.items():
                self._refer(entry, semantic, accessor, Role.VERTEX, "target", bounded=semantic == "POSITION")
        if draco is not None:
            payload: Json = {"bufferView": None, "attributes": draco.attributes}
            self.view_slots.append((payload, "bufferView", draco))
            typed["KHR_draco_mesh_compression"] = payload
            self.declare("KHR_draco_mesh_compression", required=True)
        if primitive.variants:
            typed["KHR_materials_variants"] = {"mappings": [self._mapping(mapping) for mapping in primitive.variants]}
        return self._end(json, primitive, "primitives", typed)

    def _mapping(self, mapping: VariantMapping) -> Json:
        json = self._begin(mapping)
        json["material"] = self.index("materials", mapping.material)
        json["variants"] = [self.index("variants", variant) for variant in mapping.variants]
        return self._end(json, mapping, "mappings")

    # Materials.

    def _material(self, material: Material) -> Json:
        json = self._begin(material)
        write_values(material, json, self._texture_info)
        if material.pbr_extensions or material.pbr_extras is not None:
            pbr = Property(extras=material.pbr_extras, extensions=material.pbr_extensions)
            self._end(json.setdefault("pbrMetallicRoughness", {}), pbr, "pbrMetallicRoughness")
        typed = {}
        for _, layer in material.layers():
            entry: Json = {}
            write_values(layer, entry, self._texture_info)
            typed[layer.extension] = self._end(entry, layer, "layer")
        return self._end(json, material, "materials", typed)

    def _texture_info(self, info: TextureInfo) -> Json:
        json: Json = {"index": self.index("textures", info.texture)}
        write_values(info, json)
        typed = {}
        if info.transform is not None:
            entry: Json = {}
            write_values(info.transform, entry)
            typed["KHR_texture_transform"] = self._end(entry, info.transform, "transform")
        return self._end(json, info, "textureInfo", typed)

    def _texture(self, texture: Texture) -> Json:
        json = self._begin(texture)
        typed: dict[str, Json] = {}
        if texture.sampler is not None:
            json["sampler"] = self.index("samplers", texture.sampler)
        source = texture.image
        if source is not None:
            extension = IMAGE_EXTENSIONS.get(source.mime_type or "")
            if extension is not None:
                typed[extension] = {"source": self.index("images", source)}
                source = texture.fallback
                self.declare(extension, required=source is None)
        if source is not None:
            json["source"] = self.index("images", source)
        return self._end(json, texture, "textures", typed)

    def _sampler(self, sampler: Sampler) -> Json:
        json = self._begin(sampler)
        write_values(sampler, json)
        return self._end(json, sampler, "samplers")

    def _image(self, image: Image) -> Json:
        json = self._begin(image)
        self.image_json[image] = json
        return self._end(json, image, "images")

    # Animations.

    def _animation(self, animation: Animation) -> Json:
        json = self._begin(animation)
        samplers = dict.fromkeys([*animation.samplers, *(channel.sampler for channel in animation.channels)])
        numbers = {sampler: number for number, sampler in enumerate(samplers)}
        json["channels"] = [self._channel(channel, numbers[channel.sampler]) for channel in animation.channels]
        json["samplers"] = []
        rotations = {channel.sampler for channel in animation.channels if channel.path == "rotation"}
        for sampler in samplers:
            unit = sampler in rotations and sampler.interpolation is not Interpolation.CUBICSPLINE
            entry = self._begin(sampler)
            self._refer(entry, "input", sampler.input, Role.OTHER, bounded=True)
            row = len(sampler.output) // max(len(sampler.input), 1)
            self._refer(entry, "output", sampler.output, Role.OTHER, "rotation" if unit else "keys", row=row)
            write_values(sampler, entry)
            json["samplers"].append(self._end(entry, sampler, "animation.samplers"))
        return self._end(json, animation, "animations")

    def _channel(self, channel: Channel, sampler: int) -> Json:
        target: Json = {}
        typed: dict[str, Json] = {}
        if channel.node is not None:
            target["node"] = self.index("nodes", channel.node)
        target["path"] = channel.path
        if channel.pointer is not None:
            pointer = self._end({"pointer": self._pointer(channel.pointer)}, channel.pointer, "pointer")
            typed["KHR_animation_pointer"] = pointer
        self._end(target, channel.target or Property(), "target", typed)
        return self._end({**self._begin(channel), "sampler": sampler, "target": target}, channel, "channels")

    def _pointer(self, pointer: Pointer) -> str:
        if pointer.target is None:
            return f"/{pointer.path}"
        kind = next(kind for kind, cls in LISTS.items() if isinstance(pointer.target, cls))
        place = "/".join(("extensions", *ROOT_EXTENSIONS[kind])) if kind in ROOT_EXTENSIONS else kind
        path = f"/{place}/{self.index(kind, pointer.target)}"
        return f"{path}/{pointer.path}" if pointer.path else path


def draco_is_whole(primitive: Primitive) -> bool:
    """Whether the primitive still holds what its Draco payload decodes to, so that the payload may stand for it."""
    if primitive.draco is None:
        return False
    return all(
        (primitive.attributes.get(semantic) if semantic else primitive.indices) is accessor
        for semantic, accessor in primitive.draco.decoded.items()
    )


def generator(before: str | None) -> str:
    """`forge3d <version>`, with the program that made the asset first behind it."""
    own = f"forge3d {__version__}"
    if not before:
        return own
    match = re.fullmatch(r"forge3d \S+(?: \(from (.*)\))?", before, re.DOTALL)
    origin = match[1] if match else before
    return f"{own} (from {origin})" if origin else own
