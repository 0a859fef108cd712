"""Every way to break one property of a document: drop it, or put another value, extension or length in its place."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
Path = tuple[str | int, ...]

EXTENSIONS: Json = {
    "EXT_texture_webp": {"source": 0},
    "KHR_animation_pointer": {"pointer": "/nodes/0/scale"},
    "KHR_lights_punctual": {"light": 0},
    "KHR_materials_anisotropy": {},
    "KHR_materials_clearcoat": {},
    "KHR_materials_dispersion": {},
    "KHR_materials_emissive_strength": {},
    "KHR_materials_ior": {},
    "KHR_materials_iridescence": {},
    "KHR_materials_pbrSpecularGlossiness": {},
    "KHR_materials_sheen": {},
    "KHR_materials_specular": {},
    "KHR_materials_transmission": {},
    "KHR_materials_unlit": {},
    "KHR_materials_variants": {"mappings": [{"material": 0, "variants": [0]}]},
    "KHR_materials_volume": {},
    "KHR_mesh_quantization": {},
    "KHR_texture_transform": {},
    "EXT_unknown": {},
}

ANY: tuple[Any, ...] = (None, True, -1, 1.5, "x", "", [], {}, [{}], [[]])
NUMBERS: tuple[Any, ...] = (0, 1, 2, 2.0, 3, 4, 5, 250, 252, 256, 1e9, 2**31, 2**32, 1e39, -1e39, 1e400, -0.5, 1e-9)
TEXTS: tuple[Any, ...] = (
    "2.1", "3.0", "2", "02.0", "1.9", "MASK", "OPAQUE", "VEC2", "MAT2", "STEP", "pointer", "scale", "/a/b", "a:b", "#",
    "http://example.org/a.bin", "none.bin", "../a b.bin", "%", "//x", "data:,", "data:image/png;base64,AAAA",
    "data:application/octet-stream;base64,AAAA", "data:application/octet-stream;base64,A", "image/webp", "image/jpeg",
    "EXT_a", "EXT", "ext_a", "KHR_texture_transform", "spot", "directional", "perspective",
)  # fmt: skip


def places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value below a JSON value, with the keys that lead to it."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield (*path, key), entry
        yield from places(entry, (*path, key))


def others(value: Any) -> Iterator[Any]:
    """What can stand in place of `value`."""
    yield from ANY
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield from NUMBERS
    elif isinstance(value, str):
        yield from TEXTS
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, list):
        for entry in value[:1]:
            yield [*value, entry]
            yield value[:-1]
            yield value[::-1]
            yield [entry]
            for odd in (None, "x", -1, 1.5, 99, [], {}):
                yield [odd, *value[1:]]
    elif isinstance(value, dict):
        yield {**value, "customProperty": 1}
        yield {**value, "a/b~c": 1}
        yield {**value, "extras": 1}
        yield {**value, "extras": {}}
        yield {**value, "name": "x"}
        yield {**value, "name": 1}
        yield {**value, "extensions": 1}
        yield {**value, "extensions": {"EXT_undeclared": {}}}
        for name, extension in EXTENSIONS.items():
            for entry in (extension, {}, 1):
                yield {**value, "extensions": {**value.get("extensions", {}), name: entry}}


def alterations(document: Json) -> Iterator[tuple[str, Json]]:
    """(what was done, document) for each single alteration."""
    for path, value in places(document):
        name = "/".join(map(str, path))
        yield f"no {name}", altered(document, path)
        seen = [value]
        for other in others(value):
            if path[-1] == "count" and type(other) in (int, float) and abs(other) > 1e6:
                continue  # which npm gltf-validator counts up to
            if not any(other is entry or (type(other) is type(entry) and other == entry) for entry in seen):
                seen.append(other)
                yield f"{name} = {str(other)[:60]}", altered(document, path, other)


_DROP = object()


def altered(document: Json, path: Path, value: Any = _DROP) -> Json:
    """A copy of `document` in which only the value at `path` is another, or is not there."""
    result = copy.copy(document)
    holder: Any = result
    for key in path[:-1]:
        holder[key] = copy.copy(holder[key])
        holder = holder[key]
    if value is _DROP:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return result
