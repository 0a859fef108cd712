"""What docs/bench.md shows, works."""

from __future__ import annotations

import re
from inspect import signature
from pathlib import Path

from forge3d.bench.scenes import Field
from forge3d.bench.suite import FULL
from forge3d.cli.bench import bench, compare
from forge3d.render import Renderer

TEXT = (Path(__file__).parents[2] / "docs" / "bench.md").read_text("utf-8")


def test_the_example_runs(renderer: Renderer) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    small = "Options(quick=True, size=32, budget=0.01, base=Field(400, 2), "
    names: dict[str, object] = {"Field": Field}
    exec(compile(code.replace("Options(quick=True, ", small), "bench.md", "exec"), names)
    assert b"By lights" in names["html"]  # type: ignore[operator]


def test_its_options_are_there() -> None:
    parameters = {*signature(bench).parameters, *signature(compare).parameters}
    assert set(re.findall(r"[ `]--([a-z-]+)", TEXT)) <= {name.replace("_", "-") for name in parameters}


def test_its_points_are_those_of_the_suite() -> None:
    points = {point.name for point in FULL.points(Field(), 1024)}
    assert set(re.findall(r"`(frames/[a-z]+/[a-z0-9]+)`", TEXT)) <= points
    ends = dict(re.findall(r"`frames/([a-z]+)/\d+` … `(\d+)`", TEXT))
    axes = {
        "resolution": FULL.resolution,
        "triangles": FULL.triangles,
        "materials": FULL.materials,
        "lights": FULL.lights,
    }
    assert ends == {axis: str(max(values)) for axis, values in axes.items()}
    assert all(f"`{name}`" in TEXT or f"/{name}`" in TEXT for name in (*FULL.look, *FULL.quality))
