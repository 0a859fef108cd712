"""Fractions in a Draco payload as quantized floats, which the package cannot write: it has integers, or floats in full.

Both are stored alike (Draco bitstream specification, "Sequential Quantization Attribute Decoder"): the same integers,
but a float attribute is declared as such and followed by its lowest values, its range and its bits. So what was encoded
as uint16 is declared anew, and these follow it.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

GENERIC: Final = 4
_FLOAT32: Final = 9
_QUANTIZED: Final = 2
_CODING: Final = {0: b"\x02", 1: b"\x03", 2: b"\x01", 3: b"\x02", GENERIC: b"\x01"}
"""How the package stores positions, normals, colours, coordinates and others: integers 1, quantized 2, octahedral 3."""
_TRAILER_BYTES: Final = {0: 17, 1: 1, 2: 0, 3: 13, GENERIC: 0}
"""What follows the values of each: minimum of each component, range and bits; for normals their bits alone."""


class Stored(NamedTuple):
    """An attribute as a payload declares it: kind (4: generic), component type, components, and unique id."""

    kind: int
    data_type: int
    components: int
    unique_id: int

    @property
    def pattern(self) -> bytes:
        kept = re.escape(bytes((self.kind, self.data_type, self.components)))
        return kept + b"[\x00\x01]" + re.escape(bytes((self.unique_id,)))


def as_floats(data: bytes, shifted: bytes, stored: Sequence[Stored], unique_id: int, step: float) -> bytes | None:
    """The payload with integers q of one generic uint16 attribute declared as floats −1 + q · step.

    Args:
        data: the payload.
        shifted: the same mesh encoded with each q one larger: where the two differ, the attribute's values end.
        stored: what the payload declares, in its order.
        step: a power of two.

    Returns:
        The new payload, to be held against what it should decode to; None where the place is not found, or an id takes
        more than a byte.
    """
    if any(attribute.unique_id > 127 for attribute in stored):
        return None
    at = next(number for number, attribute in enumerate(stored) if attribute.unique_id == unique_id)
    alone = [b"\x01" + attribute.pattern + re.escape(_CODING[attribute.kind]) for attribute in stored]
    together = [attribute.pattern for attribute in stored]
    codings = b"".join(_CODING[attribute.kind] for attribute in stored)
    for records, after in ((alone, b""), (together, re.escape(codings))):
        found = list(
            re.finditer(b"(" + b"".join(records[:at]) + b")" + b"".join(records[at:]) + after, data, re.DOTALL)
        )
        if len(found) != 1:
            continue
        new = bytearray(data)
        if records is alone:
            record, coding = found[0].end(1) + 1, found[0].end(1) + 6
            end = _end_of_values(data, shifted)
        else:
            record, coding = found[0].end(1), found[0].end() - len(codings) + at
            end = len(data) - sum(_TRAILER_BYTES[attribute.kind] for attribute in stored[at + 1 :])
        new[record + 1] = _FLOAT32
        new[coding] = _QUANTIZED
        new[end:end] = _trailer(stored[at].components, step)
        return bytes(new)
    return None


def _end_of_values(data: bytes, shifted: bytes) -> int:
    """Values end with the largest one, in 32 bits ("Prediction Wrap Transform"), whose lowest byte differs."""
    same = 0
    while same < min(len(data), len(shifted)) and data[-1 - same] == shifted[-1 - same]:
        same += 1
    return len(data) - same + 3


def _trailer(components: int, step: float) -> bytes:
    bits = 16
    return struct.pack(f"<{components + 1}fB", *[-1.0] * components, (2**bits - 1) * step, bits)
