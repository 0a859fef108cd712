"""Draws the grids of test spheres here and in the Khronos sample renderer, and writes how alike they are.

FORGE3D_ORACLES=VIEWERS python -m tests.conformance.measure_spheres [ENVIRONMENT.hdr …] [--keep FOLDER] [--only GRID …]
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from benchmarks.harness import RESULTS

import forge3d
from forge3d import images
from forge3d.render import Renderer, RenderSettings
from forge3d.render.studio import studio
from forge3d.render.tonemap import srgb_encoded

from .spheres import GRIDS, Grid, spheres
from .truth import Picture, camera_of, size_of, truth
from .viewers import Shot, draw

_FINER = 2
"""How many times larger both are drawn each way, then shrunk in linear light: edges inside glass are smooth."""
WANTED = 30.0
"""Decibels."""

TITLE = """# Test spheres beside the Khronos renderer

Each material extension as a grid of spheres (`tests/conformance/spheres.py` writes them as GLB), drawn by forge3d and
by the Khronos glTF Sample Renderer 1.1.0 with its own numbers of samples; same camera, same light, no tone map. Theirs
comes with a power of 2.2 and is converted to the sRGB curve. Peak signal-to-noise ratio over the spheres without their
outermost pixels, in decibels: more is more alike, below 30 is bold. The causes of what differs: `docs/looks.md`.

"To the truth" is the distance to the specification's formulas integrated over the light and over the pixel's filter,
with no prefiltered environment, no table and no split sum (`tests/conformance/lobes.py`): what a path tracer converges
to for a sphere that stands alone. Where light goes through a body ("traced") it is the distance to forge3d's own path
tracer at quality `reference`. It is missing where a lamp shines alone, and for unlit.

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
        ours_exact, theirs_exact: to what pictures converge to, see `truth`; None where that is not known.
    """

    spheres: float
    worst: float
    where: str
    ours: Picture
    theirs: Picture
    ours_exact: float | None = None
    theirs_exact: float | None = None


def shot_of(grid: Grid, model: Path, out: Path) -> Shot:
    camera, (width, height) = camera_of(grid), size_of(grid)
    assert camera.distance is not None
    return Shot(
        str(model), str(out), camera.distance, (0.0, 0.0, 0.0), theta=0.0, phi=90.0, fov=camera.fov,
        width=width * _FINER, height=height * _FINER, tone="none", skybox=not grid.wall, lit=not grid.lamp,
    )  # fmt: skip


def compared(renderer: Renderer, grid: Grid, environment: Path, theirs: Path) -> Likeness:
    """Hold our picture of a grid against theirs, both with the sRGB curve: theirs come with a power of 2.2."""
    settings = RenderSettings(tone="none", samples=4 * _FINER**2, occlusion=False)
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
    exact = truth(renderer, grid, environment)
    if exact is not None:
        known &= np.isfinite(exact[..., 0])
        likeness.ours_exact, likeness.theirs_exact = (
            _decibels((picture[known] - exact[known]) ** 2) for picture in (ours, other)
        )
    return likeness


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


def measure(environment: Path, folder: Path, names: list[str]) -> dict[str, Likeness]:
    """Both renderers' pictures of the grids under a light, compared. Their pictures in `folder` are not drawn again."""
    shots = {}
    for number, (name, grid) in enumerate(GRIDS.items()):
        if name in names:
            model = folder / f"{number}.glb"
            forge3d.save(spheres(grid), model)
            shots[name] = shot_of(grid, model, folder / f"{number}.png")
    missing = [shot for shot in shots.values() if not Path(shot.out).exists()]
    for shot, problem in zip(missing, draw("khronos", environment, missing, fine=True) if missing else [], strict=True):
        if problem:
            raise SystemExit(f"{shot.model}: {problem}")
    with Renderer() as renderer:
        return {name: compared(renderer, GRIDS[name], environment, Path(shot.out)) for name, shot in shots.items()}


HEAD = """| grid | to Khronos | worst sphere | where | to the truth | Khronos to the truth |
|---|---:|---:|---|---:|---:|"""


def row(name: str, likeness: Likeness) -> str:
    near = f"{likeness.spheres:.1f}" if likeness.spheres >= WANTED else f"**{likeness.spheres:.1f}**"
    exact = [f"{value:.1f}" if value else "" for value in (likeness.ours_exact, likeness.theirs_exact)]
    if exact[0] and (GRIDS[name].wall or GRIDS[name].inside):
        exact[0] += ", traced"
    return f"| {name} | {near} | {likeness.worst:.1f} | {likeness.where} | {exact[0]} | {exact[1]} |"


def rows_of(report: str) -> dict[str, dict[str, str]]:
    """Light → grid → row of a report written before."""
    found: dict[str, dict[str, str]] = {}
    for line in report.splitlines():
        if line.startswith("## Under "):
            rows = found.setdefault(line.removeprefix("## Under "), {})
        elif line.startswith("| ") and found:
            rows[line.split(" | ")[0].removeprefix("| ")] = line
    return found


def save_picture(name: str, likeness: Likeness, file: Path) -> None:
    """The grid as we draw it, above the same of the Khronos renderer."""
    pixels = np.clip(np.rint(np.concatenate([likeness.ours, likeness.theirs]) * 255), 0, 255).astype(np.uint8)
    file.write_bytes(images.encode(pixels, "webp", quality=80))


def composed(rows: dict[str, dict[str, str]], pictures: dict[str, Path]) -> str:
    parts = [TITLE]
    for light, of_light in rows.items():
        parts += [f"## Under {light}", "", HEAD, *(of_light[name] for name in GRIDS if name in of_light), ""]
    parts.append(PICTURES)
    for name, grid in GRIDS.items():
        file = pictures[name]
        parts += [f"{name}: {grid.row} from row to row, {grid.column} from column to column", ""]
        parts += [f"![{name}]({file.parent.name}/{file.name})", ""]
    return "\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("environments", nargs="*", type=Path, help="Radiance pictures, besides the built-in studio")
    parser.add_argument("--keep", type=Path, help="keeps models and pictures here, and uses what is here already")
    parser.add_argument(
        "--only", nargs="+", choices=list(GRIDS), help="measures these; rows of others stay as they are"
    )
    options = parser.parse_args()
    report, names = RESULTS / "spheres.md", options.only or list(GRIDS)
    rows = rows_of(report.read_text()) if options.only else {}
    pictures = {name: RESULTS / "spheres" / f"{name.lower().replace(',', '').replace(' ', '_')}.webp" for name in GRIDS}
    (RESULTS / "spheres").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        top = options.keep or Path(temporary)
        top.mkdir(parents=True, exist_ok=True)
        write_hdr(top / "studio.hdr", studio())
        for environment in (top / "studio.hdr", *options.environments):
            folder = top / environment.stem
            folder.mkdir(exist_ok=True)
            for name, likeness in measure(environment, folder, names).items():
                rows.setdefault(environment.stem, {})[name] = row(name, likeness)
                print(environment.stem, row(name, likeness), flush=True)
                if environment.parent == top:
                    save_picture(name, likeness, pictures[name])
    report.write_text(composed(rows, pictures))


if __name__ == "__main__":
    main()
