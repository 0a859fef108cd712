"""Many files judged side by side, in worker processes that a bad file cannot take the others down with."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from ..errors import Forge3DError, LimitExceeded
from ..gltf import Limits, Severity
from .report import Issue, Report
from .validation import validate

SECONDS, MEMORY = 300.0, 6144
"""What one file may take in a worker, unless the caller says otherwise: time, and MiB of memory."""

# What an order costs, measured on two cores with 340 real models and with 100 generated ones of 241 MB: so much a
# file, and by the byte. Short ones are done sooner without workers, which take a third of a second to start.
_SECONDS_A_FILE, _BYTES_A_SECOND, _SHORT = 0.002, 300e6, 1.5

Result = TypeVar("Result")


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
    """Judge files by every rule; see `forge3d.validate_many`."""
    options = {"limits": None if limits is None else asdict(limits)}
    return judge_many(paths, __name__, options, jobs=jobs, seconds=seconds, memory=memory, progress=progress)


def judge_many(
    paths: Iterable[str | os.PathLike[str]],
    module: str,
    options: dict[str, Any],
    *,
    dear: float = 1.0,
    jobs: int | None = None,
    seconds: float = SECONDS,
    memory: int = MEMORY,
    progress: Callable[[int, int, Path], None] | None = None,
) -> Generator[Verdict]:
    """What `validate_many` does, with another judge.

    Args:
        module: the name of one that has `judge_with(options)`, which gives a function of a path to a verdict, and
            `write_verdict` and `read_verdict`, which carry that over from a worker. This module is one.
        options: for `judge_with`; what JSON can carry.
        dear: how many times as long as a validation it takes.
        jobs, seconds, memory, progress: see `forge3d.validate_many`.
    """
    files = [Path(path) for path in paths]
    workers = _worth(files, dear) if jobs is None else min(jobs, len(files))
    if workers:
        from .pool import judge_in_workers  # here, because a short order starts sooner without

        verdicts = judge_in_workers(files, workers, module, options, seconds, memory)
    else:
        judge = import_module(module).judge_with(options)
        verdicts = (judge(path) for path in files)
    with closing(verdicts):
        for done, verdict in enumerate(verdicts, 1):
            if progress is not None:
                progress(done, len(files), verdict.path)
            yield verdict


def judge_with(options: dict[str, Any]) -> Callable[[Path], Verdict]:
    """`judge_file` with limits, by `options` that went through JSON."""
    limits = None if options["limits"] is None else Limits(**options["limits"])
    return lambda path: judge_file(path, limits)


def judge_file(path: Path, limits: Limits | None = None) -> Verdict:
    """Judge one file in this process; errors become part of the verdict, so that the next file has its turn."""
    report, told = attempt(path, lambda: validate(path, limits=limits))
    return Verdict(path, report, **told)


def attempt(path: Path, judge: Callable[[], Result]) -> tuple[Result | None, dict[str, Any]]:
    """What `judge` gives, None where it fails, and what a `Verdict` says beside the report."""
    start, result = time.perf_counter(), None
    text, kind, code = "", "", 0
    try:
        result = judge()
    except MemoryError:
        text, kind, code = f"{path}: needs more memory than it may use", LimitExceeded.__name__, LimitExceeded.exit_code
    except Forge3DError as error:
        text, kind, code = str(error), type(error).__name__, error.exit_code
    except Exception as error:
        text = f"{path}: {type(error).__name__}: {error}; this is a fault of forge3d, please report it"
        kind, code = "InternalError", Forge3DError.exit_code
    return result, {"error": text, "kind": kind, "exit_code": code, "seconds": time.perf_counter() - start}


def _worth(files: list[Path], dear: float = 1.0) -> int:
    """How many processes are worth their start; 0 means none."""
    size = sum(path.stat().st_size for path in files if os.path.isfile(path))
    cost = dear * (len(files) * _SECONDS_A_FILE + size / _BYTES_A_SECOND)
    count = min(len(os.sched_getaffinity(0)), len(files))
    return count if count > 1 and cost > _SHORT else 0


def write_verdict(verdict: Verdict) -> bytes:
    """A verdict as a message. JSON carries what hostile names hold, unpaired surrogates too."""
    members = asdict(verdict)
    del members["path"]
    return json.dumps(members).encode()


def read_verdict(path: Path, message: bytes) -> Verdict:
    """The verdict on the file at `path` that `write_verdict` made a message of."""
    members = json.loads(message)
    report = members.pop("report")
    if report is not None:
        issues = [Issue(**{**issue, "severity": Severity(issue["severity"])}) for issue in report.pop("issues")]
        report = Report(**report, issues=issues)
    return Verdict(path, report, **members)
