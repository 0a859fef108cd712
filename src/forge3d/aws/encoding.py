"""GLBs as browsers are sent them: `Content-Encoding: br`, where that makes them smaller.

Over meshopt-compressed products it saves 14 to 27 % of the bytes, measured over six GLBs.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ..pipeline.bundle import writing
from .body import chunks

_WORTH_IT = 0.97
"""Larger than this part of the file, it is stored as it is: decoding has its price, too."""
_SLOW_UP_TO = 16 << 20
"""Bytes up to which the best quality is used: a second a megabyte for one percent more than quality 9 saves."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A file compressed with Brotli, in a file of its own."""

    path: Path
    size: int
    sha256: str


def brotli(source: Path, target: Path) -> Encoded | None:
    """Compress a file into another; None where that is not worth it.

    Raises:
        OutputError: it could not be written.
    """
    from brotli import Compressor

    size = source.stat().st_size
    compressor = Compressor(quality=11 if size <= _SLOW_UP_TO else 9, lgwin=22)
    digest, written = hashlib.sha256(), 0
    with writing(target), source.open("rb") as stream, target.open("wb") as out:

        def put(data: bytes) -> None:
            nonlocal written
            digest.update(data)
            written += out.write(data)

        for piece in chunks(stream):
            put(compressor.process(piece))
        put(compressor.finish())
    return Encoded(target, written, digest.hexdigest()) if written <= _WORTH_IT * size else None
