"""EXT_ and KHR_meshopt_compression: what the JSON says of a payload; the payload itself is judged by decoding it."""

from __future__ import annotations

from ..errors import Forge3DError
from .judge import Clean, Judge
from .resources import BROKEN_PLACES, note
from .rules import ERROR, WARNING, rule

EXT, KHR = "EXT_meshopt_compression", "KHR_meshopt_compression"
BOTH = rule("FORGE3D_MESHOPT_TWICE", ERROR, KHR, "a buffer view or buffer has both meshopt extensions")
LENGTH = rule(
    "FORGE3D_MESHOPT_LENGTH", ERROR, EXT, "the buffer view's byteLength is not count × byteStride of its payload"
)
STRIDE = rule("FORGE3D_MESHOPT_STRIDE", ERROR, EXT, "the payload's byteStride is not that of the buffer view around it")
FILTER_TYPE = rule(
    "FORGE3D_MESHOPT_FILTER_TYPE", WARNING, EXT, "the filter makes numbers of another type than the accessor's"
)
FALLBACK_USE = rule(
    "FORGE3D_MESHOPT_FALLBACK_USED", ERROR, EXT, "a fallback buffer is for compressed buffer views alone"
)
NOT_REQUIRED = rule(
    "FORGE3D_MESHOPT_NOT_REQUIRED", ERROR, EXT, "there are no uncompressed data, but the extension is not required"
)

BYTE, UBYTE, SHORT, USHORT, FLOAT = 5120, 5121, 5122, 5123, 5126
FILTERED = {
    ("OCTAHEDRAL", 4): (BYTE,), ("OCTAHEDRAL", 8): (SHORT,), ("QUATERNION", 8): (SHORT,),
    ("COLOR", 4): (UBYTE,), ("COLOR", 8): (USHORT,),
}  # fmt: skip
"""The component types that a filter makes at a stride; EXPONENTIAL makes floats at any."""


def check_meshopt(judge: Judge, loaded: set[int]) -> None:
    """Every compressed buffer view, whether an accessor reads it or not, and the buffers that stand in for them.

    Args:
        loaded: buffers whose bytes are there.
    """
    made: dict[int, tuple[str, tuple[int, ...]]] = {}
    for index, view, pointer in judge.entries("bufferViews"):
        name, extension = _compression(view)
        if extension is None:
            continue
        here = f"{pointer}/extensions/{name}"
        if EXT in view["extensions"] and KHR in view["extensions"]:
            judge.report(BOTH, f"{pointer}/extensions")
        _check_layout(name, extension, view, here, judge)
        filter, stride = extension.get("filter", "NONE"), extension.get("byteStride", 0)
        made[index] = filter, (FLOAT,) if filter == "EXPONENTIAL" else FILTERED.get((filter, stride), ())
        if extension.get("buffer") in loaded and "byteLength" in view:
            try:
                judge.source.view(index)
            except Forge3DError as error:
                if getattr(error, "code", None) not in BROKEN_PLACES:
                    note(error, here, judge)
    for _, accessor, pointer in judge.entries("accessors"):
        filter, types = made.get(accessor.get("bufferView", -1), ("NONE", ()))
        if types and accessor.get("componentType", types[0]) not in types:
            judge.report(FILTER_TYPE, pointer, f"its buffer view is filtered as {filter}")
    _check_buffers(judge)


def filtered_accessors(judge: Judge) -> set[int]:
    """Accessors that are read through a filter, which moves values by its rounding."""
    views = {
        index for index, view, _ in judge.entries("bufferViews")
        if (_compression(view)[1] or {}).get("filter", "NONE") != "NONE"
    }  # fmt: skip
    return {index for index, accessor, _ in judge.entries("accessors") if accessor.get("bufferView") in views}


def _compression(view: Clean) -> tuple[str, Clean | None]:
    """The name and content of the extension that compresses a buffer view, KHR before EXT as in `Source`."""
    extensions = view.get("extensions", {})
    name = KHR if KHR in extensions else EXT
    return name, extensions.get(name)


def _check_layout(name: str, extension: Clean, view: Clean, pointer: str, judge: Judge) -> None:
    count, stride = extension.get("count"), extension.get("byteStride")
    length = view.get("byteLength")
    if count is not None and stride is not None and length is not None and count * stride != length:
        message = f"{count} elements of {stride} bytes are {count * stride}, not the {length} of the buffer view"
        judge.report(LENGTH, pointer, message)
    outer = view.get("byteStride")
    if name == EXT and None not in (stride, outer) and stride != outer:
        judge.report(STRIDE, f"{pointer}/byteStride", f"{stride} where the buffer view has {outer}")


def _check_buffers(judge: Judge) -> None:
    """Buffers that hold no data but for readers who cannot decompress."""
    plain: dict[int, str] = {}
    compressed: dict[int, set[str]] = {}
    payloads: dict[int, str] = {}
    for _, view, pointer in judge.entries("bufferViews"):
        name, extension = _compression(view)
        buffer = view.get("buffer", -1)
        if extension is None:
            plain.setdefault(buffer, f"{pointer}/buffer")
        else:
            compressed.setdefault(buffer, set()).add(name)
            payloads.setdefault(extension.get("buffer", -1), f"{pointer}/extensions/{name}/buffer")
    for index, buffer, pointer in judge.entries("buffers"):
        extensions = buffer.get("extensions", {})
        if EXT in extensions and KHR in extensions:
            judge.report(BOTH, f"{pointer}/extensions")
        if any(extensions.get(name, {}).get("fallback") for name in (EXT, KHR)):
            for place in (plain.get(index), payloads.get(index)):
                if place is not None:
                    judge.report(FALLBACK_USE, place, f"buffer {index} is a fallback")
        absent = "uri" not in judge.source.json["buffers"][index] and (index or judge.source.container != "glb")
        for name in sorted(compressed.get(index, ())) if absent else ():
            if name not in judge.root["extensionsRequired"]:
                judge.report(NOT_REQUIRED, pointer, f"{name} has to be in extensionsRequired")
