"""docs/output.md says what the code does: its table is generated here, its example runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from examples import small
from tests.cli.options import option_names

from forge3d.cli.pictures import pictures
from forge3d.cli.render import render
from forge3d.cli.spin import turntable
from forge3d.render import Renderer
from forge3d.render.environment_cache import MAX_DISK_BYTES
from forge3d.render.frame import FACTS
from forge3d.render.matrix import ANGLES
from forge3d.render.presets import PRESETS
from forge3d.render.studio import STUDIOS

TEXT = (Path(__file__).parents[2] / "docs" / "output.md").read_text("utf-8")


def preset_table() -> str:
    rows = ["| preset | sets | they ask | says |", "|---|---|---|---|"]
    for name, one in PRESETS.items():
        sets = f"{one.size[0]} × {one.size[1]}, {one.background}, {one.format}, fill {one.fill:g}, {one.frames} frames"
        rows.append(f"| `{name}` | {sets} | {one.limits} | {one.source} |")
    return "\n".join(rows)


def test_the_table_is_that_of_the_code() -> None:
    assert preset_table() in TEXT, f"docs/output.md should hold:\n{preset_table()}"


def test_every_option_fact_and_angle_it_names_is_there() -> None:
    assert set(re.findall(r"`--([a-z-]+)", TEXT)) <= option_names(render, turntable, pictures)
    assert all(f"`{name}`" in TEXT for name in FACTS)
    assert "front, hero, side, back and top" in TEXT
    assert list(ANGLES) == ["front", "hero", "side", "back", "top"]


def test_the_studios_are_those_of_the_code() -> None:
    text = (Path(__file__).parents[2] / "docs" / "light.md").read_text("utf-8")
    rows = "\n".join(f"| `{name}` | {room.doc} |" for name, room in STUDIOS.items())
    assert rows in text, f"docs/light.md should hold:\n{rows}"
    for name in STUDIOS:
        assert (Path(__file__).parents[2] / "docs" / "pictures" / f"studio_{name}.webp").is_file()
    assert f"At most {MAX_DISK_BYTES >> 20} MiB" in text
    assert set(re.findall(r"`--([a-z-]+)", text)) <= option_names(render)


def test_the_example_runs(renderer: Renderer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    smaller = {"(800, 600)": "(32, 24)", "(800, 800)": "(16, 16)", "(400, 400)": "(16, 16)", "(640, 640)": "(32, 32)"}
    for large, little in {**smaller, "(160, 160)": "(16, 16)"}.items():
        assert large in code
        code = code.replace(large, little)
    monkeypatch.chdir(tmp_path)
    small().write(tmp_path / "chair.glb")
    exec(compile(code, "output.md", "exec"), {})
    assert (tmp_path / "facts.npz").stat().st_size > 0
    assert len(list((tmp_path / "spin").glob("*.jpg"))) == 48
    assert (tmp_path / "spin.webp").stat().st_size > 0
