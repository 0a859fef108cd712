"""`forge3d dress`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tests.dress.shapes import model, skinned, tube

from forge3d.cli import main
from forge3d.document import Document


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A tight shirt and a body."""
    shirt, body = tmp_path / "shirt.glb", tmp_path / "body.glb"
    skinned(*tube(0.14, 0.2, 0.8)).write(shirt)
    skinned(*tube(0.15, 0, 1.2), bend=True).write(body)
    return shirt, body


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["forge3d", "dress", *map(str, arguments)])
    with pytest.raises(SystemExit) as exit_:
        main()
    return int(exit_.value.code or 0)


def test_people_and_machines_are_told_what_happened(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.glb"
    assert run(monkeypatch, *files, "-o", out) == 0
    printed = capsys.readouterr().out
    assert "inside the body: 0.00%" in printed
    assert run(monkeypatch, *files, "-o", out, "--json", "--keep-skin") == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["bones"] == ["hips", "spine", "chest", "neck", "head"]
    assert facts["hidden"] == 0
    assert len(Document.read(out).meshes) == 2


def test_options_go_before_the_recipe(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hat, recipe, out = tmp_path / "hat.glb", tmp_path / "hat.toml", tmp_path / "out.glb"
    model(*tube(0.2, 0, 0.1)).write(hat)
    recipe.write_text('[wear]\nattach = "neck"\nscale = 2.0\n')
    assert run(monkeypatch, hat, files[1], "-o", out, "--recipe", recipe, "--attach", "head", "--json") == 0
    assert json.loads(capsys.readouterr().out)["scale"] == 2
    assert "worn on head" in {node.name for node in Document.read(out).nodes}


def test_wrong_use(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, statue = tmp_path / "out.glb", tmp_path / "statue.glb"
    model(*tube(0.15, 0, 1)).write(statue)
    assert run(monkeypatch, files[0], statue, "-o", out) == 3
    assert "no skeleton" in capsys.readouterr().err
    assert run(monkeypatch, *files, "-o", out, "--attach", "wing") == 2
    assert run(monkeypatch, *files, "-o", out, "--joint", "hips") == 2
    assert not out.exists()
    assert run(monkeypatch, *files, "-o", files[1]) != 0
