"""The renderer of the render room's tests, and results made by hand."""

from __future__ import annotations

import pytest
from tests.render.conftest import renderer

from forge3d.bench.result import Machine, Measurement, Result, Settings, Skipped

__all__ = ["renderer"]

MACHINE = Machine(
    gpu="Some <GPU> & more", vendor="Vendor", gl="4.6 driver 1.2", software=False, cpu="Some CPU", cores=8,
    memory_gib=32, system="Linux x86_64", python="3.12.1",
)  # fmt: skip


def made(scale: float = 1.0, size: int = 1024) -> Result:
    """A result whose device is `scale` times as fast."""
    work: dict[str, int | float | str] = {"width": size, "height": size}
    shape = [0.97, 1.0, 1.02, 0.99, 1.01]
    axes = {"resolution": (256, 1024), "triangles": (1000, 100_000), "look": ("plain", "glass")}
    frames = [
        Measurement.of(f"frames/{axis}/{point}", "frames/s", [scale * rate * s for s in shape], work=work)
        for axis, points in axes.items()
        for point, rate in zip(points, (900.0, 120.0), strict=True)
    ]
    stages = [
        Measurement.of("start/open", "s", [0.05 * s / scale for s in shape], work=work),
        Measurement.of("readback/1024", "bytes/s", [8e9 * scale * s for s in shape], work=work),
        Measurement.of("encode/one-thread/png", "pixels/s", [3e7 * scale], work=work),
    ]
    skipped = (Skipped(name="frames/triangles/10000000", reason="would take <long>"),)
    settings = Settings(suite="full", size=size, budget=2.0)
    return Result(
        machine=MACHINE, settings=settings, forge3d="0.1.0", measurements=(*frames, *stages), skipped=skipped
    )  # fmt: skip


@pytest.fixture
def result() -> Result:
    return made()
