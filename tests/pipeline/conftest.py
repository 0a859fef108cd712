"""A tiny build: models of one triangle, and steps that finish at once."""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from forge3d.pipeline import keys

HERE = Path(__file__).parent


def glb(**extras: Any) -> bytes:
    """A valid GLB of one triangle; `extras` of the asset tell `stand_in` what to do."""
    positions = struct.pack("<9f", 0, 0, 0, 1, 0, 0, 0, 1, 0)
    members = {
        "asset": {"version": "2.0", "extras": extras},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3", "min": [0, 0, 0], "max": [1, 1, 0]}
        ],
        "bufferViews": [{"buffer": 0, "byteLength": 36, "target": 34962}],
        "buffers": [{"byteLength": 36}],
    }
    text = json.dumps(members).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", 36, 0x004E4942) + positions
    return struct.pack("<III", 0x46546C67, 2, 12 + len(body)) + body


@pytest.fixture
def glb_bytes() -> bytes:
    """A valid GLB of one triangle."""
    return glb()


@pytest.fixture
def model(tmp_path: Path) -> Callable[..., Path]:
    """`model("chair", do="crash")` writes models/chair.glb."""

    def write(name: str, **extras: Any) -> Path:
        path = tmp_path / "models" / f"{name}.glb"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(glb(name=name, **extras))
        return path

    return write


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The plan of tiny steps; what ran is appended to `ran.log`."""
    monkeypatch.syspath_prepend(HERE)
    # The laws hold for one version of the code; a checkout may be edited meanwhile.
    monkeypatch.setattr(keys, "_code", lambda: "fixed")
    keys.tools.cache_clear()
    monkeypatch.setenv("STAND_IN_LOG", str(tmp_path / "ran.log"))
    yield "stand_in:plan"
    keys.tools.cache_clear()
    sys.modules.pop("stand_in", None)


@pytest.fixture
def ran(tmp_path: Path) -> Callable[[], list[str]]:
    """What has run since the last call, as `sku step`, in order."""

    def read() -> list[str]:
        log = tmp_path / "ran.log"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines

    return read
