"""Frames to a moving picture: animated WebP; MP4 and WebM by PyAV, the extra `video`.

Frames are encoded as they come: of a long spin, the file is in memory and not its pixels.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .. import images
from ..document.output import write_files
from ..errors import DependencyMissing, OutputError, RecipeError
from .frame import encoded, on_white

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
        self._size: tuple[int, int] | None = None
        self._encoder = _Webp(fps, quality) if suffix == ".webp" else _Stream(*_CODECS[suffix], fps, quality)

    def add(self, pixels: Pixels) -> None:
        """Add a frame `(h, w, 4)`, sRGB with straight alpha; all of one size.

        Raises:
            RecipeError: it is of another size than the first.
            OutputError: there is no room for the video's temporary file.
        """
        size = pixels.shape[1], pixels.shape[0]
        self._size = self._size or size
        if size != self._size:
            raise RecipeError(f"a video's frames are of one size: {size} after {self._size}")
        self._encoder.add(pixels)

    def close(self) -> None:
        """Write the file.

        Raises:
            RecipeError: it has no frames.
            OutputError: it cannot be written.
        """
        if self._size is None:
            raise RecipeError("a video needs at least one frame")
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
    """Frames are encoded on other threads as they come; what waits in memory is mostly encoded."""

    def __init__(self, fps: float, quality: int):
        self._duration, self._quality = 1000 / fps, quality
        self._workers = os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._workers)
        self._frames: list[Future[bytes]] = []

    def add(self, pixels: Pixels) -> None:
        if len(self._frames) >= 2 * self._workers:
            self._frames[-2 * self._workers].result()
        self._frames.append(self._pool.submit(encoded, pixels, "webp", quality=self._quality))

    def finish(self) -> bytes:
        stills = [frame.result() for frame in self._frames]
        self._pool.shutdown()
        # Whole milliseconds that together last as long as the frames do.
        ends = [round(self._duration * count) for count in range(len(stills) + 1)]
        return images.webp_animation(stills, [end - start for start, end in pairwise(ends)])


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
        with self._writing():
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
        with self._writing():
            self._container.mux(self._stream.encode(frame))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(f"{self._file} could not be written: {error.strerror or error}") from error

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
        with self._folder, self._writing():
            self._container.mux(self._stream.encode(None))
            self._container.close()
            return self._file.read_bytes()
