"""Which properties are indices, and into what: every reference of the core and of the extensions we know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from .json_access import at

_LIGHTS = "extensions.KHR_lights_punctual"
_VARIANTS = "extensions.KHR_materials_variants"
_DRACO = "extensions.KHR_draco_mesh_compression"
_INSTANCING = "extensions.EXT_mesh_gpu_instancing"

# path of the index → path of the list that it counts in; `[]` stands for each entry of an array, `{}` of an object
REFERENCES: Final = {
    "scene": "scenes",
    "scenes[].nodes[]": "nodes",
    "nodes[].children[]": "nodes",
    "nodes[].mesh": "meshes",
    "nodes[].skin": "skins",
    "nodes[].camera": "cameras",
    f"nodes[].{_LIGHTS}.light": f"{_LIGHTS}.lights",
    f"nodes[].{_INSTANCING}.attributes{{}}": "accessors",
    "meshes[].primitives[].attributes{}": "accessors",
    "meshes[].primitives[].indices": "accessors",
    "meshes[].primitives[].material": "materials",
    "meshes[].primitives[].targets[]{}": "accessors",
    f"meshes[].primitives[].{_DRACO}.bufferView": "bufferViews",
    f"meshes[].primitives[].{_VARIANTS}.mappings[].material": "materials",
    f"meshes[].primitives[].{_VARIANTS}.mappings[].variants[]": f"{_VARIANTS}.variants",
    "skins[].inverseBindMatrices": "accessors",
    "skins[].joints[]": "nodes",
    "skins[].skeleton": "nodes",
    "animations[].samplers[].input": "accessors",
    "animations[].samplers[].output": "accessors",
    "animations[].channels[].target.node": "nodes",
    "textures[].sampler": "samplers",
    "textures[].source": "images",
    "textures[].extensions.EXT_texture_webp.source": "images",
    "textures[].extensions.EXT_texture_avif.source": "images",
    "textures[].extensions.KHR_texture_basisu.source": "images",
    "images[].bufferView": "bufferViews",
    "accessors[].bufferView": "bufferViews",
    "accessors[].sparse.indices.bufferView": "bufferViews",
    "accessors[].sparse.values.bufferView": "bufferViews",
    "bufferViews[].buffer": "buffers",
    "bufferViews[].extensions.EXT_meshopt_compression.buffer": "buffers",
    "bufferViews[].extensions.KHR_meshopt_compression.buffer": "buffers",
}

# objects → properties that nothing can be read without
REQUIRED: Final = {
    "buffers[]": ("byteLength",),
    "bufferViews[]": ("buffer", "byteLength"),
    "accessors[]": ("componentType", "count", "type"),
    "accessors[].sparse": ("count", "indices", "values"),
    "accessors[].sparse.indices": ("bufferView", "componentType"),
    "accessors[].sparse.values": ("bufferView",),
    "meshes[]": ("primitives",),
    "meshes[].primitives[]": ("attributes",),
    "skins[]": ("joints",),
    "animations[]": ("channels", "samplers"),
    "animations[].channels[]": ("sampler", "target"),
    "animations[].channels[].target": ("path",),
    "animations[].samplers[]": ("input", "output"),
}

_STEP = re.compile(r"([^.\[\]{}]+)|(\[\]|\{\})")


def steps(path: str) -> list[str]:
    """The keys and brackets of a path: "a[].b{}" → ["a", "[]", "b", "{}"]."""
    return [match.group() for match in _STEP.finditer(path)]


class Mismatch(Exception):
    """Something on the way is not the object or array that it must be: (pointer, value, expected)."""


def select(value: Any, path: list[str], pointer: str = "") -> Iterator[tuple[Any, str] | Mismatch]:
    """Each value at `path` with its pointer; for what has the wrong type on the way, a `Mismatch`."""
    if not path:
        yield value, pointer
        return
    step, rest = path[0], path[1:]
    if step == "[]":
        if type(value) is not list:
            yield Mismatch(pointer, value, "an array")
            return
        key = rest[0] if rest and rest[0] not in ("[]", "{}") else None
        for position, entry in enumerate(value):
            if key is None or type(entry) is not dict or key in entry:  # most objects lack most properties
                yield from select(entry, rest, f"{pointer}/{position}")
    elif type(value) is not dict:
        yield Mismatch(pointer, value, "an object")
    elif step == "{}":
        for key, entry in value.items():
            yield from select(entry, rest, at(pointer, key))
    elif step in value:
        yield from select(value[step], rest, at(pointer, step))


def length(root: dict[str, Any], path: str) -> int:
    """Entries in the list at `path`; 0 where there is none."""
    value: Any = root
    for step in steps(path):
        value = value.get(step) if type(value) is dict else None
    return len(value) if type(value) is list else 0
