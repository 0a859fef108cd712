"""Several documents out of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from ..document import Context, Document, Mesh, Node, Variant
from ..document.traversal import roots
from ..errors import RecipeError
from .graph import parents
from .merge import refuse_pinned
from .prune import Prune

By = Literal["root", "mesh", "scene", "variant"]


def partition(document: Document, by: By = "root") -> dict[str, Document]:
    """Documents that each hold a part of this one, by a name; the given one stays as it is.

    Each part stands where it stood, and keeps what belongs to it: animations, skins with their joints, materials,
    extras. Encoded images and compressed geometry are taken over byte for byte. A part is named as what it was made of,
    with a number where the name is missing or taken. `merge` puts parts by root, mesh or scene together again, and
    `merge_variants` those by variant.

    Args:
        by: "root": a part for each root node of the default scene. "mesh": for each mesh that the default scene shows,
            with all nodes that show it, but without lights and cameras. "scene": for each scene. "variant": for each
            variant, with its materials only.

    Raises:
        UnsupportedFeature: an unknown extension pins the file's numbering.
        RecipeError: `by` is none of these.
    """
    makers: dict[str, Callable[[Document], dict[str, Document]]] = {
        "root": _by_root,
        "mesh": _by_mesh,
        "scene": _by_scene,
        "variant": _by_variant,
    }
    if by not in makers:
        raise RecipeError(f"partition: by={by!r}, but it takes one of {', '.join(makers)}")
    refuse_pinned(document, "be taken apart")
    return makers[by](document)


def _by_scene(document: Document) -> dict[str, Document]:
    parts: dict[str, Document] = {}
    for number, scene in enumerate(document.scenes):
        part = document.copy()
        part.scenes = [part.scenes[number]]
        part.scene = part.scenes[0]
        parts[_free(scene.name or f"scene {number}", parts)] = _pruned(part)
    return parts


def _by_root(document: Document) -> dict[str, Document]:
    numbers = {node: number for number, node in enumerate(document.nodes)}
    parts: dict[str, Document] = {}
    for root in roots(document):
        part = document.copy()
        _show(part, {id(part.nodes[numbers[root]])})
        parts[_free(root.name or f"node {numbers[root]}", parts)] = _pruned(part)
    return parts


def _by_mesh(document: Document) -> dict[str, Document]:
    shown = _below(roots(document))
    parts: dict[str, Document] = {}
    for number, mesh in enumerate(document.meshes):
        if any(node.mesh is mesh for node in shown):
            part = document.copy()
            _show(part, _needed_by(part, part.meshes[number]))
            parts[_free(mesh.name or f"mesh {number}", parts)] = _pruned(part)
    return parts


def _by_variant(document: Document) -> dict[str, Document]:
    parts: dict[str, Document] = {}
    for number, variant in enumerate(document.variants):
        part = document.copy()
        _choose(part, part.variants[number])
        parts[_free(variant.name or f"variant {number}", parts)] = _pruned(part)
    return parts


def _choose(document: Document, variant: Variant) -> None:
    """Draw everything as the variant says, and forget variants."""
    for primitive in (p for mesh in document.meshes for p in mesh.primitives):
        for mapping in primitive.variants:
            if variant in mapping.variants:
                primitive.material = mapping.material
        primitive.variants = []
    document.variants = []


def _needed_by(document: Document, mesh: Mesh) -> set[int]:
    """`id` of the nodes that show the mesh, their joints, and all nodes above; the others' meshes are taken away."""
    above = parents(document)
    users = [node for node in document.nodes if node.mesh is mesh]
    needed: set[int] = set()
    for node in [*users, *(joint for user in users if user.skin is not None for joint in user.skin.joints)]:
        step: Node | None = node
        while step is not None and id(step) not in needed:
            needed.add(id(step))
            step = above.get(id(step))
    for node in document.nodes:
        if id(node) in needed:
            node.children = [child for child in node.children if id(child) in needed]
            node.camera = node.light = None
            if node.mesh is not mesh:
                node.mesh = node.skin = node.instancing = None
    return needed


def _show(document: Document, wanted: set[int]) -> None:
    """Keep, of the default scene's roots, those that are wanted; other scenes go."""
    kept = [node for node in roots(document) if id(node) in wanted]
    if document.scenes:
        scene = document.scene or document.scenes[0]
        scene.nodes = kept
        document.scene, document.scenes = scene, [scene]
    else:
        listed = _below(kept)
        document.nodes = [node for node in document.nodes if node in listed]


def _below(nodes: list[Node]) -> dict[Node, None]:
    """The nodes and all below them."""
    found: dict[Node, None] = {}
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        found[node] = None
        waiting.extend(node.children)
    return found


def _pruned(document: Document) -> Document:
    Prune(attributes=False, leaves=False)(document, Context())
    return document


def _free(name: str, taken: dict[str, Document]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name} {number}", number + 1
    return free
