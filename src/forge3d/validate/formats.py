"""Which accessor types a vertex attribute may have (specification §3.7.2.1, KHR_mesh_quantization)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

Format = tuple[str, int, bool]
"""type, componentType, normalized"""

BYTE, UBYTE, SHORT, USHORT, UINT, FLOAT = 5120, 5121, 5122, 5123, 5125, 5126
SEMANTIC = re.compile(r"(?:POSITION|NORMAL|TANGENT|(?:TEXCOORD|COLOR|JOINTS|WEIGHTS)_(?:0|[1-9][0-9]*)|_.*)")
TARGET_SEMANTIC = re.compile(r"(?:POSITION|NORMAL|TANGENT|(?:TEXCOORD|COLOR)_(?:0|[1-9][0-9]*)|_.*)")


def _formats(types: str, *components: tuple[int, bool]) -> frozenset[Format]:
    return frozenset((kind, component, normalized) for kind in types.split() for component, normalized in components)


_FLOAT = ((FLOAT, False),)
_UNSIGNED = ((UBYTE, True), (USHORT, True))
_SIGNED = ((BYTE, True), (SHORT, True))
_ANY_SHORT = tuple(
    (component, normalized) for component in (BYTE, UBYTE, SHORT, USHORT) for normalized in (False, True)
)
_ANY_SIGNED = tuple((component, normalized) for component in (BYTE, SHORT) for normalized in (False, True))

ATTRIBUTES = {
    "POSITION": _formats("VEC3", *_FLOAT),
    "NORMAL": _formats("VEC3", *_FLOAT),
    "TANGENT": _formats("VEC4", *_FLOAT),
    "TEXCOORD": _formats("VEC2", *_FLOAT, *_UNSIGNED),
    "COLOR": _formats("VEC3 VEC4", *_FLOAT, *_UNSIGNED),
    "JOINTS": _formats("VEC4", (UBYTE, False), (USHORT, False)),
    "WEIGHTS": _formats("VEC4", *_FLOAT, *_UNSIGNED),
}
TARGETS = {
    "POSITION": _formats("VEC3", *_FLOAT),
    "NORMAL": _formats("VEC3", *_FLOAT),
    "TANGENT": _formats("VEC3", *_FLOAT),
    "TEXCOORD": _formats("VEC2", *_FLOAT, *_UNSIGNED, *_SIGNED),
    "COLOR": _formats("VEC3 VEC4", *_FLOAT, *_UNSIGNED, *_SIGNED),
}
INDICES = _formats("SCALAR", (UBYTE, False), (USHORT, False), (UINT, False))
TIMES = _formats("SCALAR", *_FLOAT)
BIND_MATRICES = _formats("MAT4", *_FLOAT)
QUANTIZED = {
    "POSITION": _formats("VEC3", *_ANY_SHORT),
    "NORMAL": _formats("VEC3", *_SIGNED),
    "TANGENT": _formats("VEC4", *_SIGNED),
    "TEXCOORD": _formats("VEC2", *_ANY_SHORT),
}
QUANTIZED_TARGETS = {
    "POSITION": _formats("VEC3", *_ANY_SIGNED),
    "NORMAL": _formats("VEC3", *_SIGNED),
    "TANGENT": _formats("VEC3", *_SIGNED),
    "TEXCOORD": _formats("VEC2", *_ANY_SIGNED),
}


def form_of(accessor: Mapping[str, Any]) -> tuple[Any, Any, bool]:
    """The format of an accessor, as far as it can be read."""
    return accessor.get("type"), accessor.get("componentType"), accessor.get("normalized", False)


@cache
def allowed(semantic: str, *, target: bool, quantized: bool) -> frozenset[Format] | None:
    """The formats of an attribute, such as "TEXCOORD_0"; None where every format is good."""
    base = semantic.split("_")[0]
    plain = (TARGETS if target else ATTRIBUTES).get(base)
    if plain is None:
        return None
    return plain | (QUANTIZED_TARGETS if target else QUANTIZED).get(base, frozenset()) if quantized else plain


def numbered_sets(attributes: Iterable[str], base: str) -> int:
    """How many sets such as JOINTS_0, JOINTS_1, … a primitive has; 0 where a number is missing."""
    names = {name for name in attributes if name.startswith(f"{base}_") and SEMANTIC.fullmatch(name)}
    return len(names) if names == {f"{base}_{number}" for number in range(len(names))} else 0


def joint_sets(primitive: Mapping[str, Any]) -> int:
    """How many sets of joints a primitive has, 0 where they do not match its weights."""
    attributes = primitive.get("attributes") or {}
    count = numbered_sets(attributes, "JOINTS")
    return count if count == numbered_sets(attributes, "WEIGHTS") else 0
