"""A 36-frame 1024 × 1024 spin: forge3d against Filament (through filly) and, frames alone, <model-viewer>.

    FORGE3D_FILAMENT=PYTHON python -m benchmarks.spinning [FOLDER] [--only whole warm viewer jpeg png] [--turns 5]

PYTHON is an interpreter with filly, NumPy and Pillow. Parts, whose figures are kept beside those of the parts that were
run before:

- whole: the process from the interpreter's start to the last file: WebP by Pillow, quality 85, effort 4, lossless
  alpha, on as many threads as there are processors; forge3d's own cache of filtered light is empty. A first turn, which
  fills the driver's cache of shaders, does not count.
- jpeg, png: the same with files that take less, or more, of the time; not run unless asked for.
- warm: frames drawn and read back, of a process that has drawn three already.
- viewer: the same against a viewer in a browser, six frames, where FORGE3D_VIEWER=COMMAND names it: COMMAND gets a job
  as its last argument, as the drivers here do, and prints `{"seconds": …}` of a frame.

All see the same model from the same places under the same light, with four samples a pixel and the Khronos tone map.
With five turns `whole` takes four minutes on two cores and `warm` three; each can be run by itself.
"""

from __future__ import annotations

import argparse
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
from typing import Any

from .harness import RESULTS, Comparison, Row, models_below, save

MODELS = ("DamagedHelmet.glb", "WickerChair.glb")
OURS = [sys.executable, "-m", "benchmarks.spin_forge3d"]
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Job:
    """One spin, as the drivers read it.

    Attributes:
        folder: where files go; None: warm frames are timed instead.
        distance, target, fov, pitch: of the camera, metres and degrees; it goes round the model.
        encoding, effort, format: quality of the files, effort and format: "webp", "jpeg" or "png".
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
    format: str = "webp"
    quality: str = "standard"


def job_for(model: Path, environment: Path, **fields: Any) -> Job:
    """The job whose camera shows all of the model at every angle."""
    import forge3d
    from forge3d.render import Orbit, Renderer

    with Renderer() as renderer:
        (camera,) = renderer.fit_rows(forge3d.load(model), [Orbit(pitch=15)], (1024, 1024))
    assert camera.distance is not None
    assert camera.target is not None
    return Job(
        str(model), str(environment), distance=camera.distance, target=camera.target, **{"folder": None, **fields}
    )


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
    """Medians of alternating turns; of whole processes a first one of each, which fills the driver's caches, does not
    count."""
    row, times = Row(name, dict.fromkeys(contenders)), {contender: list[float]() for contender in contenders}
    for turn in range(0 if whole else 1, turns + 1):
        for contender, command in contenders.items():
            if contender in row.failures:
                continue
            try:
                seconds, frame = run(command, job)
            except (OSError, RuntimeError, subprocess.SubprocessError) as error:
                row.failures[contender] = f"{type(error).__name__}: {error}"[:160]
                continue
            taken = seconds if whole else frame
            print(f"{name} {contender} turn {turn} of {turns}: {taken:.3f} s", file=sys.stderr, flush=True)
            if turn:
                times[contender].append(taken)
    row.seconds.update({contender: statistics.median(taken) for contender, taken in times.items() if taken})
    return row


@dataclass(frozen=True, slots=True)
class Part:
    """One comparison: its title and note, whether whole processes are timed, and what is special about its jobs."""

    title: str
    note: str
    whole: bool = False
    peer: str = "Filament"
    format: str = "webp"
    frames: int = 36


PARTS = {
    "whole": Part("Whole process: 36 files of 1024 × 1024", "WebP. Cold cache of light.", whole=True),
    "warm": Part("Warm frames of 1024 × 1024, drawn and read back", "No encoding."),
    "viewer": Part("The same against a viewer in a browser", "Six frames.", peer="model-viewer", frames=6),
    "jpeg": Part("Whole process: 36 JPEG files", "On white.", whole=True, format="jpeg"),
    "png": Part("Whole process: 36 PNG files", "zlib level 6.", whole=True, format="png"),
}


def earlier() -> dict[str, Comparison]:
    """What was measured before, by title."""
    path = RESULTS / "spinning.json"
    told = json.loads(path.read_text())["comparisons"] if path.exists() else []
    notes = {part.title: part.note for part in PARTS.values()}
    return {
        one["title"]: Comparison(
            one["title"], one["ours"], [Row(**row) for row in one["rows"]], notes.get(one["title"], "")
        )
        for one in told
    }


def main(folder: Path, models: list[Path], only: list[str], turns: int) -> str:
    environment = next(iter(sorted(folder.parent.rglob("*.hdr"))), None)
    filament = os.environ.get("FORGE3D_FILAMENT")
    viewer = shlex.split(os.environ.get("FORGE3D_VIEWER", ""))
    if environment is None or filament is None:
        sys.exit("FORGE3D_FILAMENT names an interpreter with filly; an .hdr environment lies beside the models' folder")
    peers = {"Filament": [filament, str(Path(__file__).with_name("spin_filament.py"))], "model-viewer": viewer}
    done, text = earlier(), ""
    for name in only or ["whole", "warm", *(["viewer"] if viewer else [])]:
        part = PARTS[name]
        if not peers[part.peer]:
            sys.exit("FORGE3D_VIEWER names the command of a viewer")
        made = done[part.title] = Comparison(part.title, "forge3d", note=part.note)
        for model in [model for wanted in MODELS for model in models if model.name == wanted]:
            with tempfile.TemporaryDirectory() as out:
                where = {"folder": out if part.whole else None, "frames": part.frames, "format": part.format}
                job = job_for(model, environment, **where)
                contenders = {"forge3d": OURS, part.peer: peers[part.peer]}
                made.rows.append(alternating(model.name, contenders, job, turns, whole=part.whole))
            kept = [done[one.title] for one in PARTS.values() if one.title in done]
            text = save("spinning", kept, ["forge3d", "moderngl", "numpy", "pillow"])
    return text


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="forge3d's spins against Filament's and a viewer's")
    parser.add_argument("folder", nargs="*", help="with the models; default: those of FORGE3D_ASSETS")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=[])
    parser.add_argument("--turns", type=int, default=5)
    given = parser.parse_args()
    print(main(*models_below(given.folder[:1]), given.only, given.turns))
