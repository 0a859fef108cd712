"""A small ICC profile that says "sRGB" (ICC.1:2010, version 4), the same bytes every time."""

from __future__ import annotations

import struct
from functools import cache

D50 = (0.9642, 1.0, 0.8249)
# Red, green and blue of sRGB as XYZ, adapted to D50 by the Bradford method (IEC 61966-2-1, annex F).
PRIMARIES = ((0.4360657, 0.2224884, 0.0139160), (0.3851471, 0.7168732, 0.0970764), (0.1430664, 0.0606079, 0.7140961))
CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # parametric curve type 3: g, a, b, c, d
BRADFORD = (1.0478112, 0.0228866, -0.0501270, 0.0295424, 0.9904844, -0.0170491, -0.0092345, 0.0150436, 0.7521316)


@cache
def srgb_profile() -> bytes:
    """The profile, under 600 bytes. Its date is fixed, so that files stay equal from run to run."""
    curve = b"para" + struct.pack(">IHH5i", 0, 3, 0, *map(_fixed, CURVE))
    tags = {
        b"desc": _text("sRGB"),
        b"cprt": _text("CC0"),
        b"wtpt": _xyz(D50),
        b"chad": b"sf32" + struct.pack(">I9i", 0, *map(_fixed, BRADFORD)),
        **{kind: _xyz(xyz) for kind, xyz in zip((b"rXYZ", b"gXYZ", b"bXYZ"), PRIMARIES, strict=True)},
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    at = 128 + 4 + 12 * len(tags)
    table, body, places = b"", b"", dict[bytes, int]()
    for kind, data in tags.items():
        if data not in places:
            places[data] = at + len(body)
            body += data + b"\0" * (-len(data) % 4)
        table += struct.pack(">4sII", kind, places[data], len(data))
    header = struct.pack(
        ">I4sI4s4s4s6H4s4sIIIQI3i", at + len(body), b"", 0x04300000, b"mntr", b"RGB ", b"XYZ ", 2020, 1, 1, 0, 0, 0,
        b"acsp", b"", 0, 0, 0, 0, 0, *map(_fixed, D50),
    )  # fmt: skip
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def _fixed(value: float) -> int:
    return round(value * 65536)


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ " + struct.pack(">I3i", 0, *map(_fixed, values))


def _text(text: str) -> bytes:
    """A multi-localised string with one entry, American English."""
    data = text.encode("utf-16-be")
    return b"mluc" + struct.pack(">III2s2sII", 0, 1, 12, b"en", b"US", len(data), 28) + data
