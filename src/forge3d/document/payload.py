"""Encoded data kept as the file had it, to be written back byte for byte while nothing replaces it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .accessor import Accessor, Array


@dataclass(slots=True, eq=False)
class MeshoptPayload:
    """One compressed buffer view (EXT_meshopt_compression or KHR_meshopt_compression) and who decodes from it.

    It can be written back only while every accessor in `accessors` is still in the document.
    """

    extension: str
    data: bytes
    byte_stride: int
    count: int
    mode: str
    filter: str
    target: int | None = None
    accessors: dict[int, int] = field(default_factory=dict)  # id(accessor) → byte offset in the decoded view


@dataclass(slots=True, eq=False)
class SparsePayload:
    """A sparse accessor: `base` is the dense accessor's array or None for zeros; the rest replaces elements."""

    indices: Array
    values: Array
    base: Array | None = None


@dataclass(slots=True, eq=False)
class DracoPayload:
    """One KHR_draco_mesh_compression buffer view; `attributes` maps semantics to Draco's unique ids."""

    data: bytes
    attributes: dict[str, int]
    decoded: dict[str, Accessor] = field(default_factory=dict)  # what came out of it, "" for indices
    extras: Any = None


Payload = MeshoptPayload | SparsePayload
