"""OpenEXR pictures (.exr) of light, by the format's own library: the extra `exr`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import DependencyMissing, InvalidAsset, LimitExceeded
from .decoding import MAX_PIXELS

FloatArray = npt.NDArray[np.float32]


def read_exr(path: str | Path, *, max_pixels: int = MAX_PIXELS) -> FloatArray:
    """Read the first part of an EXR file: its R, G and B, or its luminance Y alone as grey.

    Returns:
        Read-only `(height, width, 3)` float32 as stored, top row first; of the data window.

    Raises:
        DependencyMissing: the package OpenEXR is not installed.
        InvalidAsset: not such a picture, damaged, or without colours.
        LimitExceeded: more pixels than allowed.
    """
    try:
        import OpenEXR
    except ImportError as error:
        raise DependencyMissing("an .exr file needs the package OpenEXR: pip install 'forge3d[exr]'") from error
    name = str(path)
    _check_begin(Path(path))
    try:
        with OpenEXR.File(name, header_only=True) as file:
            low, high = (np.array(corner, np.int64) for corner in file.header()["dataWindow"])
        width, height = (int(side) for side in high - low + 1)
        if width * height > max_pixels:
            raise LimitExceeded("max_pixels", width * height, max_pixels, name)
        with OpenEXR.File(name, separate_channels=True) as file:
            return _colours(file.channels(), name)
    except (InvalidAsset, LimitExceeded):
        raise
    except Exception as error:  # the library raises RuntimeError, KeyError and others of its own
        raise InvalidAsset(f"the EXR picture is damaged: {error}", file=name) from error


def _check_begin(path: Path) -> None:
    with open(path, "rb") as file:
        if file.read(4) != b"v/1\x01":
            raise InvalidAsset("not an EXR picture: it does not begin with its magic number", file=str(path))


def _colours(channels: dict[str, Any], name: str) -> FloatArray:
    wanted = ("R", "G", "B") if {"R", "G", "B"} <= set(channels) else ("Y",) * 3
    if wanted[0] not in channels:
        raise InvalidAsset(
            f"an EXR picture with the channels {', '.join(channels)}: R, G, B or Y are needed", file=name
        )
    planes = [np.asarray(channels[channel].pixels, np.float32) for channel in wanted]
    if len({plane.shape for plane in planes}) > 1:
        raise InvalidAsset("an EXR picture whose colours are stored in different sizes cannot be used", file=name)
    pixels = np.stack(planes, axis=-1)
    pixels.flags.writeable = False
    return pixels
