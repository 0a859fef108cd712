"""What a picture of a grid of test spheres converges to: by integration (`lobes`), or by path tracing.

Each sphere stands alone, so that none shows in another.
"""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import numpy.typing as npt

from forge3d import images
from forge3d.document import Document, Scene
from forge3d.render import Orbit, Renderer, RenderSettings, filter
from forge3d.render.tonemap import srgb_encoded

from .lobes import SAMPLES, Points, Sky, outgoing
from .spheres import SPACING, Grid, place, spheres

Picture = npt.NDArray[np.float64]
CELL = 96
"""Pixels from sphere to sphere."""
POINTS = 5
"""Of each integrated pixel, each way, under the Blackman-Harris window that Blender and forge3d filter with."""
TRACED_SAMPLES = 32
_FIELD_OF_VIEW = 10.0
_APART = 5
"""So many pictures are traced of a grid, each of spheres that are far from each other."""


def size_of(grid: Grid) -> tuple[int, int]:
    return CELL * len(grid.columns), CELL * len(grid.rows)


def camera_of(grid: Grid) -> Orbit:
    """Looks at the grid from +Z, so narrow that all spheres are seen nearly alike."""
    height = SPACING * len(grid.rows)
    return Orbit(distance=height / 2 / math.tan(math.radians(_FIELD_OF_VIEW / 2)), target=(0, 0, 0), fov=_FIELD_OF_VIEW)


def truth(renderer: Renderer, grid: Grid, environment: Path) -> Picture | None:
    """The picture, sRGB-encoded, NaN where it is not known; None for what is not lit by an environment."""
    if grid.lamp or grid.flat:
        return None
    if grid.wall or grid.inside:
        return traced(renderer, grid, environment)
    return integrated(grid, Sky(images.read_hdr(environment)))


def traced(renderer: Renderer, grid: Grid, environment: Path) -> Picture:
    """By forge3d's own path tracer, which `tests/light` holds against closed forms."""
    document, count = spheres(grid), len(grid.rows) * len(grid.columns)
    width, height = size_of(grid)
    picture = np.full((height, width, 3), np.nan)
    settings = RenderSettings(tone="none", quality="reference", samples=TRACED_SAMPLES)
    places = [divmod(number, len(grid.columns)) for number in range(count)]
    for turn in range(_APART):
        shown = [number for number, (down, right) in enumerate(places) if (right + 2 * down) % _APART == turn]
        nodes = [*(document.nodes[number] for number in shown), *document.nodes[count:]]
        scene = Scene(nodes=nodes)
        frame = renderer.render(
            Document(nodes=nodes, scenes=[scene], scene=scene),
            camera=camera_of(grid), environment=environment, size=(width, height), settings=settings,
        )  # fmt: skip
        for down, right in (places[number] for number in shown):
            cell = np.s_[down * CELL : (down + 1) * CELL, right * CELL : (right + 1) * CELL]
            picture[cell] = frame.pixels[cell][..., :3] / 255
    return picture


def integrated(grid: Grid, sky: Sky, step: int = 8, points: int = POINTS) -> Picture:
    """Every `step`th pixel of the picture by integration, over the resolve filter too; sRGB-encoded; NaN elsewhere.

    Args:
        points: of each pixel, each way.
    """
    width, height = size_of(grid)
    camera = camera_of(grid)
    assert camera.distance is not None
    tangent = math.tan(math.radians(camera.fov / 2))
    y, x = np.mgrid[step // 2 : height : step, step // 2 : width : step].reshape(2, -1)
    sums, hits = np.zeros((len(x), 3)), np.zeros((len(x), 1))
    for index, (down, right) in enumerate(itertools.product(_filter_offsets(points), repeat=2)):
        across = ((x + 0.5 + right) / width * 2 - 1) * tangent * width / height
        above = (1 - (y + 0.5 + down) / height * 2) * tangent
        rays = np.stack([across, above, np.full(len(x), -1.0)], -1)
        rays /= np.linalg.norm(rays, axis=1, keepdims=True)
        seen = _seen_along(rays, grid, camera.distance, sky, index, SAMPLES * points**2)
        hits += np.isfinite(seen[:, :1])
        sums += np.nan_to_num(seen)
    picture = np.full((height, width, 3), np.nan)
    with np.errstate(invalid="ignore"):
        picture[y, x] = srgb_encoded(np.clip(sums / hits, 0, 1))
    return picture


def _filter_offsets(count: int) -> Picture:
    """Offsets from a pixel's middle such that each stands for an equal share of the resolve filter."""
    fine = np.linspace(-filter.RADIUS, filter.RADIUS, 2001)
    share = np.cumsum(filter.weight(fine))
    return np.interp((np.arange(count) + 0.5) / count, share / share[-1], fine)


def _seen_along(rays: Picture, grid: Grid, distance: float, sky: Sky, index: int, total: int) -> Picture:
    """Radiance along rays `(p, 3)` from the camera; NaN where they meet no sphere."""
    radiance = np.full(rays.shape, np.nan)
    # Points of a pixel take turns in where they look for light (Martin Roberts' R2 sequence).
    shift = (0.7548776662 * index % 1, 0.5698402910 * index % 1)
    for down, row in enumerate(grid.rows):
        for right, column in enumerate(grid.columns):
            to_eye = np.array([0, 0, distance]) - [*place(grid, down, right), 0.0]
            half = rays @ to_eye
            depth = half**2 - (to_eye @ to_eye - 1)
            hit = depth > 1e-4
            normal = to_eye + rays[hit] * (-half[hit] - np.sqrt(depth[hit]))[:, None]
            east = np.stack([normal[:, 2], 0 * normal[:, 0], -normal[:, 0]], -1)
            east /= np.linalg.norm(east, axis=1, keepdims=True)
            frame = np.stack([east, np.cross(normal, east), normal], -1)
            points = Points(-rays[hit], frame, shift, total)
            radiance[hit] = outgoing(grid.make(row, column), points, sky)
    return radiance
