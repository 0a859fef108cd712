"""Long runs: memory stays where it is once everything has been seen once."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from examples import small

from forge3d.document import Document, Material
from forge3d.render import Renderer, RenderSettings

from .shapes import node, placed, quad, sphere

SIZE = (64, 64)
GROWTH = 24 << 20  # bytes; a leak of one frame's pixels (16 kB) in ten would be as much


def resident() -> int:
    """Bytes of this process that are in memory; on Linux the driver's own count too, since the CPU draws."""
    status = Path("/proc/self/status")
    if not status.is_file():
        pytest.skip("this system does not tell a process's memory")
    gc.collect()
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) << 10


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_ten_thousand_frames() -> None:
    document = small()
    with Renderer() as renderer:
        for background in ("white", "transparent"):  # both programs
            frames = renderer.turntable(document, frames=500, size=SIZE, settings=RenderSettings(background=background))
            for frame in frames:
                assert frame.pixels.any()
        before = resident()
        for index, frame in enumerate(renderer.turntable(document, frames=10_000, size=SIZE)):
            if index % 100 == 0:
                assert np.isfinite(frame.depth).any()
        assert resident() - before < GROWTH


def scenes(count: int) -> Iterator[Document]:
    """Each with its own geometry and material, and every few another environment of light and shape."""
    for index in range(count):
        material = Material(
            base_color_factor=(index / count, 0.5, 0.5, 1.0), roughness_factor=0.1 + 0.8 * index / count
        )
        yield placed(node(sphere(material, rings=8 + index % 40)), node(quad(size=1 + index / count, z=-1.0)))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_thousand_scenes() -> None:
    random = np.random.default_rng(4)
    skies = [random.random((8, 16, 3)).astype(np.float32) for _ in range(20)]
    with Renderer(cache_bytes=8 << 20, light_cache=False) as renderer:
        before = 0
        for index, document in enumerate(scenes(1200)):
            renderer.render(document, environment=skies[index // 60], size=SIZE)
            if index == 200:
                before = resident()
        assert resident() - before < GROWTH
