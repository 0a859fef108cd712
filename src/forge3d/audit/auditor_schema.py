"""Schema files of the Khronos asset auditor, read as profiles.

https://github.com/KhronosGroup/gltf-asset-auditor: its README explains the keys. -1 and false switch a test off, and
what is not given is off; keys that the auditor does not know are left alone, as it does. Its pixels a metre are pixels
a square metre.
"""

from __future__ import annotations

from math import ceil, floor
from typing import Any

import msgspec
from msgspec import Struct

_OFF = -1
_KILOBYTE = 1024


class _Table(Struct, frozen=True, rename="camel"):
    """A part of a schema."""


class _Bounds(_Table, frozen=True):
    maximum: float = _OFF
    minimum: float = _OFF


class _Side(_Bounds, frozen=True):
    percent_tolerance: float = 0


class _Counts(_Table, frozen=True):
    nodes: _Bounds = _Bounds()
    meshes: _Bounds = _Bounds()
    primitives: _Bounds = _Bounds()


class _Model(_Table, frozen=True):
    object_count: _Counts = _Counts()
    require_beveled_edges: bool = False
    require_clean_root_node_transform: bool = False
    require_manifold_edges: bool = False
    triangles: _Bounds = _Bounds()


class _Sides(_Table, frozen=True):
    height: _Side = _Side()
    length: _Side = _Side()
    width: _Side = _Side()


class _Product(_Table, frozen=True):
    dimensions: _Sides = _Sides()


class _Textures(_Table, frozen=True):
    height: _Bounds = _Bounds()
    width: _Bounds = _Bounds()
    pbr_color_range: _Bounds = _Bounds()
    require_dimensions_be_powers_of_two: bool = False
    require_dimensions_be_quadratic: bool = False


class _Gutters(_Table, frozen=True):
    resolution256: float = _OFF
    resolution512: float = _OFF
    resolution1024: float = _OFF
    resolution2048: float = _OFF
    resolution4096: float = _OFF


class _Uvs(_Table, frozen=True):
    gutter_width: _Gutters = _Gutters()
    pixels_per_meter: _Bounds = _Bounds()
    require_not_inverted: bool = False
    require_not_overlapping: bool = False
    require_range_zero_to_one: bool = False


class Schema(_Table, frozen=True):
    """A schema file. Only `version` must be there; the auditor reads it, and makes nothing of it."""

    version: str
    file_size_in_kb: _Bounds = _Bounds()
    materials: _Bounds = _Bounds()
    model: _Model = _Model()
    product: _Product = _Product()
    textures: _Textures = _Textures()
    uvs: _Uvs = _Uvs()


def profile_table(data: bytes, title: str) -> dict[str, Any]:
    """The profile, as TOML would give it, that demands what a schema file demands.

    Raises:
        msgspec.DecodeError: it is not a schema.
    """
    schema = msgspec.json.decode(data, type=Schema, strict=False)  # "true" is true in JavaScript's eyes
    model, textures, uvs = schema.model, schema.textures, schema.uvs
    sides = {name: getattr(schema.product.dimensions, name) for name in ("length", "width", "height")}
    limits: dict[str, dict[str, Any]] = {
        "valid": {"required": True},
        "file_size": _file_size(schema.file_size_in_kb),
        "triangles": _range(_not_zero(model.triangles)),
        "nodes": _range(model.object_count.nodes),
        "meshes": _range(model.object_count.meshes),
        "primitives": _range(model.object_count.primitives),
        "materials": _range(schema.materials),
        "texture_width": _range(textures.width),
        "texture_height": _range(textures.height),
        "textures_power_of_two": {"required": textures.require_dimensions_be_powers_of_two},
        "textures_square": {"required": textures.require_dimensions_be_quadratic},
        "color_range": _range(textures.pbr_color_range),
        "uv_range": {"required": uvs.require_range_zero_to_one},
        "uv_inverted": {"required": uvs.require_not_inverted},
        "uv_overlap": {"required": uvs.require_not_overlapping},
        "uv_gutter": _gutter(uvs.gutter_width),
        "texel_density": {name: max(bound, 0) ** 0.5 for name, bound in _range(uvs.pixels_per_meter).items()},
        "manifold_edges": {"required": model.require_manifold_edges},
        "beveled_edges": {"required": model.require_beveled_edges},
        "clean_root": {"required": model.require_clean_root_node_transform},
        "dimensions": {name: span for name, side in sides.items() if (span := _range(side))},
        "product_dimensions": {name: side.percent_tolerance for name, side in sides.items()},
    }
    note = f"A schema of the Khronos asset auditor, version {schema.version}."
    wanted = {name: {**limit, "source": title} for name, limit in limits.items() if limit}
    return {"title": title, "note": note, **wanted}


def _range(bounds: _Bounds) -> dict[str, float]:
    given = {"minimum": bounds.minimum, "maximum": bounds.maximum}
    return {name: bound for name, bound in given.items() if bound != _OFF}


def _not_zero(bounds: _Bounds) -> _Bounds:
    """The auditor takes a 0 for what is not given, of triangles and of the file's size."""
    return _Bounds(maximum=bounds.maximum or _OFF, minimum=bounds.minimum or _OFF)


def _file_size(bounds: _Bounds) -> dict[str, float]:
    """In bytes. The auditor rounds a file's size to whole kB, halves up, before it compares."""
    limits = _range(_not_zero(bounds))
    if "minimum" in limits:
        limits["minimum"] = (ceil(limits["minimum"]) - 0.5) * _KILOBYTE
    if "maximum" in limits:
        limits["maximum"] = (floor(limits["maximum"]) + 0.5) * _KILOBYTE - 1
    return limits


def _gutter(widths: _Gutters) -> dict[str, float]:
    """The widest, of those for several resolutions."""
    given = [(getattr(widths, f"resolution{side}"), side) for side in (256, 512, 1024, 2048, 4096)]
    shares = [(pixels / side, pixels, side) for pixels, side in given if pixels > 0]
    if not shares:
        return {}
    _, pixels, side = max(shares)
    return {"pixels": pixels, "resolution": side}
