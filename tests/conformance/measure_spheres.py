"""Draws the grids of test spheres here and in the Khronos sample renderer, and writes how alike they are.

FORGE3D_ORACLES=VIEWERS python -m tests.conformance.measure_spheres [ENVIRONMENT.hdr …] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import itertools
import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from benchmarks.harness import RESULTS

import forge3d
from forge3d import images
from forge3d.render import Orbit, Renderer, RenderSettings, filter
from forge3d.render.studio import studio
from forge3d.render.tonemap import srgb_encoded

from .lobes import SAMPLES, Points, Sky, outgoing
from .spheres import GRIDS, SPACING, Grid, place, spheres
from .viewers import Shot, draw

CELL = 96
"""Pixels from sphere to sphere."""
_FINER = 2
"""How many times larger both are drawn each way, then shrunk in linear light: edges inside glass are smooth."""
POINTS = 5
"""Of each integrated pixel, each way, under the Blackman-Harris window that Blender and forge3d filter with."""
WANTED = 30.0
"""Decibels."""
_FIELD_OF_VIEW = 10.0
Picture = npt.NDArray[np.float64]

TITLE = """# Test spheres beside the Khronos renderer

Each material extension as a grid of spheres (`tests/conformance/spheres.py` writes them as GLB), drawn by forge3d and
by the Khronos glTF Sample Renderer 1.1.0 with its own numbers of samples; same camera, same light, no tone map. Theirs
comes with a power of 2.2 and is converted to the sRGB curve. Peak signal-to-noise ratio over the spheres without their
outermost pixels, in decibels: more is more alike, below 30 is bold. The causes of what differs: `docs/looks.md`.

"To the integral" is the distance to the specification's formulas integrated over the light, with no prefiltered
environment, no table and no split sum (`tests/conformance/lobes.py`); of a sphere that stands alone that is what a path
tracer converges to. It is missing where a lamp shines, where a wall is seen through the spheres, and for unlit.

    FORGE3D_ORACLES=VIEWERS python -m tests.conformance.measure_spheres ENVIRONMENT.hdr
"""
PICTURES = """## Pictures

Above as forge3d draws them under the studio, below as the Khronos renderer does.
"""


@dataclass(slots=True)
class Likeness:
    """Peak signal-to-noise ratios, dB.

    Attributes:
        spheres, worst, where: of ours to theirs over all spheres, of the worst sphere, and which that is.
        ours_exact, theirs_exact: to the integral of the formulas, see `lobes`; None where that does not know them.
    """

    spheres: float
    worst: float
    where: str
    ours: Picture
    theirs: Picture
    ours_exact: float | None = None
    theirs_exact: float | None = None


def size_of(grid: Grid) -> tuple[int, int]:
    return CELL * len(grid.columns), CELL * len(grid.rows)


def camera_of(grid: Grid) -> Orbit:
    """Looks at the grid from +Z, so narrow that all spheres are seen nearly alike."""
    height = SPACING * len(grid.rows)
    return Orbit(distance=height / 2 / math.tan(math.radians(_FIELD_OF_VIEW / 2)), target=(0, 0, 0), fov=_FIELD_OF_VIEW)


def shot_of(grid: Grid, model: Path, out: Path) -> Shot:
    camera, (width, height) = camera_of(grid), size_of(grid)
    assert camera.distance is not None
    return Shot(
        str(model), str(out), camera.distance, (0.0, 0.0, 0.0), theta=0.0, phi=90.0, fov=camera.fov,
        width=width * _FINER, height=height * _FINER, tone="none", skybox=not grid.wall, lit=not grid.lamp,
    )  # fmt: skip


def compared(renderer: Renderer, grid: Grid, environment: Path, theirs: Path) -> Likeness:
    """Hold our picture of a grid against theirs, both with the sRGB curve: theirs come with a power of 2.2."""
    settings = RenderSettings(tone="none", samples=4 * _FINER**2)
    sky = np.zeros((1, 2, 3), np.float32) if grid.lamp else environment
    frame = renderer.render(
        spheres(grid), camera=camera_of(grid), environment=sky, size=size_of(grid), settings=settings
    )
    ours = frame.pixels[..., :3] / 255
    other = srgb_encoded(_shrunk((images.decode(theirs.read_bytes())[..., :3] / 255) ** 2.2))
    error = (ours - other) ** 2
    shown = _inside(frame.object_ids)
    found = {}
    for number in range(len(grid.rows) * len(grid.columns)):
        row, column = divmod(number, len(grid.columns))
        where = f"{grid.row} {grid.rows[row]:g}, {grid.column} {grid.columns[column]:g}"
        found[where] = _decibels(error[shown == number + 1])
    worst = min(found, key=lambda where: found[where])
    known = (shown > 0) & (shown <= len(found))
    likeness = Likeness(_decibels(error[known]), found[worst], worst, ours, other)
    if not (grid.wall or grid.lamp or grid.unknown):
        exact = integrated(grid, Sky(images.read_hdr(environment)))
        known &= np.isfinite(exact[..., 0])
        likeness.ours_exact, likeness.theirs_exact = (
            _decibels((picture[known] - exact[known]) ** 2) for picture in (ours, other)
        )
    return likeness


def integrated(grid: Grid, sky: Sky, step: int = 6, points: int = POINTS) -> Picture:
    """Every `step`th pixel of the picture by integration, over the resolve filter too; sRGB-encoded; NaN elsewhere.

    Args:
        points: of each pixel, each way.
    """
    width, height = size_of(grid)
    camera = camera_of(grid)
    assert camera.distance is not None
    tangent = math.tan(math.radians(camera.fov / 2))
    y, x = np.mgrid[step // 2 : height : step, step // 2 : width : step].reshape(2, -1)
    sums, hits = np.zeros((len(x), 3)), np.zeros((len(x), 1))
    for index, (down, right) in enumerate(itertools.product(_filter_offsets(points), repeat=2)):
        across = ((x + 0.5 + right) / width * 2 - 1) * tangent * width / height
        above = (1 - (y + 0.5 + down) / height * 2) * tangent
        rays = np.stack([across, above, np.full(len(x), -1.0)], -1)
        rays /= np.linalg.norm(rays, axis=1, keepdims=True)
        seen = _seen_along(rays, grid, camera.distance, sky, index, SAMPLES * points**2)
        hits += np.isfinite(seen[:, :1])
        sums += np.nan_to_num(seen)
    picture = np.full((height, width, 3), np.nan)
    with np.errstate(invalid="ignore"):
        picture[y, x] = srgb_encoded(np.clip(sums / hits, 0, 1))
    return picture


def _filter_offsets(count: int) -> Picture:
    """Offsets from a pixel's middle such that each stands for an equal share of the resolve filter."""
    fine = np.linspace(-filter.RADIUS, filter.RADIUS, 2001)
    share = np.cumsum(filter.weight(fine))
    return np.interp((np.arange(count) + 0.5) / count, share / share[-1], fine)


def _seen_along(rays: Picture, grid: Grid, distance: float, sky: Sky, index: int, total: int) -> Picture:
    """Radiance along rays `(p, 3)` from the camera; NaN where they meet no sphere."""
    radiance = np.full(rays.shape, np.nan)
    # Points of a pixel take turns in where they look for light (Martin Roberts' R2 sequence).
    shift = (0.7548776662 * index % 1, 0.5698402910 * index % 1)
    for down, row in enumerate(grid.rows):
        for right, column in enumerate(grid.columns):
            to_eye = np.array([0, 0, distance]) - [*place(grid, down, right), 0.0]
            half = rays @ to_eye
            depth = half**2 - (to_eye @ to_eye - 1)
            hit = depth > 1e-4
            normal = to_eye + rays[hit] * (-half[hit] - np.sqrt(depth[hit]))[:, None]
            east = np.stack([normal[:, 2], 0 * normal[:, 0], -normal[:, 0]], -1)
            east /= np.linalg.norm(east, axis=1, keepdims=True)
            frame = np.stack([east, np.cross(normal, east), normal], -1)
            points = Points(-rays[hit], frame, shift, total)
            radiance[hit] = outgoing(grid.make(row, column), points, sky)
    return radiance


def _inside(objects: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Object numbers without the pixels at their borders, whose coverage the renderers round differently."""
    same = np.ones(objects.shape, bool)
    for axis in (0, 1):
        for shift in (1, -1):
            same &= objects == np.roll(objects, shift, axis)
    return np.where(same, objects, 0)


def _shrunk(picture: Picture) -> Picture:
    height, width, channels = picture.shape
    blocks = picture.reshape(height // _FINER, _FINER, width // _FINER, _FINER, channels)
    return np.asarray(blocks.mean((1, 3)))


def _decibels(error: Picture) -> float:
    return float(min(-10 * np.log10(max(error.mean(), 1e-10)), 99.0))


def write_hdr(path: Path, picture: npt.NDArray[np.float32]) -> None:
    """A flat Radiance picture."""
    mantissa, exponent = np.frexp(np.maximum(picture.max(2), 1e-30))
    rgbe = np.empty((*picture.shape[:2], 4), np.uint8)
    rgbe[..., :3] = np.clip(picture * (mantissa * 256 / np.maximum(picture.max(2), 1e-30))[..., None], 0, 255)
    rgbe[..., 3] = exponent + 128
    height, width = picture.shape[:2]
    path.write_bytes(f"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y {height} +X {width}\n".encode() + rgbe.tobytes())


def measure(environment: Path, folder: Path) -> dict[str, Likeness]:
    """Both renderers' pictures of the grids under a light, compared. Their pictures in `folder` are not drawn again."""
    shots = []
    for number, grid in enumerate(GRIDS.values()):
        model = folder / f"{number}.glb"
        forge3d.save(spheres(grid), model)
        shots.append(shot_of(grid, model, folder / f"{number}.png"))
    missing = [shot for shot in shots if not Path(shot.out).exists()]
    for shot, problem in zip(missing, draw("khronos", environment, missing, fine=True) if missing else [], strict=True):
        if problem:
            raise SystemExit(f"{shot.model}: {problem}")
    with Renderer() as renderer:
        return {
            name: compared(renderer, grid, environment, Path(shot.out))
            for (name, grid), shot in zip(GRIDS.items(), shots, strict=True)
        }


def table(found: dict[str, Likeness]) -> str:
    lines = [
        "| grid | to Khronos | worst sphere | where | to the integral | Khronos to the integral |",
        "|---|---:|---:|---|---:|---:|",
    ]
    for name, likeness in found.items():
        near = f"{likeness.spheres:.1f}" if likeness.spheres >= WANTED else f"**{likeness.spheres:.1f}**"
        exact = [f"{value:.1f}" if value else "" for value in (likeness.ours_exact, likeness.theirs_exact)]
        lines.append(f"| {name} | {near} | {likeness.worst:.1f} | {likeness.where} | {exact[0]} | {exact[1]} |")
    return "\n".join([*lines, ""])


def save_pictures(found: dict[str, Likeness], folder: Path) -> str:
    """Each grid as we draw it, above the same of the Khronos renderer; returns Markdown that shows them."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, likeness in found.items():
        pair = np.concatenate([likeness.ours, likeness.theirs])
        file = folder / f"{name.lower().replace(',', '').replace(' ', '_')}.webp"
        pixels = np.clip(np.rint(pair * 255), 0, 255).astype(np.uint8)
        file.write_bytes(images.encode(pixels, "webp", quality=80))
        grid = GRIDS[name]
        lines += [f"{name}: {grid.row} from row to row, {grid.column} from column to column", ""]
        lines += [f"![{name}]({folder.name}/{file.name})", ""]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("environments", nargs="*", type=Path, help="Radiance pictures, besides the built-in studio")
    parser.add_argument("--keep", type=Path, help="keeps models and pictures here, and uses what is here already")
    options = parser.parse_args()
    parts = [TITLE]
    with tempfile.TemporaryDirectory() as temporary:
        top = options.keep or Path(temporary)
        top.mkdir(parents=True, exist_ok=True)
        write_hdr(top / "studio.hdr", studio())
        for environment in (top / "studio.hdr", *options.environments):
            folder = top / environment.stem
            folder.mkdir(exist_ok=True)
            found = measure(environment, folder)
            parts += [f"## Under {environment.stem}", "", table(found)]
            print(parts[-1], flush=True)
            if environment.parent == top:
                pictures = save_pictures(found, RESULTS / "spheres")
    (RESULTS / "spheres.md").write_text("\n".join([*parts, PICTURES, pictures]))


if __name__ == "__main__":
    main()
