from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from forge3d import images
from forge3d.errors import OutputError, RecipeError
from forge3d.render import Frame, Orbit, Renderer, RenderSettings
from forge3d.render.frame import Format, on_white
from forge3d.render.spin import each_frame, save_frames
from forge3d.render.targets import Sampling

from .shapes import node, placed, sphere, unlit

BALL = placed(node(sphere(rings=16)))


def test_a_picture_is_saved_as_its_suffix_says(renderer: Renderer, tmp_path: Path) -> None:
    frame = renderer.render(BALL, size=(40, 30))
    for suffix, channels in ((".png", 4), (".webp", 4), (".jpg", 3), (".avif", 4)):
        frame.save(tmp_path / f"ball{suffix}")
        made = images.decode((tmp_path / f"ball{suffix}").read_bytes())
        assert made.shape == (30, 40, channels)
    np.testing.assert_array_equal(images.decode((tmp_path / "ball.png").read_bytes()), frame.pixels)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".avif", ".jpg", ".png", ".webp"]


def test_a_jpeg_stands_on_white(renderer: Renderer, tmp_path: Path) -> None:
    renderer.render(BALL, camera=Orbit(fill=0.5), size=(32, 32)).save(tmp_path / "ball.jpg", quality=95)
    assert images.decode((tmp_path / "ball.jpg").read_bytes())[0, 0].min() >= 254


def test_edges_have_no_halo_on_any_background_in_any_format(renderer: Renderer) -> None:
    """A white ball on white is white, and on black as grey as it covers: whatever the file went through."""
    ball = placed(node(sphere(unlit((1, 1, 1, 1)), rings=24)))
    plain = RenderSettings(tone="none")
    white = renderer.render(ball, size=(96, 96), settings=RenderSettings(tone="none", background="white"))
    assert (white.pixels == 255).all()
    frame = renderer.render(ball, size=(96, 96), settings=plain)
    alpha = frame.pixels[..., 3]
    assert ((alpha > 0) & (alpha < 255)).sum() > 100
    assert (frame.pixels[alpha > 0][:, :3] == 255).all()
    for format in ("png", "webp", "avif"):
        shown = images.decode(frame.encode(format))  # type: ignore[arg-type]
        assert on_white(shown).min() >= (255 if format == "png" else 250), format
        on_black = shown[..., :3] * (shown[..., 3:] / 255)
        assert np.abs(on_black - alpha[..., None]).max() <= 5, format
    assert images.decode(frame.encode("jpeg")).min() >= 250


@pytest.mark.parametrize("format", ["png", "jpeg", "webp", "avif"])
def test_every_format_is_read_as_srgb(renderer: Renderer, format: Format) -> None:
    from io import BytesIO

    from PIL import Image, ImageCms

    data = renderer.render(BALL, size=(16, 16)).encode(format)
    with Image.open(BytesIO(data)) as image:
        image.load()
        if format == "png":
            assert image.info["srgb"] == 0
        if format == "jpeg":
            profile = ImageCms.ImageCmsProfile(BytesIO(image.info["icc_profile"]))
            assert "sRGB" in ImageCms.getProfileDescription(profile)
    if format == "avif":  # the numbers of BT.709 primaries and the sRGB curve
        at = data.index(b"nclx")
        assert data[at + 4 : at + 8] == bytes((0, 1, 0, 13))


def test_an_unknown_suffix_and_an_unwritable_folder(renderer: Renderer, tmp_path: Path) -> None:
    frame = renderer.render(BALL, size=(8, 8))
    with pytest.raises(RecipeError, match="suffix"):
        frame.save(tmp_path / "ball.bmp")
    with pytest.raises(OutputError, match="could not be written"):
        frame.save(tmp_path / "missing" / "ball.png")


def test_arrays_are_read_only(renderer: Renderer) -> None:
    frame = renderer.render(BALL, size=(8, 8))
    with pytest.raises(ValueError, match="read-only"):
        frame.pixels[0, 0, 0] = 1


def test_facts_outlive_the_next_frame_but_not_detaching(renderer: Renderer) -> None:
    near, far = (renderer.render(BALL, camera=Orbit(distance=d, target=(0, 0, 0)), size=(9, 9)) for d in (3.0, 5.0))
    assert near.depth[4, 4] == pytest.approx(2.0, rel=1e-3)
    with pytest.raises(RecipeError, match="given up"):
        far.detach().depth  # noqa: B018
    assert near.detach().depth[4, 4] == pytest.approx(2.0, rel=1e-3)


def test_compositing_on_white_is_exact_at_the_ends() -> None:
    pixels = np.array([[[10, 20, 30, 255], [10, 20, 30, 0], [0, 0, 0, 128]]], np.uint8)
    assert on_white(pixels).tolist() == [[[10, 20, 30], [255, 255, 255], [127, 127, 127]]]


def test_a_spin_is_numbered_files(renderer: Renderer, tmp_path: Path) -> None:
    spin = renderer.turntable(BALL, frames=5, size=(16, 16))
    paths = list(save_frames(spin, tmp_path / "spin", format="png"))
    assert [path.name for path in paths] == ["000.png", "001.png", "002.png", "003.png", "004.png"]
    assert all(images.decode(path.read_bytes()).shape == (16, 16, 4) for path in paths)


def test_frames_are_put_to_use_in_order_on_other_threads_and_few_wait(renderer: Renderer) -> None:
    drawn: list[int] = []

    def drawing() -> Iterator[Frame]:
        for frame in renderer.turntable(BALL, frames=12, size=(8, 8)):
            drawn.append(len(drawn))
            yield frame

    def make(index: int, frame: Frame) -> tuple[int, bool, int]:
        return index, threading.current_thread() is threading.main_thread(), frame.pixels.shape[0]

    coming = each_frame(drawing(), make, threads=1)
    assert next(coming) == (0, False, 8)
    assert len(drawn) == 3
    assert [index for index, _, _ in coming] == list(range(1, 12))


def test_a_spin_into_a_file_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError, match="taken"):
        list(save_frames([Frame(np.zeros((2, 2, 4), np.uint8), dict, ())], tmp_path / "taken"))
    with pytest.raises(RecipeError, match="bmp"):
        list(save_frames([], tmp_path, format="bmp"))


def test_a_spin_that_fails_before_its_first_frame_leaves_no_folder(tmp_path: Path) -> None:
    def failing() -> Iterator[Frame]:
        yield from ()
        raise RecipeError("no model")

    with pytest.raises(RecipeError, match="no model"):
        list(save_frames(failing(), tmp_path / "spin"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("samples", "limit", "expected"),
    [(1, 4, (1, 1)), (4, 4, (4, 1)), (8, 4, (4, 2)), (16, 4, (4, 2)), (8, 8, (8, 1)), (3, 1, (1, 2))],
)  # fmt: skip
def test_samples_are_multisamples_first(
    renderer: Renderer, samples: int, limit: int, expected: tuple[int, int]
) -> None:
    from dataclasses import replace

    capabilities = replace(renderer.capabilities, max_samples=limit)
    assert Sampling.of(samples, capabilities) == Sampling(*expected)


def test_more_samples_give_finer_edges(renderer: Renderer) -> None:
    steps = []
    for samples in (1, 4, 16):
        frame: Frame = renderer.render(BALL, size=(64, 64), settings=RenderSettings(samples=samples))
        steps.append(len(np.unique(frame.pixels[..., 3])))
    assert steps[0] < steps[1] < steps[2]


@pytest.mark.parametrize(
    "wrong",
    [{"tone": "film"}, {"samples": 0}, {"background": "red"}, {"background": "#12345"}, {"exposure": float("nan")}],
)
def test_settings_that_cannot_be_used(wrong: dict[str, object]) -> None:
    with pytest.raises(RecipeError, match=next(iter(wrong))):
        RenderSettings(**wrong)  # type: ignore[arg-type]


def test_no_partial_file_is_left(renderer: Renderer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = renderer.render(BALL, size=(8, 8))

    def full_disk(descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OutputError, match="No space left"):
        frame.save(tmp_path / "ball.png")
    assert list(tmp_path.iterdir()) == []


def test_a_shorter_spin_does_not_hide_among_older_frames(tmp_path: Path) -> None:
    frames = [Frame(np.zeros((2, 2, 4), np.uint8), dict, ()) for _ in range(3)]
    assert len(list(save_frames(frames, tmp_path, format="png"))) == 3
    assert len(list(save_frames(frames, tmp_path, format="png"))) == 3  # the same spin again is fine
    with pytest.raises(OutputError, match=r"1 frames of an earlier, longer spin \(002.png"):
        list(save_frames(frames[:2], tmp_path, format="png"))
