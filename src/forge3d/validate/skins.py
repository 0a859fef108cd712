"""Skins (specification §3.7.3)."""

from __future__ import annotations

from .formats import BIND_MATRICES, form_of
from .judge import Clean, Judge
from .rules import ERROR, rule
from .tree import Tree
from .usage import use_accessor, use_view

NO_ROOT = rule("SKIN_NO_COMMON_ROOT", ERROR, "3.7.3.2", "the joints have no common root")
SKELETON = rule("SKIN_SKELETON_INVALID", ERROR, "3.7.3.2", "the skeleton node is not above all joints")
IBM_FORMAT = rule("SKIN_IBM_INVALID_FORMAT", ERROR, "3.7.3.1", "inverse bind matrices are MAT4 of floats")
IBM_STRIDE = rule("SKIN_IBM_ACCESSOR_WITH_BYTESTRIDE", ERROR, "3.6.2.4", "inverse bind matrices have no byteStride")
IBM_COUNT = rule("INVALID_IBM_ACCESSOR_COUNT", ERROR, "3.7.3.1", "there are fewer inverse bind matrices than joints")


def check_skins(judge: Judge, tree: Tree) -> None:
    for _, skin, pointer in judge.entries("skins"):
        joints = [joint for joint in skin.get("joints", ()) if joint is not None]
        if "joints" in skin and len({tree.roots[joint] for joint in joints}) != 1:
            judge.report(NO_ROOT, f"{pointer}/joints")
        skeleton = skin.get("skeleton")
        if skeleton is not None and not (joints and all(tree.is_above(skeleton, joint) for joint in joints)):
            judge.report(SKELETON, f"{pointer}/skeleton")
        if "inverseBindMatrices" in skin:
            _check_matrices(skin, len(skin.get("joints", ())), f"{pointer}/inverseBindMatrices", judge)


def _check_matrices(skin: Clean, joints: int, pointer: str, judge: Judge) -> None:
    index = skin["inverseBindMatrices"]
    accessor = judge.get("accessors", index)
    if accessor is None:
        return
    use_accessor(judge, index, "inverse bind matrices", pointer)
    use_view(judge, accessor, "inverse bind matrices", pointer)
    view = judge.get("bufferViews", accessor.get("bufferView"))
    if view is not None and "byteStride" in view:
        judge.report(IBM_STRIDE, pointer)
    if form_of(accessor) not in BIND_MATRICES:
        judge.report(IBM_FORMAT, pointer)
    if joints and accessor.get("count", -1) < joints:
        judge.report(IBM_COUNT, pointer, f"{accessor.get('count', 0)} matrices for {joints} joints")
