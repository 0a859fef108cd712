"""What frames are drawn into, made once for each size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import RecipeError
from .device import Capabilities
from .glass import GlassTarget

MAX_TARGET_BYTES = 4 << 30
MAX_TILE = 4096
_BYTES_A_SAMPLE = 12  # half-float colour, depth
_BYTES_A_PIXEL = 16  # samples averaged, the resolved picture


@dataclass(frozen=True, slots=True)
class Sampling:
    """How many samples a pixel gets, and from where.

    Attributes:
        multisamples: coverage samples the rasteriser takes; one shading for all of them.
        supersampling: the picture is drawn this many times larger each way.
    """

    multisamples: int
    supersampling: int

    @classmethod
    def of(cls, samples: int, capabilities: Capabilities) -> Sampling:
        multisamples = max(n for n in (1, 2, 4, 8) if n <= min(samples, capabilities.max_samples))
        factor = 1
        while multisamples * factor * factor < samples:
            factor += 1
        return cls(multisamples, factor)


@dataclass(frozen=True, slots=True, eq=False)
class ColorTarget:
    """What a picture is drawn into.

    Attributes:
        color: linear half floats, premultiplied, with all samples.
        framebuffer: `color` with its depth.
        picture: the eight-bit framebuffer it is resolved into.
        mean, mean_framebuffer: samples averaged.
        glass: None where there is none.
    """

    color: Any
    framebuffer: Any
    picture: Any
    mean: Any
    mean_framebuffer: Any
    glass: GlassTarget | None


@dataclass(frozen=True, slots=True, eq=False)
class ShadedTarget:
    """What a picture is drawn into whose surfaces are shaded once a pixel, see edges.frag.

    Attributes:
        coverage: depth of every sample; `coverage_framebuffer` is drawn into.
        color, depth: linear half floats, premultiplied, one sample a pixel; `framebuffer` holds both.
        layer: with all samples, over `coverage`: what is blended with what lies behind it.
        mean, mean_framebuffer, picture: samples averaged, and the eight-bit framebuffer that they are resolved into.
    """

    coverage: Any
    coverage_framebuffer: Any
    color: Any
    depth: Any
    framebuffer: Any
    layer: Any
    layer_framebuffer: Any
    mean: Any
    mean_framebuffer: Any
    picture: Any


@dataclass(frozen=True, slots=True, eq=False)
class AovTarget:
    """What facts are drawn into, see aov.frag; `ids` holds objects and materials."""

    depth: Any
    normals: Any
    ids: Any
    albedo: Any
    uvs: Any
    framebuffer: Any


class Targets:
    """Makes targets and keeps those of the last size: spins ask for the same ones again and again."""

    def __init__(self, context: Any, capabilities: Capabilities):
        self._context, self._capabilities = context, capabilities
        self._color: tuple[Any, ColorTarget] | None = None
        self._shaded: tuple[Any, ShadedTarget] | None = None
        self._aov: tuple[Any, AovTarget] | None = None
        self._size: tuple[int, int] | None = None

    def color(self, size: tuple[int, int], sampling: Sampling, *, glass: bool) -> ColorTarget:
        """Raises RecipeError where the device cannot hold a picture of this size."""
        key = (size, sampling, glass)
        if self._color is None or self._color[0] != key:
            width, height = size[0] * sampling.supersampling, size[1] * sampling.supersampling
            self._check(width, height, sampling, glass=glass)
            self._color = None
            self._make_room(size)
            samples = sampling.multisamples if sampling.multisamples > 1 else 0
            color = self._context.texture((width, height), 4, samples=samples, dtype="f2")
            depth = self._context.depth_renderbuffer((width, height), samples=samples)
            picture = self._context.simple_framebuffer(size, 4)
            made = self._context.framebuffer([color], depth)
            through = GlassTarget.of(self._context, (width, height)) if glass else None
            # What glass was seen through has served when samples are averaged.
            mean = through.behind if through else self._context.texture((width, height), 4, dtype="f2")
            self._color = key, ColorTarget(color, made, picture, mean, self._context.framebuffer([mean]), through)
        return self._color[1]

    def shaded(self, size: tuple[int, int], samples: int) -> ShadedTarget:
        """Raises RecipeError where the device cannot hold a picture of this size."""
        if self._shaded is None or self._shaded[0] != (size, samples):
            self._check(*size, Sampling(samples, 1))
            self._shaded = None
            self._make_room(size)
            texture, depth_texture = self._context.texture, self._context.depth_texture
            framebuffer = self._context.framebuffer
            coverage, layer = depth_texture(size, samples=samples), texture(size, 4, samples=samples, dtype="f2")
            color, depth, mean = texture(size, 4, dtype="f2"), depth_texture(size), texture(size, 4, dtype="f2")
            depth.compare_func = ""
            made = ShadedTarget(
                coverage, framebuffer([], coverage), color, depth, framebuffer([color], depth),
                layer, framebuffer([layer], coverage), mean, framebuffer([mean]),
                self._context.simple_framebuffer(size, 4),
            )  # fmt: skip
            self._shaded = (size, samples), made
        return self._shaded[1]

    def aov(self, size: tuple[int, int]) -> AovTarget:
        """Raises RecipeError where the device cannot hold a picture of this size."""
        if self._aov is None or self._aov[0] != size:
            self._check(*size, Sampling(1, 1))
            self._aov = None
            self._make_room(size)
            depth = self._context.texture(size, 1, dtype="f4")
            normals = self._context.texture(size, 4, dtype="f4")
            ids = self._context.texture(size, 2, dtype="u4")
            albedo = self._context.texture(size, 4, dtype="f4")
            uvs = self._context.texture(size, 2, dtype="f4")
            drawn = self._context.framebuffer(
                [depth, normals, ids, albedo, uvs], self._context.depth_renderbuffer(size)
            )
            self._aov = size, AovTarget(depth, normals, ids, albedo, uvs, drawn)
        return self._aov[1]

    def tile_side(self, size: tuple[int, int], sampling: Sampling, *, glass: bool = False) -> int | None:
        """How large the parts are in which a picture is drawn, pixels; None: in one piece."""
        width, height = size[0] * sampling.supersampling, size[1] * sampling.supersampling
        limit = self._capabilities.max_target_size
        if max(width, height) <= limit and _bytes(width, height, sampling, glass) <= MAX_TARGET_BYTES:
            return None
        return min(MAX_TILE, limit) // sampling.supersampling & ~1  # even, see `tiles`

    def _check(self, width: int, height: int, sampling: Sampling, *, glass: bool = False) -> None:
        limit = self._capabilities.max_target_size
        drawn = f"a picture drawn at {width:,} × {height:,}"
        if max(width, height) > limit:
            raise RecipeError(f"size: {drawn} is beyond this device's {limit:,}; ask for less, or for fewer samples")
        needed = _bytes(width, height, sampling, glass)
        if needed > MAX_TARGET_BYTES:
            allowed = f"{MAX_TARGET_BYTES >> 20:,} MiB"
            raise RecipeError(
                f"size: {drawn} needs {needed >> 20:,} MiB of {allowed}; ask for less, or for fewer samples"
            )

    def _make_room(self, size: tuple[int, int]) -> None:
        """Free targets of other sizes, and what was let go of: a poster's would stay beside all that follows it."""
        if size != self._size:
            self.clear()
            self._size = size
        self._context.gc()

    def clear(self) -> None:
        self._color = self._shaded = self._aov = None


def _bytes(width: int, height: int, sampling: Sampling, glass: bool) -> int:
    seen_through = GlassTarget.BYTES_A_PIXEL if glass else 0
    return width * height * (_BYTES_A_SAMPLE * sampling.multisamples + _BYTES_A_PIXEL + seen_through)
