"""Many files judged side by side, in worker processes that a bad file cannot take the others down with."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ..errors import Forge3DError, LimitExceeded
from ..gltf import Limits
from .report import Report
from .validation import validate

SECONDS, MEMORY = 300.0, 6144
"""What one file may take in a worker, unless the caller says otherwise: time, and MiB of memory."""

# What an order costs, measured with 340 files on two cores: so much a file, and by the byte. Short ones are done
# sooner without workers, which take a third of a second to start.
_SECONDS_A_FILE, _BYTES_A_SECOND, _SHORT = 0.002, 90e6, 1.5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one file: a report, or why there is none.

    Attributes:
        path: as it was given.
        error: why the file could not be judged; `kind` is the exception's name, `exit_code` its command-line code.
        seconds: that it took.
    """

    path: Path
    report: Report | None = None
    error: str = ""
    kind: str = ""
    exit_code: int = 0
    seconds: float = 0.0


def validate_many(
    paths: Iterable[str | os.PathLike[str]],
    *,
    jobs: int | None = None,
    limits: Limits | None = None,
    seconds: float = SECONDS,
    memory: int = MEMORY,
    progress: Callable[[int, int, Path], None] | None = None,
) -> Generator[Verdict]:
    """Judge files; yields a verdict for each in the order given, as soon as those before it are there.

        for verdict in validate_many(Path("models").rglob("*.glb")):
            print(verdict.path, verdict.error or len(verdict.report.errors))

    Args:
        jobs: worker processes. By default as many as there are processors, and none for an order so short that this
            process has done it sooner.
        limits: how much each file may ask for.
        seconds: longest time for one file in a worker.
        memory: MiB that one worker may use.
        progress: called with (files done, files in all, the file just done).
    """
    files = [Path(path) for path in paths]
    workers = _worth(files) if jobs is None else min(jobs, len(files))
    if workers:
        from .pool import judge_in_workers  # here, because a short order starts sooner without

        verdicts = judge_in_workers(files, workers, limits, seconds, memory)
    else:
        verdicts = (judge_file(path, limits) for path in files)
    with closing(verdicts):
        for done, verdict in enumerate(verdicts, 1):
            if progress is not None:
                progress(done, len(files), verdict.path)
            yield verdict


def judge_file(path: Path, limits: Limits | None = None) -> Verdict:
    """Judge one file in this process; errors become part of the verdict, so that the next file has its turn."""
    start, report = time.perf_counter(), None
    text, kind, code = "", "", 0
    try:
        report = validate(path, limits=limits)
    except MemoryError:
        text, kind, code = f"{path}: needs more memory than it may use", LimitExceeded.__name__, LimitExceeded.exit_code
    except Forge3DError as error:
        text, kind, code = str(error), type(error).__name__, error.exit_code
    except Exception as error:
        text = f"{path}: {type(error).__name__}: {error}; this is a fault of forge3d, please report it"
        kind, code = "InternalError", Forge3DError.exit_code
    return Verdict(path, report, text, kind, code, time.perf_counter() - start)


def _worth(files: list[Path]) -> int:
    """How many processes are worth their start; 0 means none."""
    size = sum(path.stat().st_size for path in files if os.path.isfile(path))
    cost = len(files) * _SECONDS_A_FILE + size / _BYTES_A_SECOND
    count = min(len(os.sched_getaffinity(0)), len(files))
    return count if count > 1 and cost > _SHORT else 0
