"""The facts behind a picture's pixels, drawn apart from it: what `Frame` tells of depth, normals and the rest."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .gpu import Gpu
from .passes import aov_pass
from .shot import Shot

Facts = dict[str, npt.NDArray[Any]]


def read_facts(gpu: Gpu, shot: Shot, size: tuple[int, int]) -> Facts:
    """Arrays `(h, w, …)` by the names of `frame.FACTS`, top row first."""
    gpu.device.check()
    target = gpu.targets.aov(size)
    aov_pass(gpu.context, gpu.programs, shot, target.framebuffer)
    width, height = size

    def rows(texture: Any, kind: type[Any], channels: tuple[int, ...]) -> npt.NDArray[Any]:
        return np.frombuffer(texture.read(), kind).reshape(height, width, *channels)[::-1]

    ids = rows(target.ids, np.uint32, (2,))
    seen = ids[..., 0] > 0
    albedo = rows(target.albedo, np.float32, (4,))
    depth = rows(target.depth, np.float32, ())
    return {
        "depth": np.where(seen, depth, np.float32(np.inf)),
        "normals": rows(target.normals, np.float32, (4,))[..., :3],
        "positions": np.where(seen[..., None], shot.view.unproject(depth), np.float32(0)),
        "object_ids": ids[..., 0],
        "material_ids": ids[..., 1],
        "albedo": albedo[..., :3],
        "alpha": albedo[..., 3],
        "uvs": rows(target.uvs, np.float32, (2,)),
    }
