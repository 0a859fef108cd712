"""`forge3d export`: files, JSON, exit codes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tests.export.conftest import product, square

from forge3d.cli import main
from forge3d.document import Material
from forge3d.document.material import Sheen


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["forge3d", "export", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "chair.glb"
    product(square(Material(name="Cloth", sheen=Sheen()))).write(path)
    return path


def test_a_package_and_what_it_lacks(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pxr")
    out = model.with_suffix(".usdz")
    assert run(monkeypatch, model, out) == 0
    assert "KHR_materials_sheen: is left out" in capsys.readouterr().out
    assert out.read_bytes()[:4] == b"PK\x03\x04"
    assert run(monkeypatch, model, out, "--json", "--name", "Chair") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["bytes"] == out.stat().st_size
    assert told["notes"] == [
        {"feature": "KHR_materials_sheen", "what": "is left out: cloth has no sheen", "where": ["Cloth"]}
    ]


def test_what_goes_wrong_has_a_code(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, model, "chair.fbx") == 2
    assert run(monkeypatch, model.with_name("none.glb"), model.with_suffix(".usdz")) == 3
    monkeypatch.setitem(sys.modules, "pxr", None)
    assert run(monkeypatch, model, model.with_suffix(".usdz")) == 4
    assert not model.with_suffix(".usdz").exists()
