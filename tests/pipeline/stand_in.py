"""Steps for tests: instant, and as troublesome as the input's extras ask for."""

from __future__ import annotations

import os
import signal
import time

from forge3d.errors import InvalidAsset
from forge3d.pipeline.graph import Artifact, Facts, Result, Step
from forge3d.pipeline.manifest import Finding
from forge3d.pipeline.product import Work
from forge3d.pipeline.recipe import Recipe


def plan(recipe: Recipe) -> list[Step]:
    return [
        Step("check", check),
        Step("model", model, settings=recipe.optimize.preset),
        Step("spin", spin, needs=("model",), settings=recipe.images.spin_frames),
    ]


def check(work: Work) -> Result:
    _log(work, "check")
    extras = work.source.json["asset"]["extras"]
    match extras.get("do"):
        case "refuse":
            finding = Finding(severity="error", code="NODE_LOOP", message="is a loop", step="check", pointer="/nodes/0")
            return Result(findings=(finding,), refused=True)
        case "find":
            return Result(findings=(Finding(severity="error", code="UGLY", message="looks wrong", step="check"),))
        case "raise":
            raise InvalidAsset("is broken", file=work.path.name)
        case "fault":
            raise ZeroDivisionError("one over nought")
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "abort":
            os.write(2, b"free(): invalid pointer\n")
            os.abort()
        case "hang":
            time.sleep(3600)
        case "eat":
            return Result(values={"eaten": len(bytearray(8 << 30))})
    return Result(values={"size": [1.0, 1.0, 0.0]})


def model(work: Work) -> Result:
    _log(work, "model")
    time.sleep(float(os.environ.get("STAND_IN_PAUSE", "0")))
    if work.source.json["asset"]["extras"].get("do") == "meddle":
        (work.path.parent / "box.bin").write_bytes(b"late")
    facts = Facts(triangles=1, decoders=("EXT_meshopt_compression",))
    level = Artifact("level", work.data[:-4] + b"\1\2\3\4", "model/gltf-binary", "level", Facts(index=1, error=0.5))
    return Result((Artifact("model", work.data, "model/gltf-binary", "model", facts), level))


def spin(work: Work) -> Result:
    _log(work, "spin")
    frames = []
    for index in range(work.recipe.images.spin_frames):
        time.sleep(float(os.environ.get("STAND_IN_PAUSE", "0")) / 10)
        data = f"{work.results['model']['model'].path} {index}".encode() * 100
        frames.append(Artifact(f"spin-{index}", data, "image/webp", "spin", Facts(index=index)))
    return Result(tuple(frames))


def _log(work: Work, step: str) -> None:
    with open(os.environ["STAND_IN_LOG"], "a") as log:
        log.write(f"{work.path.stem} {step}\n")
