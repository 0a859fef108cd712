"""A spin's frames, put to use on other threads while the renderer draws the next."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from ..document.output import make_folder
from ..errors import OutputError, RecipeError
from .frame import FORMATS, Frame

Made = TypeVar("Made")


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
    with ThreadPoolExecutor(workers) as pool:
        for index, frame in enumerate(frames):
            waiting.append(pool.submit(make, index, frame.detach()))
            while len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def save_frames(
    frames: Iterable[Frame],
    folder: str | os.PathLike[str],
    *,
    format: str = "webp",
    quality: int = 85,
    effort: int = 4,
    threads: int | None = None,
) -> Iterator[Path]:
    """Write frames as `000.webp`, `001.webp`, …, and yield each path when its file is whole.

    Args:
        frames, threads: see `each_frame`.
        folder: made where it is missing.
        format: "png", "jpg", "webp" or "avif".

    Raises:
        RecipeError: an unknown format.
        OutputError: the folder or a file cannot be written.
    """
    target, suffix = Path(folder), f".{format.lower()}"
    if suffix not in FORMATS:
        raise RecipeError(f"format={format!r}: takes {', '.join(known[1:] for known in FORMATS)}")
    there = target.glob(f"*{suffix}") if os.path.isdir(target) else ()
    before = {path for path in there if path.stem.isdecimal()}

    def drawn() -> Iterator[Frame]:
        for frame in frames:
            make_folder(target)  # not before there is something for it
            yield frame

    def save(index: int, frame: Frame) -> Path:
        path = target / f"{index:03d}{suffix}"
        frame.save(path, quality=quality, effort=effort)
        return path

    for path in each_frame(drawn(), save, threads=threads):
        before.discard(path)
        yield path
    if before:
        raise OutputError(
            f"{target} also holds {len(before)} frames of an earlier, longer spin ({min(before).name}, …): "
            "remove them, or choose another folder"
        )
