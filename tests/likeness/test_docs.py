"""What docs/comparing.md shows, works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from examples import small

from forge3d.render import Renderer

TEXT = (Path(__file__).parents[2] / "docs" / "comparing.md").read_text("utf-8")


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renderer: Renderer) -> None:
    pytest.importorskip("flip_evaluator")
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    for name in ("chair.glb", "small.glb"):
        small().write(tmp_path / name)
    names: dict[str, object] = {}
    exec(compile(code.replace("sides=4", "sides=2, size=(48, 48)"), "comparing.md", "exec"), names)
    assert names["found"].passed  # type: ignore[attr-defined]
    assert (tmp_path / "difference.html").stat().st_size > 0


def test_its_options_are_there() -> None:
    from tests.cli.options import option_names

    from forge3d.cli.compare import compare

    assert set(re.findall(r"`--([a-z-]+)", TEXT)) <= option_names(compare)
