"""What docs/ar.md shows, works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.export.conftest import product, square

TEXT = (Path(__file__).parents[2] / "docs" / "ar.md").read_text("utf-8")


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pxr")
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    product(square()).write(tmp_path / "chair.glb")
    exec(compile(code, "ar.md", "exec"), {})
    assert (tmp_path / "chair.usdz").read_bytes().startswith(b"PK")
