"""How much a file may ask for before it is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ..errors import LimitExceeded

MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for files that nobody vouches for; a product model stays far below all of them.

    Raise one with `Limits(max_file_bytes=…)`. Going over one raises `LimitExceeded`, which names the field.

    Attributes:
        max_file_bytes: the .glb or .gltf file itself.
        max_json_bytes: its JSON text.
        max_json_depth: objects and arrays inside each other.
        max_resource_bytes: all external files and data URIs of one model, after decoding base64.
        max_resources: how many external files one model may open.
        max_decoded_bytes: geometry that is not in the file as such: decompressed (Draco, meshopt) or sparse.
        max_zero_bytes: accessors that have no data at all, as 32-bit numbers, which they become when they are used.
            Sparse morph targets need some; a file of a few bytes could ask for any number.
        max_image_pixels: width × height of one image.
        max_objects: entries in any one list of the file, such as nodes, meshes or accessors; instances of one node.
        max_issues: how many places a validation tells before it stops; each counts once, however many elements it has.
        max_node_depth: levels of nodes below each other.
        max_repeated_vertices: corners of triangles, lines and points that one frame draws beyond those stored, because
            nodes, instances or primitives share them. Without a GPU this many take seconds; with one, sixteen times as
            many are allowed.
        codec_seconds: how long the Draco payloads of one model may take together; None waits for ever, and spares the
            thread that the deadline needs. See `codecs.draco`.
    """

    max_file_bytes: int = GIB
    max_json_bytes: int = 256 * MIB
    max_json_depth: int = 128
    max_resource_bytes: int = GIB
    max_resources: int = 4096
    max_decoded_bytes: int = GIB
    max_zero_bytes: int = 128 * MIB
    max_image_pixels: int = 1 << 27
    max_objects: int = 1_000_000
    max_issues: int = 100_000
    max_node_depth: int = 1000
    max_repeated_vertices: int = 1 << 25
    codec_seconds: float | None = 8.0

    def check(self, limit: str, value: float, what: str) -> None:
        """Raise `LimitExceeded` when `value` is above the field called `limit`; `what` starts the message."""
        allowed = getattr(self, limit)
        if allowed is not None and value > allowed:
            raise LimitExceeded(limit, value, allowed, what)


class Budget:
    """What one model has used of the limits that count for all of it."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self._decoded_bytes = self._zero_bytes = 0
        self._codec_seconds = 0.0

    def spend_bytes(self, count: int, what: str) -> None:
        """Count decoded bytes, before they are set aside."""
        self.limits.check("max_decoded_bytes", self._decoded_bytes + count, what)
        self._decoded_bytes += count

    def spend_zeros(self, components: int, what: str) -> None:
        """Count numbers that are zero because there is no data for them, before they are set aside."""
        self.limits.check("max_zero_bytes", self._zero_bytes + 4 * components, what)
        self._zero_bytes += 4 * components

    @contextmanager
    def codec_time(self, what: str) -> Iterator[Limits]:
        """Count the time spent inside; gives limits whose `codec_seconds` is what is left."""
        allowed = self.limits.codec_seconds
        if allowed is None:
            yield self.limits
            return
        self.limits.check("codec_seconds", self._codec_seconds, what)
        start = time.monotonic()
        try:
            yield replace(self.limits, codec_seconds=allowed - self._codec_seconds)
        finally:
            self._codec_seconds += time.monotonic() - start
