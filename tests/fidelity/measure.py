"""Renders the fidelity scenes at every quality and prints how far from path tracing each is, beside the peers.

python -m tests.fidelity.measure ASSETS [QUALITY ...] [SCENE ...]
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from forge3d import images
from forge3d.compare.picture import as_pair, over
from forge3d.compare.psnr import decibels
from forge3d.document import Document
from forge3d.render import Orbit, Renderer, RenderSettings
from forge3d.render.quality import QUALITIES


def scenes(assets: Path) -> dict[str, dict[str, Any]]:
    return {scene["name"]: scene for scene in json.loads((assets / "fidelity" / "scenes.json").read_text())}


def picture(
    renderer: Renderer, document: Document, scene: dict[str, Any], assets: Path, quality: str
) -> npt.NDArray[np.uint8]:
    """The scene as its reference shows it, `(h, w, 4)`."""
    orbit = scene["orbit"]
    frame = renderer.render(
        document,
        camera=Orbit.from_spherical(
            orbit["theta"], orbit["phi"], orbit["radius"], tuple(scene["target"]), scene["vertical_fov"]
        ),
        environment=assets / scene["environment"],
        size=tuple(scene["size"]),
        settings=RenderSettings(tone=scene["tone"], quality=quality),
    )
    return frame.pixels


def distance(pixels: npt.NDArray[np.uint8], scene: dict[str, Any], assets: Path) -> float:
    """10 · log10 of the mean squared error over the whole picture on white, 1 being full scale."""
    reference = images.decode((assets / scene["reference"]).read_bytes())
    return -decibels(*(over(picture, 1.0) for picture in as_pair(reference, pixels)))


def main(assets: Path, chosen: list[str]) -> None:
    peers = json.loads((assets / "fidelity" / "baseline.json").read_text())
    qualities = [name for name in QUALITIES if name in chosen] or list(QUALITIES)
    listed = {name: scene for name, scene in scenes(assets).items() if name in chosen or not set(chosen) & set(peers)}
    gains: dict[str, list[float]] = {quality: [] for quality in qualities}
    means: dict[str, list[float]] = {quality: [] for quality in qualities}
    seconds: dict[str, list[float]] = {quality: [] for quality in qualities}
    with Renderer() as renderer:
        print(renderer.capabilities.renderer)
        print("| scene |" + "".join(f" {name} |" for name in [*qualities, *next(iter(peers.values()))]))
        for name, scene in listed.items():
            document = Document.read(assets / scene["model"])
            row = []
            for quality in qualities:
                if not QUALITIES[quality].traced:  # shaders, textures and light are made once
                    picture(renderer, document, scene, assets, quality)
                begin = time.perf_counter()
                pixels = picture(renderer, document, scene, assets, quality)
                seconds[quality].append(time.perf_counter() - begin)
                row.append(distance(pixels, scene, assets))
                means[quality].append(row[-1])
                gains[quality].append(min(peers[name].values()) - row[-1])
            print(f"| {name} |" + "".join(f" {value:.2f} |" for value in [*row, *peers[name].values()]), flush=True)
    for label, values, form in (
        ("mean", means, "{:.2f}"), ("mean gain on the best peer", gains, "{:+.2f}"), ("mean seconds", seconds, "{:.2f}")
    ):  # fmt: skip
        print(f"| {label} |" + "".join(f" {form.format(np.mean(values[quality]))} |" for quality in qualities))
    print("| least gain |" + "".join(f" {min(gains[quality]):+.2f} |" for quality in qualities))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
