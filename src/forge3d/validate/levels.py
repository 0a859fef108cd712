"""Levels of detail (MSFT_lod)."""

from __future__ import annotations

from typing import Any

from .info import triangle_count
from .judge import Clean, Judge
from .kinds import numeric
from .rules import ERROR, WARNING, rule
from .tree import Tree

NAME = "MSFT_lod"
ITSELF = rule("FORGE3D_LOD_OF_ITSELF", ERROR, NAME, "an object is a level of itself")
CYCLE = rule("FORGE3D_LOD_CYCLE", ERROR, NAME, "an object is a level of its own levels")
NESTED = rule("FORGE3D_LOD_NESTED", WARNING, NAME, "a level has levels of its own, which nothing looks for")
IN_SCENE = rule("FORGE3D_LOD_IN_SCENE", WARNING, NAME, "a lower level is in a scene as well, and drawn twice")
NOT_SIMPLER = rule("FORGE3D_LOD_NOT_SIMPLER", WARNING, NAME, "a level has more triangles than the one before it")
COVERAGE = rule(
    "FORGE3D_LOD_SCREENCOVERAGE", WARNING, NAME, "MSFT_screencoverage is a falling number in [0, 1] for each level"
)

Levels = dict[int, list[int | None]]


def check_levels(judge: Judge, tree: Tree) -> None:
    """Nodes and materials that have levels, highest first."""
    roots = {root for _, scene, _ in judge.entries("scenes") for root in scene.get("nodes", ()) if root is not None}
    for name in ("nodes", "materials"):
        levels: Levels = {}
        for index, owner, pointer in judge.entries(name):
            ids = owner.get("extensions", {}).get(NAME, {}).get("ids")
            if ids is not None:
                levels[index] = ids
                _check_coverage(judge.source.json[name][index], len(ids) + 1, pointer, judge)
        circling = _cycles(levels)
        for index, ids in levels.items():
            here = f"/{name}/{index}/extensions/{NAME}/ids"
            for place, level in enumerate(ids):
                if level == index:
                    judge.report(ITSELF, f"{here}/{place}")
                elif level is not None and level in levels:
                    broken = CYCLE if level in circling and index in circling else NESTED
                    judge.report(broken, f"{here}/{place}", f"{name[:-1]} {level}")
                if name == "nodes" and level not in (None, index) and tree.roots[level or 0] in roots:
                    judge.report(IN_SCENE, f"{here}/{place}", f"node {level}")
        if name == "nodes" and levels:
            _check_triangles(levels, tree, judge)


def _cycles(levels: Levels) -> set[int]:
    """The objects that lead back to themselves over their levels, in more than one step."""
    waiting = {index: len([level for level in ids if level in levels and level != index])
               for index, ids in levels.items()}  # fmt: skip
    users: dict[int, list[int]] = {}
    for index, ids in levels.items():
        for level in ids:
            if level is not None and level in levels and level != index:
                users.setdefault(level, []).append(index)
    free = [index for index, count in waiting.items() if not count]
    while free:  # what leads only to what is free is free itself
        for user in users.get(free.pop(), ()):
            waiting[user] -= 1
            if not waiting[user]:
                free.append(user)
    return {index for index, count in waiting.items() if count}


def _check_triangles(levels: Levels, tree: Tree, judge: Judge) -> None:
    meshes = [
        sum(triangle_count(judge, primitive) for primitive in (mesh or {}).get("primitives", ()) if primitive)
        for mesh in judge.objects("meshes")
    ]
    own = [meshes[node["mesh"]] if node is not None and "mesh" in node else 0 for node in judge.objects("nodes")]
    totals = tree.totals(own)
    for index, ids in levels.items():
        before = totals[index]
        for place, level in enumerate(ids):
            if level is None or level == index:
                continue
            if totals[level] > before > 0:
                message = f"node {level} has {totals[level]:,} triangles, the level before it {before:,}"
                judge.report(NOT_SIMPLER, f"/nodes/{index}/extensions/{NAME}/ids/{place}", message)
            before = totals[level]


def _check_coverage(raw: Clean, levels: int, pointer: str, judge: Judge) -> None:
    extras = raw.get("extras")
    if not isinstance(extras, dict) or "MSFT_screencoverage" not in extras:
        return
    values: Any = extras["MSFT_screencoverage"]
    numbers = isinstance(values, list) and all(numeric(value) and 0 <= value <= 1 for value in values)
    if not numbers or len(values) != levels or sorted(values, reverse=True) != values:
        judge.report(COVERAGE, f"{pointer}/extras/MSFT_screencoverage", f"{levels} falling numbers are expected")
