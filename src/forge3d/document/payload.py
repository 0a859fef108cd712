"""Encoded forms that stand in the file for decoded data, kept so that untouched data are written back as they were.

Payloads are immutable and shared between copies of a document.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .accessor import Accessor


@dataclass(slots=True, eq=False)
class Blob:
    """Bytes of a buffer view that an extension points to (such as a property table of EXT_structural_metadata)."""

    load: Callable[[], bytes]

    def __deepcopy__(self, memo: dict[int, Any]) -> Blob:
        return self


@dataclass(slots=True, eq=False)
class MeshoptPayload:
    """One compressed buffer view (EXT_meshopt_compression or KHR_meshopt_compression) and who decodes from it.

    It is written back while every accessor in `accessors` is still in the document; otherwise they are decoded.

    Attributes:
        accessors: who reads from the decoded view, and from which byte offset.
        fallback: gives the uncompressed bytes that the file held beside the compressed ones, for readers without the
            extension; None where there were none.
    """

    extension: str
    data: bytes
    byte_stride: int
    count: int
    mode: str
    filter: str
    view: dict[str, Any]
    accessors: dict[Accessor, int] = field(default_factory=dict)
    fallback: Callable[[], bytes] | None = None


@dataclass(slots=True, eq=False)
class SparsePayload:
    """A sparse accessor (§3.6.2.3): `values` replace the elements at `indices` in `base`, or in zeros where None.

    `json` holds the extras and extensions of the `sparse`, `indices` and `values` objects, under these names.
    """

    indices: Accessor
    values: Accessor
    base: Accessor | None = None
    json: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class ZeroPayload:
    """An accessor without a buffer view: all zeros (§3.6.2.1)."""


@dataclass(slots=True, eq=False)
class DracoPayload:
    """One KHR_draco_mesh_compression buffer view; `attributes` maps semantics to Draco's unique ids.

    `decoded` are the accessors that came out of it by semantic; `""` stands for the indices.
    """

    data: bytes
    attributes: dict[str, int]
    decoded: dict[str, Accessor] = field(default_factory=dict)
    extras: Any = None

    def __deepcopy__(self, memo: dict[int, Any]) -> DracoPayload:
        return self


Payload = MeshoptPayload | SparsePayload | ZeroPayload
