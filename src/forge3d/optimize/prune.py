"""Remove what nothing uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from ..document import Accessor, Change, Context, Document, Fidelity, Mode, Node, Primitive, Skip, Transform
from .declared import drop_bounds
from .graph import animated, held_by_extensions, parents, pinned, reachable
from .materials import materials_of, needs_tangents, reads_unknown, uv_sets
from .options import between
from .solid import fold_solid_textures
from .vertices import payload_kept, primitives

_LISTS = (
    "nodes", "meshes", "materials", "textures", "images", "samplers", "skins", "cameras", "lights", "accessors",
    "xmp_packets",
)  # fmt: skip
_NUMBERED = re.compile(r"(TEXCOORD|COLOR|JOINTS|WEIGHTS)_(\d+)$")


@dataclass(frozen=True, slots=True)
class Prune(Transform):
    """Remove objects that no scene reaches, vertex attributes that no material reads, and empty nodes. Exact.

    Every scene counts, not only the default one, and a file without scenes is a library: all its nodes stay. Materials
    of every variant count, references from extensions and KHR_animation_pointer count, variants themselves always
    stay. Extras are never removed from what stays.

    Args:
        attributes: remove vertex attributes that no material of any variant reads: texture coordinates, tangents
            without a normal map, normals of unlit surfaces, joints without a skin; and what no morph target of a
            primitive moves. Application attributes (_NAME) stay.
        bounds: remove the smallest and largest values that a file declares where the format does not ask for them,
            which is everywhere but for positions and times of keys.
        leaves: remove nodes that hold nothing and have no children, unless an animation, a skin or an extension
            refers to them or they carry extras or extensions.
        solid: textures whose texels differ by at most so many of 255 become the factors that they multiply, colours
            in linear light, alpha where it counts; flat normal maps and white occlusion go. 0 takes those of one
            colour, which is invisible, more is lossy, none keeps every texture. Maps that no factor can stand for
            stay, and so do those of animated materials.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.EXACT
    version: ClassVar[int] = 3

    attributes: bool = True
    bounds: bool = True
    leaves: bool = True
    solid: int | None = None

    def __post_init__(self) -> None:
        between(self, "solid", 0, 64)

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("prune")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        if self.solid is not None and (folded := fold_solid_textures(document, self.solid)):
            change.notes.append(f"{folded} textures of one colour became factors")
        if self.leaves:
            _remove_leaves(document)
        if self.attributes:
            remove_unread(document, change)
        if self.bounds and (dropped := drop_bounds(document)):
            change.notes.append(f"declared bounds of {dropped} accessors removed")
        used = _in_use(document)
        _remove_channels(document, used)
        used = _in_use(document)
        for name in _LISTS:
            objects = getattr(document, name)
            kept = [item for item in objects if id(item) in used]
            if len(kept) < len(objects):
                change.notes.append(f"{len(objects) - len(kept)} {name.replace('_', ' ')} removed")
                objects[:] = kept
        return change


def _in_use(document: Document) -> dict[int, object]:
    """What the scenes reach, and what the remaining animations need beside it."""
    roots: list[object] = [document.asset, document.scene, *document.scenes, *document.variants]
    roots += [document.extensions, document.xmp]
    if not document.scenes:
        roots += document.nodes
    else:
        roots += [s for a in document.animations for c in a.channels for s in (c.sampler, c.extensions)]
        roots += [value for a in document.animations for value in (a.extensions, a.xmp)]
    used = reachable(roots)
    above = parents(document)
    while True:  # a joint or an extension's node needs the nodes above it, which place it
        missing = [above[i] for i in used if i in above and id(above[i]) not in used]
        if not missing:
            return used
        used |= reachable([*roots, *missing])
        roots += missing


def _remove_channels(document: Document, used: dict[int, object]) -> None:
    """Animation channels whose target is gone, samplers without channels, animations without either."""
    for animation in document.animations:
        animation.channels = [c for c in animation.channels if _drives_something(c.node, c.pointer, used)]
        needed = {id(channel.sampler) for channel in animation.channels}
        animation.samplers = [sampler for sampler in animation.samplers if id(sampler) in needed]
    document.animations[:] = [a for a in document.animations if a.channels]


def _drives_something(node: Node | None, pointer: Any, used: dict[int, object]) -> bool:
    if pointer is not None:
        return pointer.target is None or id(pointer.target) in used
    return node is not None and id(node) in used


def _remove_leaves(document: Document) -> None:
    """Repeats, because a node whose last child went is a leaf itself."""
    held = set(animated(document))
    for skin in document.skins:
        held |= {id(joint) for joint in skin.joints} | {id(skin.skeleton)}
    held |= held_by_extensions(document)
    while True:
        empty = {id(node) for node in document.nodes if id(node) not in held and _is_empty(node)}
        if not empty:
            return
        for node in document.nodes:
            node.children = [child for child in node.children if id(child) not in empty]
        for scene in document.scenes:
            scene.nodes = [node for node in scene.nodes if id(node) not in empty]
        document.nodes[:] = [node for node in document.nodes if id(node) not in empty]


def _is_empty(node: Node) -> bool:
    holds = (node.children, node.mesh, node.camera, node.light, node.skin, node.instancing)
    return not any(holds) and node.extras is None and not node.extensions and node.xmp is None


def remove_unread(document: Document, change: Change) -> None:
    """Remove vertex attributes that neither a material of any variant nor a skin reads."""
    skinned = {id(node.mesh) for node in document.nodes if node.skin is not None}
    meshes_of: dict[int, list[int]] = {}
    for mesh in document.meshes:
        for primitive in mesh.primitives:
            meshes_of.setdefault(id(primitive), []).append(id(mesh))
    removed: dict[str, int] = {}
    for label, primitive in primitives(document):
        is_skinned = any(mesh in skinned for mesh in meshes_of[id(primitive)])
        unknown = reads_unknown(primitive)
        unused = [name for name in primitive.attributes if not unknown and not _is_read(name, primitive, is_skinned)]
        unused = list(_without_gaps(unused, primitive.attributes))
        if unused and payload_kept(primitive):
            change.skipped.append(
                Skip(label, f"{', '.join(unused)}: part of compressed geometry, which stays as it is")
            )
            continue
        for name in unused:
            removed[name] = removed.get(name, 0) + 1
            del primitive.attributes[name]
            primitive.targets = [{key: a for key, a in t.items() if key != name} for t in primitive.targets]
        for name in _unmoved(primitive):
            removed[f"morphs of {name}"] = removed.get(f"morphs of {name}", 0) + 1
            primitive.targets = [{key: a for key, a in t.items() if key != name} for t in primitive.targets]
    change.notes += [f"{name} removed from {count} primitives" for name, count in sorted(removed.items())]


def _unmoved(primitive: Primitive) -> list[str]:
    """Attributes whose deltas are zero in every morph target, where each target holds another one beside.

    Never in some targets only: viewers take the attribute itself for a delta that is missing where others have it.
    """
    if not primitive.targets or payload_kept(primitive) or reads_unknown(primitive):
        return []
    common = set.intersection(*(set(target) for target in primitive.targets))
    still = [name for name in common if not any(target[name].array.any() for target in primitive.targets)]
    still.sort(key=lambda name: (name == "POSITION", name))
    return still if all(set(target) > set(still) for target in primitive.targets) else still[:-1]


def _is_read(name: str, primitive: Primitive, is_skinned: bool) -> bool:
    """Whether any material that the primitive may be drawn with, or its skin, reads the attribute, as far as known."""
    if any(set(target) == {name} for target in primitive.targets):
        return True  # a morph target must not end up empty
    match = _NUMBERED.match(name)
    base, number = (match[1], int(match[2])) if match else (name, 0)
    if base == "TEXCOORD":
        return any(number in uv_sets(material) for material in materials_of(primitive))
    if base == "COLOR":
        return number == 0
    if base in ("JOINTS", "WEIGHTS"):
        return is_skinned
    if name == "TANGENT":
        return any(needs_tangents(material) for material in materials_of(primitive))
    if name == "NORMAL":
        lit = any(material.unlit is None for material in materials_of(primitive))
        return lit or primitive.material is None or primitive.mode < Mode.TRIANGLES
    return True


def _without_gaps(unused: list[str], attributes: dict[str, Accessor]) -> Iterator[str]:
    """Numbered sets must count up from 0 (§3.7.2.1), so a set below one that is read stays."""
    for name in unused:
        match = _NUMBERED.match(name)
        above = (f"{match[1]}_{n}" for n in range(int(match[2]) + 1, 99)) if match else ()
        if all(other in unused for other in above if other in attributes):
            yield name
