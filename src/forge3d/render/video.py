"""Frames to a moving picture: animated WebP by Pillow; MP4 and WebM by PyAV, the extra `video`."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..document.output import write_files
from ..errors import DependencyMissing, RecipeError
from .frame import on_white

if TYPE_CHECKING:
    from types import TracebackType

Pixels = npt.NDArray[np.uint8]
SUFFIXES = (".webp", ".mp4", ".webm")
_CODECS = {".mp4": ("mp4", "libx264"), ".webm": ("webm", "libvpx-vp9")}
_BT709 = 1  # in FFmpeg's numbers: primaries, transfer, matrix
_LIMITED = 1


class Video:
    """A file that frames are added to one by one; `close` writes it, whole or not at all.

    .webp holds transparency and loops; .mp4 (H.264) stands on white; .webm (VP9) holds transparency where the first
    frame has any. Both are BT.709, 4:2:0 and tagged so.

    Args:
        path: its suffix says the format.
        fps: frames a second.
        quality: 1 to 100.

    Raises:
        RecipeError: an unknown suffix, or a rate that cannot be.
        DependencyMissing: MP4 or WebM without PyAV; the message names the extra.

    Example:
        with Video("spin.mp4", fps=24) as video:
            for frame in renderer.turntable(document):
                video.add(frame.pixels)
    """

    def __init__(self, path: str | os.PathLike[str], *, fps: float = 24.0, quality: int = 80):
        self.path = Path(path)
        suffix = self.path.suffix.lower()
        if suffix not in SUFFIXES:
            raise RecipeError(f"{self.path}: a video's suffix takes {', '.join(SUFFIXES)}")
        if not 1 <= fps <= 240 or not 1 <= quality <= 100:
            raise RecipeError(f"fps takes 1 to 240 and quality 1 to 100, not {fps:g} and {quality}")
        self._encoder = _Webp(fps, quality) if suffix == ".webp" else _Stream(*_CODECS[suffix], fps, quality)

    def add(self, pixels: Pixels) -> None:
        """Add a frame `(h, w, 4)`, sRGB with straight alpha; all of one size."""
        self._encoder.add(pixels)

    def close(self) -> None:
        """Write the file.

        Raises:
            RecipeError: it has no frames.
            OutputError: it cannot be written.
        """
        write_files({self.path: self._encoder.finish()})

    def __enter__(self) -> Video:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()


def save_video(frames: Iterable[Pixels], path: str | os.PathLike[str], *, fps: float = 24.0, quality: int = 80) -> None:
    """Write frames `(h, w, 4)` as a moving picture, see `Video`."""
    with Video(path, fps=fps, quality=quality) as video:
        for frame in frames:
            video.add(frame)


class _Webp:
    def __init__(self, fps: float, quality: int):
        self._duration, self._quality = 1000 / fps, quality
        self._frames: list[Any] = []

    def add(self, pixels: Pixels) -> None:
        from PIL import Image

        opaque = (pixels[..., 3] == 255).all()
        self._frames.append(Image.fromarray(np.ascontiguousarray(pixels[..., :3] if opaque else pixels)))

    def finish(self) -> bytes:
        if not self._frames:
            raise RecipeError("a video needs at least one frame")
        out, (first, *rest) = io.BytesIO(), self._frames
        # Whole milliseconds that together last as long as the frames do.
        ends = [round(self._duration * count) for count in range(len(self._frames) + 1)]
        durations = [end - start for start, end in pairwise(ends)]
        first.save(
            out, "WEBP", save_all=True, append_images=rest, duration=durations, loop=0, quality=self._quality, method=4,
            background=(0, 0, 0, 0),
        )  # fmt: skip
        return out.getvalue()


class _Stream:
    """A video stream in a container, encoded as frames come."""

    def __init__(self, container: str, codec: str, fps: float, quality: int):
        try:
            import av
        except ImportError as error:
            raise DependencyMissing("MP4 and WebM need the package av: pip install 'forge3d[video]'") from error
        self._av: Any = av
        # A real file: to begin at once in a browser, MP4 is rewritten with its index first.
        self._folder = TemporaryDirectory()
        self._file = Path(self._folder.name, f"video.{container}")
        options = {"movflags": "+faststart"} if container == "mp4" else {}
        self._container: Any = av.open(str(self._file), "w", format=container, options=options)
        self._codec, self._rate, self._quality = codec, Fraction(fps).limit_denominator(1001), quality
        self._stream: Any = None

    def add(self, pixels: Pixels) -> None:
        height, width = pixels.shape[:2]
        even = np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")  # 4:2:0 knows no odd sizes
        if self._stream is None:
            self._begin(even)
        alpha = self._stream.pix_fmt == "yuva420p"
        shown = even if alpha else on_white(even)
        frame = self._av.VideoFrame.from_ndarray(np.ascontiguousarray(shown), format="rgba" if alpha else "rgb24")
        frame = frame.reformat(
            format=self._stream.pix_fmt, dst_colorspace="ITU709", src_color_range="JPEG", dst_color_range="MPEG"
        )
        self._container.mux(self._stream.encode(frame))

    def _begin(self, pixels: Pixels) -> None:
        stream = self._container.add_stream(self._codec, rate=self._rate)
        stream.width, stream.height = pixels.shape[1], pixels.shape[0]
        clear = self._codec == "libvpx-vp9" and bool((pixels[..., 3] < 255).any())
        stream.pix_fmt = "yuva420p" if clear else "yuv420p"
        coder = stream.codec_context
        coder.color_primaries = coder.color_trc = coder.colorspace = _BT709
        coder.color_range = _LIMITED
        # Constant quality: 51 (H.264) or 63 (VP9) is the worst; 80 becomes 18 and 24, where little is lost.
        worst, best = (51, 10) if self._codec == "libx264" else (63, 14)
        level = round(worst - (worst - best) * self._quality / 100)
        stream.options = {"crf": str(level), **({"b": "0", "row-mt": "1"} if self._codec == "libvpx-vp9" else {})}
        self._stream = stream

    def finish(self) -> bytes:
        if self._stream is None:
            raise RecipeError("a video needs at least one frame")
        self._container.mux(self._stream.encode(None))
        self._container.close()
        with self._folder:
            return self._file.read_bytes()
