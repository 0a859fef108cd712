"""Image-based light: a latitude-longitude picture, filtered on the GPU for every roughness.

Direction d hits the picture at u = atan2(d.z, d.x) / 2π + ½, v = asin(d.y) / π + ½ (v upwards).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InvalidAsset
from .program import ProgramCache
from .studio import studio

Floats = npt.NDArray[np.float32]
Environment = str | Path | Floats
"""A path of a Radiance .hdr file, "studio", or an array `(h, w, 3)` of linear radiance, top row first."""

ALBEDO_SIZE = 64
IRRADIANCE_SIZE = 32
LOBE_SAMPLES = 1024
_SMALLEST_MIP = 8
_MAX_RADIANCE = 65000.0  # what a half float holds


@dataclass(slots=True, eq=False)
class GpuEnvironment:
    """Filtered light. `radiance`: cube whose mips are GGX-filtered; `irradiance`: cube of irradiance / π;
    `albedo`: the table of directional albedos, shared by all environments."""

    radiance: Any
    irradiance: Any
    albedo: Any
    mips: int
    nbytes: int


def read_environment(environment: Environment) -> Floats:
    """The picture as `(h, w, 3)` float32.

    Raises:
        InvalidAsset: not a picture of light: not readable, not twice as wide as high by far, NaN or negative values.
    """
    if isinstance(environment, np.ndarray):
        picture, name = np.asarray(environment, np.float32), None
    elif environment == "studio":
        picture, name = studio(), None
    else:
        from .. import images

        name = str(environment)
        try:
            picture = images.read_hdr(environment)
        except OSError as error:
            raise InvalidAsset(
                f'the environment cannot be read: {error.strerror or error}; give a Radiance .hdr file or "studio"',
                file=name,
            ) from error
    if picture.ndim != 3 or picture.shape[2] < 3 or min(picture.shape[:2]) < 1:
        raise InvalidAsset("an environment is an array (height, width, 3)", file=name)
    if not np.isfinite(picture).all() or (picture < 0).any():
        raise InvalidAsset(
            "the environment has NaN, infinite or negative radiance; it cannot light anything", file=name
        )
    return np.minimum(picture[..., :3], _MAX_RADIANCE)


def roughness_of_mip(mip: int, mips: int) -> float:
    """The perceptual roughness that a level is filtered for; the inverse of `radiance_level` in ibl.glsl."""
    return float((1.7 - np.sqrt(1.7**2 - 2.8 * mip / (mips - 1))) / 1.4)


def filter_environment(context: Any, programs: ProgramCache, picture: Floats, albedo: Any) -> GpuEnvironment:
    """Filter a picture of light for every roughness, by importance sampling with matching mips of the source.

    Method: Křivánek and Colbert 2008, "Real-time Shading with Filtered Importance Sampling"; n = v as in Karis 2013.
    """
    size = int(np.clip(2 ** int(np.ceil(np.log2(max(picture.shape[1] / 4, 1)))), 128, 1024))
    source = _cube_of(context, programs, picture, size)
    mips = int(np.log2(size // _SMALLEST_MIP)) + 1
    radiance = _cube(context, size, "f2", mips)
    for mip in range(mips):
        side = size >> mip
        # Small levels can afford many samples; the work a level costs stays about the same.
        samples = int(np.clip(64 * (size // 2 / side) ** 2, 64, LOBE_SAMPLES))
        roughness = roughness_of_mip(mip, mips)
        lobe = _mirror_lobe() if mip == 0 else ggx_lobe(roughness, samples, size)
        _convolve(context, programs, source, radiance, mip, side, lobe)
    irradiance = _cube(context, IRRADIANCE_SIZE, "f2", 1)
    _convolve(context, programs, source, irradiance, 0, IRRADIANCE_SIZE, lambert_lobe(LOBE_SAMPLES, size))
    return GpuEnvironment(radiance, irradiance, albedo, mips, 8 * 6 * (size**2 * 4 // 3 + IRRADIANCE_SIZE**2))


def albedo_table(context: Any, programs: ProgramCache) -> Any:
    """The lookup table of directional albedos, see albedo.comp."""
    texture = context.texture((ALBEDO_SIZE, ALBEDO_SIZE), 4, dtype="f4")
    texture.filter = (_LINEAR, _LINEAR)
    texture.repeat_x = texture.repeat_y = False
    texture.bind_to_image(0, read=False, write=True)
    programs.compute("albedo.comp").run(ALBEDO_SIZE // 8, ALBEDO_SIZE // 8)
    context.memory_barrier()
    return texture


_LINEAR, _TRILINEAR = 0x2601, 0x2703


def _cube(context: Any, size: int, dtype: str, mips: int) -> Any:
    cube = context.texture_cube((size, size), 4, dtype=dtype)
    if mips > 1:
        cube.build_mipmaps(0, mips - 1)
    cube.filter = (_TRILINEAR if mips > 1 else _LINEAR, _LINEAR)
    return cube


def _cube_of(context: Any, programs: ProgramCache, picture: Floats, size: int) -> Any:
    height, width = picture.shape[:2]
    flat = context.texture((width, height), 3, np.ascontiguousarray(picture).tobytes(), dtype="f4")
    flat.filter = (_LINEAR, _LINEAR)
    flat.repeat_x, flat.repeat_y = True, False
    cube = context.texture_cube((size, size), 4, dtype="f4")
    cube.bind_to_image(0, read=False, write=True)
    flat.use(0)
    programs.compute("cube.comp").run(size // 8, size // 8, 6)
    context.memory_barrier()
    cube.build_mipmaps()
    cube.filter = (_TRILINEAR, _LINEAR)
    return cube


def _convolve(
    context: Any, programs: ProgramCache, source: Any, target: Any, mip: int, side: int, lobe: Floats
) -> None:
    program = programs.compute("prefilter.comp")
    padded = np.zeros((LOBE_SAMPLES, 4), np.float32)
    padded[: len(lobe)] = lobe
    block = context.buffer(padded.tobytes())
    block.bind_to_uniform_block(3)
    program["lobe_size"] = len(lobe)
    source.use(0)
    target.bind_to_image(0, read=False, write=True, level=mip)
    groups = max(1, side // 8)
    program.run(groups, groups, 6)
    context.memory_barrier()


def _mirror_lobe() -> Floats:
    return np.array([[0, 0, 1, 0]], np.float32)


def ggx_lobe(roughness: float, count: int, source_size: int) -> Floats:
    """Samples `(n, 4)` of reflected light with n = v: direction times weight (weights sum to one), and source mip."""
    alpha2 = roughness**4
    xi = _hammersley(count)
    cos2 = (1 - xi[:, 1]) / (1 + (alpha2 - 1) * xi[:, 1])
    cos_h = np.sqrt(cos2)
    cos_l = 2 * cos2 - 1
    density = alpha2 / (np.pi * ((alpha2 - 1) * cos2 + 1) ** 2) / 4
    phi = 2 * np.pi * xi[:, 0]
    sin_l = 2 * cos_h * np.sqrt(np.maximum(1 - cos2, 0))
    directions = np.stack([sin_l * np.cos(phi), sin_l * np.sin(phi), cos_l], 1)
    return _lobe(directions, np.maximum(cos_l, 0), density, count, source_size)


def lambert_lobe(count: int, source_size: int) -> Floats:
    """Samples `(n, 4)` of cosine-weighted light, as `ggx_lobe`."""
    xi = _hammersley(count)
    cos, phi = np.sqrt(1 - xi[:, 1]), 2 * np.pi * xi[:, 0]
    sin = np.sqrt(xi[:, 1])
    directions = np.stack([sin * np.cos(phi), sin * np.sin(phi), cos], 1)
    return _lobe(directions, np.ones(count), np.maximum(cos, 1e-4) / np.pi, count, source_size)


def _lobe(directions: Any, weights: Any, density: Any, count: int, source_size: int) -> Floats:
    """Each sample reads the mip whose texels cover the solid angle that it stands for."""
    level = 0.5 * np.log2(6 * source_size**2 / (4 * np.pi) / (count * density))
    kept = weights > 0
    scaled = directions[kept] * (weights[kept] / weights[kept].sum())[:, None]
    return np.concatenate([scaled, np.maximum(level[kept, None], 0)], 1).astype(np.float32)


@cache
def _hammersley(count: int) -> npt.NDArray[np.float64]:
    """Points `(count, 2)` spread evenly over the unit square."""
    index = np.arange(count, dtype=np.uint32)
    reverse = np.zeros(count, np.float64)
    for bit in range(32):
        reverse += ((index >> np.uint32(bit)) & np.uint32(1)) * 0.5 ** (bit + 1)
    return np.stack([(index + 0.5) / count, reverse], 1)
