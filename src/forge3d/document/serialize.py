"""Objects to JSON: one method a kind of object, numbered as they are met.

References become indices at once; places that need an accessor or a buffer view are noted and filled in by
`document.storage`, which knows the numbering only when every use has been seen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from ..errors import UnsupportedFeature
from . import opaque
from .accessor import Accessor
from .animation import Animation, Channel, Pointer
from .document import Document
from .layout import Json, Role
from .material import Material
from .payload import Blob, DracoPayload
from .pinning import Pinned
from .property import Property, XmpPacket
from .scene import Camera, Light, Mesh, Node, Perspective, Primitive, Scene, Skin, Variant
from .schema import plain_json, write_values
from .texture import Image, Sampler, Texture, TextureInfo

LISTS: dict[str, type[Property | XmpPacket]] = {
    "scenes": Scene, "nodes": Node, "cameras": Camera, "meshes": Mesh, "materials": Material, "textures": Texture,
    "images": Image, "samplers": Sampler, "skins": Skin, "animations": Animation, "lights": Light,
    "variants": Variant, "xmp_packets": XmpPacket,
}  # fmt: skip
"""The lists of a document, in the order in which they are written."""

ROOT_EXTENSIONS = {
    "lights": ("KHR_lights_punctual", "lights"),
    "variants": ("KHR_materials_variants", "variants"),
    "xmp_packets": ("KHR_xmp_json_ld", "packets"),
}
"""The lists that stand in an extension of the root: list → (extension, key)."""

IMAGE_EXTENSIONS = {
    "image/ktx2": "KHR_texture_basisu", "image/avif": "EXT_texture_avif", "image/webp": "EXT_texture_webp",
}  # fmt: skip


@dataclass(slots=True)
class Use:
    """How an accessor is used: `bounded` where the format asks for min and max; `stored` where some use needs bytes of
    its own, because it does not come out of a Draco payload."""

    role: Role
    semantic: str
    bounded: bool = False
    stored: bool = False


class Serializer:
    """Writes one document's objects; afterwards `lists` holds the JSON and `uses` and the slots what storage needs."""

    def __init__(self, document: Document, drop: Collection[str], pinned: Pinned | None):
        self.document, self.drop, self.pinned = document, drop, pinned
        self.extensions: dict[str, bool] = {}  # written → whether a reader must know it
        self.uses: dict[Accessor, Use] = {}
        self.accessor_slots: list[tuple[Json | list[Any], Any, Accessor]] = []
        self.view_slots: list[tuple[Json | list[Any], Any, Blob | DracoPayload]] = []
        self.image_json: dict[Image, Json] = {}
        self._numbers: dict[str, dict[Any, int]] = {}
        self._pending: deque[tuple[str, Any]] = deque()
        self.lists: dict[str, list[Json | None]] = {kind: [] for kind in LISTS}

    def run(self) -> None:
        """Write every listed object and every one that these refer to."""
        for kind in LISTS:
            listed = getattr(self.document, kind)
            numbered = dict.fromkeys(listed)
            if self.pinned is not None:
                numbered = dict.fromkeys([*self.pinned.lists[kind], *listed])
            self._numbers[kind] = {entry: number for number, entry in enumerate(numbered)}
            self.lists[kind] = [None] * len(numbered)
            self._pending.extend((kind, entry) for entry in listed)
        scene = self.document.scene
        self.scene = None if scene is None else self.index("scenes", scene)
        write: dict[str, Callable[[Any], Json]] = {
            kind: getattr(self, f"_{LISTS[kind].__name__.lower()}") for kind in LISTS
        }
        while self._pending:
            kind, entry = self._pending.popleft()
            position = self._numbers[kind][entry]
            if self.lists[kind][position] is None:
                self.lists[kind][position] = {}
                self.lists[kind][position] = write[kind](entry)
        self._check_pinned()

    def _check_pinned(self) -> None:
        for kind, entries in self.lists.items():
            if None in entries:
                assert self.pinned is not None
                name = self.pinned.extensions[0]
                raise UnsupportedFeature(
                    name,
                    f"forge3d does not know this extension, which may point to entry {entries.index(None)} of the "
                    f"{kind}, and that has been removed; keep it, or write with drop_extensions=[{name!r}]",
                )

    def index(self, kind: str, entry: Any) -> int:
        """The number of `entry` in its list; one that is not listed is appended and written too."""
        numbers = self._numbers[kind]
        number = numbers.get(entry)
        if number is None:
            number = numbers[entry] = len(numbers)
            self.lists[kind].append(None)
            self._pending.append((kind, entry))
        elif self.pinned is not None and self.lists[kind][number] is None:
            self._pending.append((kind, entry))
        return number

    def declare(self, extension: str, required: bool = False) -> None:
        self.extensions[extension] = self.extensions.get(extension, False) or required

    # What every object has.

    def _begin(self, owner: Property) -> Json:
        return {} if owner.name is None else {"name": owner.name}

    def _end(self, json: Json, owner: Property, kind: str, typed: dict[str, Json] | None = None) -> Json:
        """Add extensions (`typed` are those that are fields) and extras."""
        extensions: Json = {}
        typed = typed or {}
        if owner.xmp is not None:
            typed["KHR_xmp_json_ld"] = {"packet": self.index("xmp_packets", owner.xmp)}
        for name, value in typed.items():
            if name not in self.drop:
                for key, rest in owner.extensions.get(name, {}).items():
                    value.setdefault(key, rest)
                extensions[name] = value
                self.declare(name)
        for name, value in owner.extensions.items():
            if name not in self.drop and name not in opaque.TYPED and name not in extensions:
                extensions[name] = self._untyped(name, kind, value)
        if extensions:
            json["extensions"] = extensions
        if owner.extras is not None:
            json["extras"] = owner.extras
        return json

    def _untyped(self, name: str, kind: str, value: Any) -> Any:
        """The JSON of an extension that is not modelled, with indices in place of references."""
        self.declare(name)
        slots: list[Accessor | Blob] = []

        def number(entry: Any, target: str) -> Any:
            if isinstance(entry, (Accessor, Blob)):
                slots.append(entry)
                return entry
            return self.index(target, entry) if isinstance(entry, (Property, XmpPacket)) else entry

        json = opaque.replaced(name, kind, value, number)
        for entry in slots:
            if isinstance(entry, Accessor):
                self._use(entry, Role.OTHER, "")
        self._fill_later(json)
        return json

    def _fill_later(self, json: Any) -> None:
        """Note the accessors and blobs that stand in `json`, and the extensions nested in it."""
        entries = json.items() if isinstance(json, dict) else enumerate(json) if isinstance(json, list) else ()
        for key, entry in entries:
            if isinstance(entry, Accessor):
                self.accessor_slots.append((json, key, entry))
            elif isinstance(entry, Blob):
                self.view_slots.append((json, key, entry))
            elif key != "extras":
                if key == "extensions" and isinstance(entry, dict):
                    for name in entry:
                        self.declare(name)
                self._fill_later(entry)

    def _use(
        self, accessor: Accessor, role: Role, semantic: str, *, bounded: bool = False, stored: bool = True
    ) -> None:
        use = self.uses.get(accessor)
        if use is None:
            use = self.uses[accessor] = Use(role, semantic)
        elif role is not Role.OTHER and use.role is Role.OTHER:
            use.role, use.semantic = role, semantic
        use.bounded |= bounded
        use.stored |= stored

    def _refer(self, json: Json, key: str, accessor: Accessor, role: Role, semantic: str = "", **facts: bool) -> None:
        """Put the accessor's number, once known, at `json[key]`."""
        json[key] = None
        self.accessor_slots.append((json, key, accessor))
        self._use(accessor, role, semantic, **facts)

    # The root.

    def root_end(self) -> Json:
        """The root's extensions and extras, with the lists that stand there."""
        typed: dict[str, Json] = {}
        for kind, (extension, key) in ROOT_EXTENSIONS.items():
            if self.lists[kind]:
                typed[extension] = {key: self.lists[kind]}
        return self._end({}, self.document, "root", typed)

    def asset(self, generator: str) -> Json:
        asset = self.document.asset
        json: Json = {"version": asset.version, "generator": generator}
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
            self._refer(json, "inverseBindMatrices", skin.inverse_bind_matrices, Role.OTHER)
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

    def _mapping(self, mapping: Any) -> Json:
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
        for sampler in samplers:
            entry = self._begin(sampler)
            self._refer(entry, "input", sampler.input, Role.OTHER, bounded=True)
            self._refer(entry, "output", sampler.output, Role.OTHER)
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
