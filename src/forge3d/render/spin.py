"""A spin: one or several turns of a product, and where its frames go while the renderer draws the next."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..document import Document
from ..document.output import make_folder
from ..errors import OutputError, RecipeError
from ..heap import give_back, reuse
from .camera import Orbit
from .frame import FORMATS, Frame

if TYPE_CHECKING:
    from .renderer import Renderer

Made = TypeVar("Made")

_FRAME_NAME = re.compile(r"(\d{2,}-)?\d{3,}")


@dataclass(frozen=True, slots=True)
class Spin:
    """How a product is turned.

    Args:
        frames: pictures in one turn, at equal angles; the last comes one step before the first.
        pitches: of the camera, degrees above the horizon; one turn for each, a row of the spin.
        yaw: of the camera at the first frame, degrees from the product's front.
        orbit: the camera goes round the product; else the product turns on a table under fixed light.
        clockwise: the product is seen to turn clockwise from above; else counter-clockwise.
        fov, fill: see `Orbit`. Every angle of every row fits; several rows share one distance.
    """

    frames: int = 36
    pitches: Sequence[float] = (15.0,)
    yaw: float = 0.0
    orbit: bool = False
    clockwise: bool = False
    fov: float = 30.0
    fill: float = 0.9

    def __post_init__(self) -> None:
        if not self.pitches:
            raise RecipeError("pitches=(): takes at least one row")

    @property
    def names(self) -> list[str]:
        """Of the frames' files, without suffix: `000`, or `01-000` where there are several rows, counted from 1."""
        rows = [f"{row:02d}-" for row in range(1, len(self.pitches) + 1)] if len(self.pitches) > 1 else [""]
        return [f"{row}{frame:03d}" for row in rows for frame in range(self.frames)]


def spin_frames(renderer: Renderer, document: Document, spin: Spin, **options: Any) -> Iterator[Frame]:
    """The frames row by row.

    Args:
        options: environment, size, settings, time, animation and variant, see `Renderer.render`.
    """
    cameras = [Orbit(yaw=spin.yaw, pitch=pitch, fov=spin.fov, fill=spin.fill) for pitch in spin.pitches]
    if len(cameras) > 1:
        moment = {name: options.get(name) for name in ("time", "animation")}
        cameras = renderer.fit_rows(document, cameras, options.get("size", (1024, 1024)), **moment)
    for camera in cameras:
        yield from renderer.turntable(
            document, frames=spin.frames, camera=camera, orbit=spin.orbit, clockwise=spin.clockwise, **options
        )


def each_frame(
    frames: Iterable[Frame], make: Callable[[int, Frame], Made], *, threads: int | None = None
) -> Iterator[Made]:
    """What `make(index, frame)` gives for each frame, in order.

    Args:
        frames: such as `Renderer.turntable` gives; they are drawn in this thread, and given up to the others.
        make: called on other threads.
        threads: by default one for each processor. Twice as many frames wait in memory at most.
    """
    workers = threads or os.cpu_count() or 1
    waiting: deque[Future[Made]] = deque()
    reuse()
    try:
        with ThreadPoolExecutor(workers) as pool:
            for index, frame in enumerate(frames):
                waiting.append(pool.submit(make, index, frame.detach()))
                while len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
    finally:  # also where nobody takes the rest
        give_back()


def save_frames(
    frames: Iterable[Frame],
    folder: str | os.PathLike[str],
    *,
    format: str = "webp",
    quality: int = 85,
    effort: int = 4,
    threads: int | None = None,
    names: Sequence[str] | None = None,
    then: Callable[[Frame], None] | None = None,
) -> Iterator[Path]:
    """Write frames as `000.webp`, `001.webp`, …, and yield each path when its file is whole.

    Args:
        frames, threads: see `each_frame`.
        folder: made where it is missing.
        format: "png", "jpg", "webp" or "avif".
        names: of the files instead, without suffix, see `Spin.names`.
        then: called with each frame in order, on this thread.

    Raises:
        RecipeError: an unknown format.
        OutputError: the folder or a file cannot be written.
    """
    target, suffix = Path(folder), f".{format.lower()}"
    if suffix not in FORMATS:
        raise RecipeError(f"format={format!r}: takes {', '.join(known[1:] for known in FORMATS)}")
    there = target.glob(f"*{suffix}") if os.path.isdir(target) else ()
    before = {path for path in there if _FRAME_NAME.fullmatch(path.stem)}

    def drawn() -> Iterator[Frame]:
        for frame in frames:
            make_folder(target)  # not before there is something for it
            yield frame

    def save(index: int, frame: Frame) -> tuple[Path, Frame]:
        path = target / f"{names[index] if names else f'{index:03d}'}{suffix}"
        frame.save(path, quality=quality, effort=effort)
        return path, frame

    for path, frame in each_frame(drawn(), save, threads=threads):
        before.discard(path)
        if then:
            then(frame)
        yield path
    if before:
        raise OutputError(
            f"{target} also holds {len(before)} frames of an earlier, longer spin ({min(before).name}, …): "
            "remove them, or choose another folder"
        )
