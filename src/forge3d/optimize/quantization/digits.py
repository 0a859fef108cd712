"""Numbers in JSON with the digits that single precision needs: exporters write seventeen where nine say the same."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from ...document import Document, Node
from ...document.material import Layer, Material
from ...document.texture import TextureInfo, TextureTransform
from ..graph import reachable

_OWNERS = (Node, Material, Layer, TextureInfo, TextureTransform)


def shorten(document: Document) -> None:
    """Replace every number of nodes, materials and texture transforms by the shortest that rounds to the same float32.

    Extras and extensions that forge3d does not know keep their numbers as they are.
    """
    for item in reachable([document]).values():
        if isinstance(item, _OWNERS):
            for f in fields(item):
                if f.name not in ("extras", "extensions"):
                    value = getattr(item, f.name)
                    short = _short(value)
                    if short is not value:
                        setattr(item, f.name, short)


def _short(value: Any) -> Any:
    if isinstance(value, float):
        return float(np.format_float_positional(np.float32(value), unique=True)) if abs(value) < 1e30 else value
    if isinstance(value, (tuple, list)) and value and all(isinstance(number, (int, float)) for number in value):
        return type(value)(_short(number) for number in value)
    if isinstance(value, np.ndarray) and value.dtype == np.float64:
        return np.array([_short(number) for number in value.ravel().tolist()]).reshape(value.shape)
    return value
