"""A file under repair: its JSON and its buffers, changed in place, so that all that is not repaired stays as it is."""

from __future__ import annotations

import base64
import copy
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from ...errors import Forge3DError
from ...gltf import Source, glb
from ...gltf.accessors import Array, Layout, check_fit
from ...gltf.json_text import BOM
from ...gltf.references import REFERENCES, Mismatch, select, steps
from ...gltf.resources import is_data

Json = dict[str, Any]

_INDENT = re.compile(rb"\A\s*\{\r?\n([ \t]+)")


class Left(Exception):
    """A fault stays as it is, and why."""


class Reach(NamedTuple):
    """The bytes of a buffer that something reads: `width` of them from `start`, again every `stride`, up to `end`."""

    buffer: int
    start: int
    end: int
    stride: int
    width: int


class State(NamedTuple):
    """A model's file, and the buffers beside it that have changed, by URI."""

    data: bytes
    resources: dict[str, bytes]


class Draft:
    """What a source will become; every method raises `Left` where the file does not allow what is asked.

    Attributes:
        source: the file as it is.
        json: its root object, to be changed.
    """

    def __init__(self, source: Source, resources: Mapping[str, bytes]):
        self.source, self._resources = source, resources
        self.json: Json = copy.deepcopy(source.json)
        self._edited: dict[int, bytearray] = {}

    # JSON.

    def entries(self, name: str) -> list[Any]:
        """The root's list `name`; empty where there is none."""
        value = self.json.get(name)
        return value if isinstance(value, list) else []

    def find(self, pointer: str) -> tuple[Any, Any]:
        """The object or array that holds what `pointer` names, and the key there."""
        holder: Any = None
        value: Any = self.json
        key: str | int = ""
        for token in pointer.split("/")[1:]:
            holder, key = value, token.replace("~1", "/").replace("~0", "~")
            if isinstance(holder, list) and key.isdigit() and int(key) < len(holder):
                key = int(key)
            elif not (isinstance(holder, dict) and key in holder):
                raise Left("there is no such place in the file")
            value = holder[key]
        if holder is None:
            raise Left("it is about the file as a whole")
        return holder, key

    def at(self, pointer: str) -> Any:
        """What `pointer` names."""
        holder, key = self.find(pointer)
        return holder[key]

    def references(self, name: str) -> Iterator[tuple[int, str]]:
        """(index, pointer) of each reference into the root list `name`."""
        for path, counted in REFERENCES.items():
            if counted == name:
                for found in select(self.json, steps(path)):
                    if not isinstance(found, Mismatch) and type(found[0]) is int:
                        yield found[0], found[1]

    # Data.

    def array(self, number: int) -> Array:
        """The elements of an accessor in natural shape, before any change."""
        try:
            return self.source.array(number)
        except Forge3DError as error:
            raise Left(f"its data cannot be read: {error}") from None

    def writable(self, number: int) -> Array:
        """The elements of an accessor, to be changed in place; only where nothing else reads the same bytes."""
        try:
            layout = self.source.layout(number)
            reach = self._reach(layout)
            self._refuse_shared(number, reach)
        except Forge3DError as error:
            raise Left(f"its data cannot be read: {error}") from None
        stored = self._edited.get(reach.buffer)
        if stored is None:
            stored = self._edited[reach.buffer] = bytearray(self.source.stored_buffer(reach.buffer))
        return np.ndarray(layout.shape, layout.dtype, stored, reach.start, (reach.stride, *layout.element.inner))

    def _reach(self, layout: Layout) -> Reach:
        """The bytes of an accessor that is stored as it is."""
        if layout.sparse is not None or layout.view is None:
            raise Left("its data are sparse, compressed or not in the file")
        if self.source.meshopt(layout.view) is not None:
            raise Left("its data are compressed")
        place = self.source.place(layout.view)
        stride = check_fit(layout, place.length, place.stride, "")
        start = place.start + layout.offset
        end = start + stride * (layout.count - 1) + layout.element.bytes
        if end > len(self.source.stored_buffer(place.buffer)):
            raise Left("its data are not all there")
        return Reach(place.buffer, start, end, stride, layout.element.bytes)

    def _refuse_shared(self, number: int, mine: Reach) -> None:
        """Raise `Left` where the accessor has two purposes, or something else reads its bytes."""
        uses = {_purpose(pointer) for index, pointer in self.references("accessors") if index == number}
        if len(uses) > 1:
            raise Left(f"its data serve as {' and '.join(sorted(uses))}")
        owned = False
        for other, pointer in self.references("bufferViews"):
            here = pointer.rpartition("/")[0]
            if here == f"/accessors/{number}":
                owned = True
            elif _overlap(mine, self._reach_of(here, other)):
                raise Left(f"{here} reads the same bytes")
        if not owned:
            raise Left("its data are not in the file")

    def _reach_of(self, owner: str, view: int) -> Reach:
        """The bytes that the accessor or other object at a pointer takes from a buffer view."""
        kind, _, rest = owner[1:].partition("/")
        if kind == "accessors" and rest.isdigit():
            layout = self.source.layout(int(rest))
            if layout.sparse is None and self.source.meshopt(view) is None:
                return self._reach(layout)
        place = self.source.place(view)
        return Reach(place.buffer, place.start, place.start + place.length, 1, 1)

    def declare_bounds(self, number: int, array: Array) -> bool:
        """Write an accessor's min and max as its data have them, where they differ; whether they did."""
        accessor = self.entries("accessors")[number]
        columns = (array.swapaxes(1, 2) if array.ndim == 3 else array).reshape(len(array), -1)
        if columns.dtype.kind == "f" and not np.isfinite(columns).all():
            raise Left("its data hold numbers that are not finite")
        before = accessor.get("min"), accessor.get("max")
        accessor["min"], accessor["max"] = columns.min(axis=0).tolist(), columns.max(axis=0).tolist()
        return before != (accessor["min"], accessor["max"])

    def changed(self, number: int, array: Array) -> None:
        """Keep the bounds true that an accessor declares, after its data were changed."""
        if {"min", "max"} & self.entries("accessors")[number].keys():
            self.declare_bounds(number, array)

    # What is written.

    def state(self) -> State:
        """The file with its changes, and the changed buffers in files beside it."""
        resources = dict(self._resources)
        binary: bytes | bytearray | memoryview | None = self.source.glb_bin
        for number, data in self._edited.items():
            buffer = self.entries("buffers")[number]
            uri = buffer.get("uri")
            if uri is None:
                binary = data
            elif is_data(uri):
                buffer["uri"] = uri[: uri.index(",") + 1].replace(";base64", "")[:-1] + ";base64," + _base64(data)
            else:
                resources[uri] = bytes(data)
        text = self._text()
        if self.source.container == "gltf":
            return State(text, resources)
        return State(glb.pack(text, binary, self.source.glb_others), resources)

    def _text(self) -> bytes:
        """The JSON, indented as the file was."""
        if self.json == self.source.json and not self.source.text.startswith(BOM):
            return self.source.text.rstrip(b" ") if self.source.container == "glb" else self.source.text
        if self.source.duplicate_keys:
            raise Left(f"the file has the same key twice ({self.source.duplicate_keys[0]}); which one is meant?")
        found = _INDENT.match(self.source.text.removeprefix(BOM))
        layout: dict[str, Any] = {"indent": found[1].decode()} if found else {"separators": (",", ":")}
        try:
            text = json.dumps(self.json, ensure_ascii=False, allow_nan=False, **layout)
        except ValueError as error:
            raise Left(f"the file's JSON cannot be written again: {error}") from None
        return text.encode("utf-8", "replace") + (b"\n" if found else b"")


def _purpose(pointer: str) -> str:
    """What an accessor is for there: `NORMAL` of a mesh or morph target, `indices`, `input`, …"""
    return ("target " if "/targets/" in pointer else "") + pointer.rsplit("/", 1)[-1]


def _overlap(a: Reach, b: Reach) -> bool:
    """Whether two have a byte in common; those that are interleaved have none."""
    if a.buffer != b.buffer or a.end <= b.start or b.end <= a.start:
        return False
    if a.stride != b.stride:
        return True
    apart = (b.start - a.start) % a.stride
    return apart < a.width or apart + b.width > a.stride


def _base64(data: bytes | bytearray) -> str:
    return base64.b64encode(data).decode()
