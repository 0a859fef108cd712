"""Judges files side by side, in worker processes. Messages are JSON, which runs no code in its reader."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from ..errors import Forge3DError, LimitExceeded, WorkerLost
from ..workers import Task, work
from .many import Verdict

Place = tuple[int, Path]
"""A file, and its place in the order given."""


def judge_in_workers(
    files: Sequence[Path], workers: int, judge: str, options: dict[str, Any], seconds: float, memory: int
) -> Generator[Verdict]:
    """The verdicts of the judge in that module, in the order of `files`; what comes too soon is kept until its turn.

    See `many.judge_many`.
    """
    early: dict[int, Verdict] = {}
    following = 0
    with closing(work(_Judging(judge, options, seconds, memory), enumerate(files), workers)) as results:
        for place, verdict in results:
            early[place] = verdict
            while following in early:
                yield early.pop(following)
                following += 1


@dataclass(slots=True)
class _Judging(Task[Place, tuple[int, Verdict]]):
    judge: str
    options: dict[str, Any]
    longest: float
    memory: int
    module: str = "forge3d.validate.worker"

    def seconds(self, job: Place) -> float:
        return self.longest

    def order(self, job: Place) -> bytes:
        return json.dumps([self.judge, self.options, str(job[1])]).encode()

    def heard(self, job: Place, message: bytes) -> tuple[int, Verdict]:
        return job[0], import_module(self.judge).read_verdict(job[1], message)

    def failed(self, job: Place, error: WorkerLost | TimeoutError, seconds: float) -> tuple[int, Verdict]:
        place, path = job
        if isinstance(error, WorkerLost):
            kind: type[Forge3DError] = WorkerLost
            message = f"{path}: the process that judged it {error}"
        else:
            kind, message = LimitExceeded, f"{path}: was not judged after {self.longest:g} s and was stopped"
        return place, Verdict(path, error=message, kind=kind.__name__, exit_code=kind.exit_code, seconds=seconds)
