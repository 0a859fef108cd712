"""The scenes as three other engines draw them, headless: <model-viewer>, the Khronos Sample Renderer, Filament.

FORGE3D_ORACLES names a folder that has the first two (see `tests/conformance/viewers.py`) and `py/oracle_filly.py`, a
script that draws with Filament: MODEL HDR OUT SIZE THETA PHI RADIUS FOV TONE 0 X Y Z. FORGE3D_FILAMENT names the Python
that has Filament (`pip install filly numpy pillow`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.conformance.viewers import Shot, draw

PEERS = ("model-viewer", "khronos", "filament")
_FILAMENT_TONES = {"none": "linear", "neutral": "pbr_neutral", "aces": "aces_legacy"}
Scene = dict[str, Any]


def pictures(scenes: Iterable[Scene], base: Path, folder: Path, *, fine: bool = True) -> dict[str, dict[str, Path]]:
    """Scene → peer → picture, written to the folder; pictures that are there are kept.

    Args:
        base: what the scenes' files are relative to.
        fine: the Khronos renderer filters the light with its own numbers of samples, which takes minutes.
    """
    drawn: dict[str, dict[str, Path]] = {}
    waiting: dict[tuple[str, Path], list[Shot]] = {}
    for scene in scenes:
        drawn[scene["name"]] = {peer: folder / f"{scene['name']}-{peer}.png" for peer in PEERS}
        for peer, out in drawn[scene["name"]].items():
            shot = _shot(scene, base, out)
            if out.is_file():
                continue
            if peer == "filament":
                _filament(shot, base / scene["environment"])
            else:
                waiting.setdefault((peer, base / scene["environment"]), []).append(shot)
    for (peer, environment), shots in waiting.items():
        viewer = "three" if peer == "model-viewer" else "khronos"
        for shot, said in zip(shots, draw(viewer, environment, shots, fine=fine and peer == "khronos"), strict=True):
            assert said is None, f"{peer}, {shot.model}: {said}"
    return drawn


def _shot(scene: Scene, base: Path, out: Path) -> Shot:
    orbit, (x, y, z) = scene["orbit"], scene["target"]
    return Shot(
        str((base / scene["model"]).absolute()), str(out), orbit["radius"], (x, y, z), orbit["theta"], orbit["phi"],
        fov=scene["vertical_fov"], width=scene["size"][0], height=scene["size"][1], tone=scene["tone"],
    )  # fmt: skip


def _filament(shot: Shot, environment: Path) -> None:
    script = Path(os.environ["FORGE3D_ORACLES"]) / "py" / "oracle_filly.py"
    camera = [shot.width, shot.theta, shot.phi, shot.radius, shot.fov, _FILAMENT_TONES[shot.tone], 0, *shot.target]
    python = os.environ.get("FORGE3D_FILAMENT", sys.executable)
    command = [python, str(script), shot.model, str(environment), shot.out, *map(str, camera)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
