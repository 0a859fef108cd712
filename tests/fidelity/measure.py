"""Renders the fidelity scenes at every quality and prints how far from path tracing each is, beside the peers.

python -m tests.fidelity.measure [ASSETS] [--quality NAME …] [--scene NAME …] [--keep FOLDER]

Our own products are always measured; with ASSETS also the scenes there. `--keep` writes the pictures.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tests.conformance.measure_spheres import write_hdr

from forge3d import images
from forge3d.compare.picture import as_pair, over
from forge3d.compare.psnr import decibels
from forge3d.document import Document
from forge3d.render import Orbit, Renderer, RenderSettings
from forge3d.render.quality import QUALITIES

from .room import room

OWN = Path(__file__).with_name("references")


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
) -> None:
    """Print one table."""
    names = [name for name in series.scenes if not chosen or name in chosen]
    if not names:
        return
    found = np.empty((len(names), len(qualities)))
    seconds = np.empty_like(found)
    print(f"\n| {series.title} |" + "".join(f" {name} |" for name in [*qualities, *series.peers[names[0]]]))
    print("|---|" + "---:|" * (len(qualities) + len(series.peers[names[0]])))
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
        values = [*found[row], *series.peers[name].values()]
        print(f"| {name} |" + "".join(f" {value:.2f} |" for value in values), flush=True)
    theirs = np.array([list(series.peers[name].values()) for name in names])
    gains = theirs.min(1)[:, None] - found
    print("| mean |" + "".join(f" {value:.2f} |" for value in [*found.mean(0), *theirs.mean(0)]))
    for label, values, form in (
        ("mean gain on the best peer of each scene", gains.mean(0), "{:+.2f}"),
        ("least gain", gains.min(0), "{:+.2f}"),
        ("seconds a picture, model loaded, mean", seconds.mean(0), "{:.2f}"),
    ):
        print(f"| {label} |" + "".join(f" {form.format(value)} |" for value in values) + " |" * theirs.shape[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("assets", type=Path, nargs="?")
    parser.add_argument("--quality", action="append", choices=list(QUALITIES))
    parser.add_argument("--scene", action="append", default=[])
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with Renderer() as renderer, own() as products:
        print(renderer.capabilities.renderer)
        for series in [products] if options.assets is None else [shared(options.assets), products]:
            measure(renderer, series, options.quality or list(QUALITIES), options.scene, options.keep)


if __name__ == "__main__":
    main()
