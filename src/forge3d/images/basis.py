"""The Basis Universal transcoder, behind one function. Who calls it checks the lengths in the file first."""

from __future__ import annotations

from typing import Any, Literal

import numpy.typing as npt

from ..errors import InvalidAsset, UnsupportedFeature
from .headers import INVALID, Bytes

Target = Literal["rgba8", "etc2", "astc_4x4"]


def transcode(data: Bytes, level: int, target: Target) -> npt.NDArray[Any]:
    """One mip level of a KTX2 file.

    Args:
        target: "rgba8" gives `(height, width, 4)` uint8; the others blocks for a GPU, `(rows, columns, 16)` uint8.
            "etc2" costs least for ETC1S, and "astc_4x4" for UASTC.

    Raises:
        InvalidAsset: the payload is damaged.
        UnsupportedFeature: a video, or a codec of Basis Universal that is none of glTF's.
    """
    import opengl_basisu

    try:
        result: npt.NDArray[Any] = opengl_basisu.open(bytes(data)).transcode(target, level).data
    except opengl_basisu.UnsupportedError as error:
        raise UnsupportedFeature("KTX2", str(error)) from error
    except opengl_basisu.BasisuError as error:
        raise InvalidAsset(f"the KTX2 image cannot be decoded: {error}", code=INVALID) from error
    return result
