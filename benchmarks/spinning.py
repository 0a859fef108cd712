"""A 36-frame 1024 × 1024 spin: forge3d against Filament (through filly) and, frames alone, <model-viewer>.

    FORGE3D_FILAMENT=PYTHON python -m benchmarks.spinning [FOLDER [TURNS]]

PYTHON is an interpreter with filly, NumPy and Pillow. With FORGE3D_VIEWER=COMMAND also a viewer in a browser, a few
frames of it: COMMAND gets a job as its last argument, as the drivers here do, and prints `{"seconds": …}` of a frame.

(a) the whole process, from the interpreter's start to the last file: WebP by Pillow, quality 85, effort 4, lossless
alpha, on as many threads as there are processors; forge3d's own cache of filtered light is empty. (b) frames drawn and
read back, of a process that has drawn three already. Both see the same model from the same places under the same light,
with four samples a pixel and the Khronos tone map. The driver's cache of shaders is as the turns before leave it.
"""

from __future__ import annotations

import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from .harness import Comparison, Row, models_below, save

MODELS = ("DamagedHelmet.glb", "WickerChair.glb")
OURS = [sys.executable, "-m", "benchmarks.spin_forge3d"]
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Job:
    """One spin, as the drivers read it.

    Attributes:
        folder: where files go; None: warm frames are timed instead.
        distance, target, fov, pitch: of the camera, metres and degrees; it goes round the model.
        encoding, effort: of the WebP files.
        quality: forge3d's.
    """

    model: str
    environment: str
    folder: str | None
    distance: float
    target: tuple[float, float, float]
    frames: int = 36
    size: int = 1024
    fov: float = 30.0
    pitch: float = 15.0
    encoding: int = 85
    effort: int = 4
    quality: str = "standard"


def job_for(model: Path, environment: Path, folder: str | None, frames: int = 36) -> Job:
    """The job whose camera shows all of the model at every angle."""
    import forge3d
    from forge3d.render import Orbit, Renderer

    with Renderer() as renderer:
        (camera,) = renderer.fit_rows(forge3d.load(model), [Orbit(pitch=15)], (1024, 1024))
    assert camera.distance is not None
    assert camera.target is not None
    return Job(str(model), str(environment), folder, camera.distance, camera.target, frames)


def run(command: list[str], job: Job) -> tuple[float, float]:
    """Seconds of the whole process, and of a frame where the driver says so (else 0)."""
    with tempfile.TemporaryDirectory() as cold:
        told = json.dumps(asdict(job))
        begin = time.perf_counter()
        done = subprocess.run(
            [*command, told], env={**os.environ, "FORGE3D_CACHE": cold}, capture_output=True, text=True,
            timeout=_LONGEST, check=False,
        )  # fmt: skip
        seconds = time.perf_counter() - begin
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1:] or f"exit code {done.returncode}")
    return seconds, float(json.loads(done.stdout.strip().splitlines()[-1]).get("seconds", 0.0))


def alternating(name: str, contenders: dict[str, list[str]], job: Job, turns: int, *, whole: bool) -> Row:
    """Medians of alternating turns; a first turn of each, which fills the driver's caches, does not count."""
    row, times = Row(name, dict.fromkeys(contenders)), {contender: list[float]() for contender in contenders}
    for turn in range(turns + 1):
        for contender, command in contenders.items():
            if contender in row.failures:
                continue
            try:
                seconds, frame = run(command, job)
            except (OSError, RuntimeError, subprocess.SubprocessError) as error:
                row.failures[contender] = f"{type(error).__name__}: {error}"[:160]
                continue
            if turn:
                times[contender].append(seconds if whole else frame)
    row.seconds.update({contender: statistics.median(taken) for contender, taken in times.items() if taken})
    return row


def main(folder: Path, models: list[Path], turns: int) -> str:
    environment = next(iter(sorted(folder.parent.rglob("*.hdr"))), None)
    peer = os.environ.get("FORGE3D_FILAMENT")
    if environment is None or peer is None:
        sys.exit("FORGE3D_FILAMENT names an interpreter with filly; an .hdr environment lies beside the models' folder")
    contenders = {"forge3d": OURS, "Filament": [peer, str(Path(__file__).with_name("spin_filament.py"))]}
    viewer = shlex.split(os.environ.get("FORGE3D_VIEWER", ""))
    whole = Comparison("Whole process: 36 files of 1024 × 1024", "forge3d", note="Cold cache of light.")
    warm = Comparison("Warm frames of 1024 × 1024, drawn and read back", "forge3d", note="No encoding.")
    seen = Comparison("The same against a viewer in a browser", "forge3d", note="Six frames.")
    for model in [model for name in MODELS for model in models if model.name == name]:
        with tempfile.TemporaryDirectory() as out:
            job = job_for(model, environment, out)
            whole.rows.append(alternating(model.name, contenders, job, turns, whole=True))
        job = job_for(model, environment, None)
        warm.rows.append(alternating(model.name, contenders, job, turns, whole=False))
        if viewer:
            few = job_for(model, environment, None, frames=6)
            pair = {"forge3d": OURS, "model-viewer": viewer}
            seen.rows.append(alternating(model.name, pair, few, min(turns, 3), whole=False))
    return save("spinning", [whole, warm, *([seen] if viewer else [])], ["forge3d", "moderngl", "numpy", "pillow"])


if __name__ == "__main__":
    print(main(*models_below(sys.argv[1:2]), int(sys.argv[2]) if len(sys.argv) > 2 else 5))
