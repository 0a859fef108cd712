"""Runs mutations through load, validate, optimize and render, and prints one JSON line for each seed.

    python -m tests.robustness.worker FOLDER FIRST LAST

It is a program of its own because a mutation that hangs or eats memory must be killed from outside.
"""

from __future__ import annotations

import contextlib
import json
import resource
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from .mutate import Model, corpus, mutated_model


def _written(model: Model, folder: Path) -> Path:
    """The files in `folder`; the path of the main one."""
    for name, data in model.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder / next(iter(model))


def main() -> None:
    import forge3d
    from forge3d.errors import Forge3DError
    from forge3d.optimize import PRESETS
    from forge3d.render import Orbit, Renderer
    from forge3d.validate import validate

    folder, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    models = corpus(folder)
    with Renderer(cache_bytes=1 << 26) as renderer, tempfile.TemporaryDirectory() as temporary:
        warm = _written(models[0], Path(temporary) / "warm")
        renderer.render(forge3d.load(warm), size=(64, 64))  # shaders and light are made once
        for seed in range(first, last):
            model = models[seed % len(models)]
            path = _written(mutated_model(model, seed), Path(temporary) / str(seed))
            print(json.dumps({"seed": seed, "started": True}), flush=True)
            begin = time.perf_counter()
            faults: list[dict[str, Any]] = []
            outcome: list[str] = []
            spent: dict[str, float] = {}

            @contextlib.contextmanager
            def step(name: str, outcome=outcome, faults=faults, spent=spent):  # type: ignore[no-untyped-def]
                start = time.perf_counter()
                try:
                    yield
                    outcome.append(f"{name}: fine")
                except Forge3DError as error:
                    outcome.append(f"{name}: {type(error).__name__}")
                except Exception:
                    faults.append({"step": name, "traceback": traceback.format_exc(limit=-8)})
                finally:
                    spent[name] = round(time.perf_counter() - start, 2)

            with step("validate"):
                validate(path)
            document = None
            with step("load"):
                document = forge3d.Document.read(path)
            if document is not None:
                with step("optimize"):
                    optimized = document.copy()
                    optimized.apply(*PRESETS["web"])
                    optimized.to_bytes()
                with step("render"):
                    renderer.render(document, camera=Orbit(), size=(64, 64))
                with step("save"):
                    document.to_bytes()
            shutil.rmtree(path.parent)
            print(
                json.dumps(
                    {
                        "seed": seed,
                        "model": next(iter(model)),
                        "seconds": round(time.perf_counter() - begin, 3),
                        "spent": spent,
                        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                        "outcome": outcome,
                        "faults": faults,
                    }
                ),
                flush=True,
            )


if __name__ == "__main__":
    main()
