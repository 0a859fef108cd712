"""Models drawn by three.js (through <model-viewer>) and by the Khronos sample renderer, headless, with one camera.

The viewers are not ours and do not come with us: FORGE3D_ORACLES names a folder that has them. It holds `lib.mjs`
(`serve`, a loopback server, and `launch`, a headless browser), `pages/mv.html` and their packages in `node_modules`.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import pytest
from tests.peers import FOLDER, require_node

from forge3d.document import Document
from forge3d.document.bounds import bounds

Viewer = Literal["three", "khronos"]
SIZE = 256
_FIELD_OF_VIEW = 30.0


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: theta turns about +Y from +Z and phi from +Y, degrees; `time` is of the first animation, seconds.

    `tone`: "neutral" or "none"; `skybox`: whether the environment is drawn behind the model; `lit`: whether it shines.
    """

    model: str
    out: str
    radius: float
    target: tuple[float, float, float]
    theta: float = 30.0
    phi: float = 75.0
    fov: float = _FIELD_OF_VIEW
    width: int = SIZE
    height: int = SIZE
    time: float | None = None
    variant: str | None = None
    tone: str = "neutral"
    skybox: bool = False
    lit: bool = True

    def of(self, model: Path, out: Path) -> Shot:
        """The same picture of another file."""
        return replace(self, model=str(model), out=str(out))


def framed(model: Path, out: Path, *, time: float | None = None, variant: str | None = None) -> Shot:
    """A picture that the whole model is in, from its front, to the right and above."""
    box = bounds(Document.read(model), time=time)
    assert box is not None, model
    radius = 0.95 * box.diagonal / 2 / math.sin(math.radians(_FIELD_OF_VIEW / 2))
    x, y, z = box.center.tolist()
    return Shot(str(model), str(out), radius, (x, y, z), time=time, variant=variant)


def require_viewers() -> None:
    """Skip the calling test where the viewers are not installed."""
    require_node()
    folder = os.environ.get("FORGE3D_ORACLES")
    if folder is None or not (Path(folder) / "node_modules").is_dir():
        pytest.skip("the viewers are not on this machine: set FORGE3D_ORACLES to their folder")


def draw(viewer: Viewer, environment: Path, shots: Sequence[Shot], *, fine: bool = False) -> list[str | None]:
    """Write the picture of each shot; what the viewer said where it did not open the model, else None.

    Args:
        fine: filter the environment with the viewer's own numbers of samples, which takes minutes.
    """
    order = {
        "viewer": viewer,
        "environment": str(environment),
        "fine": fine,
        "shots": [{key: value for key, value in asdict(shot).items() if value is not None} for shot in shots],
    }
    out = subprocess.run(
        [str(shutil.which("node")), str(Path(__file__).with_suffix(".mjs"))],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=True,
        timeout=600 * fine + 60 + 120 * len(shots),
    )
    said = [json.loads(line).get("error") for line in out.stdout.splitlines()]
    assert len(said) == len(shots), out.stderr
    return said


def decoded(files: Sequence[tuple[Path, Path]]) -> None:
    """Write each first file as the second without mesh compression, as the JavaScript decoders read it."""
    subprocess.run(
        ["node", str(FOLDER / "decode.mjs")],
        input="\n".join(f"{file}\t{out}" for file, out in files),
        text=True,
        check=True,
        timeout=300,
    )
