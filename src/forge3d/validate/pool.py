"""Judges files side by side, in worker processes. Messages are JSON, which runs no code in its reader."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import Forge3DError, LimitExceeded, WorkerLost
from ..gltf import Limits, Severity
from ..workers import Task, work
from .many import Verdict
from .report import Issue, Report

Place = tuple[int, Path]
"""A file, and its place in the order given."""


@dataclass(slots=True)
class _Judging(Task[Place, tuple[int, Verdict]]):
    limits: Limits | None
    longest: float
    memory: int
    module: str = "forge3d.validate.worker"

    def seconds(self, job: Place) -> float:
        return self.longest

    def order(self, job: Place) -> bytes:
        return json.dumps([str(job[1]), None if self.limits is None else asdict(self.limits)]).encode()

    def heard(self, job: Place, message: bytes) -> tuple[int, Verdict]:
        return job[0], read_verdict(job[1], message)

    def failed(self, job: Place, error: WorkerLost | TimeoutError, seconds: float) -> tuple[int, Verdict]:
        place, path = job
        if isinstance(error, WorkerLost):
            kind: type[Forge3DError] = WorkerLost
            message = f"{path}: the process that judged it {error}"
        else:
            kind, message = LimitExceeded, f"{path}: was not judged after {self.longest:g} s and was stopped"
        return place, Verdict(path, error=message, kind=kind.__name__, exit_code=kind.exit_code, seconds=seconds)


def judge_in_workers(
    files: Sequence[Path], workers: int, limits: Limits | None, seconds: float, memory: int
) -> Generator[Verdict]:
    """The verdicts in the order of `files`; what comes too soon is kept until its turn."""
    early: dict[int, Verdict] = {}
    following = 0
    with closing(work(_Judging(limits, seconds, memory), enumerate(files), workers)) as results:
        for place, verdict in results:
            early[place] = verdict
            while following in early:
                yield early.pop(following)
                following += 1


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
