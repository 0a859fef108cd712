"""Builds products side by side, in worker processes that a bad one cannot take the others down with."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import msgspec

from ..errors import LimitExceeded, WorkerLost
from ..workers import Task, work
from .events import Event, Failure, ProductResult
from .product import Job
from .worker import Report

_REPORTS = msgspec.msgpack.Decoder(Report)


def run_jobs(jobs: Sequence[Job], *, workers: int, on_event: Callable[[Event], None]) -> Generator[ProductResult]:
    """Carry out jobs of one recipe in worker processes, and yield each result as it comes; see `workers.work`."""
    if jobs:
        yield from work(_Building(jobs[0].recipe.limits.memory, on_event), jobs, workers)


@dataclass(slots=True)
class _Building(Task[Job, ProductResult]):
    memory: int
    on_event: Callable[[Event], None]
    module: str = "forge3d.pipeline.worker"

    def seconds(self, job: Job) -> float:
        return job.recipe.limits.seconds

    def order(self, job: Job) -> bytes:
        self.on_event(Event(kind="start", sku=job.sku))
        return msgspec.msgpack.encode(job)

    def heard(self, job: Job, message: bytes) -> ProductResult | None:
        report: Report = _REPORTS.decode(message)
        if isinstance(report, ProductResult):
            return report
        self.on_event(report)
        return None

    def failed(self, job: Job, error: WorkerLost | TimeoutError, seconds: float) -> ProductResult:
        kind = WorkerLost if isinstance(error, WorkerLost) else LimitExceeded
        if isinstance(error, WorkerLost):
            message = (
                f"{job.path}: the worker process {error}. "
                "Build it alone, with one job, to see whether the file or the machine is at fault"
            )
        else:
            message = (
                f"{job.path}: was not finished after {self.seconds(job):g} s and was stopped; "
                "raise limits.seconds in the recipe if that is too short"
            )
        failure = Failure(kind=kind.__name__, message=message, exit_code=kind.exit_code)
        return ProductResult(sku=job.sku, input=job.path, error=failure, seconds=seconds)
