"""Units and up-axis, when told: a node above the roots."""

from __future__ import annotations

from typing import Any

from .draft import Draft, Left

Z_UP = (-(0.5**0.5), 0.0, 0.0, 0.5**0.5)
"""The rotation (quaternion) that makes +Z point where glTF's +Y does."""


def place(draft: Draft, metres: float, up: str) -> str:
    """Put a node with the scale and rotation above the roots of each scene; what was done, in words.

    Skinned meshes without children stay where they are: their joints place them (specification §3.7.3.3).
    """
    nodes, scenes = draft.entries("nodes"), draft.entries("scenes")
    roots = [scene.get("nodes", []) if isinstance(scene, dict) else [] for scene in scenes]
    if any(not isinstance(index, int) or not 0 <= index < len(nodes) for part in roots for index in part):
        raise Left("a scene names nodes that are not there")
    groups: dict[tuple[int, ...], list[int]] = {}
    for index in dict.fromkeys(index for part in roots for index in part):
        node = nodes[index]
        if "skin" not in node or node.get("children"):
            groups.setdefault(tuple(n for n, part in enumerate(roots) if index in part), []).append(index)
    if not groups:
        raise Left("no scene shows anything that could be placed")
    for shown, children in groups.items():
        top: dict[str, Any] = {"children": children}
        if up == "z":
            top["rotation"] = list(Z_UP)
        if metres != 1:
            top["scale"] = [metres] * 3
        for number in shown:
            scenes[number]["nodes"] = [len(nodes), *(n for n in roots[number] if n not in children)]
            roots[number] = scenes[number]["nodes"]
        nodes.append(top)
    return f"one unit is {metres:g} m, {up} points up: {len(groups)} nodes put above the scenes' roots"
