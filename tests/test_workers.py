from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from forge3d import workers
from forge3d.errors import WorkerLost
from forge3d.workers import Task, work


def main(connection: Connection) -> None:
    """The worker's side of `Doubling`."""
    while True:
        order = json.loads(connection.recv_bytes())
        if order == "die":
            print("out of luck", file=sys.stderr, flush=True)
            os._exit(9)
        if order == "sleep":
            time.sleep(60)
        if order == "eat":
            try:
                bytearray(1 << 30)
            except MemoryError:
                order = -1
        connection.send_bytes(b"null")  # still at it
        connection.send_bytes(json.dumps([os.getpid(), 2 * order]).encode())


@dataclass
class Doubling(Task[object, list[object]]):
    module: str = Path(__file__).stem
    memory: int = 256
    longest: float = 30.0

    def seconds(self, job: object) -> float:
        return self.longest

    def order(self, job: object) -> bytes:
        return json.dumps(job).encode()

    def heard(self, job: object, message: bytes) -> list[object] | None:
        result: list[object] | None = json.loads(message)
        return result

    def failed(self, job: object, error: WorkerLost | TimeoutError, seconds: float) -> list[object]:
        return [type(error).__name__, str(error)]


@pytest.fixture(autouse=True)
def _found_by_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


def alive(process: int) -> bool:
    stat = Path(f"/proc/{process}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_every_job_is_done_by_few_workers() -> None:
    results = list(work(Doubling(), [1, 2, 3, 4, 5], 2))
    assert {twice for _, twice in results} == {2, 4, 6, 8, 10}
    assert len(results) == 5
    assert len({process for process, _ in results}) <= 2


def test_nothing_to_do_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_Worker", None)
    assert list(work(Doubling(), [], 2)) == []


def test_a_death_fails_its_job_and_says_the_last_words() -> None:
    first, second = work(Doubling(), ["die", 4], 1)
    assert first == ["WorkerLost", "ended by itself (exit code 9); it said: out of luck"]
    assert second[1] == 8


def test_a_job_that_takes_too_long_is_stopped() -> None:
    start = time.monotonic()
    assert list(work(Doubling(longest=1.0), ["sleep"], 1)) == [["TimeoutError", ""]]
    assert time.monotonic() - start < 30


def test_memory_is_bound() -> None:
    ((_, twice),) = work(Doubling(), ["eat"], 1)
    assert twice == -2


def test_who_stops_listening_leaves_no_process() -> None:
    results = work(Doubling(), [1, "sleep"], 2)
    process, _ = next(results)
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    assert str(process) in children
    results.close()
    assert not any(alive(int(child)) for child in children)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent is gone")
def test_workers_end_with_their_parent() -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        process, _ = next(work(Doubling(), [1, "sleep"], 2))
        os.write(writing, str(process).encode())
        os._exit(0)
    os.close(writing)
    process = int(os.read(reading, 32))
    os.waitpid(child, 0)
    for _ in range(100):
        if not alive(process):
            return
        time.sleep(0.05)
    pytest.fail("the worker outlived its parent")
