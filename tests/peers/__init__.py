"""Independent programs to compare with. `make setup` installs the npm ones beside this file."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent


def require_node() -> None:
    """Skip the calling test where the npm peers are not installed."""
    if shutil.which("node") is None or not (FOLDER / "node_modules").is_dir():
        pytest.skip("npm peers are not installed: run `make setup`")


def khronos_reports(files: Sequence[Path]) -> list[dict[str, Any]]:
    """The Khronos validator's report of each file."""
    require_node()
    if not files:
        return []
    out = subprocess.run(
        ["node", str(FOLDER / "validate.mjs")],
        input="\n".join(map(str, files)),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    reports = [json.loads(line) for line in out.stdout.splitlines()]
    assert len(reports) == len(files)
    return reports


def khronos_errors(files: Sequence[Path]) -> list[str]:
    """Every error that the Khronos validator finds, as `file: code pointer message`."""
    return [
        f"{file.name}: {message['code']} {message.get('pointer', message.get('offset'))} {message['message']}"
        for file, report in zip(files, khronos_reports(files), strict=True)
        for message in (report["issues"]["messages"] if "issues" in report else [{"code": "-", "message": str(report)}])
        if message.get("severity", 0) == 0
    ]


Order = tuple[Sequence[Path], Path, Path | None]


def auditor_tests() -> Path:
    """The test models, schemas and products that the Khronos asset auditor ships with itself."""
    folder = FOLDER / "node_modules" / "@khronosgroup" / "gltf-asset-auditor" / "tests"
    if shutil.which("node") is None or not folder.is_dir():
        pytest.skip("npm peers are not installed: run `make setup`")
    return folder


def auditor_verdicts(orders: Sequence[Order]) -> list[dict[str, Any]]:
    """What the Khronos asset auditor says of each model (all its files), by a schema, with a product's data."""
    jobs = [([*map(str, files)], str(schema), str(product) if product else None) for files, schema, product in orders]
    out = subprocess.run(
        ["node", str(FOLDER / "audit.mjs")],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    found: list[dict[str, Any]] = json.loads(out.stdout)
    return found
