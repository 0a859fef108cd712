"""Moving pictures, read back."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from forge3d.errors import DependencyMissing, OutputError, RecipeError
from forge3d.render.video import Video, save_video


def frames(count: int = 5, *, alpha: bool = True, size: tuple[int, int] = (33, 25)) -> list[np.ndarray]:
    """A square that moves to the right, coloured; clear around it, or on grey."""
    made = []
    for index in range(count):
        pixels = np.zeros((size[1], size[0], 4), np.uint8) if alpha else np.full((size[1], size[0], 4), 128, np.uint8)
        pixels[..., 3] = 0 if alpha else 255
        pixels[6:18, 4 + 2 * index : 16 + 2 * index] = (220, 60, 30, 255)
        made.append(pixels)
    return made


def test_animated_webp(tmp_path: Path) -> None:
    save_video(frames(), tmp_path / "spin.webp", fps=30, quality=95)
    with Image.open(tmp_path / "spin.webp") as image:
        assert (image.n_frames, image.size, image.info["loop"]) == (5, (33, 25), 0)
        durations = []
        for index in range(5):
            image.seek(index)
            shown = np.asarray(image.convert("RGBA"))
            durations.append(image.info["duration"])
            assert np.abs(shown[12, 8 + 2 * index, :3].astype(int) - (220, 60, 30)).max() < 16
            assert shown[0, 0, 3] == 0
    assert sum(durations) == 167  # five thirtieths of a second
    again = tmp_path / "again.webp"
    save_video(frames(), again, fps=30, quality=95)
    assert again.read_bytes() == (tmp_path / "spin.webp").read_bytes()


def decoded(path: Path, codec: str | None = None) -> tuple[list[np.ndarray], str, float]:
    av = pytest.importorskip("av")
    with av.open(io.BytesIO(path.read_bytes())) as file:
        stream = file.streams.video[0]
        reader = av.CodecContext.create(codec, "r") if codec else None
        found, kind = [], stream.codec_context.pix_fmt
        for packet in file.demux(stream):
            for frame in reader.decode(packet) if reader else packet.decode():
                kind = frame.format.name
                found.append(frame.to_ndarray(format="rgba", src_colorspace="ITU709", dst_color_range="JPEG"))
        return found, kind, float(stream.average_rate)


def test_mp4_stands_on_white_in_even_sizes(tmp_path: Path) -> None:
    pytest.importorskip("av")
    save_video(frames(), tmp_path / "spin.mp4", fps=12, quality=90)
    found, kind, rate = decoded(tmp_path / "spin.mp4")
    assert (len(found), kind, rate) == (5, "yuv420p", 12)
    assert found[0].shape == (26, 34, 4)
    for index, shown in enumerate(found):
        assert np.abs(shown[12, 10 + 2 * index, :3].astype(int) - (220, 60, 30)).max() < 14
        assert shown[0, 0, :3].min() >= 252
    data = (tmp_path / "spin.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # plays before all of it is there


def test_webm_keeps_transparency(tmp_path: Path) -> None:
    pytest.importorskip("av")
    save_video(frames(), tmp_path / "spin.webm", fps=12, quality=95)
    found, kind, _ = decoded(tmp_path / "spin.webm", "libvpx-vp9")
    assert (len(found), kind) == (5, "yuva420p")
    assert found[0][0, 0, 3] < 8
    assert found[0][12, 10, 3] > 247
    save_video(frames(alpha=False), tmp_path / "opaque.webm")
    assert decoded(tmp_path / "opaque.webm")[1] == "yuv420p"


def test_what_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RecipeError, match=r"\.webp, \.mp4, \.webm"):
        Video(tmp_path / "spin.avi")
    with pytest.raises(RecipeError, match="fps"):
        Video(tmp_path / "spin.webp", fps=0)
    with pytest.raises(RecipeError, match="at least one frame"):
        save_video([], tmp_path / "spin.webp")
    with pytest.raises(OutputError):
        save_video(frames(1), tmp_path / "missing" / "spin.webp")
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(DependencyMissing, match=r"forge3d\[video\]"):
        Video(tmp_path / "spin.mp4")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_when_drawing_fails(tmp_path: Path) -> None:
    def failing() -> None:
        with Video(tmp_path / "spin.webp") as video:
            video.add(frames(1)[0])
            raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        failing()
    assert list(tmp_path.iterdir()) == []
