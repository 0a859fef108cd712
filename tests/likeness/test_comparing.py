from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.render.shapes import node, placed, quad, unlit

from forge3d import images
from forge3d.errors import GpuUnavailable, InvalidAsset, LimitExceeded, RecipeError, SizeMismatch
from forge3d.gltf import Limits
from forge3d.likeness import Drawing, Thresholds, compare
from forge3d.render import Renderer

pytest.importorskip("flip_evaluator")


def picture(level: int, *, side: int = 24) -> np.ndarray:
    pixels = np.full((side, side, 3), 255, np.uint8)
    pixels[6:18, 6:18] = (level, 90, 40)
    return pixels


def saved(path: Path, pixels: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(images.encode(pixels, "png" if path.suffix == ".png" else "webp", lossless=True))
    return path


def test_two_pictures(tmp_path: Path) -> None:
    first, second = saved(tmp_path / "a.png", picture(200)), saved(tmp_path / "b.webp", picture(160))
    same = compare(first, first, thresholds=Thresholds(max_flip=0, min_iou=1))
    assert same.passed
    assert same.worst.psnr == 100
    other = compare(first, second, thresholds=Thresholds(max_flip=0.001))
    assert (other.passed, other.exit_code, other.worst.iou) == (False, 1, 1)
    assert other.pairs[0].missed[0].startswith("FLIP 0.")
    assert json.loads(json.dumps(other.to_dict()))["pairs"][0]["object"]["flip"] == other.worst.flip


def test_arrays_and_documents_can_be_given(renderer: Renderer) -> None:
    assert compare(picture(9), picture(9)).worst.flip == 0
    red, blue = (placed(node(quad(unlit(colour)))) for colour in ((1, 0, 0, 1), (0, 0, 1, 1)))
    found = compare(red, blue, drawing=Drawing(sides=1, size=(32, 32)), renderer=renderer)
    assert found.worst.iou == 1
    assert found.worst.flip is not None
    assert found.worst.flip > 0.5


def test_folders_by_their_names(tmp_path: Path) -> None:
    for name, level in (("one.png", 200), ("deep/two.png", 100), ("size.png", 50), ("gone.png", 9)):
        saved(tmp_path / "a" / name, picture(level))
    saved(tmp_path / "b" / "one.webp", picture(200))
    saved(tmp_path / "b" / "deep" / "two.png", picture(130))
    saved(tmp_path / "b" / "size.png", picture(50, side=30))
    saved(tmp_path / "b" / "new.png", picture(50))
    (tmp_path / "b" / "bad.png").write_bytes(b"nothing")
    saved(tmp_path / "a" / "bad.png", picture(9))
    (tmp_path / "b" / "notes.txt").write_text("not compared")
    told: list[tuple[int, int, str]] = []
    found = compare(tmp_path / "a", tmp_path / "b", progress=lambda *now: told.append(now))
    pairs = {pair.name: pair for pair in found.pairs}
    assert list(pairs) == ["bad", "deep/two", "gone", "new", "one", "size"]
    assert {name: pair.exit_code for name, pair in pairs.items()} == {
        "bad": 3, "deep/two": 0, "gone": 1, "new": 1, "one": 0, "size": 3,
    }  # fmt: skip
    assert pairs["gone"].error == f"only in {tmp_path / 'a'}"
    assert "24 × 24 and 30 × 30" in (pairs["size"].error or "")
    assert pairs["one"].difference is not None
    assert pairs["one"].difference.identical
    assert found.worst.flip == pairs["deep/two"].difference.object.flip  # type: ignore[union-attr]
    assert told[-1] == (6, 6, "size")


def test_what_cannot_be_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image = saved(tmp_path / "a" / "one.png", picture(9))
    placed(node(quad())).write(tmp_path / "model.glb")
    with pytest.raises(RecipeError, match=r"a model and a picture.*forge3d render"):
        compare(image, tmp_path / "model.glb")
    with pytest.raises(RecipeError, match="a folder and a file"):
        compare(tmp_path / "a", image)
    with pytest.raises(SizeMismatch):
        compare(image, saved(tmp_path / "large.png", picture(9, side=25)))
    with pytest.raises(InvalidAsset, match=r"missing\.png"):
        compare(image, tmp_path / "missing.png")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidAsset, match="no picture or model"):
        compare(tmp_path / "empty", tmp_path / "empty")
    saved(tmp_path / "a" / "one.webp", picture(9))
    with pytest.raises(RecipeError, match="which of them is meant"):
        compare(tmp_path / "a", tmp_path / "a")


def test_a_picture_beyond_the_limits(tmp_path: Path) -> None:
    image = saved(tmp_path / "one.png", picture(9))
    with pytest.raises(LimitExceeded, match=r"576.*max_image_pixels"):
        compare(image, image, limits=Limits(max_image_pixels=500))


def test_a_folder_of_models_needs_a_device(tmp_path: Path) -> None:
    placed(node(quad())).write(tmp_path / "model.glb")
    with pytest.raises(GpuUnavailable):
        compare(tmp_path, tmp_path, device="no such device")


def test_pictures_are_let_go(tmp_path: Path) -> None:
    found = compare(picture(9), picture(10), keep=False)
    assert found.pairs[0].pictures is None
    with pytest.raises(RecipeError, match="keep=True"):
        found.save(tmp_path / "sheet.png")
