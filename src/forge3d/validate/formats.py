"""Which accessor types a vertex attribute may have (specification §3.7.2.1, KHR_mesh_quantization)."""

from __future__ import annotations

import re
from functools import cache

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


@cache
def allowed(semantic: str, *, target: bool, quantized: bool) -> frozenset[Format] | None:
    """The formats of an attribute, such as "TEXCOORD_0"; None where every format is good."""
    base = semantic.rpartition("_")[0] or semantic
    plain = (TARGETS if target else ATTRIBUTES).get(base)
    if plain is None or semantic.startswith("_"):
        return None
    return plain | (QUANTIZED_TARGETS if target else QUANTIZED).get(base, frozenset()) if quantized else plain
