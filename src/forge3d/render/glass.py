"""What glass is seen through: pictures of what stands behind it, and of where light leaves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

_LINEAR, _TRILINEAR = 0x2601, 0x2703


@dataclass(frozen=True, slots=True, eq=False)
class GlassTarget:
    """See layers/transmission.glsl. All have one sample a pixel; `behind` and `beyond` are premultiplied half floats.

    Attributes:
        behind: the picture without glass; `framebuffer` holds it and `depth`.
        beyond: the same with the far walls of glass; drawn into `beyond_framebuffer`.
        exit: the nearest backs of what is thick: depth, outward normal; drawn into `exit_framebuffer`.
        deep: sums of depths, see deep.comp.
    """

    behind: Any
    depth: Any
    framebuffer: Any
    beyond: Any
    beyond_framebuffer: Any
    exit: Any
    exit_framebuffer: Any
    deep: Any

    BYTES_A_PIXEL = 60
    """With mip levels, and the depths that are only drawn with."""

    @classmethod
    def of(cls, context: Any, size: tuple[int, int]) -> Self:
        behind, beyond, deep = (_with_mips(context, size, *kind) for kind in ((4, "f2"), (4, "f2"), (2, "f4")))
        depth, exit = context.depth_texture(size), context.texture(size, 4, dtype="f4")
        depth.compare_func = ""
        exit.repeat_x = exit.repeat_y = False
        return cls(
            behind, depth, context.framebuffer([behind], depth),
            beyond, context.framebuffer([beyond], context.depth_renderbuffer(size)),
            exit, context.framebuffer([exit], context.depth_renderbuffer(size)),
            deep,
        )  # fmt: skip


def _with_mips(context: Any, size: tuple[int, int], channels: int, dtype: str) -> Any:
    texture = context.texture(size, channels, dtype=dtype)
    texture.build_mipmaps()  # without them it would be incomplete, and read as black
    texture.filter = (_TRILINEAR, _LINEAR)
    texture.repeat_x = texture.repeat_y = False
    return texture
