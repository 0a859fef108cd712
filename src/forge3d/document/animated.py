"""Objects with the values that KHR_animation_pointer gives their properties."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from ..errors import InvalidAsset
from .material import LAYERS, Material
from .property import Property
from .scene import Camera, Orthographic
from .schema import keys
from .texture import TextureInfo, TextureTransform

Path = tuple[str, ...]
Values = npt.NDArray[np.float64]
Owner = TypeVar("Owner", bound=Property)

_LAYER_FIELDS = {kind.extension: name for name, kind in LAYERS.items()}


def with_value(owner: Owner, path: str, value: Values) -> Owner | None:
    """A copy of `owner` with one property changed; it shares all else with the original.

    Args:
        path: JSON keys below the object, joined by `/`, as the glTF Asset Object Model has them:
            `pbrMetallicRoughness/baseColorFactor`, `extensions/KHR_materials_ior/ior`, `weights/2`, ….
        value: the property's components, `(n,)`.

    Returns:
        None where the object has no such property, or where that cannot hold this value.
    """
    try:
        changed: Owner | None = _changed(owner, tuple(path.split("/")), value)
    except InvalidAsset:
        return None
    return changed


def _changed(owner: Property, path: Path, value: Values) -> Any:
    kind: Any = type(owner)
    for key in keys(kind):
        own = (key.group, key.key) if key.group else (key.key,)
        if key.texture or path[: len(own)] != own:
            continue
        json = _json(key.default, getattr(owner, key.attribute), path[len(own) :], value)
        return None if json is None else replace(owner, **{key.attribute: key.read(json, "/".join(path))})
    name, child, rest = _child(owner, path)
    below = None if child is None else _changed(child, rest, value)
    return None if below is None else replace(owner, **{name: below})


def _json(default: Any, held: Any, rest: Path, value: Values) -> Any:
    """The property's new JSON; of one element of a list (morph weights), the whole list's."""
    if isinstance(default, list) and len(rest) == 1 and rest[0].isdecimal() and int(rest[0]) < len(held):
        return [*held[: int(rest[0])], *value.tolist(), *held[int(rest[0]) + 1 :]]
    if rest:
        return None
    if isinstance(default, (tuple, list)):
        return value.tolist()
    return float(value[0]) if len(value) == 1 else None


def _child(owner: Property, path: Path) -> tuple[str, Any, Path]:
    """The object below `owner` that the path leads through: its field, itself (None: there is none), the rest."""
    if isinstance(owner, Material) and path[0] == "extensions" and len(path) > 2 and path[1] in _LAYER_FIELDS:
        name = _LAYER_FIELDS[path[1]]
        return name, getattr(owner, name) or LAYERS[name](), path[2:]
    if isinstance(owner, TextureInfo) and path[:2] == ("extensions", "KHR_texture_transform"):
        return "transform", owner.transform or TextureTransform(), path[2:]
    if isinstance(owner, Camera):
        lens = "orthographic" if isinstance(owner.projection, Orthographic) else "perspective"
        return "projection", owner.projection if path[0] == lens else None, path[1:]
    kind: Any = type(owner)
    for key in keys(kind):
        own = (key.group, key.key) if key.group else (key.key,)
        if key.texture and path[: len(own)] == own:
            return key.attribute, getattr(owner, key.attribute), path[len(own) :]
    return "", None, ()
