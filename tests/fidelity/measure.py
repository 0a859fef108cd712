"""Renders the fidelity scenes at every quality and prints how far from path tracing each is, beside the peers.

python -m tests.fidelity.measure [ASSETS] [--quality NAME …] [--scene NAME …] [--keep FOLDER] [--write]

Our own products are always measured; with ASSETS also the scenes there, and the helmet beside its goldens. `--keep`
writes the pictures, `--write` the committed table, from a run of everything.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from benchmarks.harness import RESULTS, machine
from tests.conformance.measure_spheres import write_hdr

from forge3d import images
from forge3d.compare.picture import as_pair, over
from forge3d.compare.psnr import decibels
from forge3d.document import Document
from forge3d.render import Orbit, Renderer, RenderSettings
from forge3d.render.quality import QUALITIES

from .goldens import table
from .room import room

OWN = Path(__file__).with_name("references")
TITLE = """# Distance to path tracing

Measured on {machine}. `make fidelity` prints it.

10 · log10 of the mean squared error against a path-traced picture on white, whole picture, 1 being full scale: lower is
closer. No tone map: light is clipped at one. What the qualities are: [docs/quality.md](../../docs/quality.md).

The shared scenes and their references (Blender Cycles, 160 samples, 512 × 512) are not part of this repository. How
our products and theirs are made: [tests/fidelity/references](../../tests/fidelity/references/README.md)."""
NOTES = """![The three products, and six ways to draw them](fidelity.webp)

From left to right: forge3d at `standard`, `high` and `reference`; Blender Cycles; <model-viewer> 4.4.0; the Khronos
Sample Renderer 1.1.0; Filament (filly 0.2.1). `python -m tests.fidelity.beside` draws it.

The references' own noise is at −37 dB (helmet, candle) to −47 dB. What is left at `reference` is that, and on the
shared scenes two differences of model: they were made with Blender's own materials, whose diffuse term is brighter than
Lambert's, which glTF prescribes, where rough surfaces are seen at a slant (Duck's outline), and which split dielectric
light otherwise (Mixer's paint). Our products' references are set up after glTF's appendix B and have neither.

Of the candle all engines that rasterise miss the same: light crosses two walls of the tumbler and comes back through
two, they let it pass one; its foot mirrors the tray in total reflection; the wax lies in amber light.

## DamagedHelmet beside ten renderers

Root mean square difference, of 255, to the pictures published for the Khronos render fidelity comparison (ACES with the
boost of 1/0.6, a power of 2.2, on white), 512 × 512. Nearest are path tracers to `high`, and real-time engines to
`standard`."""


@dataclass(frozen=True, slots=True)
class Series:
    """Scenes with one folder, which their paths are relative to, and what three engines reach on them."""

    title: str
    base: Path
    scenes: dict[str, dict[str, Any]]
    peers: dict[str, dict[str, float]]


def shared(assets: Path) -> Series:
    """Real models, whose references are not part of this repository."""
    folder = assets / "fidelity"
    return Series("Shared scenes", assets, _listed(folder), json.loads((folder / "baseline.json").read_text()))


@contextmanager
def own() -> Iterator[Series]:
    """The products modelled here; their light is made while this lasts."""
    listed = _listed(OWN)
    with tempfile.TemporaryDirectory() as folder:
        environment = Path(folder) / "room.hdr"
        write_hdr(environment, room())
        for scene in listed.values():
            scene["environment"] = str(environment)
        yield Series("Our products", OWN, listed, json.loads((OWN / "peers.json").read_text()))


def _listed(folder: Path) -> dict[str, dict[str, Any]]:
    return {scene["name"]: scene for scene in json.loads((folder / "scenes.json").read_text())}


def picture(
    renderer: Renderer, document: Document, scene: dict[str, Any], base: Path, quality: str
) -> npt.NDArray[np.uint8]:
    """The scene as its reference shows it, `(h, w, 4)`."""
    orbit = scene["orbit"]
    frame = renderer.render(
        document,
        camera=Orbit.from_spherical(
            orbit["theta"], orbit["phi"], orbit["radius"], tuple(scene["target"]), scene["vertical_fov"]
        ),
        environment=base / scene["environment"],
        size=tuple(scene["size"]),
        settings=RenderSettings(tone=scene["tone"], quality=quality),
    )
    return frame.pixels


def distance(pixels: npt.NDArray[np.uint8], scene: dict[str, Any], base: Path) -> float:
    """10 · log10 of the mean squared error over the whole picture on white, 1 being full scale."""
    reference = images.decode((base / scene["reference"]).read_bytes())
    return -decibels(*(over(picture, 1.0) for picture in as_pair(reference, pixels)))


def measure(
    renderer: Renderer, series: Series, qualities: Sequence[str], chosen: Sequence[str], keep: Path | None
) -> Iterator[str]:
    """The lines of one table, as they are found."""
    names = [name for name in series.scenes if not chosen or name in chosen]
    if not names:
        return
    found = np.empty((len(names), len(qualities)))
    seconds = np.empty_like(found)
    yield f"| {series.title} |" + "".join(f" {name} |" for name in [*qualities, *series.peers[names[0]]])
    yield "|---|" + "---:|" * (len(qualities) + len(series.peers[names[0]]))
    for row, name in enumerate(names):
        scene = series.scenes[name]
        document = Document.read(series.base / scene["model"])
        for column, quality in enumerate(qualities):
            if not QUALITIES[quality].traced:  # shaders, textures and light are made once
                picture(renderer, document, scene, series.base, quality)
            begin = time.perf_counter()
            pixels = picture(renderer, document, scene, series.base, quality)
            seconds[row, column] = time.perf_counter() - begin
            found[row, column] = distance(pixels, scene, series.base)
            if keep is not None:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{name}-{quality}.png").write_bytes(images.encode(pixels, "png"))
        yield _row(name, [*found[row], *series.peers[name].values()])
    theirs = np.array([list(series.peers[name].values()) for name in names])
    gains = theirs.min(1)[:, None] - found
    yield _row("mean", [*found.mean(0), *theirs.mean(0)])
    for label, values, form in (
        ("mean gain on the best peer of each scene", gains.mean(0), "+.2f"),
        ("least gain", gains.min(0), "+.2f"),
        ("seconds a picture, model loaded, mean", seconds.mean(0), ".2f"),
    ):
        yield _row(label, values, form) + " |" * theirs.shape[1]


def _row(label: str, values: Iterable[float], form: str = ".2f") -> str:
    return f"| {label} |" + "".join(f" {format(value, form)} |" for value in values).replace("-", "−")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("assets", type=Path, nargs="?")
    parser.add_argument("--quality", action="append", choices=list(QUALITIES))
    parser.add_argument("--scene", action="append", default=[])
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.write and (options.assets is None or options.quality or options.scene):
        parser.error("--write takes a run of all scenes, ASSETS too, at all qualities")
    qualities = options.quality or list(QUALITIES)
    with Renderer() as renderer, own() as products:
        host = "{cpu}, {cores} cores, {memory_gib} GiB".format(**machine())
        page = TITLE.format(machine=f"{host}, {renderer.capabilities.renderer}").splitlines()
        for series in [products] if options.assets is None else [shared(options.assets), products]:
            page.append("")
            for line in measure(renderer, series, qualities, options.scene, options.keep):
                print(line, flush=True)
                page.append(line)
        if options.assets is not None and not options.scene:
            goldens = table(renderer, options.assets, qualities)
            print("\n".join(goldens))
            page += ["", *NOTES.splitlines(), "", *goldens]
    if options.write:
        (RESULTS / "fidelity.md").write_text("\n".join(page) + "\n")


if __name__ == "__main__":
    main()
