"""One spin by forge3d, a whole process: `python -m benchmarks.spin_forge3d JOB`, see `spinning.Job`."""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def spin(job: dict[str, Any]) -> dict[str, float]:
    import forge3d
    from forge3d.render import Orbit, Renderer, RenderSettings
    from forge3d.render.spin import save_frames

    camera = Orbit(pitch=job["pitch"], distance=job["distance"], target=tuple(job["target"]), fov=job["fov"])
    document = forge3d.load(job["model"])
    size = (job["size"], job["size"])
    with Renderer(light_cache=False) as renderer:  # cold: the light is filtered in every run

        def frames(count: int) -> Any:
            return renderer.turntable(
                document, frames=count, camera=camera, environment=job["environment"], size=size,
                settings=RenderSettings(quality=job["quality"]), orbit=True,
            )  # fmt: skip

        if job["folder"]:
            files = save_frames(
                frames(job["frames"]),
                job["folder"],
                quality=job["encoding"],
                effort=job["effort"],
                format=job["format"].replace("jpeg", "jpg"),
            )
            return {"files": len(list(files))}
        for _ in frames(3):
            pass
        begin = time.perf_counter()
        for _ in frames(job["frames"]):
            pass
        return {"seconds": (time.perf_counter() - begin) / job["frames"]}


if __name__ == "__main__":
    print(json.dumps(spin(json.loads(sys.argv[1]))))
