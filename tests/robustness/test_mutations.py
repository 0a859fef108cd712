"""Two thousand seeded mutations of real files: no crash, no hang, no memory above 2 GiB, only typed errors."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

SECONDS, MEBIBYTES = 10.0, 2048
REPOSITORY = Path(__file__).parents[2]


def run(folder: Path, first: int, last: int) -> list[dict[str, Any]]:
    """Every seed's record. A worker that hangs or dies is replaced, and the seed it was at is recorded as such."""
    records: list[dict[str, Any]] = []
    while first < last:
        command = [sys.executable, "-m", "tests.robustness.worker", str(folder), str(first), str(last)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=REPOSITORY, stderr=subprocess.DEVNULL)
        assert process.stdout is not None
        at, pending = first, b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            started = False
            while True:
                # Start-up (imports, the context) is not the mutation's time.
                if not selector.select(SECONDS if started else 60.0):
                    process.kill()
                    records.append({"seed": at, "hang": True})
                    break
                chunk = os.read(process.stdout.fileno(), 65536)
                if not chunk:
                    break
                pending += chunk
                *lines, pending = pending.split(b"\n")
                for line in lines:
                    record = json.loads(line)
                    at = record["seed"]
                    started = "started" in record
                    if not started:
                        records.append(record)
                        at += 1
        code = process.wait()
        if not (records and records[-1].get("hang")) and at < last:
            records.append({"seed": at, "died": code})
        first = records[-1]["seed"] + 1
    return records


def judge(records: list[dict[str, Any]]) -> tuple[list[str], Counter[str]]:
    """What broke the promise, and how often each outcome came."""
    broken: list[str] = []
    outcomes: Counter[str] = Counter()
    for record in records:
        outcomes.update(record.get("outcome", []))
        if record.get("hang"):
            broken.append(f"seed {record['seed']}: longer than {SECONDS} s")
        elif "died" in record:
            broken.append(f"seed {record['seed']}: the process died with {record['died']}")
        else:
            broken += [f"seed {record['seed']} {fault['step']}:\n{fault['traceback']}" for fault in record["faults"]]
            if record["seconds"] > SECONDS:
                broken.append(f"seed {record['seed']}: {record['seconds']} s")
            if record["mib"] > MEBIBYTES:
                broken.append(f"seed {record['seed']}: {record['mib']} MiB")
    return broken, outcomes


def check(folder: Path, first: int, last: int) -> None:
    records = run(folder, first, last)
    assert len(records) == last - first
    broken, outcomes = judge(records)
    print(f"{len(records)} mutations: {dict(outcomes.most_common())}")
    assert not broken, f"{len(broken)} broke the promise:\n" + "\n".join(broken[:20])
    assert outcomes["load: InvalidAsset"], "the mutations never broke a file: they test nothing"


@pytest.mark.timeout(300)
def test_some_mutations(shared_assets: Path) -> None:
    check(shared_assets / "models", 0, 60)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_two_thousand_mutations(shared_assets: Path) -> None:
    check(shared_assets / "models", 0, 2000)
