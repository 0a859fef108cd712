"""Runs every rule over one file."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import Forge3DError, InvalidAsset, LimitExceeded
from ..gltf import Limits, Source, glb
from ..gltf.faults import Fault
from ..gltf.json_text import has_bom
from . import (
    accessor_data,
    accessors,
    animation_data,
    animations,
    declarations,
    images,
    materials,
    mesh_data,
    meshes,
    nodes,
    resources,
    skins,
    usage,
)
from . import extensions as _extensions  # fills the table of extensions
from .container import INVALID_JSON
from .info import describe_file
from .judge import Judge
from .report import Issue, Report
from .tables import ROOT

MIME_TYPES = {"glb": "model/gltf-binary", "gltf": "model/gltf+json"}


def validate(
    source: str | os.PathLike[str] | bytes | Source, *, limits: Limits | None = None, name: str | None = None
) -> Report:
    """Judge a .glb or .gltf file. Checking does not stop at the first fault.

    Compressed geometry (Draco, meshopt) is decoded and judged too. Images are judged by their headers.

    Args:
        source: a path, the file's bytes, or an opened `Source`.
        limits: how much the file may ask for.
        name: what the report calls the file; by default its path.

    Raises:
        InvalidAsset: there is no such file.
        LimitExceeded: the file itself is larger than `limits` allow; limits that are met later become issues.
    """
    data = _bytes(source, limits)
    kind = "glb" if data is not None and glb.is_glb(data) else getattr(source, "container", "gltf")
    report = Report(name or _name(source), MIME_TYPES[kind])
    try:
        opened = source if isinstance(source, Source) else _open(source, data or b"", limits, name)
    except (InvalidAsset, LimitExceeded) as error:
        report.issues = _unreadable(error, data)
        return report
    judge = Judge(opened)
    for fault in opened.container_faults:
        judge.issues.append(_issue(fault))
    _judge(judge, report)
    report.issues = sorted(judge.issues, key=lambda issue: issue.severity)
    return report


def _bytes(source: str | os.PathLike[str] | bytes | Source, limits: Limits | None) -> bytes | None:
    if isinstance(source, Source):
        return None
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    path = Path(source)
    try:
        size = path.stat().st_size
        (limits or Limits()).check("max_file_bytes", size, str(path))
        return path.read_bytes()
    except OSError as error:
        raise InvalidAsset(f"cannot be read: {error.strerror}", file=str(path), code="IO_ERROR") from None


def _open(source: str | os.PathLike[str] | bytes, data: bytes, limits: Limits | None, name: str | None) -> Source:
    base = None if isinstance(source, bytes | bytearray | memoryview) else Path(source).parent
    return Source.open(data, base=base, limits=limits, name=name)


def _name(source: str | os.PathLike[str] | bytes | Source) -> str | None:
    if isinstance(source, Source):
        return source.name
    return None if isinstance(source, bytes | bytearray | memoryview) else os.fspath(source)


def _issue(fault: Fault) -> Issue:
    return Issue(fault.code, fault.severity, fault.message, fault.pointer, fault.offset)


def _unreadable(error: Forge3DError, data: bytes | None) -> list[Issue]:
    """What keeps the file from being opened: the container's faults, and the JSON's unless there was none."""
    faults = glb.parse(data).faults if data is not None and glb.is_glb(data) else []
    issues = [_issue(fault) for fault in faults]
    code = getattr(error, "code", None)
    if isinstance(error, LimitExceeded):
        issues.append(Issue(resources.LIMIT.code, resources.LIMIT.severity, str(error), ""))
    elif code not in {issue.code for issue in issues}:
        message = error.message if isinstance(error, InvalidAsset) else str(error)
        issues.append(Issue(code or INVALID_JSON.code, INVALID_JSON.severity, message, ""))
    return issues


def _judge(judge: Judge, report: Report) -> None:
    source = judge.source
    if has_bom(source.text):
        judge.report(INVALID_JSON, "", "the text begins with a byte order mark")
        return
    asset = declarations.read_asset(judge)
    if asset is None:
        return
    used = source.json.get("extensionsUsed")
    judge.extensions = {name for name in used if type(name) is str} if type(used) is list else set()
    judge.root = ROOT.read(source.json, "", judge)
    declarations.check_declarations(judge)
    _judge_structure(judge)
    loaded = resources.check_buffers(judge)
    headers = images.check_images(judge)
    images.check_textures(judge, headers)
    usage.check_unused(judge)
    arrays = accessor_data.load_arrays(judge, loaded)
    accessor_data.check_arrays(judge, arrays)
    mesh_data.check_meshes(judge, arrays)
    animation_data.check_animation_data(judge, arrays)
    report.info = describe_file(judge, asset, loaded, headers)


def _judge_structure(judge: Judge) -> None:
    accessors.check_layout(judge)
    meshes.check_accessors(judge)
    for _, _, primitive, pointer in meshes.primitives(judge):
        materials.check_primitive_material(primitive, pointer, judge)
    parents = nodes.check_graph(judge)
    scenes: dict[int, set[int]] = {}
    for index, scene, _ in judge.entries("scenes"):
        for root in scene.get("nodes", ()):
            if root is not None:
                scenes.setdefault(root, set()).add(index)
    nodes.check_uses(judge, parents, scenes)
    skins.check_skins(judge, parents)
    animations.check_animations(judge)
