"""The numbering of the file that a document was read from, kept where an opaque extension may point to it.

An extension that forge3d does not know may hold indices of anything. The writer of a document with one keeps every list
in its order, every accessor and buffer view as it was, and appends what is new. It raises `UnsupportedFeature` where an
object that may be pointed to has gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .accessor import Accessor
from .property import Property, XmpPacket

Json = dict[str, Any]


@dataclass(slots=True, eq=False)
class Pinned:
    """What the file held, by position.

    Attributes:
        extensions: names of the opaque extensions.
        lists: the objects of each list of the document.
        accessors, accessor_json: the accessors and their JSON.
        views: JSON of the buffer views.
        buffers: JSON of the buffers without `uri`, and the bytes of each (None: a fallback buffer without bytes).
        image_views: buffer view of each image, None where it had its own file.
        payload_views: buffer view of Draco payloads and blobs.
    """

    extensions: tuple[str, ...]
    lists: dict[str, list[Property | XmpPacket]]
    accessors: list[Accessor]
    accessor_json: list[Json]
    views: list[Json]
    buffers: list[tuple[Json, bytes | memoryview | None]]
    image_views: list[int | None]
    payload_views: dict[object, int]
