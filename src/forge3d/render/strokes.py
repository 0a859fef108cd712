"""Points and lines for the path tracer, which knows triangles alone: flat strips that face the camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..light import Lens

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Strokes:
    """Attributes:
    vertices: `(n, columns)` float32, as `light.Stage` takes them.
    ends: `(k, 2)`, of each line; of a point both are the same.
    material_of: `(k,)`.
    """

    vertices: Floats
    ends: Integers
    material_of: Integers

    def facing(self, lens: Lens) -> tuple[Floats, Integers, Integers]:
        """Vertices, corners and materials of triangles that are seen one pixel wide, as rasterised ones are."""
        ends = self.vertices[self.ends].astype(np.float64)
        right, up, back = (np.asarray(axis, np.float64) for axis in lens.axes)
        to_eye = np.asarray(lens.eye, np.float64) - ends[..., :3]
        pixel = np.full(ends.shape[:2], 2 * lens.half_height / lens.size[1])
        if lens.perspective:
            pixel = pixel * np.maximum(to_eye @ back, 0)
        else:
            to_eye = np.broadcast_to(back, to_eye.shape)
        to_eye = to_eye / np.maximum(np.linalg.norm(to_eye, axis=-1, keepdims=True), 1e-30)
        along = ends[:, 1, :3] - ends[:, 0, :3]
        across = np.cross(to_eye, along[:, None])
        across /= np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-30)
        # A point is a line of the length of its width.
        point = self.ends[:, 0] == self.ends[:, 1]
        across[point] = right
        half = pixel[..., None] / 2
        # Before what they are drawn on, by their own width.
        middle = ends[..., :3] + to_eye * half
        middle[point] += np.array([[-1], [1]]) * up * half[point]
        strips = np.repeat(ends[:, :, None], 2, 2)  # (k, end, side, columns)
        strips[..., 0, :3], strips[..., 1, :3] = middle - across * half, middle + across * half
        quads = 4 * np.arange(len(ends))[:, None] + np.array([0, 1, 2, 2, 1, 3])
        rows = strips.reshape(-1, ends.shape[-1]).astype(np.float32)
        return rows, quads.reshape(-1, 3).astype(np.int32), np.repeat(self.material_of, 2).astype(np.int32)
