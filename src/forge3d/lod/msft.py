"""All levels in one document, by MSFT_lod."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace

import numpy as np

from ..document import Channel, Document, Mesh, Node, Pointer
from ..document.scene import Matrix
from ..errors import UnsupportedFeature
from ..optimize.graph import world_matrices
from ..optimize.nodes import fixed_nodes, hand_down
from ..optimize.quantization.placement import magnification
from .levels import EXTENSION, Level
from .switch import View, screen_coverage, switch_distance


def with_levels(
    document: Document,
    lower: Sequence[Level],
    *,
    cull: float = 0.0,
    view: View | None = None,
) -> Document:
    """One document whose mesh nodes name their lower levels in MSFT_lod; materials, textures and skins are shared.

    Each node with a mesh that a level simplified gets a node for each level. These stand outside the scene, as the
    extension demands, and place the mesh as the first node does; morph animations drive them too. A node that is
    animated, or holds more than the mesh, hands its mesh to a child first, so that only the mesh is exchanged.
    `extras.MSFT_screencoverage` of the first node says when: value i is the part of the screen's area, by
    `switch.screen_coverage` of the mesh's bounding sphere, down to which level i is shown: where the next level's
    error is what the view allows, by `switch.switch_distance`. The last value is `cull`.

    Args:
        lower: what `levels` made of this document. Their textures are not taken over.
        cull: coverage below which a mesh is not drawn; 0 draws it always.
        view: what the values are made for.

    Raises:
        UnsupportedFeature: the document has MSFT_lod already.
    """
    if any(EXTENSION in node.extensions for node in document.nodes):
        raise UnsupportedFeature(EXTENSION, "the document has levels of detail already")
    result = document.copy()
    chains = [_chain(result, number, lower) for number in range(len(result.meshes))]
    worlds = world_matrices(result)
    fixed = fixed_nodes(result)
    numbers = {id(mesh): number for number, mesh in enumerate(result.meshes)}
    for node in [node for node in result.nodes if node.mesh is not None and chains[numbers[id(node.mesh)]]]:
        chain = chains[numbers[id(node.mesh)]]
        radius = _radius(node, worlds)
        first = hand_down(result, node) if id(node) in fixed else node
        coverage = [screen_coverage(radius, switch_distance(level.error, view), view) for level in lower]
        _attach(result, first, chain, [*coverage, cull])
    for mesh in dict.fromkeys(mesh for chain in chains for mesh in chain):
        if mesh not in result.meshes:
            result.meshes.append(mesh)
    return result


def _chain(result: Document, number: int, lower: Sequence[Level]) -> list[Mesh]:
    """The lower levels of one mesh, drawn with the materials of `result`; empty where no level changed it."""
    chain = [result.meshes[number]]
    for level in lower:
        source = level.document.meshes[number]
        same = all(a.indices is b.indices for a, b in zip(source.primitives, chain[-1].primitives, strict=True))
        chain.append(chain[-1] if same else deepcopy(source, _shared(level.document, result)))
    return chain[1:] if chain[-1] is not chain[0] else []


def _shared(source: Document, result: Document) -> dict[int, object]:
    """`deepcopy`'s memo that keeps to the materials and variants of `result`: both are copies of one document."""
    pairs = [*zip(source.materials, result.materials, strict=True), *zip(source.variants, result.variants, strict=True)]
    return {id(theirs): ours for theirs, ours in pairs}


def _attach(document: Document, first: Node, chain: list[Mesh], coverage: list[float]) -> None:
    """Nodes for the lower levels of one node, outside the scene, named and driven as the node is."""
    lower = [replace(first, mesh=mesh, children=[], extensions={}, extras=None, name=None) for mesh in chain]
    document.nodes += lower
    first.extensions = {**first.extensions, EXTENSION: {"ids": list(lower)}}
    extras = first.extras if isinstance(first.extras, dict) else {}
    first.extras = {**extras, "MSFT_screencoverage": coverage}
    for animation in document.animations:
        driving = [channel for channel in animation.channels if _drives(channel, first)]
        animation.channels += [_retargeted(channel, node) for channel in driving for node in lower]


def _drives(channel: Channel, node: Node) -> bool:
    return channel.node is node or (channel.pointer is not None and channel.pointer.target is node)


def _retargeted(channel: Channel, node: Node) -> Channel:
    if channel.pointer is None:
        return replace(channel, node=node)
    return replace(channel, pointer=Pointer(target=node, path=channel.pointer.path))


def _radius(node: Node, worlds: dict[Node, Matrix]) -> float:
    """Of a sphere around the node's mesh, in metres."""
    assert node.mesh is not None
    positions = [p.attributes["POSITION"].floats for p in node.mesh.primitives if "POSITION" in p.attributes]
    low = np.min([array.min(axis=0) for array in positions], axis=0)
    high = np.max([array.max(axis=0) for array in positions], axis=0)
    return float(np.linalg.norm(high - low)) / 2 * magnification(node, worlds)
