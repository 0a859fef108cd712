"""Runs every rule over one file."""

from __future__ import annotations

import os
from codecs import getincrementaldecoder
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import InvalidAsset, LimitExceeded
from ..gltf import Limits, Source, glb
from ..gltf.faults import Fault
from ..gltf.files import read_file
from ..gltf.json_access import shown
from ..gltf.json_text import has_bom
from . import (
    accessor_data,
    accessors,
    animation_data,
    animations,
    declarations,
    draco,
    images,
    instancing,
    ktx2,
    levels,
    materials,
    mesh_data,
    meshes,
    meshopt,
    nodes,
    pictures,
    pointers,
    resources,
    skins,
    usage,
)
from .container import INVALID_JSON
from .extensions import EXTENSIONS
from .info import describe_file
from .judge import Clean, Judge, TooManyIssues
from .report import Issue, Report
from .tables import ROOT

CUT_OFF = "GLB_UNEXPECTED_END"
MIME_TYPES = {"glb": "model/gltf-binary", "gltf": "model/gltf+json"}


def validate(
    source: str | os.PathLike[str] | bytes | Source, *, limits: Limits | None = None, name: str | None = None
) -> Report:
    """Judge a .glb or .gltf file. Checking does not stop at the first fault, but at `limits.max_issues`.

    Compressed geometry (Draco, meshopt) is decoded and judged too. Images are judged by their headers.

    Args:
        source: a path, the file's bytes, or an opened `Source`.
        limits: how much the file may ask for.
        name: what the report calls the file; by default its path.

    Raises:
        InvalidAsset: there is no such file.
        LimitExceeded: the file itself is larger than `limits` allow; limits that are met later become issues.
    """
    try:
        opened = Source.open(source, limits=limits, name=name)
    except (InvalidAsset, LimitExceeded) as error:
        if getattr(error, "code", None) == "IO_ERROR" or getattr(error, "limit", None) == "max_file_bytes":
            raise
        return _unreadable(error, source, limits or Limits(), name)
    judge = Judge(opened, EXTENSIONS)
    judge.issues += [_issue(fault) for fault in opened.container_faults]
    info: dict[str, Any] = {}
    truncated = False
    try:
        _check_lists(opened)
        if not any(fault.code.startswith(CUT_OFF) for fault in opened.container_faults):
            info = _judge(judge)
        else:  # the resources of a file that is cut off would only repeat that
            _judge_text(judge)
    except TooManyIssues:
        truncated = True
        message = f"there are more than {opened.limits.max_issues:,} issues: what follows is not judged"
        judge.issues.append(Issue(resources.LIMIT.code, resources.LIMIT.severity, message, ""))
    except LimitExceeded as error:
        judge.issues.append(Issue(resources.LIMIT.code, resources.LIMIT.severity, str(error), ""))
    return Report(opened.name, MIME_TYPES[opened.container], _worst_first(judge.issues), info, truncated=truncated)


def _check_lists(source: Source) -> None:
    """Refuse to judge more objects than the limits allow."""
    for name, entries in source.json.items():
        if isinstance(entries, list):
            source.limits.check("max_objects", len(entries), f"the list {shown(name)}")


def _worst_first(issues: list[Issue]) -> list[Issue]:
    """By severity, in the order found otherwise; what two rules met in the same words counts once."""
    distinct: dict[tuple[object, ...], Issue] = {}
    for issue in issues:
        distinct.setdefault((issue.code, issue.pointer, issue.offset, issue.message), issue)
    return sorted(distinct.values(), key=lambda issue: issue.severity)


def _issue(fault: Fault) -> Issue:
    code = resources.LIMIT.code if fault.code == "LIMIT_EXCEEDED" else fault.code
    return Issue(code, fault.severity, fault.message, fault.pointer, fault.offset)


def _unreadable(
    error: InvalidAsset | LimitExceeded,
    source: str | os.PathLike[str] | bytes | Source,
    limits: Limits,
    name: str | None,
) -> Report:
    """The report of a file that cannot be opened: the container's faults, and the JSON's unless there was none."""
    if isinstance(source, bytes | bytearray | memoryview):
        data, is_glb = bytes(source), False
    else:
        path = Path(os.fspath(source))  # type: ignore[arg-type]
        name, data, is_glb = name or str(path), bytes(read_file(path, limits)), path.suffix.lower() == ".glb"
    is_glb = is_glb or data.startswith(b"g")  # no JSON does
    chunks = glb.parse(data) if is_glb else glb.Glb()
    issues = [_issue(fault) for fault in chunks.faults]
    if chunks.json is not None and chunks.json_is_cut:
        issues = _text_so_far(bytes(chunks.json), issues)
    if isinstance(error, LimitExceeded):
        issues.append(Issue(resources.LIMIT.code, resources.LIMIT.severity, str(error), ""))
    elif not chunks.json_is_cut and not any(
        issue.code in (error.code, "GLB_INVALID_MAGIC", f"{CUT_OFF}_OF_HEADER")
        or (issue.code == "GLB_EMPTY_CHUNK" and len(data) == glb.HEADER_BYTES + 8)  # there is nothing to read
        for issue in issues
    ):
        issues.append(Issue(error.code or INVALID_JSON.code, INVALID_JSON.severity, error.message, ""))
    return Report(name, MIME_TYPES["glb" if is_glb else "gltf"], _worst_first(issues))


def _text_so_far(text: bytes, issues: list[Issue]) -> list[Issue]:
    """The container's issues with what the first bytes of a JSON text show, whose chunk is cut off."""
    broken = Issue(INVALID_JSON.code, INVALID_JSON.severity, "the text begins with a byte order mark", "")
    try:
        getincrementaldecoder("utf-8")().decode(text)
    except UnicodeDecodeError as error:  # then nobody reads on to the end
        rest = [issue for issue in issues if issue.code != glb.CUT_CHUNK]
        return [*rest, replace(broken, message=f"invalid UTF-8: {error.reason}")]
    return [*issues, broken] if has_bom(text) else issues


def _judge(judge: Judge) -> dict[str, Any]:
    """Run the rules in the order in which they build on each other; returns the `info` block."""
    asset = _judge_text(judge)
    if asset is None:
        return {}
    loaded, stored = resources.check_buffers(judge)
    headers = images.check_images(judge, loaded)
    images.check_textures(judge, headers)
    ktx2.check_ktx2(judge, headers)
    pictures.check_pictures(judge, headers)
    compressed = accessor_data.draco_users(judge)
    arrays = accessor_data.load_arrays(judge, loaded, compressed)
    accessor_data.check_arrays(judge, arrays, compressed | meshopt.filtered_accessors(judge))
    meshopt.check_meshopt(judge, loaded)
    mesh_data.check_meshes(judge, arrays)
    draco.check_payloads(judge, arrays)
    animation_data.check_animation_data(judge, arrays)
    pointers.check_pointer_data(judge, arrays)
    instancing.check_instancing(judge, arrays)
    return describe_file(judge, asset, stored, headers)


def _judge_text(judge: Judge) -> Clean | None:
    """What needs no bytes but the JSON's; returns the cleaned asset, None where there is none to judge by."""
    source = judge.source
    if has_bom(source.text):
        judge.issues.append(
            Issue(INVALID_JSON.code, INVALID_JSON.severity, "the text begins with a byte order mark", "")
        )
    names = declarations.read_names(judge)
    judge.extensions = set(names["extensionsUsed"])
    declarations.check_declarations(judge, names["extensionsUsed"], names["extensionsRequired"])
    asset = declarations.read_asset(judge)
    if asset is None:
        ROOT.check_names(source.json, "", judge)
        return None
    judge.root = {**ROOT.read(source.json, "", judge), **names}
    _judge_structure(judge)
    usage.check_unused(judge)
    return asset


def _judge_structure(judge: Judge) -> None:
    accessors.check_layout(judge)
    images.check_views(judge)
    pictures.check_fallbacks(judge)
    meshes.check_accessors(judge)
    draco.check_draco(judge)
    for _, _, primitive, pointer in meshes.primitives(judge):
        materials.check_primitive_material(primitive, pointer, judge)
    tree = nodes.check_graph(judge)
    nodes.check_uses(judge, tree)
    skins.check_skins(judge, tree)
    levels.check_levels(judge, tree)
    animations.check_animations(judge)
    pointers.check_pointers(judge)
