"""Path tracing: what a camera sees, with every shadow and every reflection of one surface in another.

The native core (native/tracer.h) follows paths from the camera (Kajiya 1986). At each point it looks for light by the
sky's brightness and by the surface's reflectance, and weighs both (Veach and Guibas 1995); its samples are scrambled
Sobol points, so the same input gives the same numbers, on any number of threads.
"""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..native.library import call, given, library
from .material import MATERIAL, SLOT, Texture

Floats = npt.NDArray[np.float32]

COLUMNS = 14
"""Columns of a vertex before its UV pairs: position 3, normal 3, tangent 4, colour 4."""

_LENS = np.dtype(
    [("eye", "f4", 3), ("axes", "f4", (3, 3)), ("half_height", "f4"), ("aspect", "f4"), ("perspective", "i4"),
     ("width", "i4"), ("height", "i4"), ("top", "i4"), ("bottom", "i4")]
)  # fmt: skip
_TEXTURE = np.dtype(
    [("texels", "u8"), ("width", "i4"), ("height", "i4"), ("srgb", "i4"), ("nearest", "i4"), ("wrap", "i4", 2)]
)
ROWS = 16
"""Are traced together: pictures traced in parts have the same bytes where parts begin at multiples of it."""

_LAMP_BYTES = 64
_SHADOW = 11  # among the film's columns without its weights
_GROUND = np.dtype([("center", "f4", 3), ("radius", "f4"), ("irradiance", "f4")])
_FILM = 15  # columns, see native/tracer.h
_SHEEN = np.float32(0.04)  # what surfaces without colour of their own still mirror


class Stage:
    """Surfaces that light can meet.

    Args:
        vertices: `(n, 14 + 2k)` float32: position, normal (zeros: flat), tangent (zeros: made where needed), colour,
            and k UV pairs.
        corners: `(triangles, 3)`.
        material_of: `(triangles,)`, which of `materials`.
        materials: `(m,)` of `MATERIAL`.

    Raises:
        ValueError: an index points nowhere.
    """

    def __init__(
        self,
        vertices: npt.ArrayLike,
        corners: npt.ArrayLike,
        material_of: npt.ArrayLike,
        materials: npt.NDArray[np.void],
        textures: tuple[Texture, ...] = (),
    ):
        self._handle = ctypes.c_void_p()
        self.vertex_count = len(np.asarray(vertices))
        _check_layouts()
        points, at_points = given(vertices, np.float32, -1, np.shape(vertices)[1])
        triangles, at_triangles = given(corners, np.int32, -1, 3)
        _which, at_which = given(material_of, np.int32, len(triangles))
        packed = np.ascontiguousarray(materials, MATERIAL)
        # Kept, as the library goes on reading them.
        self._texels = [np.ascontiguousarray(texture.texels, np.uint8) for texture in textures]
        table = np.zeros(len(textures), _TEXTURE)
        for row, texture, texels in zip(table, textures, self._texels, strict=True):
            if texels.ndim != 3 or texels.shape[2] != 4:
                raise ValueError(f"texels of shape {texels.shape} where (height, width, 4) was expected")
            row["texels"], (row["height"], row["width"]) = texels.ctypes.data, texels.shape[:2]
            row["srgb"], row["nearest"], row["wrap"] = texture.srgb, texture.nearest, texture.wrap
        call(
            "forge3d_stage", at_points, len(points), points.shape[1], at_triangles, at_which, len(triangles),
            packed.ctypes.data, len(packed), table.ctypes.data, len(table), self._handle,
        )  # fmt: skip

    @property
    def handle(self) -> ctypes.c_void_p:
        """For the library's functions; good as long as the stage is."""
        return self._handle

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            library().forge3d_stage_free(self._handle)


class Sky:
    """Light from all around: `(h, w, 3)` linear radiance, top row first.

    Direction d is seen at u = atan2(d.z, d.x) / 2π + ½, v = asin(d.y) / π + ½, v upwards.
    """

    def __init__(self, picture: npt.ArrayLike):
        self._handle = ctypes.c_void_p()
        texels, address = given(picture, np.float32, -1, -1, 3)
        call("forge3d_sky", address, texels.shape[1], texels.shape[0], self._handle)

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            library().forge3d_sky_free(self._handle)


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """Everything that shines.

    Attributes:
        to_sky: `(3, 3)` rotation from the stage's directions to the sky's.
        intensity: a factor on the sky's light.
        lamps: `(n, 4, 4)` float32, see shaders/punctual.glsl.
    """

    sky: Sky
    to_sky: npt.NDArray[Any] = field(default_factory=lambda: np.eye(3))
    intensity: float = 1.0
    lamps: Floats = field(default_factory=lambda: np.zeros((0, 4, 4), np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A floor that shows nothing but the shadow of what stands on it.

    Attributes:
        center: `(3,)`, on the floor, which is level; the shadow fades out towards `radius` about it.
        irradiance: of the sky on it where nothing stands, luminance.
    """

    center: npt.NDArray[Any]
    radius: float
    irradiance: float


@dataclass(frozen=True, slots=True, eq=False)
class Lens:
    """A camera in the stage's space; see `render.camera.View`.

    Attributes:
        size: of the whole picture.
        rows: those of them that are traced, from a multiple of `ROWS` on; None: all.
    """

    eye: npt.NDArray[Any]
    axes: npt.NDArray[Any]
    half_height: float
    aspect: float
    perspective: bool
    size: tuple[int, int]
    rows: tuple[int, int] | None = None

    def packed(self) -> npt.NDArray[np.void]:
        record = np.zeros(1, _LENS)
        record["eye"], record["axes"] = self.eye, self.axes
        record["half_height"], record["aspect"], record["perspective"] = self.half_height, self.aspect, self.perspective
        record["width"], record["height"] = self.size
        record["top"], record["bottom"] = self.rows or (0, self.size[1])
        return record


class Traced:
    """A picture that gets better with every pass.

    Args:
        filter: `(256,)`: the resolve filter's weights of samples 0 to 1.5 pixels from a pixel's middle, across and
            down alike.
        shadow: `(rows, width)`, how much of the ground's shadow is shown; default: all.
        bounces: how often light may turn on its way to the camera.
        brightest: that bounced light may add to a sample; what is more makes sparkles (fireflies) that many samples do
            not clear. It dims what little they would have added.
        threads: default: one for each processor.
    """

    def __init__(
        self,
        stage: Stage,
        light: Light,
        lens: Lens,
        *,
        filter: Floats,
        ground: Ground | None = None,
        shadow: Floats | None = None,
        bounces: int = 8,
        brightest: float = 10.0,
        threads: int | None = None,
    ):
        self._stage, self._light = stage, light
        self._lens = lens.packed()
        self._ground = np.zeros(1, _GROUND)
        if ground is not None:
            self._ground["center"], self._ground["radius"] = ground.center, ground.radius
            self._ground["irradiance"] = ground.irradiance
        self._shown: Floats = np.ones((1, 1), np.float32) if shadow is None else shadow
        self._filter, _ = given(filter, np.float32, 256)
        self._bounces, self._brightest = bounces, brightest
        self._threads = threads or len(os.sched_getaffinity(0))
        top, bottom = lens.rows or (0, lens.size[1])
        if top % ROWS:
            raise ValueError(f"rows from {top}: parts begin at multiples of {ROWS}")
        self._film = np.zeros((bottom - top, lens.size[0], _FILM), np.float32)
        self.samples = 0

    def add(self, samples: int) -> None:
        """Trace so many more samples of each pixel."""
        _rotation, at_rotation = given(self._light.to_sky, np.float32, 3, 3)
        lamps, at_lamps = given(self._light.lamps, np.float32, -1, 4, 4)
        call(
            "forge3d_trace", self._stage._handle, self._light.sky._handle, at_rotation, self._light.intensity,
            at_lamps, len(lamps), self._lens.ctypes.data, self._ground.ctypes.data, self.samples, samples,
            self._bounces, self._brightest, self._threads, self._filter.ctypes.data, self._film.ctypes.data,
        )  # fmt: skip
        self.samples += samples

    @property
    def color(self) -> Floats:
        """`(h, w, 4)` float32, linear, premultiplied by alpha: what all samples so far make."""
        film = self._mean()
        covered = np.minimum(film[..., 3:4] + film[..., _SHADOW : _SHADOW + 1] * self._shown[..., None], 1)
        return np.concatenate([film[..., :3], covered], 2)

    def cleaned(self) -> Floats:
        """`color` with its noise filtered out; what surfaces cover stays as it is.

        Colours are divided by what the surface's own colour is first, so that texture is not filtered.
        """
        film = self._mean()
        alpha = film[..., 3].copy()
        film[..., :11] /= np.maximum(alpha, 1e-6)[..., None]
        color, own = film[..., :3], film[..., 4:7] + _SHEEN
        spread = np.maximum(film[..., 10] - (color**2).mean(2), 0)
        variance = _smoothed(spread / np.maximum(self._independent() * alpha, 1) / (own**2).mean(2))
        out = self._clean(color / own, variance, film[..., 4:10], alpha) * own * alpha[..., None]
        return np.concatenate([out, (alpha + self._cleaned_shadow(alpha) * self._shown)[..., None]], 2)

    def _cleaned_shadow(self, alpha: Floats) -> Floats:
        """What the ground's shadow covers beside the surfaces, `(h, w)`."""
        if not self._ground["radius"][0] > 0:
            return np.zeros_like(alpha)
        open_ = np.maximum(1 - alpha, 0)
        shadow, squared = np.moveaxis(self._mean()[..., _SHADOW:], 2, 0) / np.maximum(open_, 1e-3)
        variance = _smoothed(np.maximum(squared - shadow**2, 0) / np.maximum(self._independent() * open_, 1))
        grey = np.repeat(shadow[..., None], 3, 2)
        cleaned = self._clean(grey, variance, np.zeros((*alpha.shape, 6), np.float32), open_)[..., 0] * open_
        return np.asarray(np.clip(cleaned, 0, open_))

    def _clean(self, color: Floats, variance: Floats, facts: Floats, alpha: Floats) -> Floats:
        pointers = [given(array, np.float32, *array.shape) for array in (color, variance, facts, alpha)]
        height, width = alpha.shape
        out: Floats = np.empty((height, width, 3), np.float32)
        call("forge3d_clean", width, height, *(address for _, address in pointers), self._threads, out.ctypes.data)
        return out

    def _independent(self) -> Floats:
        """How many samples of equal weight would be as good as those that each pixel has."""
        return np.asarray(self._film[..., 11] ** 2 / np.maximum(self._film[..., 12], 1e-12))

    def _mean(self) -> Floats:
        """The film without its weights."""
        columns = [*range(11), 13, 14]
        mean = self._film[..., columns] / np.maximum(self._film[..., 11:12], np.float32(1e-12))
        return np.asarray(mean, np.float32)


def _smoothed(values: Floats) -> Floats:
    """The mean of three by three pixels: a variance is noisier than what it is the variance of."""
    padded = np.pad(values, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    mean: Floats = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / np.float32(9)
    return mean


def _check_layouts() -> None:
    """The library must have been built from the same layouts."""
    sizes = np.zeros(6, np.int32)
    library().forge3d_light_sizes(sizes.ctypes.data)
    here = [SLOT.itemsize, MATERIAL.itemsize, _TEXTURE.itemsize, _LENS.itemsize, _LAMP_BYTES, _GROUND.itemsize]
    if sizes.tolist() != here:
        raise RuntimeError(f"forge3d's native library packs {sizes.tolist()} bytes where {here} are written")
