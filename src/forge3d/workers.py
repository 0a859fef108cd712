"""Worker processes: bound in memory and time, ended with their parent, and replaced when a bad file takes one down.

A worker is a fresh interpreter: nothing is forked (OpenGL does not survive that), and the user's main module is not run
again. Messages are bytes, in a format that cannot make their reader run code.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Generator, Iterable
from importlib import import_module
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Generic, TypeVar

from .errors import WorkerLost

Job = TypeVar("Job")
Result = TypeVar("Result")
MIB = 1 << 20
_ENOUGH_STDERR = 2000
_PR_SET_PDEATHSIG = 1
_START = (
    "import sys; sys.path[:] = {path!r}; "
    "from forge3d.workers import serve; serve({module!r}, {handle}, {parent}, {memory})"
)


class Task(ABC, Generic[Job, Result]):
    """What the workers do.

    Attributes:
        module: its `main(connection)` runs in the worker.
        memory: MiB that a worker may use.
    """

    module: str
    memory: int

    @abstractmethod
    def seconds(self, job: Job) -> float:
        """The longest that a job may take."""

    @abstractmethod
    def order(self, job: Job) -> bytes:
        """The message that gives the job, which a worker is about to get."""

    @abstractmethod
    def heard(self, job: Job, message: bytes) -> Result | None:
        """What a message from the worker means: the job's result, or None where the job goes on."""

    @abstractmethod
    def failed(self, job: Job, error: WorkerLost | TimeoutError, seconds: float) -> Result:
        """The result of a job whose worker died, or was stopped after so many seconds."""


def work(task: Task[Job, Result], jobs: Iterable[Job], workers: int) -> Generator[Result]:
    """Carry out jobs in at most so many worker processes, and yield each result as it comes.

    A worker that dies or overruns fails the job it was at; another takes its place. Closing the iterator, and any
    exception, ends every worker at once.
    """
    waiting = deque(jobs)
    crew: list[_Worker[Job, Result]] = []
    try:
        while waiting or any(worker.busy for worker in crew):
            while waiting and (idle := _idle(crew, workers, task)):
                idle.give(waiting.popleft())
            busy = [worker for worker in crew if worker.busy]
            patience = min(worker.deadline for worker in busy) - time.monotonic()
            ready = wait([worker.connection for worker in busy], max(0.0, patience))
            for worker in busy:
                result = worker.receive() if worker.connection in ready else worker.overrun()
                if not worker.fit:
                    crew.remove(worker)
                    worker.end()
                if result is not None:
                    yield result
    finally:
        for worker in crew:
            worker.end()


def _idle(crew: list[_Worker[Job, Result]], most: int, task: Task[Job, Result]) -> _Worker[Job, Result] | None:
    """A worker without a job: one of the crew, or a new one where there are fewer than `most`."""
    for worker in crew:
        if not worker.busy:
            return worker
    if len(crew) >= most:
        return None
    crew.append(_Worker(task))
    return crew[-1]


class _Worker(Generic[Job, Result]):
    """One process with the job it is at.

    Attributes:
        connection: to it; ready to be read when it has something to say, or has died.
        fit: whether it can take another job.
    """

    def __init__(self, task: Task[Job, Result]):
        self.connection, theirs = Pipe()
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  (closed in `end`)
        names = {"path": sys.path, "module": task.module, "parent": os.getpid(), "memory": task.memory}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START.format(**names, handle=theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=self._stderr,
            stderr=self._stderr,
            process_group=0,  # an interrupt from the terminal goes to the parent alone
        )
        theirs.close()
        self._task = task
        self._jobs: list[Job] = []
        self.fit = True
        self.deadline = self._started = 0.0

    @property
    def busy(self) -> bool:
        return bool(self._jobs)

    def give(self, job: Job) -> None:
        message = self._task.order(job)
        self._jobs, self._started = [job], time.monotonic()
        self.deadline = self._started + self._task.seconds(job)
        try:
            self.connection.send_bytes(message)
        except OSError:
            return  # it has died: `receive` notices and tells

    def receive(self) -> Result | None:
        """What the process says; or, where it has died, its job's failure."""
        try:
            result = self._task.heard(self._jobs[0], self.connection.recv_bytes())
        except (EOFError, OSError):
            return self._failed(WorkerLost(self._obituary()))
        if result is not None:
            self._jobs = []
            # What earlier jobs left in memory must not count against later ones.
            self.fit = _resident(self._process.pid) < self._task.memory * MIB // 2
        return result

    def overrun(self) -> Result | None:
        """The failure of a job that took too long, or None."""
        return None if time.monotonic() < self.deadline else self._failed(TimeoutError())

    def _failed(self, error: WorkerLost | TimeoutError) -> Result:
        (job,), self._jobs, self.fit = self._jobs, [], False
        return self._task.failed(job, error, time.monotonic() - self._started)

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
        return f"{why}; it said: {said[-1]}" if said else why

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self.connection.close()
        self._stderr.close()


def _resident(process: int) -> int:
    """Bytes of a process in memory now; 0 where the system does not say, or it has ended."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize()


def serve(module: str, handle: int, parent: int, memory: int) -> None:
    """The worker's side: run `main` of `module` with the connection that has this file descriptor, until it closes."""
    confine(parent, memory)
    connection = Connection(handle)
    try:
        import_module(module).main(connection)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def confine(parent: int, memory: int) -> None:
    """Bound this process to `memory` MiB, and tie its life to its parent's."""
    # RLIMIT_DATA counts private writable memory. RLIMIT_AS would also count what GPU drivers merely reserve.
    resource.setrlimit(resource.RLIMIT_DATA, (memory * MIB, memory * MIB))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before that was in force
        sys.exit(0)
