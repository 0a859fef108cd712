"""The sheets that people look at."""

from __future__ import annotations

import re
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest

from forge3d import images
from forge3d.errors import RecipeError
from forge3d.likeness import Comparison, Pair, Thresholds, compare
from forge3d.likeness.page import MOST_PAIRS

pytest.importorskip("flip_evaluator")


def square(level: int) -> np.ndarray:
    pixels = np.zeros((48, 40, 4), np.uint8)
    pixels[12:36, 10:30] = (level, 90, 40, 255)
    return pixels


@pytest.fixture
def found() -> Comparison:
    return compare(square(220), square(120), thresholds=Thresholds(max_flip=0.01))


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".avif"])
def test_a_picture(found: Comparison, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"sheet{suffix}"
    found.save(path)
    assert images.decode(path.read_bytes()).shape[2] == 3


def test_both_and_the_heat_map_stand_side_by_side(found: Comparison, tmp_path: Path) -> None:
    found.save(tmp_path / "sheet.png")
    sheet = images.decode((tmp_path / "sheet.png").read_bytes())
    for colour in ((220, 90, 40), (120, 90, 40), (0, 0, 4)):
        assert (sheet == colour).all(axis=2).sum() > 300, colour
    columns = [int(np.argwhere((sheet == c).all(axis=2))[:, 1].mean()) for c in ((220, 90, 40), (120, 90, 40))]
    assert columns[1] - columns[0] == 420


def test_a_page_holds_the_exact_pixels(found: Comparison, tmp_path: Path) -> None:
    found.save(tmp_path / "sheet.html")
    text = (tmp_path / "sheet.html").read_text()
    assert "Beyond its limits" in text
    assert "at most 0.01 is asked for" in text
    assert not re.search(r"https?://", text)
    pictures = [images.decode(b64decode(data)) for data in re.findall(r"data:image/webp;base64,([^\"]+)", text)]
    second, first, heat = pictures
    assert first[24, 20].tolist() == [220, 90, 40]
    assert first[0, 0].tolist() == [255, 255, 255]
    assert second[24, 20].tolist() == [120, 90, 40]
    assert heat[24, 20].max() > 100


def test_names_are_text(tmp_path: Path) -> None:
    pair = compare(square(9), square(9)).pairs[0]
    hostile = Pair("<script>alert(1)</script>", pair.difference, pictures=pair.pictures)
    Comparison("<b>", "&", (hostile, Pair("lost", error="<i>"))).save(tmp_path / "sheet.html")
    text = (tmp_path / "sheet.html").read_text()
    assert "<script>alert" not in text
    assert "<b> " not in text
    assert "lost: &lt;i&gt;" in text


def test_of_many_the_worst_are_shown(tmp_path: Path) -> None:
    good, bad = compare(square(9), square(9)).pairs[0], compare(square(9), square(200)).pairs[0]
    many = Comparison("a", "b", (*[good] * MOST_PAIRS, bad))
    assert many.shown(1) == [bad]
    many.save(tmp_path / "sheet.html")
    assert "1 more pairs are not shown" in (tmp_path / "sheet.html").read_text()


def test_an_unknown_suffix(found: Comparison, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"\.html, \.png"):
        found.save(tmp_path / "sheet.pdf")
