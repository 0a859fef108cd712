"""Many files judged side by side, in worker processes that a bad file cannot take the others down with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import Any

from ..errors import Forge3DError, LimitExceeded
from ..gltf import Limits, Severity
from .report import Issue, Report
from .validation import validate

SECONDS, MEMORY = 300.0, 6144
"""What one file may take in a worker, unless the caller says otherwise: time, and MiB of memory."""

_START = "import sys; sys.path[:] = {path!r}; from forge3d.validate.worker import main; main({handle})"
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
) -> Iterator[Verdict]:
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
        setup = {"memory": memory, "limits": None if limits is None else asdict(limits)}
        verdicts = _judge_in_workers(files, workers, _Crew(setup, seconds))
    else:
        verdicts = (judge_file(path, limits) for path in files)
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


def _judge_in_workers(files: list[Path], workers: int, crew: _Crew) -> Iterator[Verdict]:
    with ThreadPoolExecutor(workers) as threads:
        try:
            yield from threads.map(crew.judge, files)
        finally:
            crew.close()  # before the threads are waited for: those still waiting for an answer end with this


class _Crew:
    """One worker process for each thread, replaced when it dies or overruns."""

    def __init__(self, setup: dict[str, Any], seconds: float):
        self._setup, self._seconds = setup, seconds
        self._mine = threading.local()
        self._all = list[_Worker]()
        self._open = True

    def judge(self, path: Path) -> Verdict:
        worker: _Worker | None = getattr(self._mine, "worker", None)
        if worker is None or not worker.fit:
            worker = self._mine.worker = _Worker(self._setup)
            self._all.append(worker)
        if not self._open:
            worker.end()
        return worker.judge(path, self._seconds)

    def close(self) -> None:
        self._open = False
        for worker in list(self._all):
            worker.end()


class _Worker:
    """A fresh interpreter (nothing is forked, the user's main module is not run again) that judges file after file.

    Messages are JSON, so that nothing a worker sends can run code here.

    Attributes:
        fit: whether it can take another file.
    """

    def __init__(self, setup: dict[str, Any]):
        self._connection, theirs = Pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START.format(path=sys.path, handle=theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,  # an interrupt from the terminal goes to the parent alone
        )
        theirs.close()
        self.fit = True
        self._setup: dict[str, Any] | None = {"parent": os.getpid(), **setup}

    def judge(self, path: Path, seconds: float) -> Verdict:
        start = time.perf_counter()
        try:
            if self._setup is not None:
                self._connection.send_bytes(json.dumps(self._setup).encode())
                self._setup = None
            self._connection.send_bytes(json.dumps(str(path)).encode())
            if self._connection.poll(seconds):
                return read_verdict(path, self._connection.recv_bytes())
            error = f"{path}: was not judged after {seconds:g} s and was stopped"
            kind, code = LimitExceeded.__name__, LimitExceeded.exit_code
        except (EOFError, OSError):
            error, kind, code = f"{path}: {self._obituary()}", "WorkerLost", Forge3DError.exit_code
        self.end()
        return Verdict(path, error=error, kind=kind, exit_code=code, seconds=time.perf_counter() - start)

    def _obituary(self) -> str:
        """Why the process is gone, in words."""
        code = self._process.wait()
        if code == -signal.SIGKILL:
            return "the process that judged it was killed, as happens when the machine runs out of memory"
        how = f"crashed in native code ({signal.Signals(-code).name})" if code < 0 else f"ended with exit code {code}"
        return f"the process that judged it {how}; this is a fault of forge3d, please report it"

    def end(self) -> None:
        self.fit = False
        self._process.kill()
        self._process.wait()


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
