"""Buffers and images as resources: URIs, where the bytes are, whether they are all there (specification §3.6.1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..errors import Forge3DError, InvalidAsset, UnsupportedFeature
from ..gltf import Severity
from ..gltf.faults import fault_of
from ..gltf.json_access import shown
from ..gltf.resources import DataUri, is_data, scheme
from .judge import Clean, Judge
from .kinds import INVALID_URI, NOTHING, TYPE
from .rules import ERROR, INFORMATION, WARNING, rule

IO = rule("IO_ERROR", ERROR, "3.6.1", "an external file cannot be read")
NON_RELATIVE = rule(
    "NON_RELATIVE_URI", WARNING, "2.8", "a URI that is more than a relative path is not portable, and is not opened"
)
BUFFER_MIME = rule(
    "BUFFER_DATA_URI_MIME_TYPE_INVALID", ERROR, "3.6.1.1",
    "a buffer's data URI is application/octet-stream or application/gltf-buffer",
)  # fmt: skip
MISSING_BIN = rule("BUFFER_MISSING_GLB_DATA", ERROR, "3.6.1.2", "the buffer has no URI, and the GLB no binary chunk")
LENGTH_MISMATCH = rule("BUFFER_BYTE_LENGTH_MISMATCH", ERROR, "3.6.1", "the buffer holds fewer bytes than declared")
CHUNK_TOO_BIG = rule(
    "BUFFER_GLB_CHUNK_TOO_BIG", WARNING, "4.4.3.3", "the GLB's binary chunk is longer than its buffer with padding"
)
DATA_URI_GLB = rule("DATA_URI_GLB", WARNING, "3.6.1.1", "a data URI in a GLB wastes a quarter of its bytes")
URI_GLB = rule("URI_GLB", INFORMATION, "4", "a GLB that refers to other files is not self-contained")
REFUSED = rule("FORGE3D_RESOURCE_REFUSED", ERROR, "2.8", "a URI leads where no file may be opened")
LIMIT = rule("FORGE3D_LIMIT_EXCEEDED", ERROR, "", "the file asks for more than the limits allow")
NOT_JUDGED = rule("FORGE3D_NOT_JUDGED", WARNING, "", "the data cannot be decoded here, so they are not judged")
DRACO_INVALID = rule(
    "FORGE3D_DRACO_DATA_INVALID", ERROR, "KHR_draco_mesh_compression", "a Draco payload cannot be decoded"
)
MESHOPT_INVALID = rule(
    "FORGE3D_MESHOPT_DATA_INVALID", ERROR, "EXT_meshopt_compression", "a meshopt payload cannot be decoded"
)
DRACO_MISMATCH = rule(
    "FORGE3D_DRACO_ACCESSOR_MISMATCH", ERROR, "KHR_draco_mesh_compression",
    "a Draco payload has other counts, types or attributes than the accessors declare",
)  # fmt: skip
MESHOPT_LAYOUT = rule(
    "FORGE3D_MESHOPT_LAYOUT_INVALID", ERROR, "EXT_meshopt_compression",
    "mode, filter, byteStride and count of a meshopt payload contradict each other",
)  # fmt: skip

BUFFER_TYPES = ("application/octet-stream", "application/gltf-buffer")
BROKEN_PLACES = frozenset(
    {
        "ACCESSOR_TOO_LONG", "ACCESSOR_SMALL_BYTESTRIDE", "BUFFER_VIEW_TOO_LONG", "BUFFER_BYTE_LENGTH_MISMATCH",
        "BUFFER_MISSING_GLB_DATA", "IO_ERROR", "INVALID_URI", "UNRESOLVED_REFERENCE", "UNDEFINED_PROPERTY",
        "VALUE_NOT_IN_RANGE", "VALUE_NOT_IN_LIST", "TYPE_MISMATCH", "INVALID_INDEX",
        "ACCESSOR_SPARSE_COUNT_OUT_OF_RANGE", "MESH_PRIMITIVE_UNEQUAL_ACCESSOR_COUNT", "RESOURCE_REFUSED",
    }
)  # fmt: skip
"""Codes of why an array cannot be had that were reported where they belong already."""

OURS = frozenset(
    found.code.removeprefix("FORGE3D_")
    for found in (REFUSED, LIMIT, DRACO_INVALID, DRACO_MISMATCH, MESHOPT_INVALID, MESHOPT_LAYOUT)
)
"""Codes of `forge3d.gltf` that the Khronos validator does not have."""


@dataclass(frozen=True, slots=True)
class Uri:
    """A URI reference (RFC 3986), kept as it is written."""

    def read(self, value: Any, pointer: str, judge: Judge) -> Any:
        if type(value) is not str:
            judge.report(TYPE, pointer, f"{shown(value)} is not a string")
            return NOTHING
        in_glb = judge.source.container == "glb"
        if in_glb:
            judge.report(URI_GLB, pointer)
        try:
            scheme(value)
            is_good = not is_data(value) or DataUri.of(value).is_strict()
        except InvalidAsset:
            is_good = False
        if not is_good:
            judge.report(INVALID_URI, pointer, f"{shown(value)} is not a URI")
            return NOTHING
        if not is_data(value):
            if not _is_path(value):
                judge.report(NON_RELATIVE, pointer)
        elif in_glb:
            judge.report(DATA_URI_GLB, pointer)
        return value


def opens(uri: str) -> bool:
    """Whether a resource is looked for: data URIs and relative paths."""
    return is_data(uri) or _is_path(uri)


def _is_path(uri: str) -> bool:
    """Whether a URI has no scheme, authority, query or fragment, and is relative to the model."""
    return scheme(uri) is None and not uri.startswith("/") and "?" not in uri and "#" not in uri


def note(error: Forge3DError, pointer: str, judge: Judge) -> None:
    """Report what a decoder of `forge3d.gltf` raised, in place `pointer` unless the error knows better."""
    if isinstance(error, UnsupportedFeature):
        judge.report(NOT_JUDGED, pointer, str(error))
        return
    fault = fault_of(error, pointer)
    if fault.code == INVALID_URI.code:  # it is one, as `Uri` found, but names no file
        fault = replace(fault, code=IO.code)
    code = f"FORGE3D_{fault.code}" if fault.code in OURS else fault.code
    judge.add(code, Severity.ERROR, fault.pointer, fault.message)


def check_buffers(judge: Judge) -> tuple[set[int], dict[int, int]]:
    """Load every buffer.

    Returns:
        The buffers whose declared bytes are all there; and how many bytes there are for each that could be opened.
    """
    complete: set[int] = set()
    stored: dict[int, int] = {}
    for index, buffer, pointer in judge.entries("buffers"):
        if not _has_place(judge, index, buffer, pointer):
            continue
        try:
            length = len(judge.source.stored_buffer(index))
            if is_data(buffer.get("uri", "")):
                complete.add(index)  # what there is can be read, and is judged
            if "byteLength" in buffer:
                stored[index] = length
                judge.source.buffer(index)
                complete.add(index)
        except Forge3DError as error:
            note(error, f"{pointer}/uri" if "uri" in buffer else pointer, judge)
    return complete, stored


def _has_place(judge: Judge, index: int, buffer: Clean, pointer: str) -> bool:
    """Whether it is said where the buffer's bytes are, in a way that can be followed."""
    source, uri = judge.source, buffer.get("uri")
    if uri is None and "uri" in source.json["buffers"][index]:
        return False
    if uri is not None:
        if is_data(uri) and (kind := DataUri.of(uri).media_type) not in BUFFER_TYPES:
            judge.report(BUFFER_MIME, f"{pointer}/uri", f"{kind} is not {' or '.join(BUFFER_TYPES)}")
            del buffer["uri"]
            return False
        return is_data(uri) or ("byteLength" in buffer and opens(uri))
    if source.container != "glb" or index != 0 or "byteLength" not in buffer:
        return False
    if source.glb_bin is None:
        judge.report(MISSING_BIN, pointer)
        return False
    spare = len(source.glb_bin) - buffer["byteLength"]
    if spare > -buffer["byteLength"] % 4:
        judge.report(CHUNK_TOO_BIG, pointer, f"{spare} bytes follow the buffer in the GLB's binary chunk")
    return True
