"""The function as it is deployed: its zip, by itself and in an emulator that runs it, on real uploads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.aws.emulators import Cloud, environment
from tests.aws.intake.desk import Desk, notification, png, until

from forge3d.aws.intake.packing import write_zip
from forge3d.gltf import glb

GOOD = glb.pack(b'{"asset":{"version":"2.0"}}', bytes(200_000))
BAD = b"PK\x03\x04" + bytes(1000)
RUNTIME = ("boto3", "botocore", "s3transfer", "dateutil", "urllib3", "six.py")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_zip(tmp_path_factory.mktemp("package") / "intake.zip")


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What AWS's Python runtime brings, and nothing else of this environment."""
    import boto3

    folder, installed = tmp_path_factory.mktemp("runtime"), Path(boto3.__file__).parents[1]
    for name in RUNTIME:
        (folder / name).symlink_to(installed / name)
    return folder


@pytest.fixture
def desk(one_cloud: Cloud) -> Desk:
    return Desk(one_cloud.emulator, one_cloud.bucket)


def alone(desk: Desk, package: Path, runtime: Path, *messages: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Call the function in the zip, in a process that can import nothing else."""
    variables = environment(desk.emulator.endpoint, runtime / "no-keys") | desk.environment
    return subprocess.run(
        [sys.executable, "-I", "-S", str(Path(__file__).with_name("alone.py")), str(package), str(runtime)],
        input=json.dumps(messages),
        env=variables | more | {"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=100,
    )


def said(run: subprocess.CompletedProcess[str]) -> tuple[Any, list[dict[str, Any]]]:
    """The last line is the answer with the modules' files; those before are the log and the metrics."""
    assert run.returncode == 0, run.stderr
    *log, last = run.stdout.splitlines()
    return json.loads(last), [json.loads(line) for line in log]


def test_the_zip_needs_nothing_but_the_runtime(desk: Desk, package: Path, runtime: Path) -> None:
    good, bad = desk.upload("chair.glb", GOOD), desk.upload("Ärmel/jacket v2.glb", BAD)
    part = desk.upload("chair/wood.png", png(4, 4))
    elsewhere = notification(good).replace(desk.bucket, "somebody-elses")
    messages = [*map(notification, (good, bad, part)), notification(good), elsewhere]
    told, log = said(alone(desk, package, runtime, *messages))

    assert told["answer"] == {"batchItemFailures": [{"itemIdentifier": "4"}]}
    stdlib = os.path.dirname(os.__file__)
    others = [path for path in told["files"] if not path.startswith((str(package), str(runtime), stdlib))]
    assert [Path(path).name for path in others] == ["alone.py"]
    assert not [path for path in told["files"] if "site-packages" in path]

    assert {job.upload: job.state for job in desk.records()} == {good: "queued", bad: "refused"}
    assert [message["job"] for message in desk.messages()] == [good.job]
    lines = {line["key"]: line for line in log if line.get("message") == "upload"}
    assert {key: line["state"] for key, line in lines.items()} == {
        good.key: "queued", bad.key: "refused", part.key: "part",
    }  # fmt: skip
    assert lines[bad.key]["reason"] == "NO_SKU"
    (failed,) = [line for line in log if line.get("level") == "ERROR"]
    assert "serves" in failed["exception"]
    (metrics,) = [line for line in log if "_aws" in line]
    assert [metrics[name] for name in ("Ordered", "Refused", "Part", "Failed")] == [[1.0], [1.0], [1.0], [1.0]]


def test_the_limit_can_be_set(desk: Desk, package: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = desk.upload("chair.glb", GOOD)
    told, _ = said(alone(desk, package, runtime, notification(upload), INTAKE_MAX_BYTES="1000"))
    assert told["answer"] == {"batchItemFailures": []}
    (job,) = desk.records()
    assert job.reason == ("TOO_LARGE", f"the file has {len(GOOD):,} bytes; 1,000 are allowed")


def test_killed_before_it_orders_the_next_delivery_does(desk: Desk, package: Path, runtime: Path) -> None:
    upload = desk.upload("chair.glb", GOOD)
    killed = alone(desk, package, runtime, notification(upload), FORGE3D_DIE_AT="SendMessage")
    assert killed.returncode == 9
    assert ([job.state for job in desk.records()], desk.messages()) == (["received"], [])
    # While the first might still be at it, a second is turned away, and its message stays.
    told, _ = said(alone(desk, package, runtime, notification(upload)))
    assert told["answer"] == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert desk.messages() == []
    desk.let_time_pass()
    told, _ = said(alone(desk, package, runtime, notification(upload)))
    assert told["answer"] == {"batchItemFailures": []}
    assert ([job.state for job in desk.records()], len(desk.messages())) == (["queued"], 1)


def test_the_emulator_runs_the_zip_on_real_uploads(desk: Desk, package: Path) -> None:
    desk.deploy(package)
    good = [desk.upload("chair/chair.glb", GOOD), desk.upload("Lounge chair (2).gltf", b'{"asset":{"version":"2.0"}}')]
    bad = [desk.upload("chair/chair.glb", BAD), desk.upload("a/b.glb", GOOD[:500]), desk.upload("no sku/a.glb", GOOD)]
    good.append(desk.send("form/chair.glb", GOOD))
    part = desk.upload("chair/wood.png", png(4, 4))
    kept = {upload.reason for upload in bad}
    until(lambda: len(desk.records()) == 6 and kept <= set(desk.listing()) and not desk.waiting())
    expected = dict.fromkeys(good, "queued") | dict.fromkeys(bad, "refused")
    assert {job.upload: job.state for job in desk.records()} == expected

    for upload in [*good, *bad, part]:
        desk.tell_again(upload)
    until(lambda: not desk.waiting())
    assert {job.upload: job.state for job in desk.records()} == expected
    assert sorted(message["job"] for message in desk.messages()) == sorted(upload.job for upload in good)
    reasons = [json.loads(desk.body(upload.reason))["reason"] for upload in bad]
    assert reasons == ["NOT_WHAT_IT_SAYS", "GLB_UNEXPECTED_END_OF_CHUNK_DATA", "NO_SKU"]
    # Of two versions under one key, the good one is where it was, and the bad one is not.
    assert desk.body("incoming/chair/chair.glb") == GOOD
