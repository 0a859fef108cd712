"""What is used for what: accessors and buffer views for one purpose each, and objects that nothing uses."""

from __future__ import annotations

from typing import Literal

from .judge import Clean, Judge
from .rules import ERROR, HINT, INFORMATION, rule

USAGE = rule("ACCESSOR_USAGE_OVERRIDE", ERROR, "3.6.2.1", "an accessor is used for two different purposes")
TARGET_OVERRIDE = rule(
    "BUFFER_VIEW_TARGET_OVERRIDE", ERROR, "3.6.1", "the buffer view's target or earlier use says something else"
)
TARGET_MISSING = rule("BUFFER_VIEW_TARGET_MISSING", HINT, "3.6.1", "a buffer view for drawing should say its target")
UNUSED = rule("UNUSED_OBJECT", INFORMATION, "", "nothing refers to this object")

Purpose = Literal[
    "vertex attribute", "indices", "inverse bind matrices", "animation input", "animation output", "image", "data"
]
TARGETS = {34962: "vertex attribute", 34963: "indices"}
LISTS = (
    "accessors", "buffers", "bufferViews", "cameras", "images", "materials", "meshes", "nodes", "samplers", "skins",
    "textures",
)  # fmt: skip


def use_accessor(judge: Judge, index: int, purpose: Purpose, pointer: str) -> None:
    """An accessor serves `purpose` for the object at `pointer`."""
    first = judge.purposes.setdefault(("accessors", index), purpose)
    if first != purpose:
        judge.report(USAGE, pointer, f"accessor {index} is used for {first} already, not for {purpose}")


def use_view(judge: Judge, owner: Clean, purpose: Purpose, pointer: str) -> None:
    """The buffer view of `owner` (an accessor or image) serves `purpose`."""
    index = owner.get("bufferView")
    view = judge.get("bufferViews", index)
    if view is None or index is None:
        return
    key = ("bufferViews", index)
    judge.used.add(key)
    drawn = purpose in ("vertex attribute", "indices")
    if key not in judge.purposes:
        target = TARGETS.get(view.get("target", 0))
        if target is None and drawn:
            judge.report(TARGET_MISSING, pointer)
        judge.purposes[key] = target or purpose
    if judge.purposes[key] != purpose:
        judge.report(TARGET_OVERRIDE, pointer, f"buffer view {index} is for {judge.purposes[key]}, not for {purpose}")


def check_unused(judge: Judge) -> None:
    for name in LISTS:
        for index, _, pointer in judge.entries(name):
            if (name, index) not in judge.used:
                judge.report(UNUSED, pointer)
    extensions = judge.root.get("extensions", {})
    for extension, name in (("KHR_lights_punctual", "lights"), ("KHR_materials_variants", "variants")):
        for index, entry in enumerate(extensions.get(extension, {}).get(name, ())):
            if entry is not None and (name, index) not in judge.used:
                judge.report(UNUSED, f"/extensions/{extension}/{name}/{index}")
