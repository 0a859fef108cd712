"""Work on a spin's frames on threads while the next ones are drawn: encoding costs as much as drawing."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from ..errors import OutputError, RecipeError
from .frame import Frame

Result = TypeVar("Result")

FORMATS = ("webp", "png", "jpg", "jpeg", "avif")


def each_frame(frames: Iterable[Frame], work: Callable[[int, Frame], Result], *, threads: int = 2) -> Iterator[Result]:
    """`work(index, frame)` of every frame, in order. No more frames wait in memory than the threads keep up with.

    Args:
        frames: such as `Renderer.turntable` gives; drawn in the calling thread, which owns the GL context.
        work: called on another thread; Pillow and NumPy free the interpreter lock.
    """
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for index, frame in enumerate(frames):
            waiting.append(pool.submit(work, index, frame.detach()))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def save_frames(
    frames: Iterable[Frame], folder: str | os.PathLike[str], *, format: str = "webp", quality: int = 85
) -> Iterator[Path]:
    """Write every frame as `000.webp`, `001.webp`, … in `folder`, which is made where it is missing; yields the paths.

    Raises:
        OutputError: the folder cannot be made or written to.
        RecipeError: for a format that is none of `FORMATS`.
    """
    if format not in FORMATS:
        raise RecipeError(f"format={format!r}: takes one of {', '.join(FORMATS)}")
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{target} cannot be made: {error.strerror}") from error

    def save(index: int, frame: Frame) -> Path:
        path = target / f"{index:03}.{format}"
        frame.save(path, quality=quality)
        return path

    return each_frame(frames, save)
