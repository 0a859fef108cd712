"""`render`, `turntable` and `pictures`: what their options make."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.render.shapes import node, placed, quad, unlit

from forge3d import images
from forge3d.cli import main
from forge3d.document import Node, Variant, VariantMapping
from forge3d.document.scene import Camera, Perspective


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A red card with a blue variant, a point at its corner, and a camera on its left."""
    primitive, blue, name = quad(unlit((1, 0, 0, 1), double_sided=True)), unlit((0, 0, 1, 1)), Variant(name="Blue")
    primitive.variants = [VariantMapping(material=blue, variants=[name])]
    side = Camera(name="Side", projection=Perspective(yfov=0.8, znear=0.1))
    document = placed(
        node(primitive, name="Card"),
        Node(name="Corner", translation=(0.5, 0.5, 0)),
        Node(camera=side, translation=(-4, 0, 4), rotation=(0, -np.sin(np.pi / 8), 0, np.cos(np.pi / 8))),
    )
    document.materials, document.variants = [blue], [name]
    path = tmp_path_factory.mktemp("model") / "card.glb"
    document.write(path)
    return path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: object, code: int = 0) -> dict[str, Any]:
        monkeypatch.setattr(sys, "argv", ["forge3d", *map(str, arguments), "--json"])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert (ended.value.code or 0) == code, err
        told: dict[str, Any] = json.loads(out)
        return told

    return call


def picture(path: Path) -> np.ndarray:
    return images.decode(path.read_bytes())


def test_a_traced_picture_with_a_shadow(model: Path, tmp_path: Path, run: Any) -> None:
    shared = ("render", model, "--size", "64", "--pitch", "40", "--fill", "0.5", "--quality", "high")
    for name, options in (("bare", ()), ("standing", ("--ground",))):
        run(*shared[:2], tmp_path / f"{name}.png", *shared[2:], *options)
    bare, standing = (picture(tmp_path / f"{name}.png")[..., 3].astype(int) for name in ("bare", "standing"))
    assert (standing >= bare).all()
    assert (standing - bare).max() > 40


def test_a_picture_for_a_retailer(model: Path, tmp_path: Path, run: Any) -> None:
    told = run("render", model, tmp_path / "main.jpg", "--preset", "google", "--size", "200", "--variant", "Blue")
    assert (told["width"], told["height"]) == (200, 200)
    pixels = picture(tmp_path / "main.jpg")
    assert pixels[0, 0].min() >= 254
    assert pixels[100, 100, 2] > 180 > 90 > pixels[100, 100, 0]
    assert run("render", model, tmp_path / "x.png", "--preset", "ebay", code=2)["error"]["type"] == "RecipeError"


def test_the_files_own_camera(model: Path, tmp_path: Path, run: Any) -> None:
    for camera in ("Side", "0"):
        run("render", model, tmp_path / f"{camera}.png", "--size", "64", "--camera", camera)
    np.testing.assert_array_equal(picture(tmp_path / "Side.png"), picture(tmp_path / "0.png"))
    shown = picture(tmp_path / "0.png")[..., 3] > 0
    assert shown.any(axis=0).sum() < shown.any(axis=1).sum()  # a square seen from the side
    assert (
        "--camera"
        in run("render", model, tmp_path / "x.png", "--camera", "0", "--yaw", "3", code=2)["error"]["message"]
    )
    assert "Side" in run("render", model, tmp_path / "x.png", "--camera", "Top", code=2)["error"]["message"]


def test_points_and_facts(model: Path, tmp_path: Path, run: Any) -> None:
    told = run(
        "render", model, tmp_path / "a.png", "--size", "64", "--yaw", "0", "--pitch", "0", "--point", "Corner",
        "--facts", tmp_path / "facts", "--fact", "depth", "--fact", "object_ids",
    )  # fmt: skip
    (corner,) = told["points"]
    assert corner["name"] == "Corner"
    assert corner["visible"] is True
    assert corner["x"] > 32 > corner["y"]
    assert [Path(path).name for path in told["facts"]] == ["depth.png", "object_ids.png", "facts.json"]
    assert json.loads((tmp_path / "facts" / "facts.json").read_text())["objects"]["1"] == "Card"
    everything = run("render", model, tmp_path / "a.png", "--size", "32", "--point", "all")
    assert [point["name"] for point in everything["points"]] == ["Card", "Corner"]


def test_a_spin_with_rows_a_sheet_and_a_video(model: Path, tmp_path: Path, run: Any) -> None:
    told = run(
        "turntable", model, tmp_path / "spin", "--frames", "3", "--size", "32", "--pitch", "0", "--pitch", "30",
        "--format", "png", "--sheet", tmp_path / "sheet.webp", "--sheet-size", "16", "--video", tmp_path / "spin.webp",
    )  # fmt: skip
    assert told["frames"] == [f"{row}-{frame}.png" for row in ("01", "02") for frame in ("000", "001", "002")]
    assert told["pitches"] == [0, 30]
    facts = json.loads((tmp_path / "sheet.json").read_text())
    assert (facts["columns"], facts["rows"], facts["width"]) == (3, 2, 16)
    assert picture(tmp_path / "sheet.webp").shape == (32, 48, 4)
    from PIL import Image

    with Image.open(tmp_path / "spin.webp") as video:
        assert video.n_frames == 6


def test_points_in_every_frame_of_a_spin(model: Path, tmp_path: Path, run: Any) -> None:
    told = run("turntable", model, tmp_path / "spin", "--frames", "4", "--size", "32", "--point", "Corner")
    assert told["also"] == [str(tmp_path / "spin" / "points.json")]
    frames = json.loads((tmp_path / "spin" / "points.json").read_text())
    assert [frame["file"] for frame in frames] == told["frames"]
    columns = [frame["points"][0]["x"] for frame in frames]
    assert columns[0] > 16 > columns[2]
    assert columns[1] == pytest.approx(16, abs=0.01)


def test_a_spin_as_a_retailer_wants_it(model: Path, tmp_path: Path, run: Any) -> None:
    told = run("turntable", model, tmp_path, "--preset", "amazon-360", "--size", "24", "--frames", "24")
    assert (len(told["frames"]), told["frames"][0]) == (24, "000.png")
    assert (picture(tmp_path / "000.png")[0, 0] == 255).all()


def test_pictures_of_a_product_page(model: Path, tmp_path: Path, run: Any) -> None:
    told = run(
        "pictures", model, tmp_path / "page", "--variant", "all", "--angle", "front", "--angle", "detail=40,20",
        "--size", "48", "--size", "16", "--format", "png",
    )  # fmt: skip
    names = [entry["file"] for entry in told["pictures"]]
    assert names == ["blue-front-48.png", "blue-front-16.png", "blue-detail-48.png", "blue-detail-16.png"]
    assert json.loads((tmp_path / "page" / "pictures.json").read_text())["pictures"] == told["pictures"]
    assert told["pictures"][2] == {
        "file": "blue-detail-48.png", "variant": "Blue", "angle": "detail", "yaw": 40, "pitch": 20, "width": 48,
        "height": 48,
    }  # fmt: skip
    assert picture(tmp_path / "page" / "blue-detail-16.png").shape == (16, 16, 4)


def test_close_ups(model: Path, tmp_path: Path, run: Any) -> None:
    told = run(
        "pictures", model, tmp_path, "--angle", "front", "--close-up", "Corner", "--grid", "2x1", "--zoom", "3",
        "--size", "24", "--environment", "dark", "--no-cache", "--format", "png",
    )  # fmt: skip
    assert [entry["angle"] for entry in told["pictures"]] == ["front", "close-Corner", "part-1-1", "part-1-2"]
    near = picture(tmp_path / "close_corner-24.png")
    assert near.shape == (24, 24, 3)  # the card covers all of it
    assert near[..., 0].min() > 180 > 90 > near[..., 2].max()


def test_a_gpu_that_is_not_there_is_an_error(model: Path, tmp_path: Path, run: Any, renderer_is_software: None) -> None:
    for arguments in (["render", model, tmp_path / "a.png"], ["turntable", model, tmp_path / "spin"]):
        error = run(*arguments, "--device", "gpu", code=4)["error"]
        assert error["type"] == "GpuUnavailable"
        assert "device cpu draws without a GPU" in error["message"]
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def renderer_is_software() -> None:
    from forge3d.render import egl

    if any(not device.software for device in egl.devices()):
        pytest.skip("this machine has a GPU")


@pytest.mark.parametrize(
    "arguments",
    [
        ["turntable", "MODEL", "OUT", "--video", "spin.avi"], ["turntable", "MODEL", "OUT", "--sheet", "a.json"],
        ["turntable", "MODEL", "OUT", "--fps", "0", "--video", "a.webp"], ["pictures", "MODEL", "OUT", "--angle", "x"],
        ["pictures", "MODEL", "OUT", "--format", "tiff"], ["pictures", "MODEL", "OUT", "--size", "9", "--size", "9x8"],
        ["render", "MODEL", "OUT/a.png", "--size", "40000"], ["render", "MODEL", "OUT/a.png", "--point", "Lid"],
        ["render", "MODEL", "OUT/a.png", "--facts", "a.tiff", "--size", "8"],
        ["render", "MODEL", "OUT/a.png", "--quality", "best"],
        ["render", "MODEL", "OUT/a.bmp"],
        ["render", "MODEL", "OUT/a.webp", "--size", "16384x1"], ["render", "MODEL", "OUT/a.png", "--env", "sunset"],
        ["render", "MODEL", "OUT/a.png", "--animation", "Walk"], ["pictures", "MODEL", "OUT", "--grid", "0x2"],
        ["pictures", "MODEL", "OUT", "--zoom", "3"], ["pictures", "MODEL", "OUT", "--close-up", "Lid"],
    ],
)  # fmt: skip
def test_what_cannot_be_used(arguments: list[str], model: Path, tmp_path: Path, run: Any) -> None:
    given = [text.replace("MODEL", str(model)).replace("OUT", str(tmp_path)) for text in arguments]
    if given[0] == "turntable":
        given += ["--frames", "1", "--size", "8"]
    assert run(*given, code=2)["error"]["message"]
    assert list(tmp_path.iterdir()) == []
