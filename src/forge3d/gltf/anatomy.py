"""Where the bytes of a file are: by what they are for, down to the padding; and which decoders a reader needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .files import external_uris
from .source import Source

Json = dict[str, Any]

DECODED = (
    "KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_meshopt_compression", "KHR_texture_basisu",
    "EXT_texture_webp", "EXT_texture_avif",
)  # fmt: skip
"""Extensions that a viewer needs a decoder for; others change how it draws."""

_MESHOPT = ("EXT_meshopt_compression", "KHR_meshopt_compression")
_COMPONENT_BYTES = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}
_COMPONENTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}


def decoders(source: Source) -> tuple[str, ...]:
    """The extensions of the file that a viewer must decode to show it."""
    used = source.json.get("extensionsUsed", [])
    return tuple(name for name in DECODED if name in used)


def anatomy(source: Source) -> dict[str, int]:
    """Bytes of the file and what it refers to, by purpose, largest first; they add up to the whole.

    The purposes are `JSON`, `images`, vertex attributes by semantic (`NORMAL`, `TEXCOORD`, …), `indices`, `morph
    targets`, `animations`, `skins`, `instances`, `Draco`, `other buffer views`, and `padding and headers`, which holds
    what no buffer view covers too. Bytes are counted as stored, compressed or not; a buffer view that several purposes
    share is split by how large their data are when decoded.
    """
    json = source.json
    shares: dict[int, dict[str, float]] = {}
    for purpose, view, size in _readers(json):
        found = shares.setdefault(view, {})
        found[purpose] = found.get(purpose, 0.0) + size
    parts: dict[str, float] = {"JSON": len(source.text)}
    covered: set[tuple[int, int, int]] = set()
    for number, view in enumerate(json.get("bufferViews", [])):
        place = _stored(view)
        if place in covered:
            continue
        covered.add(place)
        readers = shares.get(number, {"other buffer views": 1.0})
        whole = sum(readers.values()) or 1.0
        for purpose, share in readers.items():
            parts[purpose] = parts.get(purpose, 0.0) + place[2] * share / whole
    outside = {uri: len(source.resource(uri)) for uri in external_uris(json)}
    pictures = [image["uri"] for image in json.get("images", []) if image.get("uri") in outside]
    if pictures:
        parts["images"] = parts.get("images", 0.0) + sum(outside[uri] for uri in set(pictures))
    counted = {purpose: round(total) for purpose, total in parts.items() if round(total)}
    rest = _size(source) + sum(outside.values()) - sum(counted.values())
    if rest > 0:
        counted["padding and headers"] = rest
    return dict(sorted(counted.items(), key=lambda item: -item[1]))


def _size(source: Source) -> int:
    """Bytes of the file itself."""
    return source.path.stat().st_size if source.path is not None else len(source.text) + len(source.glb_bin or b"")


def _stored(view: Json) -> tuple[int, int, int]:
    """`(buffer, offset, length)` of a buffer view's bytes as they stand in the file."""
    for name in _MESHOPT:
        view = view.get("extensions", {}).get(name, view)
    return view.get("buffer", 0), view.get("byteOffset", 0), view.get("byteLength", 0)


def _readers(json: Json) -> Iterator[tuple[str, int, int]]:
    """Who reads a buffer view: the purpose, the view's number, and the bytes that it reads, decoded."""
    seen: set[tuple[str, int]] = set()
    for purpose, number in _uses(json):
        accessors = json.get("accessors", [])
        if (purpose, number) in seen or not 0 <= number < len(accessors):
            continue
        seen.add((purpose, number))
        accessor = accessors[number]
        element = _COMPONENT_BYTES.get(accessor.get("componentType"), 4) * _COMPONENTS.get(accessor.get("type"), 1)
        if "bufferView" in accessor:
            yield purpose, accessor["bufferView"], element * accessor.get("count", 0)
        sparse = accessor.get("sparse", {})
        for part in ("indices", "values"):
            if "bufferView" in sparse.get(part, {}):
                yield purpose, sparse[part]["bufferView"], element * sparse.get("count", 0)
    for image in json.get("images", []):
        if "bufferView" in image:
            yield "images", image["bufferView"], 1
    for primitive in (p for mesh in json.get("meshes", []) for p in mesh.get("primitives", [])):
        draco = primitive.get("extensions", {}).get("KHR_draco_mesh_compression")
        if draco is not None:
            yield "Draco", draco["bufferView"], 1


def _uses(json: Json) -> Iterator[tuple[str, int]]:
    """Each accessor with what it is for."""
    for primitive in (p for mesh in json.get("meshes", []) for p in mesh.get("primitives", [])):
        for semantic, number in primitive.get("attributes", {}).items():
            yield semantic if semantic.startswith("_") else semantic.rstrip("0123456789").rstrip("_"), number
        if "indices" in primitive:
            yield "indices", primitive["indices"]
        for target in primitive.get("targets", []):
            for number in target.values():
                yield "morph targets", number
    for sampler in (s for animation in json.get("animations", []) for s in animation.get("samplers", [])):
        yield "animations", sampler["input"]
        yield "animations", sampler["output"]
    for skin in json.get("skins", []):
        if "inverseBindMatrices" in skin:
            yield "skins", skin["inverseBindMatrices"]
    for node in json.get("nodes", []):
        instancing = node.get("extensions", {}).get("EXT_mesh_gpu_instancing", {})
        for number in instancing.get("attributes", {}).values():
            yield "instances", number
