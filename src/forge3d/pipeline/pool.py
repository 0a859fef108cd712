"""A pool of worker processes that outlives any one of them."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from multiprocessing.connection import Pipe, wait
from pathlib import Path

import msgspec

from ..errors import Forge3DError, LimitExceeded
from .events import Event, Failure, ProductResult
from .product import Job
from .worker import MIB, Report, Setup

_START = "import sys; sys.path[:] = {path!r}; from forge3d.pipeline.worker import main; main({handle})"
_ENOUGH_STDERR = 2000
_REPORTS = msgspec.msgpack.Decoder(Report)


def run_jobs(jobs: Sequence[Job], *, workers: int, on_event: Callable[[Event], None]) -> Generator[ProductResult]:
    """Carry out jobs in worker processes, and yield each result as it comes.

    A worker that dies or overruns its recipe's `limits.seconds` fails the product it was building; another takes its
    place. Closing the iterator, and any exception, ends every worker at once.
    """
    waiting, crew = deque(jobs), list[_Worker]()
    try:
        while waiting or any(worker.job for worker in crew):
            while waiting and (worker := _idle(crew, workers, waiting[0])):
                worker.give(waiting.popleft())
                on_event(Event(kind="start", sku=worker.busy.sku))
            busy = [worker for worker in crew if worker.job]
            patience = min(worker.deadline for worker in busy) - time.monotonic()
            ready = wait([worker.connection for worker in busy], max(0.0, patience))
            for worker in busy:
                report = worker.receive() if worker.connection in ready else worker.overrun()
                if isinstance(report, Event):
                    on_event(report)
                elif report is not None:
                    if not worker.fit:
                        crew.remove(worker)
                        worker.end()
                    yield report
    finally:
        for worker in crew:
            worker.end()


def _idle(crew: list[_Worker], most: int, job: Job) -> _Worker | None:
    """A worker without a job: one of the crew, or a new one where there are fewer than `most`."""
    for worker in crew:
        if worker.job is None:
            return worker
    if len(crew) >= most:
        return None
    crew.append(_Worker(job.recipe.limits.memory))
    return crew[-1]


class _Worker:
    """One process with the job it is at.

    Attributes:
        fit: whether it can take another job.
    """

    def __init__(self, memory: int):
        self.connection, theirs = Pipe()
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  (closed in `end`)
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START.format(path=sys.path, handle=theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=self._stderr,
            stderr=self._stderr,
            process_group=0,  # an interrupt from the terminal goes to the parent alone
        )
        theirs.close()
        self.job: Job | None = None
        self.fit = True
        self._memory = memory * MIB
        self.deadline = self._started = 0.0
        self._send(Setup(parent=os.getpid(), memory=memory))

    @property
    def busy(self) -> Job:
        assert self.job is not None
        return self.job

    def give(self, job: Job) -> None:
        self.job, self._started = job, time.monotonic()
        self.deadline = self._started + job.recipe.limits.seconds
        self._send(job)

    def _send(self, message: Setup | Job) -> None:
        try:
            self.connection.send_bytes(msgspec.msgpack.encode(message))
        except OSError:
            return  # it has died: `receive` notices and tells

    def receive(self) -> Report:
        """What the process says; or, where it has died, the failure of its product."""
        try:
            report: Report = _REPORTS.decode(self.connection.recv_bytes())
        except (EOFError, OSError):
            message = f"{self.busy.path}: the worker process {self._obituary()}"
            return self._failed(Failure(kind="WorkerLost", message=message, exit_code=Forge3DError.exit_code))
        if isinstance(report, ProductResult):
            self.job = None
            # What earlier products left in memory must not count against later ones.
            self.fit = _memory_of(self._process.pid) < self._memory // 2
        return report

    def overrun(self) -> ProductResult | None:
        """The failure of a product that took too long, or None."""
        if time.monotonic() < self.deadline:
            return None
        message = (
            f"{self.busy.path}: was not finished after {self.busy.recipe.limits.seconds:g} s and was stopped; "
            "raise limits.seconds in the recipe if that is too short"
        )
        return self._failed(Failure(kind="LimitExceeded", message=message, exit_code=LimitExceeded.exit_code))

    def _failed(self, failure: Failure) -> ProductResult:
        job, seconds = self.busy, time.monotonic() - self._started
        self.job, self.fit = None, False
        return ProductResult(sku=job.sku, input=job.path, error=failure, seconds=seconds)

    def _obituary(self) -> str:
        """Why the process is gone, in words."""
        code = self._process.wait()
        self._stderr.seek(max(0, self._stderr.seek(0, os.SEEK_END) - _ENOUGH_STDERR))
        said = self._stderr.read().decode("utf-8", "replace").strip().splitlines()
        if code == -signal.SIGKILL:
            why = "was killed (signal 9), as happens when the machine runs out of memory"
        elif code < 0:
            why = f"crashed in native code ({signal.Signals(-code).name})"
        else:
            why = f"ended by itself (exit code {code})"
        last = f"; it said: {said[-1]}" if said else ""
        return f"{why}{last}. Build it alone, with one job, to see whether the file or the machine is at fault"

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self.connection.close()
        self._stderr.close()


def _memory_of(process: int) -> int:
    """Bytes of a process in memory now; 0 where the system does not say, or it has ended."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize()
