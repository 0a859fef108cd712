"""Image-based light: a latitude-longitude picture, filtered on the GPU for every roughness.

Direction d hits the picture at u = atan2(d.z, d.x) / 2π + ½, v = asin(d.y) / π + ½ (v upwards).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InvalidAsset
from .program import ProgramCache
from .studio import STUDIOS, studio

Floats = npt.NDArray[np.float32]
Environment = str | Path | Floats
"""A name of `studio.STUDIOS`, the path of a Radiance .hdr or an .exr file, or an array `(h, w, 3)` of linear radiance,
top row first. Arrays are known again by identity: give another one rather than other values in the same."""

ALBEDO_SIZE = 64
IRRADIANCE_SIZE = 32
LOBE_SAMPLES = 1024
_SMALLEST_MIP = 8
_WIDEST_SUM = 32  # texels along the side of the largest level that is summed over the whole sky
_MAX_RADIANCE = 1e9  # more than any sun in a picture, and no sum of it overflows a float


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
        InvalidAsset: not a picture of light: not readable, or NaN, infinite or negative somewhere; it says where.
        RecipeError: a name that no studio has; the message lists them.
    """
    if isinstance(environment, np.ndarray):
        picture, name = np.asarray(environment, np.float32), None
    elif is_studio(environment):
        picture, name = studio(str(environment)), None
    else:
        picture, name = _read(Path(environment)), str(environment)
    if picture.ndim != 3 or picture.shape[2] < 3 or min(picture.shape[:2]) < 1:
        raise InvalidAsset("an environment is an array (height, width, 3)", file=name)
    picture = picture[..., :3]
    good = np.asarray((np.isfinite(picture) & (picture >= 0)).all(2))
    if not good.all():
        raise InvalidAsset(_bad_light(picture, good), file=name)
    return np.minimum(picture, _MAX_RADIANCE)


def is_studio(environment: Environment) -> bool:
    """Whether a string names a studio, rightly or not, and not a file."""
    if not isinstance(environment, str) or environment in STUDIOS:
        return isinstance(environment, str)
    return not (Path(environment).suffix or os.path.exists(environment))


def _read(path: Path) -> Floats:
    from .. import images

    try:
        if path.exists() and not path.is_file():  # a pipe would wait for its writer
            raise IsADirectoryError(None, "it is not a regular file")
        return (images.read_exr if path.suffix.lower() == ".exr" else images.read_hdr)(path)
    except OSError as error:
        known = ", ".join(STUDIOS)
        raise InvalidAsset(
            f"the environment cannot be read: {error.strerror or error}; give an .hdr or .exr file, or one of {known}",
            file=str(path),
        ) from error


def _bad_light(picture: Floats, good: npt.NDArray[np.bool_]) -> str:
    bad = np.argwhere(~good)
    row, column = bad[0]
    values = ", ".join(f"{value:g}" for value in picture[row, column])
    return (
        f"the environment has NaN, infinite or negative radiance in {len(bad):,} of {good.size:,} pixels, the first in "
        f"row {row}, column {column} from the top left, counted from 0: ({values}). Nothing can be lit by that: paint "
        "over them, or replace them by 0, and save it again"
    )


def roughness_of_mip(mip: int, mips: int) -> float:
    """The perceptual roughness that a level is filtered for; the inverse of `radiance_level` in ibl.glsl."""
    return float((1.7 - np.sqrt(1.7**2 - 2.8 * mip / (mips - 1))) / 1.4)


def filter_environment(context: Any, programs: ProgramCache, picture: Floats, albedo: Any) -> GpuEnvironment:
    """Filter a picture of light for every roughness.

    Narrow lobes are sampled by importance from matching mips of the picture (Křivánek and Colbert 2008, "Real-time
    Shading with Filtered Importance Sampling"); wide ones are summed over the whole sky, which suns do not make noisy.
    All with n = v, as Karis 2013, "Real Shading in Unreal Engine 4".
    """
    size = int(np.clip(2 ** int(np.ceil(np.log2(max(picture.shape[1] / 4, 1)))), 128, 1024))
    source = _cube_of(context, programs, picture, size)
    lights = _light_texture(context, picture)
    made = cubes(context, size, albedo)
    radiance, mips = made.radiance, made.mips
    for mip in range(mips):
        side, roughness = size >> mip, roughness_of_mip(mip, mips)
        if mip == 0:
            _convolve(context, programs, source, radiance, mip, side, np.array([[0, 0, 1, 0]], np.float32))
        elif side > _WIDEST_SUM:
            # Smaller levels have wider lobes, and can afford more samples.
            samples = int(np.clip(256 * (size // 2 / side), 256, LOBE_SAMPLES))
            _convolve(context, programs, source, radiance, mip, side, ggx_lobe(roughness, samples, size))
        else:
            _gather(context, programs, lights, radiance, mip, side, roughness**4)
    _gather(context, programs, lights, made.irradiance, 0, IRRADIANCE_SIZE, -1.0)
    return made


def mip_count(size: int) -> int:
    """Levels of a radiance cube whose largest has `size` texels a side."""
    return int(np.log2(size // _SMALLEST_MIP)) + 1


def cubes(context: Any, size: int, albedo: Any) -> GpuEnvironment:
    """An environment whose light is not filled in yet."""
    mips = mip_count(size)
    radiance, irradiance = _cube(context, size, "f2", mips), _cube(context, IRRADIANCE_SIZE, "f2", 1)
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


_NEAREST, _LINEAR, _NEAREST_LEVEL, _TRILINEAR = 0x2600, 0x2601, 0x2701, 0x2703


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
    cube.filter = (_NEAREST_LEVEL, _LINEAR)  # half the time of all levels together; what it adds to noise is a fifth
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


def _gather(context: Any, programs: ProgramCache, lights: Any, target: Any, mip: int, side: int, alpha2: float) -> None:
    program = programs.compute("gather.comp")
    program["alpha2"] = alpha2
    lights.use(0)
    target.bind_to_image(0, read=False, write=True, level=mip)
    program.run(side // 8, side // 8, 6)
    context.memory_barrier()


def _light_texture(context: Any, picture: Floats) -> Any:
    directions, radiance = sky_lights(picture)
    rows = np.zeros((2, len(directions), 4), np.float32)
    rows[0], rows[1, :, :3] = directions, radiance
    texture = context.texture((len(directions), 2), 4, rows.tobytes(), dtype="f4")
    texture.filter = (_NEAREST, _NEAREST)
    return texture


def sky_lights(picture: Floats) -> tuple[Floats, Floats]:
    """The picture as at most 64 × 32 lights.

    Returns:
        `(n, 4)`: direction of a cell's brightness-weighted middle, and its solid angle; `(n, 3)`: its mean radiance.
    """
    height, width = picture.shape[:2]
    rows, columns = min(height, 32), min(width, 64)
    latitude = np.pi / 2 - (np.arange(height) + 0.5) / height * np.pi
    longitude = (np.arange(width) + 0.5) / width * 2 * np.pi - np.pi
    area = np.cos(latitude)[:, None] * np.full(width, 2 * np.pi / width * np.pi / height)
    weight = area * (picture.sum(2) + 1e-6)
    flat = np.cos(latitude)[:, None]
    toward = [flat * np.cos(longitude), np.sin(latitude)[:, None], flat * np.sin(longitude)]

    def cells(values: Any) -> npt.NDArray[np.float64]:
        by_row = np.add.reduceat(values, np.arange(rows) * height // rows, 0)
        return np.asarray(np.add.reduceat(by_row, np.arange(columns) * width // columns, 1)).ravel()

    solid = cells(area)
    middle = np.stack([cells(weight * axis) for axis in toward], 1)
    middle /= np.linalg.norm(middle, axis=1, keepdims=True)
    energy = np.stack([cells(area * picture[..., channel]) for channel in range(3)], 1)
    directions = np.concatenate([middle, solid[:, None]], 1)
    return directions.astype(np.float32), (energy / solid[:, None]).astype(np.float32)


def ggx_lobe(roughness: float, count: int, source_size: int) -> Floats:
    """Samples `(n, 4)` of reflected light with n = v: direction times weight, and the source's mip to read.

    Weights sum to one. A sample reads texels of twice the solid angle that it stands for: they overlap enough to leave
    no pattern, and the blur is small beside the lobe's own.
    """
    alpha2 = roughness**4
    xi = _hammersley(count)
    cos2 = (1 - xi[:, 1]) / (1 + (alpha2 - 1) * xi[:, 1])
    cos_h, cos_l, phi = np.sqrt(cos2), 2 * cos2 - 1, 2 * np.pi * xi[:, 0]
    sin_l = 2 * cos_h * np.sqrt(np.maximum(1 - cos2, 0))
    directions = np.stack([sin_l * np.cos(phi), sin_l * np.sin(phi), cos_l], 1)
    density = alpha2 / (np.pi * ((alpha2 - 1) * cos2 + 1) ** 2) / 4
    level = 0.5 * np.log2(2 * 6 * source_size**2 / (4 * np.pi) / (count * density))
    kept = cos_l > 0
    cos_l = cos_l[kept]
    weight = cos_l / (cos_l + np.sqrt(cos_l**2 * (1 - alpha2) + alpha2))  # Smith's visibility with n = v
    scaled = directions[kept] * (weight / weight.sum())[:, None]
    return np.concatenate([scaled, np.maximum(level[kept, None], 0)], 1).astype(np.float32)


@cache
def _hammersley(count: int) -> npt.NDArray[np.float64]:
    """Points `(count, 2)` spread evenly over the unit square."""
    index = np.arange(count, dtype=np.uint32)
    reverse = np.zeros(count, np.float64)
    for bit in range(32):
        reverse += ((index >> np.uint32(bit)) & np.uint32(1)) * 0.5 ** (bit + 1)
    return np.stack([(index + 0.5) / count, reverse], 1)
