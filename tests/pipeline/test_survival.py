"""Builds that are killed, starved of disk, or run beside each other."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from forge3d.pipeline import Manifest
from forge3d.pipeline.bundle import WORK, is_whole

HERE = Path(__file__).parent
Start = Callable[..., subprocess.Popen[str]]
SKUS = ("chair", "lamp", "sofa")
LEFT = ["chair", "lamp", "report.html", "sofa", "summary.json"]
PROGRAM = """
import json, sys
from forge3d.errors import Forge3DError
from forge3d.pipeline import build, keys
keys._code = lambda: "fixed"  # the laws hold for one version of the code; a checkout may be edited meanwhile
{first}
try:
    result = build(json.loads(sys.argv[1]), sys.argv[2], cache=sys.argv[3], jobs=2, **json.loads(sys.argv[4]))
except Forge3DError as error:
    print(error)
    sys.exit(error.exit_code)
print(sum(product.reused for product in result.products), "reused")
sys.exit(not result.ok)
"""
STAND_IN = {"plan": "stand_in:plan", "recipe": {"images": {"spin_frames": 12}}}
TINY = {
    "recipe": {
        "images": {"poster_size": 64, "spin_frames": 6, "spin_size": 48, "preview_size": 16},
        "optimize": {"change": {"textures": {"max_size": 256}}},
        "levels": {"textures": [64]},
    }
}


@pytest.fixture
def start(tmp_path: Path, model: Callable[..., Path]) -> Start:
    """`start("dist", pause=0.1)` begins a build of three products in a process of its own."""
    tiles = [model(name) for name in SKUS]

    def run(
        output: str,
        *,
        pause: float = 0.0,
        first: str = "",
        cache: str = "cache",
        models: Sequence[Path] = tiles,
        options: dict[str, Any] = STAND_IN,
    ) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")]),
            "STAND_IN_LOG": str(tmp_path / "ran.log"),
            "STAND_IN_PAUSE": str(pause),
        }
        arguments = [
            sys.executable,
            "-c",
            PROGRAM.format(first=first),
            json.dumps([str(path) for path in models]),
            output,
            str(tmp_path / cache),
            json.dumps(options),
        ]
        return subprocess.Popen(
            arguments, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    return run


def finish(process: subprocess.Popen[str]) -> str:
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    return said


def bundles(output: Path) -> dict[str, bytes]:
    folders = (folder for folder in output.glob("*") if folder.is_dir() and folder.name != WORK)
    return {
        str(path.relative_to(output)): path.read_bytes() for folder in folders for path in sorted(folder.rglob("*"))
    }


def survive(start: Start, tmp_path: Path, **order: Any) -> None:
    """Kill ten builds while they run, at moments spread over a build's duration; each must leave only whole bundles."""
    began = time.monotonic()
    finish(start("whole", cache="other", **order))
    duration = time.monotonic() - began
    whole = bundles(tmp_path / "whole")
    skus = {name.split("/")[0] for name in whole}
    moments = random.Random(7)
    killed = attempts = 0
    while killed < 10:
        attempts += 1
        assert attempts <= 40, f"only {killed} builds were still running when they were to be killed"
        began = time.monotonic()
        process = start("dist", **order)
        try:
            process.wait(moments.uniform(0.1, 0.9) * duration)
        except subprocess.TimeoutExpired:
            process.kill()
            killed += 1
        else:  # it went on from what others had finished, or the machine was busy before: the next one starts anew
            duration = time.monotonic() - began
            shutil.rmtree(tmp_path / "cache")
            shutil.rmtree(tmp_path / "dist")
        process.communicate()
        found = bundles(tmp_path / "dist")
        assert found.items() <= whole.items()
        for sku in skus:
            there = {name for name in found if name.startswith(f"{sku}/")}
            assert there in (set(), {name for name in whole if name.startswith(f"{sku}/")})
    finish(start("dist", **order))
    assert bundles(tmp_path / "dist") == whole
    assert sorted(path.name for path in (tmp_path / "dist").iterdir()) == sorted([*skus, "report.html", "summary.json"])
    assert finish(start("dist", **order)) == f"{len(skus)} reused\n"


def test_ten_builds_killed_at_random_moments_end_with_the_same_manifests(start: Start, tmp_path: Path) -> None:
    survive(start, tmp_path, pause=0.05)


@pytest.mark.slow
def test_real_builds_killed_at_random_moments_end_with_the_same_manifests(
    start: Start, tmp_path: Path, shared_assets: Path
) -> None:
    folder = shared_assets / "models"
    duck, truck, chair = (
        next(folder.glob(f"*/{name}/glTF-Binary/{name}.glb")) for name in ("Duck", "CesiumMilkTruck", "WickerChair")
    )
    survive(start, tmp_path, models=[duck, truck, chair], options=TINY)


def test_workers_die_with_their_build(start: Start, tmp_path: Path) -> None:
    process = start("dist", pause=30)
    while not (tmp_path / "ran.log").exists():
        time.sleep(0.02)
    workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert workers
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 10
    while any(_alive(worker) for worker in workers):
        assert time.monotonic() < deadline, "a worker outlived its build"
        time.sleep(0.05)


def _alive(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_builds_beside_each_other_agree(start: Start, tmp_path: Path) -> None:
    finish(start("whole", cache="other"))
    for process in [start("dist", pause=0.02) for _ in range(3)]:
        finish(process)
    assert bundles(tmp_path / "dist") == bundles(tmp_path / "whole")
    assert sorted(path.name for path in (tmp_path / "dist").iterdir()) == LEFT
    assert list((tmp_path / "cache").rglob("*.partial")) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a small tmpfs needs privileges that are not given here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_an_output_error_and_leaves_nothing_half_written(start: Start, small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(40_000))
    process = start(str(small_disk / "dist"))
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 4
    assert "could not be written: No space left on device; free some space" in said
    for folder in (small_disk / "dist").iterdir():
        assert is_whole(folder, Manifest.read(folder).key)


def test_a_file_size_limit_is_an_output_error_and_leaves_nothing(start: Start, tmp_path: Path) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
    process = start("dist", first=limit)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 4
    assert "could not be written: File too large" in said
    assert list((tmp_path / "dist").iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to become another user")
def test_a_folder_without_permission_is_an_output_error(start: Start, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o555)
    for folder in [tmp_path, *tmp_path.parents]:
        if os.stat(folder).st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    process = start("locked/dist", first="import os, forge3d.render; os.setuid(65534)\n")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 4, said
    assert "could not be written: Permission denied; choose a folder that you may write to" in said
    assert list((tmp_path / "locked").iterdir()) == []
