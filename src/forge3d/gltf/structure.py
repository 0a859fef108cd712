"""Every fault of structure and bounds that a reader would stumble over, without stopping at the first.

Covered, with the Khronos codes: the GLB container; INVALID_JSON (byte order mark); types, ranges and required
properties of what readers rely on (TYPE_MISMATCH, UNDEFINED_PROPERTY, VALUE_NOT_IN_RANGE, VALUE_NOT_IN_LIST,
EMPTY_ENTITY); all references (UNRESOLVED_REFERENCE, INVALID_INDEX); the node graph (NODE_LOOP, NODE_PARENT_OVERRIDE,
SCENE_NON_ROOT_NODE); equal counts in a primitive; buffers, views, accessors and sparse parts (see `bounds`); resources
(IO_ERROR, INVALID_URI, RESOURCE_REFUSED, LIMIT_EXCEEDED); compressed payloads, by decoding them (DRACO_DATA_INVALID,
MESHOPT_DATA_INVALID, …). Values of the data and all other rules are the validator's.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ..errors import Forge3DError
from . import json_text
from .collector import Collector
from .faults import Fault
from .json_access import as_index, index, shown
from .references import REFERENCES, REQUIRED, Mismatch, length, select, steps

if TYPE_CHECKING:
    from .source import Source

LISTS = (
    "accessors", "animations", "buffers", "bufferViews", "cameras", "images", "materials", "meshes", "nodes",
    "samplers", "scenes", "skins", "textures",
)  # fmt: skip


def find_faults(source: Source) -> list[Fault]:
    """All faults of a file that could be opened."""
    from .bounds import find_bounds_faults

    found = Collector(source.container_faults)
    if json_text.has_bom(source.text):
        found.add("INVALID_JSON", "", "the text begins with a byte order mark, which glTF forbids")
    _lists(source, found)
    _required(source.json, found)
    _references(source.json, found)
    _animation_samplers(source, found)
    _textures_of_materials(source, found)
    found.extend(node_faults(source))
    find_bounds_faults(source, found)
    _counts(source, found)
    return found.faults


def _lists(source: Source, found: Collector) -> None:
    for key in LISTS:
        with found.catching(f"/{key}"):
            source.entries(key)
        if source.json.get(key) == []:
            found.add("EMPTY_ENTITY", f"/{key}", "the array must not be empty")


def _each(root: dict[str, Any], path: str, found: Collector) -> list[tuple[Any, str]]:
    values = []
    for item in select(root, steps(path)):
        if isinstance(item, Mismatch):
            pointer, value, expected = item.args
            found.add("TYPE_MISMATCH", pointer, f"{shown(value)} is not {expected}")
        else:
            values.append(item)
    return values


def _required(root: dict[str, Any], found: Collector) -> None:
    for path, keys in REQUIRED.items():
        for owner, pointer in _each(root, path, found):
            if type(owner) is not dict:
                found.add("TYPE_MISMATCH", pointer, f"{shown(owner)} is not an object")
                continue
            for key in keys:
                if key not in owner:
                    found.add("UNDEFINED_PROPERTY", pointer, f"property {key!r} must be defined")


def _references(root: dict[str, Any], found: Collector) -> None:
    for path, target in REFERENCES.items():
        count = length(root, target)
        for value, pointer in _each(root, path, found):
            if type(value) is not int or not 0 <= value < count:
                with found.catching(pointer):
                    as_index(value, pointer, count)


def _animation_samplers(source: Source, found: Collector) -> None:
    """`channels[].sampler` counts in the animation's own samplers."""
    for number, animation in _objects(source.json.get("animations")):
        count = length(animation, "samplers")
        for value, pointer in _each(animation, "channels[].sampler", Collector([])):
            with found.catching(pointer):
                as_index(value, f"/animations/{number}{pointer}", count)


def _textures_of_materials(source: Source, found: Collector) -> None:
    """`index` in every object whose key ends with "Texture", in the core and in every extension."""
    count = length(source.json, "textures")
    waiting = [(material, f"/materials/{number}", "") for number, material in _objects(source.json.get("materials"))]
    while waiting:
        value, pointer, name = waiting.pop()
        if name.endswith("Texture"):
            with found.catching(pointer):
                index(value, "index", pointer, count)
        waiting += [
            (child, f"{pointer}/{key}", key) for key, child in value.items() if type(child) is dict and key != "extras"
        ]


def _objects(value: Any) -> list[tuple[int, dict[str, Any]]]:
    return [(number, entry) for number, entry in enumerate(value) if type(entry) is dict] if type(value) is list else []


def node_faults(source: Source) -> list[Fault]:
    """NODE_PARENT_OVERRIDE, NODE_LOOP, SCENE_NON_ROOT_NODE, and nodes nested deeper than `max_node_depth`.

    Without any of these the nodes form trees, whose recursion ends. References that lead nowhere are passed over.
    """
    found = Collector([])
    nodes = _objects(source.json.get("nodes"))
    parents: dict[int, int] = {}
    for number, node in nodes:
        children = node.get("children")
        for position, child in enumerate(children if type(children) is list else ()):
            if type(child) is not int:
                continue
            if child in parents:
                message = f"node {child} has a parent already: node {parents[child]}"
                found.add("NODE_PARENT_OVERRIDE", f"/nodes/{number}/children/{position}", message)
            parents[child] = number
    _loops(parents, source.limits.max_node_depth, found)
    for number, scene in _objects(source.json.get("scenes")):
        roots = scene.get("nodes")
        for position, root in enumerate(roots if type(roots) is list else ()):
            if type(root) is int and root in parents:
                message = f"node {root} is a child of node {parents[root]}, not a root"
                found.add("SCENE_NON_ROOT_NODE", f"/scenes/{number}/nodes/{position}", message)
    return found.faults


def _loops(parents: dict[int, int], deepest: int, found: Collector) -> None:
    """Each node has one parent at most, so that walking up ends at a root or in a loop."""
    depth: dict[int, int] = {}
    on_loop: set[int] = set()
    for start in parents:
        trail: dict[int, None] = {}
        node = start
        while node in parents and node not in depth and node not in trail:
            trail[node] = None
            node = parents[node]
        if node in trail:
            order = list(trail)
            on_loop.update(order[order.index(node) :])
        level = depth.get(node, 0)
        for member in reversed(trail):
            level = depth[member] = level + 1
    for node in sorted(on_loop):
        found.add("NODE_LOOP", f"/nodes/{node}", "the node is its own ancestor")
    if depth and max(depth.values()) > deepest and not on_loop:
        node = max(depth, key=lambda member: depth[member])
        message = f"the node is {depth[node]} levels deep where max_node_depth allows {deepest}"
        found.add("LIMIT_EXCEEDED", f"/nodes/{node}", message)


def _counts(source: Source, found: Collector) -> None:
    """All attributes of a primitive, and of its morph targets, must have as many elements."""
    counts: dict[int, int] = {}
    for number in range(length(source.json, "accessors")):
        try:
            counts[number] = source.layout(number).count
        except Forge3DError:
            continue  # reported with the accessors
    quiet = Collector([])
    for primitive, here in _each(source.json, "meshes[].primitives[]", quiet):
        attributes = _each(primitive, "attributes{}", quiet) if type(primitive) is dict else []
        known = [(pointer, counts[value]) for value, pointer in attributes if type(value) is int and value in counts]
        if not known:
            continue
        usual = Counter(count for _, count in known).most_common(1)[0][0]
        for pointer, count in known:
            if count != usual:
                message = f"{count} elements where the primitive's other attributes have {usual}"
                found.add("MESH_PRIMITIVE_UNEQUAL_ACCESSOR_COUNT", here + pointer, message)
        for value, pointer in _each(primitive, "targets[]{}", quiet):
            if type(value) is int and counts.get(value, usual) != usual:
                message = f"{counts[value]} elements where the primitive has {usual}"
                found.add("MESH_PRIMITIVE_MORPH_TARGET_INVALID_ATTRIBUTE_COUNT", here + pointer, message)
