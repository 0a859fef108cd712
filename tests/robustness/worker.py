"""Runs mutations through load, validate, optimize and render, and prints one JSON line for each seed.

    python -m tests.robustness.worker FOLDER FIRST LAST

It is a program of its own because a mutation that hangs or eats memory must be killed from outside.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from .mutate import corpus, mutated


def main() -> None:
    import forge3d
    from forge3d.errors import Forge3DError
    from forge3d.optimize import PRESETS
    from forge3d.render import Orbit, Renderer
    from forge3d.validate import validate

    folder, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    models = [path.read_bytes() for path in corpus(folder)]
    with Renderer() as renderer:
        for seed in range(first, last):
            data = mutated(models[seed % len(models)], seed)
            print(json.dumps({"seed": seed, "started": True}), flush=True)
            begin = time.perf_counter()
            faults: list[dict[str, Any]] = []
            outcome: list[str] = []

            @contextlib.contextmanager
            def step(name: str, outcome: list[str] = outcome, faults: list[dict[str, Any]] = faults):  # type: ignore[no-untyped-def]
                try:
                    yield
                    outcome.append(f"{name}: fine")
                except Forge3DError as error:
                    outcome.append(f"{name}: {type(error).__name__}")
                except Exception:
                    faults.append({"step": name, "traceback": traceback.format_exc(limit=-6)})

            with step("validate"):
                validate(data)
            document = None
            with step("load"):
                document = forge3d.Document.read(data)
            if document is not None:
                with step("optimize"):
                    document.copy().apply(*PRESETS["web"])
                with step("render"):
                    renderer.render(document, camera=Orbit(), size=(64, 64))
                with step("save"):
                    document.to_bytes()
            print(
                json.dumps(
                    {
                        "seed": seed,
                        "seconds": round(time.perf_counter() - begin, 3),
                        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                        "outcome": outcome,
                        "faults": faults,
                    }
                ),
                flush=True,
            )


if __name__ == "__main__":
    main()
