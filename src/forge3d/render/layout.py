"""std140 uniform blocks from one list of members: the GLSL text and the NumPy dtype that fills it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

# type: (alignment, size, NumPy scalar, NumPy shape), OpenGL 4.3 §7.6.2.2.
_TYPES: dict[str, tuple[int, int, str, tuple[int, ...]]] = {
    "float": (4, 4, "<f4", ()),
    "int": (4, 4, "<i4", ()),
    "uint": (4, 4, "<u4", ()),
    "vec2": (8, 8, "<f4", (2,)),
    "vec3": (16, 12, "<f4", (3,)),
    "vec4": (16, 16, "<f4", (4,)),
    "mat4": (16, 64, "<f4", (4, 4)),
}


@dataclass(frozen=True, slots=True)
class Block:
    """A uniform block: `declaration` for the shader, `dtype` for the bytes. Matrices are filled `[column, row]`."""

    name: str
    binding: int
    members: tuple[tuple[str, str, int], ...]

    @property
    def dtype(self) -> np.dtype[Any]:
        names, formats, offsets, at = [], [], [], 0
        for name, kind, count in self.members:
            alignment, size, scalar, shape = _TYPES[kind]
            if count > 1:
                alignment = size = -(-size // 16) * 16
                if size != np.dtype((scalar, shape)).itemsize:
                    raise TypeError(f"std140 pads every element of {kind} {name}[{count}]; use vec4")
            at = -(-at // alignment) * alignment
            names.append(name)
            formats.append((scalar, (count, *shape) if count > 1 else shape))
            offsets.append(at)
            at += size * count
        return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": -(-at // 16) * 16})

    @property
    def declaration(self) -> str:
        lines = [f"    {kind} {name}{f'[{count}]' if count > 1 else ''};" for name, kind, count in self.members]
        return "\n".join([f"layout(std140, binding = {self.binding}) uniform {self.name} {{", *lines, "};", ""])


def block(name: str, binding: int, **members: str) -> Block:
    """`block("Frame", 0, eye="vec4", lights="vec4[64]")`."""
    parsed = []
    for member, kind in members.items():
        kind, _, count = kind.partition("[")
        parsed.append((member, kind, int(count.rstrip("]") or 1)))
    return Block(name, binding, tuple(parsed))
