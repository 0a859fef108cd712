"""`forge3d compare`: exit codes, JSON, sheets."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from forge3d import images
from forge3d.cli import main

pytest.importorskip("flip_evaluator")


@pytest.fixture
def pictures(tmp_path: Path) -> tuple[Path, Path]:
    pixels = np.full((32, 32, 3), 255, np.uint8)
    pixels[8:24, 8:24] = (180, 60, 30)
    first, second = tmp_path / "a[1].png", tmp_path / "b.png"
    first.write_bytes(images.encode(pixels, "png"))
    pixels[8:24, 8:24] = (170, 70, 30)
    second.write_bytes(images.encode(pixels, "png"))
    return first, second


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["forge3d", "compare", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_without_limits_it_tells_the_numbers(
    pictures: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, *pictures) == 0
    told = capsys.readouterr().out
    assert "ok     b: FLIP 0." in told
    assert "IoU 1.0000" in told
    assert run(monkeypatch, pictures[0], pictures[0]) == 0
    assert "identical" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        (("--max-flip", 0.5), 0), (("--max-flip", 0.001), 1), (("--min-ssim", 0.9999), 1), (("--min-psnr", 20), 0),
        (("--min-psnr", 60), 1), (("--min-iou", 1), 0), (("--max-flip", 2), 2), (("--sides", "many"), 2),
    ],
)  # fmt: skip
def test_limits(
    pictures: tuple[Path, Path], limit: tuple[object, ...], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(monkeypatch, *pictures, *limit) == code


def test_json_and_a_sheet(
    pictures: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(monkeypatch, *pictures, "--max-flip", 0.001, "--json", "--out", tmp_path / "sheet.html") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["passed"] is False
    assert told["worst"]["flip"] == told["pairs"][0]["object"]["flip"]
    assert (tmp_path / "sheet.html").stat().st_size > 1000


def test_inputs_are_never_written_over(pictures: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    before = pictures[0].read_bytes()
    assert run(monkeypatch, *pictures, "--out", pictures[0]) == 4
    assert run(monkeypatch, *pictures, "--out", "sheet.bmp") == 2
    assert pictures[0].read_bytes() == before


def test_sizes_that_differ_are_an_input_error(
    pictures: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    small = tmp_path / "small.png"
    small.write_bytes(images.encode(np.zeros((8, 8, 3), np.uint8), "png"))
    assert run(monkeypatch, pictures[0], small, "--json") == 3
    told = json.loads(capsys.readouterr().out)["error"]
    assert told["type"] == "SizeMismatch"
    assert "32 × 32 and 8 × 8" in told["message"]


def test_diff_and_compare_name_each_other(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--help") == 0
    assert "forge3d diff" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["forge3d", "diff", "--help"])
    with pytest.raises(SystemExit):
        main()
    assert "forge3d compare" in capsys.readouterr().out
