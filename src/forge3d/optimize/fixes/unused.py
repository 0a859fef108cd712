"""Objects that nothing refers to go; the others are numbered anew."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from .draft import Draft, Left
from .fix import Fix, Outcome

# Extensions that refer to nothing but what `references` and texture properties tell of.
_KNOWN = re.compile(
    "KHR_materials_.*|KHR_texture_(transform|basisu)|KHR_mesh_quantization|KHR_lights_punctual|EXT_texture_(webp|avif)|"
    "(EXT|KHR)_meshopt_compression|KHR_draco_mesh_compression|EXT_mesh_gpu_instancing"
)
_REMOVABLE = {
    "accessors", "bufferViews", "cameras", "images", "materials", "meshes", "nodes", "samplers", "skins", "textures",
}  # fmt: skip


def _remove(draft: Draft, pointers: list[str]) -> Iterator[Outcome]:
    reason, shown = _why_not(draft), bool(draft.entries("scenes"))
    removed: dict[str, set[int]] = defaultdict(set)
    for pointer in pointers:
        name, _, index = pointer[1:].partition("/")
        if reason:
            yield pointer, Left(reason)
        elif name not in _REMOVABLE or not index.isdigit() or (name == "nodes" and not shown):
            yield pointer, Left("it may be meant for something outside the file")
        else:
            removed[name].add(int(index))
    kept = {name: _numbers(len(draft.entries(name)), gone) for name, gone in removed.items()}
    _delete(draft, removed)
    _renumber(draft, kept)
    for name, gone in removed.items():
        for number in sorted(gone):
            yield f"/{name}/{number}", "removed: nothing refers to it"


def _why_not(draft: Draft) -> str:
    """Why objects cannot be removed from this file; "" where they can."""
    if not draft.entries("scenes") and not draft.entries("nodes"):
        return "the file has neither scenes nor nodes, so that any of its objects may be what it is for"
    named = [str(name) for name in (*draft.entries("extensionsUsed"), *_extensions(draft.json))]
    unknown = [name for name in named if not _KNOWN.fullmatch(name)]
    return f"{unknown[0]} may refer to it, or count by it" if unknown else ""


def _extensions(members: Any) -> Iterator[str]:
    if isinstance(members, dict):
        for key, value in members.items():
            if key == "extensions" and isinstance(value, dict):
                yield from value
            if key != "extras":
                yield from _extensions(value)
    elif isinstance(members, list):
        for value in members:
            yield from _extensions(value)


def _numbers(count: int, gone: set[int]) -> dict[int, int]:
    """New numbers of those that stay, by the old ones."""
    return {old: new for new, old in enumerate(index for index in range(count) if index not in gone)}


def _delete(draft: Draft, removed: dict[str, set[int]]) -> None:
    for name, gone in removed.items():
        rest = [entry for index, entry in enumerate(draft.entries(name)) if index not in gone]
        if rest:
            draft.json[name] = rest
        else:
            del draft.json[name]


def _renumber(draft: Draft, kept: dict[str, dict[int, int]]) -> None:
    for name, numbers in kept.items():
        for index, pointer in list(draft.references(name)):
            holder, key = draft.find(pointer)
            holder[key] = numbers.get(index, index)
    if "textures" in kept:
        for info in _texture_infos(draft.entries("materials")):
            info["index"] = kept["textures"].get(info["index"], info["index"])


def _texture_infos(members: Any) -> Iterator[dict[str, Any]]:
    """Each texture property of materials and of their extensions."""
    if isinstance(members, dict):
        for key, value in members.items():
            if key.endswith("Texture") and isinstance(value, dict) and isinstance(value.get("index"), int):
                yield value
            elif key != "extras":
                yield from _texture_infos(value)
    elif isinstance(members, list):
        for value in members:
            yield from _texture_infos(value)


UNUSED = Fix(
    ("UNUSED_OBJECT",),
    "the object is removed and the others are numbered anew; the bytes of its data stay in their buffer, which "
    "`forge3d optimize` packs",
    "only in files without extensions that could refer to it in ways that we do not know; buffers, lights and variants "
    "stay, nodes where there is no scene, and everything where there are no nodes either",
    _remove,
)
