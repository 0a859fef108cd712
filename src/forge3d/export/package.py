"""USDZ packages: zip archives without compression whose files each begin at a multiple of 64 bytes.

Layout: APPNOTE 6.3.10 §4.3 (zip) and the USDZ specification 1.3, "Zip Constraints". The same files give the same bytes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

from ..errors import LimitExceeded

ALIGNMENT = 64
_LOCAL, _CENTRAL, _END = struct.Struct("<IHHHHHIIIHH"), struct.Struct("<IHHHHHHIIIHHHHHII"), struct.Struct("<IHHHHIIH")
_VERSION, _UTF8, _STORED = 20, 1 << 11, 0
_TIME, _DATE = 0, (1 << 5) | 1  # 1 January 1980, the earliest there is
_PADDING_FIELD = 0x1986  # an extra field for nothing but its length
_MOST_BYTES = 0xFFFFFFFF


def pack(files: Mapping[str, bytes]) -> bytes:
    """An archive of `files` in their order; the first is what is opened.

    Raises:
        LimitExceeded: more bytes than zip can hold without extensions, which USDZ does not know.
    """
    total = sum(len(data) + 2 * (ALIGNMENT + 64 + len(name.encode())) for name, data in files.items())
    if total > _MOST_BYTES:
        raise LimitExceeded("max_file_bytes", total, _MOST_BYTES, "the USDZ package")
    body, directory = bytearray(), bytearray()
    for name, data in files.items():
        path, offset, check = name.encode(), len(body), zlib.crc32(data)
        padding = _padding(offset + _LOCAL.size + len(path))
        body += _LOCAL.pack(
            0x04034B50, _VERSION, _UTF8, _STORED, _TIME, _DATE, check, len(data), len(data), len(path), len(padding)
        )
        body += path + padding + data
        directory += _CENTRAL.pack(
            0x02014B50, _VERSION, _VERSION, _UTF8, _STORED, _TIME, _DATE, check, len(data), len(data), len(path),
            0, 0, 0, 0, 0, offset,
        )  # fmt: skip
        directory += path
    end = _END.pack(0x06054B50, 0, 0, len(files), len(files), len(directory), len(body), 0)
    return bytes(body + directory + end)


def _padding(begin: int) -> bytes:
    """An extra field that ends at the alignment; the field's own head takes four bytes."""
    room = -begin % ALIGNMENT
    if room == 0:
        return b""
    if room < 4:
        room += ALIGNMENT
    return struct.pack("<HH", _PADDING_FIELD, room - 4) + bytes(room - 4)
