"""`forge3d bench`: files, JSON, exit codes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tests.bench.conftest import made
from tests.render.conftest import renderer

from forge3d.bench.scenes import Field
from forge3d.cli import main
from forge3d.render import Renderer

__all__ = ["renderer"]


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["forge3d", "bench", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.fixture
def results(tmp_path: Path) -> tuple[Path, Path]:
    first, second = tmp_path / "a", tmp_path / "b.json"
    first.mkdir()
    (first / "bench.json").write_bytes(made().encode())
    second.write_bytes(made(0.5).encode())
    return first, second


def test_a_run_writes_json_and_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], renderer: Renderer
) -> None:
    model, out = tmp_path / "m.glb", tmp_path / "out" / "here"
    Field(triangles=200, balls=1, look="plain").document().write(model)
    few = ("--quick", "--size", 32, "--budget", 0.01, "--only", "start/open", "--only", "model/draft", "--model", model)
    assert run(monkeypatch, *few, "-o", out, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in told["measurements"]] == ["start/open", "model/draft"]
    assert told == json.loads((out / "bench.json").read_text())
    assert b"m.glb" not in (out / "bench.html").read_bytes() or told["settings"]["model"] == "m.glb"
    assert run(monkeypatch, *few[:7]) == 0
    assert "start/open" in capsys.readouterr().out
    assert run(monkeypatch, "compare", out, out, "--fail-below", 0.9) == 0


def test_comparing(
    results: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = results
    assert run(monkeypatch, "compare", first, second) == 0
    assert "slower" in capsys.readouterr().out
    assert run(monkeypatch, "compare", first, second, "--fail-below", 0.9, "-o", tmp_path / "c.html", "--json") == 1
    assert json.loads(capsys.readouterr().out)["means"]["frames"] == pytest.approx(0.5)
    assert (tmp_path / "c.html").read_bytes().startswith(b"<!doctype html>")
    assert run(monkeypatch, "compare", second, first, "--fail-below", 0.9) == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("compare", "a", "missing.json"), 3), (("compare", "a", "b.json", "--fail-below", 7), 2),
        (("compare", "a", "b.json", "-o", "c.png"), 2), (("--size", 3), 2), (("--only", "nothing", "--quick"), 2),
        (("compare", "a"), 2), (("--model", "missing.glb"), 3), (("--device", "no such device"), 4),
    ],
)  # fmt: skip
def test_what_goes_wrong_has_a_code(
    arguments: tuple[object, ...], code: int, results: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch,
    renderer: Renderer,
) -> None:  # fmt: skip
    monkeypatch.chdir(results[0].parent)
    assert run(monkeypatch, *arguments) == code


def test_an_interrupted_run_keeps_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renderer: Renderer
) -> None:
    from forge3d.bench import stages

    def interrupted(self: object, side: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(stages.Stages, "_readback", interrupted)
    few = ("--quick", "--size", 32, "--budget", 0.01, "--only", "start/open", "--only", "readback")
    assert run(monkeypatch, *few, "-o", tmp_path) == 130
    kept = json.loads((tmp_path / "bench.json").read_text())
    assert [one["name"] for one in kept["measurements"]] == ["start/open"]
    assert kept["complete"] is False
    assert b"Interrupted" in (tmp_path / "bench.html").read_bytes()
