from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from forge3d import workers
from forge3d.gltf import Limits, Severity
from forge3d.validate import Issue, Report, many
from forge3d.validate.many import Verdict, read_verdict, validate_many, write_verdict

GOOD = '{"asset": {"version": "2.0"}}'
BAD = '{"asset": {}}'


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{i:02}.gltf" for i in range(12)]
    for i, path in enumerate(paths):
        path.write_text(BAD if i % 3 == 0 else GOOD)
    return [*paths, tmp_path / "missing.gltf"]


def told(verdict: Verdict) -> tuple[Path, object, str, str, int]:
    report = verdict.report.to_dict() if verdict.report else None
    return verdict.path, report, verdict.error, verdict.kind, verdict.exit_code


def test_workers_say_what_this_process_says_in_the_order_given(files: list[Path]) -> None:
    here = [told(verdict) for verdict in validate_many(files, jobs=0)]
    assert [path for path, *_ in here] == files
    assert here[-1][1] is None
    assert here[-1][3:] == ("InvalidAsset", 3)
    assert [told(verdict) for verdict in validate_many(files, jobs=2)] == here


def test_progress_counts_to_the_end(files: list[Path]) -> None:
    seen: list[tuple[int, int, Path]] = []
    list(validate_many(files, jobs=2, progress=lambda done, of, path: seen.append((done, of, path))))
    assert seen == [(i, len(files), path) for i, path in enumerate(files, 1)]


def test_limits_reach_the_workers(files: list[Path]) -> None:
    (verdict,) = validate_many(files[:1], jobs=1, limits=Limits(max_file_bytes=4))
    assert (verdict.kind, verdict.exit_code) == ("LimitExceeded", 3)


def test_nothing_to_do() -> None:
    assert list(validate_many([])) == []
    assert list(validate_many([], jobs=3)) == []


def test_short_orders_start_no_worker_and_long_ones_do(tmp_path: Path) -> None:
    small, large = tmp_path / "small.glb", tmp_path / "large.glb"
    small.write_bytes(b"x")
    with large.open("wb") as file:
        file.truncate(1 << 30)
    assert many._worth([small] * 20) == 0
    assert many._worth([large]) == 0
    if len(os.sched_getaffinity(0)) > 1:
        assert many._worth([small, large]) == 2


def test_a_worker_that_is_killed_fails_one_file_and_is_replaced(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    give = workers._Worker.give

    def kill(self: workers._Worker[Any, Any], job: tuple[int, Path]) -> None:
        if job[1] == files[4]:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()
        give(self, job)

    monkeypatch.setattr(workers._Worker, "give", kill)
    verdicts = list(validate_many(files, jobs=2))
    assert [verdict.path for verdict in verdicts] == files
    lost = [verdict for verdict in verdicts if verdict.kind == "WorkerLost"]
    assert [verdict.path for verdict in lost] == [files[4]]
    assert "killed" in lost[0].error
    assert lost[0].exit_code == 70
    assert verdicts[5].report is not None


def test_a_file_that_takes_too_long_is_stopped(files: list[Path]) -> None:
    (verdict,) = validate_many(files[:1], jobs=1, seconds=0.0)
    assert "was not judged after 0 s" in verdict.error
    assert verdict.exit_code == 3


def test_a_verdict_survives_the_message_whatever_names_a_file_holds() -> None:
    issue = Issue("NODE_EMPTY", Severity.HINT, "\ud800\x00", "/nodes/\udfff", None, 7)
    verdict = Verdict(Path("a"), Report("\udc80", "model/gltf+json", [issue], {"x": [1, 2.5, None]}), seconds=0.5)
    assert read_verdict(Path("a"), write_verdict(verdict)) == verdict
    failed = Verdict(Path("a"), error="no", kind="InvalidAsset", exit_code=3)
    assert read_verdict(Path("a"), write_verdict(failed)) == failed


def test_a_fault_of_ours_is_one_file_s_verdict(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: Path, **_: object) -> Report:
        raise KeyError(path.name)

    monkeypatch.setattr(many, "validate", broken)
    verdict, *_ = validate_many(files[:2], jobs=0)
    assert (verdict.kind, verdict.exit_code) == ("InternalError", 70)
    assert "KeyError" in verdict.error


def test_files_are_judged_as_they_are_asked_for(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[Path] = []

    def judge(path: Path, **_: object) -> Report:
        judged.append(path)
        return Report(str(path), "model/gltf+json")

    monkeypatch.setattr(many, "validate", judge)
    verdicts = validate_many(files, jobs=0)
    assert judged == []
    assert next(verdicts).path == files[0]
    assert judged == files[:1]


def test_a_worker_does_not_run_ahead_of_who_reads(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []
    give = workers._Worker.give

    def note(self: workers._Worker[Any, Any], job: tuple[int, Path]) -> None:
        given.append(job[0])
        give(self, job)

    monkeypatch.setattr(workers._Worker, "give", note)
    verdicts = validate_many(files, jobs=1)
    assert next(verdicts).path == files[0]
    assert given == [0]
    assert [verdict.path for verdict in verdicts] == files[1:]
