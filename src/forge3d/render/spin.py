"""A spin's frames as files, encoded on other threads while the renderer draws the next."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from ..errors import OutputError, RecipeError
from .frame import FORMATS, Frame


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
        frames: such as `Renderer.turntable` gives; they are drawn here, while earlier ones are encoded.
        folder: made where it is missing.
        format: "png", "jpg", "webp" or "avif".
        threads: encoders; by default one for each processor. Twice as many frames wait in memory at most.

    Raises:
        RecipeError: an unknown format.
        OutputError: the folder or a file cannot be written.
    """
    target, suffix = Path(folder), f".{format.lower()}"
    if suffix not in FORMATS:
        raise RecipeError(f"format={format!r}: takes {', '.join(known[1:] for known in FORMATS)}")
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{target} cannot be made: {error.strerror or error}") from error
    workers = threads or os.cpu_count() or 1
    waiting: deque[Future[Path]] = deque()

    def save(frame: Frame, path: Path) -> Path:
        frame.save(path, quality=quality, effort=effort)
        return path

    with ThreadPoolExecutor(workers) as pool:
        for index, frame in enumerate(frames):
            waiting.append(pool.submit(save, frame.detach(), target / f"{index:03d}{suffix}"))
            while len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
