"""What an AV1 stream says of itself (AV1 bitstream specification §5.3–5.5): the pictures inside AVIF files."""

from __future__ import annotations

from typing import NamedTuple

from .headers import Bytes, invalid

SEQUENCE_HEADER, FRAME_HEADER, FRAME = 1, 3, 6
MAX_UNITS = 4096
"""What comes after so many units is not looked at; a still has three or four, and one more for each tile."""


class Sequence(NamedTuple):
    """The facts of a sequence header. `grey`: it has no chroma."""

    profile: int
    width: int
    height: int
    bits: int
    grey: bool


class _Bits:
    def __init__(self, data: Bytes):
        self._value, self._left = int.from_bytes(data, "big"), 8 * len(data)

    def read(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise invalid("the AV1 sequence header is cut off")
        return self._value >> self._left & ((1 << count) - 1)

    def skip_uvlc(self) -> None:
        zeros = 0
        while not self.read(1):
            zeros += 1
        self.read(zeros)


def read_sequence(data: Bytes) -> Sequence:
    """The sequence header at the head of a stream, whose units must lie inside it.

    Raises:
        InvalidAsset: the units do not fit, or there is no sequence header, or no picture.
    """
    sequence, pictures, at = None, 0, 0
    for _ in range(MAX_UNITS):
        if at >= len(data):
            break
        head = data[at]
        if head & 0x81:
            raise invalid(f"byte {at} of the AV1 stream begins no unit")
        kind, at = head >> 3 & 15, at + 1 + (head >> 2 & 1)
        length = len(data) - at
        if head & 2:
            length, at = _leb128(data, at)
        if length < 0 or at + length > len(data):
            raise invalid("a unit of the AV1 stream ends after it")
        if kind == SEQUENCE_HEADER and sequence is None:
            sequence = _sequence(_Bits(bytes(data[at : at + min(length, 256)])))
        pictures += kind in (FRAME_HEADER, FRAME)
        at += length
    if sequence is None or not pictures:
        raise invalid("the AV1 stream has no sequence header or no picture")
    return sequence


def _leb128(data: Bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(8):
        if at + place >= len(data):
            break
        value |= (data[at + place] & 0x7F) << 7 * place
        if not data[at + place] & 0x80:
            return value, at + place + 1
    raise invalid("the length of an AV1 unit has no end")


def _sequence(bits: _Bits) -> Sequence:
    profile, _, reduced = bits.read(3), bits.read(1), bits.read(1)
    if reduced:
        bits.read(5)
    else:
        _skip_operating_points(bits)
    wide, high = bits.read(4) + 1, bits.read(4) + 1
    width, height = bits.read(wide) + 1, bits.read(high) + 1
    if not reduced and bits.read(1):
        bits.read(7)
    bits.read(3)
    if not reduced:
        _skip_tools(bits)
    bits.read(3)
    deep = bits.read(1)
    twelve = bits.read(1) if profile == 2 and deep else 0
    grey = bool(bits.read(1)) if profile != 1 else False
    return Sequence(profile, width, height, 12 if twelve else 10 if deep else 8, grey)


def _skip_operating_points(bits: _Bits) -> None:
    delay_bits = 0
    if bits.read(1):  # timing
        bits.read(64)
        if bits.read(1):
            bits.skip_uvlc()
        if bits.read(1):
            delay_bits = bits.read(5) + 1
            bits.read(42)
    display_delay = bits.read(1)
    for _ in range(bits.read(5) + 1):
        bits.read(12)
        if bits.read(5) > 7:
            bits.read(1)
        if delay_bits and bits.read(1):
            bits.read(2 * delay_bits + 1)
        if display_delay and bits.read(1):
            bits.read(4)


def _skip_tools(bits: _Bits) -> None:
    bits.read(4)
    order_hint = bits.read(1)
    if order_hint:
        bits.read(2)
    tools = bits.read(1) or bits.read(1)  # for screen content: chosen by the picture, or forced
    if tools and not bits.read(1):
        bits.read(1)
    if order_hint:
        bits.read(3)
