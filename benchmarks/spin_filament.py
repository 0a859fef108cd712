"""One spin by Filament through filly, a whole process: `python spin_filament.py JOB`, see `spinning.Job`.

Runs under an interpreter that has filly, NumPy and Pillow; forge3d is not needed there.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import filly  # type: ignore[import-not-found]
from PIL import Image


def spin(job: dict[str, Any]) -> dict[str, float]:
    with filly.Renderer() as renderer:
        scene = renderer.create_scene()
        scene.load(job["model"])
        scene.environment = renderer.load_environment(job["environment"])
        scene.environment_visible = False
        scene.transparent, scene.background = True, [0.0, 0.0, 0.0, 0.0]
        scene.tone_mapping, scene.msaa = "pbr_neutral", 4
        camera = scene.camera = renderer.create_camera()
        scene.environment_intensity = 1.2 * 2**camera.exposure  # a unit of the picture's radiance stays one
        distance = job["distance"]
        camera.set_perspective(fov_y_deg=job["fov"], aspect=1.0, near=distance / 100, far=distance * 20)
        target = renderer.create_render_target(width=job["size"], height=job["size"])

        def frame(index: int) -> Any:
            yaw, pitch = math.radians(index * 360 / job["frames"]), math.radians(job["pitch"])
            toward = math.sin(yaw) * math.cos(pitch), math.sin(pitch), math.cos(yaw) * math.cos(pitch)
            camera.position = [at + distance * d for at, d in zip(job["target"], toward, strict=True)]
            camera.look_at(job["target"])
            renderer.render(scene, target)
            return target.read()

        if job["folder"]:
            folder = Path(job["folder"])
            folder.mkdir(parents=True, exist_ok=True)
            options = {  # as forge3d encodes at effort 4
                "webp": {"quality": job["encoding"], "method": job["effort"], "alpha_quality": 100},
                "jpeg": {"quality": job["encoding"], "subsampling": "4:2:0", "optimize": True, "progressive": True},
                "png": {"compress_level": 6},
            }[job["format"]]

            def save(index: int, pixels: Any) -> None:
                path, picture = folder / f"{index:03d}.{job['format']}", Image.fromarray(pixels)
                if job["format"] == "jpeg":
                    picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
                picture.save(path, **options)

            with ThreadPoolExecutor(os.cpu_count()) as pool:
                waiting = [pool.submit(save, index, frame(index).copy()) for index in range(job["frames"])]
                for done in waiting:
                    done.result()
            return {"files": len(waiting)}
        for index in range(3):
            frame(index)
        begin = time.perf_counter()
        for index in range(job["frames"]):
            frame(index)
        return {"seconds": (time.perf_counter() - begin) / job["frames"]}


if __name__ == "__main__":
    print(json.dumps(spin(json.loads(sys.argv[1]))))
