"""Levels of detail (MSFT_lod)."""

from __future__ import annotations

from typing import Any

from .judge import Clean, Judge
from .kinds import numeric
from .rules import ERROR, WARNING, rule
from .tree import Tree

NAME = "MSFT_lod"
ITSELF = rule("FORGE3D_LOD_OF_ITSELF", ERROR, NAME, "an object is a level of itself")
IN_SCENE = rule("FORGE3D_LOD_IN_SCENE", WARNING, NAME, "a lower level is in a scene as well, and drawn twice")
COVERAGE = rule(
    "FORGE3D_LOD_SCREENCOVERAGE", WARNING, NAME, "MSFT_screencoverage is a falling number in [0, 1] for each level"
)


def check_levels(judge: Judge, tree: Tree) -> None:
    roots = {root for _, scene, _ in judge.entries("scenes") for root in scene.get("nodes", ()) if root is not None}
    for name in ("nodes", "materials"):
        for index, owner, pointer in judge.entries(name):
            ids = owner.get("extensions", {}).get(NAME, {}).get("ids")
            if ids is None:
                continue
            for place, level in enumerate(ids):
                here = f"{pointer}/extensions/{NAME}/ids/{place}"
                if level == index:
                    judge.report(ITSELF, here)
                elif name == "nodes" and level is not None and tree.roots[level] in roots:
                    judge.report(IN_SCENE, here, f"node {level}")
            _check_coverage(judge.source.json[name][index], len(ids) + 1, pointer, judge)


def _check_coverage(raw: Clean, levels: int, pointer: str, judge: Judge) -> None:
    extras = raw.get("extras")
    if not isinstance(extras, dict) or "MSFT_screencoverage" not in extras:
        return
    values: Any = extras["MSFT_screencoverage"]
    numbers = isinstance(values, list) and all(numeric(value) and 0 <= value <= 1 for value in values)
    if not numbers or len(values) != levels or sorted(values, reverse=True) != values:
        judge.report(COVERAGE, f"{pointer}/extras/MSFT_screencoverage", f"{levels} falling numbers are expected")
