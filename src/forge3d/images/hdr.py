"""Radiance RGBE pictures (.hdr), the format of environment maps: G. Ward, "Real Pixels", Graphics Gems II, 1991."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import InvalidAsset, LimitExceeded, UnsupportedFeature
from .decoding import MAX_PIXELS
from .headers import Bytes

FloatArray = npt.NDArray[np.float32]
Rgbe = npt.NDArray[np.uint8]

_RESOLUTION = re.compile(rb"([+-])([XY]) (\d{1,9}) ([+-])([XY]) (\d{1,9})\n")
NEW_RLE_WIDTHS = range(8, 32768)


def read_hdr(source: str | Path | Bytes, *, max_pixels: int = MAX_PIXELS) -> FloatArray:
    """Read a Radiance picture, flat or with either run-length encoding, in any of the eight orientations.

    Returns:
        Read-only `(height, width, 3)` float32, linear radiance, top row first. Always finite and not negative; the
        header's EXPOSURE and COLORCORR are divided out, as the format says.

    Raises:
        InvalidAsset: not such a picture, damaged or cut off.
        LimitExceeded: more pixels than allowed.
        UnsupportedFeature: CIE XYZ colours.
    """
    name = str(source) if isinstance(source, str | Path) else None
    data = Path(source).read_bytes() if isinstance(source, str | Path) else bytes(source)
    try:
        return _read(data, max_pixels)
    except InvalidAsset as error:
        error.file = name
        raise
    except (IndexError, ValueError):
        raise InvalidAsset("the Radiance picture is cut off or damaged", file=name) from None


def _read(data: bytes, max_pixels: int) -> FloatArray:
    if not data.startswith((b"#?RADIANCE", b"#?RGBE")):
        raise InvalidAsset("not a Radiance picture: it does not begin with #?RADIANCE")
    end = data.find(b"\n\n", 0, 1 << 16)
    resolution = _RESOLUTION.match(data, end + 2) if end >= 0 else None
    if resolution is None:
        raise InvalidAsset("the Radiance header does not say how large the picture is")
    if b"FORMAT=32-bit_rle_xyze" in data[:end]:
        raise UnsupportedFeature("Radiance XYZE", "only RGB pictures can be read; convert it with `ra_xyze -r`")
    sign_a, axis_a, count_a, sign_b, axis_b, count_b = resolution.groups()
    rows, columns = int(count_a), int(count_b)
    if axis_a == axis_b or not rows or not columns:
        raise InvalidAsset(f"the Radiance header's resolution {resolution[0]!r} makes no sense")
    if rows * columns > max_pixels:
        raise LimitExceeded("max_image_pixels", rows * columns, max_pixels, "the Radiance picture")
    pixels = _floats(_unpack(data, resolution.end(), rows, columns)) / _exposure(data[:end])
    if axis_a == b"X":
        pixels, sign_a, sign_b = pixels.transpose(1, 0, 2), sign_b, sign_a
    pixels = np.ascontiguousarray(pixels[:: -1 if sign_a == b"+" else 1, :: -1 if sign_b == b"-" else 1])
    pixels.flags.writeable = False
    return pixels


def _exposure(header: bytes) -> FloatArray:
    """The product of all EXPOSURE lines, for each channel by all COLORCORR lines."""
    factor = np.ones(3)
    for key, value in re.findall(rb"^(EXPOSURE|COLORCORR)=\s*(.*)$", header, re.MULTILINE):
        numbers = [float(number) for number in value.split()]
        factor *= numbers[0] if key == b"EXPOSURE" else np.array(numbers[:3])
    if not (np.isfinite(factor).all() and (factor > 1e-12).all() and (factor < 1e12).all()):
        raise InvalidAsset("the Radiance header's exposure is not a positive number")
    return factor.astype(np.float32)


def _floats(rgbe: Rgbe) -> FloatArray:
    scales = np.ldexp(np.float64(1), np.arange(256) - 136)
    scales[0] = 0
    return rgbe[..., :3] * scales.astype(np.float32)[rgbe[..., 3:]]


def _unpack(data: bytes, at: int, rows: int, columns: int) -> Rgbe:
    """`(rows, columns, 4)` bytes, whatever the encoding."""
    marker = bytes((2, 2, columns >> 8, columns & 255)) if columns in NEW_RLE_WIDTHS else None
    if marker is None or data[at : at + 4] != marker:
        return _unpack_old(data, at, rows * columns).reshape(rows, columns, 4)
    planes = bytearray(rows * 4 * columns)
    to = 0
    for row in range(rows):
        if data[at : at + 4] != marker:
            raise InvalidAsset(f"row {row} of the Radiance picture does not begin as a row must")
        at += 4
        end = to + 4 * columns
        while to < end:
            count = data[at]
            if count > 128:
                count -= 128
                planes[to : to + count] = data[at + 1 : at + 2] * count
                at += 2
            else:
                planes[to : to + count] = data[at + 1 : at + 1 + count]
                at += 1 + count
            to += count
            if not count or to > end or at > len(data):
                raise InvalidAsset(f"row {row} of the Radiance picture is damaged")
    return np.frombuffer(planes, np.uint8).reshape(rows, 4, columns).transpose(0, 2, 1)


def _unpack_old(data: bytes, at: int, pixels: int) -> Rgbe:
    """Flat pixels, where (1, 1, 1, n) repeats the one before n times; repeats in a row count as digits of base 256."""
    stored = np.frombuffer(data, np.uint8, (len(data) - at) // 4 * 4, at).reshape(-1, 4)[:pixels]
    repeat = (stored[:, :3] == 1).all(axis=1)
    places = np.arange(len(stored))
    last_pixel = np.maximum.accumulate(np.where(repeat, -1, places))
    digit = np.minimum(places - last_pixel - 1, 4)  # of no use to a pixel, which stands for itself
    counts = np.where(repeat, stored[:, 3].astype(np.int64) << (8 * np.maximum(digit, 0)), 1)
    enough = int(np.searchsorted(np.cumsum(counts), pixels))
    if enough >= len(stored) or last_pixel[0] < 0:
        raise InvalidAsset("the Radiance picture is cut off")
    counts = counts[: enough + 1]
    counts[-1] -= counts.sum() - pixels
    pixels_in_order: Rgbe = stored[np.repeat(last_pixel[: enough + 1], counts)]
    return pixels_in_order
