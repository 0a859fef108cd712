"""Renders the fidelity scenes and prints how far from path tracing each is, beside the peers.

python -m tests.fidelity.measure ASSETS [SAMPLES]
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
from forge3d.document import Document
from forge3d.render import Orbit, Renderer, RenderSettings


def scenes(assets: Path) -> dict[str, dict[str, Any]]:
    return {scene["name"]: scene for scene in json.loads((assets / "fidelity" / "scenes.json").read_text())}


def on_white(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    alpha = pixels[..., 3:] / 255 if pixels.shape[2] == 4 else np.ones(1)
    result: npt.NDArray[np.float64] = pixels[..., :3] / 255 * alpha + 1 - alpha
    return result


def distance(renderer: Renderer, document: Document, scene: dict[str, Any], assets: Path, samples: int = 4) -> float:
    """10 · log10 of the mean squared error over the whole picture on white, 1 being full scale."""
    orbit = scene["orbit"]
    frame = renderer.render(
        document,
        camera=Orbit.from_spherical(
            orbit["theta"], orbit["phi"], orbit["radius"], tuple(scene["target"]), scene["vertical_fov"]
        ),
        environment=assets / scene["environment"],
        size=tuple(scene["size"]),
        settings=RenderSettings(tone=scene["tone"], samples=samples),
    )
    reference = images.decode((assets / scene["reference"]).read_bytes())
    return float(10 * np.log10(((on_white(frame.pixels) - on_white(reference)) ** 2).mean()))


def main(assets: Path, samples: int) -> None:
    peers = json.loads((assets / "fidelity" / "baseline.json").read_text())
    with Renderer() as renderer:
        print(renderer.capabilities.renderer, f"{samples} samples")
        print(f"{'scene':20}{'forge3d':>9}" + "".join(f"{name:>14}" for name in next(iter(peers.values()))) + "     ms")
        for name, scene in scenes(assets).items():
            document = Document.read(assets / scene["model"])
            measured = distance(renderer, document, scene, assets, samples)
            begin = time.perf_counter()
            distance(renderer, document, scene, assets, samples)
            spent = 1000 * (time.perf_counter() - begin)
            print(
                f"{name:20}{measured:9.2f}"
                + "".join(f"{value:14.2f}" for value in peers[name].values())
                + f"{spent:7.0f}"
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 4)
