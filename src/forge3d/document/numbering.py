"""The ground of writing: which number every object gets, what each refers to, and how accessors are used.

References become indices at once; places that need an accessor or a buffer view are noted and filled in by
`document.storage`, which knows the numbering only when every use has been seen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ..errors import UnsupportedFeature
from . import opaque
from .accessor import Accessor
from .animation import Animation
from .document import Document
from .layout import Json, Role
from .material import LAYERS, Material
from .payload import Blob, DracoPayload
from .pinning import Pinned
from .property import Property, XmpPacket
from .scene import Camera, Light, Mesh, Node, Scene, Skin, Variant
from .texture import Image, Sampler, Texture

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


_FIELDS: dict[str, set[str]] = {
    "materials": {layer.extension for layer in LAYERS.values()},
    "nodes": {"EXT_mesh_gpu_instancing", "KHR_lights_punctual", "KHR_node_visibility"},
    "primitives": {"KHR_draco_mesh_compression", "KHR_materials_variants"},
    "root": {extension for extension, _ in ROOT_EXTENSIONS.values()},
    "target": {"KHR_animation_pointer"},
    "textureInfo": {"KHR_texture_transform"},
}
"""Extensions that are fields of an object, by its kind: what else their JSON held is written with the field only."""


@dataclass(slots=True)
class Use:
    """How an accessor is used: `bounded` where the format asks for min and max; `stored` where some use needs bytes of
    its own, because it does not come out of a Draco payload; `row` elements belong together, as those of one key."""

    role: Role
    semantic: str
    bounded: bool = False
    stored: bool = False
    row: int = 1


class Numbering:
    """Numbers objects as they are met, and keeps account of what they use.

    Attributes:
        lists: JSON of the objects of each list, in order.
        extensions: those written → whether a reader must know them.
        uses: every accessor in use, and how.
        accessor_slots, view_slots: places in the JSON (container, key) where the number of an accessor, or of the
            buffer view of a payload, is still to be filled in.
        image_json: the JSON of each image, which the container completes.
    """

    def __init__(self, document: Document, drop: Collection[str], pinned: Pinned | None):
        self.document, self.drop, self.pinned = document, drop, pinned
        self.extensions: dict[str, bool] = {}
        self.uses: dict[Accessor, Use] = {}
        self.accessor_slots: list[tuple[Json | list[Any], Any, Accessor]] = []
        self.view_slots: list[tuple[Json | list[Any], Any, Blob | DracoPayload]] = []
        self.image_json: dict[Image, Json] = {}
        self._numbers: dict[str, dict[Any, int]] = {}
        self._pending: deque[tuple[str, Any]] = deque()
        self.lists: dict[str, list[Json | None]] = {kind: [] for kind in LISTS}

    def _number_lists(self) -> None:
        """Give the listed objects their numbers, and set them out to be written."""
        for kind in LISTS:
            listed = getattr(self.document, kind)
            numbered = dict.fromkeys(listed)
            if self.pinned is not None:
                numbered = dict.fromkeys([*self.pinned.lists[kind], *listed])
            self._numbers[kind] = {entry: number for number, entry in enumerate(numbered)}
            self.lists[kind] = [None] * len(numbered)
            self._pending.extend((kind, entry) for entry in listed)

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
            if name not in self.drop and name not in extensions and name not in _FIELDS.get(kind, ()):
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
        self, accessor: Accessor, role: Role, semantic: str, *, bounded: bool = False, stored: bool = True, row: int = 1
    ) -> None:
        use = self.uses.get(accessor)
        if use is None:
            use = self.uses[accessor] = Use(role, semantic, row=row)
        elif role is not Role.OTHER and use.role is Role.OTHER:
            use.role, use.semantic = role, semantic
        use.bounded |= bounded
        use.stored |= stored

    def _refer(self, json: Json, key: str, accessor: Accessor, role: Role, semantic: str = "", **facts: Any) -> None:
        """Put the accessor's number, once known, at `json[key]`."""
        json[key] = None
        self.accessor_slots.append((json, key, accessor))
        self._use(accessor, role, semantic, **facts)
