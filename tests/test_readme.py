"""What the README shows, works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from examples import small

ROOT = Path(__file__).parent.parent


def test_the_library_tour_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert code is not None
    tiny = 'recipe={"images": {"poster_size": 64, "spin_frames": 2, "spin_size": 32}, "levels": {"ratios": [0.5]}}'
    shortened = (
        code[1].replace("size=(1600, 1200)", "size=(64, 48)").replace('"dist/")', f'"dist/", {tiny}, cache=False)')
    )
    assert shortened.count("64") == 2
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    small().write(tmp_path / "chair.glb")
    small().write(tmp_path / "models" / "chair.glb")
    exec(compile(shortened, "README.md", "exec"), {})
    for file in ("small.glb", "poster.webp", "dist/report.html", "dist/chair/manifest.json"):
        assert (tmp_path / file).stat().st_size > 0


def test_links_and_pictures_are_there() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} points to {target}"
