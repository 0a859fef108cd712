"""The report's keys and its `info` block against npm gltf-validator, over every real model."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from tests import peers

from forge3d.gltf.files import find_models
from forge3d.validate import validate


@pytest.mark.peers
def test_reports_hold_what_the_khronos_validator_s_hold(shared_assets: Path) -> None:
    peers.require_node()
    models = find_models([shared_assets / "models"])
    command = ["node", str(peers.FOLDER / "validate.mjs"), *map(str, models)]
    printed = subprocess.run(command, capture_output=True, check=True, timeout=110).stdout.splitlines()
    assert len(models) == len(printed) > 50
    for path, line in zip(models, printed, strict=True):
        theirs, ours = json.loads(line), json.loads(validate(path).to_json())
        assert ours.keys() == theirs.keys(), path
        assert ours["issues"].keys() == theirs["issues"].keys()
        assert ours["mimeType"] == theirs["mimeType"]
        assert ours.get("info") == theirs.get("info"), path
