"""What other repositories run of ours: the GitHub Action, the GitLab job, the pre-commit hook."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

ROOT = Path(__file__).parents[3]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
GITLAB = yaml.safe_load((ROOT / "ci-templates" / "forge3d.gitlab-ci.yml").read_text())["forge3d-validate"]
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    models = tmp_path / "shop models"
    (models / "deep").mkdir(parents=True)
    (models / "good.gltf").write_text('{"asset": {"version": "2.0"}}')
    (models / "deep" / "bad.gltf").write_text('{"asset": {"version": "2.0"}, "scene": 3, "nodes": [{}]}')
    (tmp_path / "temp").mkdir()
    return tmp_path


def bash(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run as GitHub's and GitLab's runners do: bash, ending at the first failure."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    program = programs / "forge3d"
    program.write_text(f"#!{sys.executable}\nfrom forge3d.cli import main\nmain()\n")
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", **variables}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def run_action(folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The action's own step, with its inputs filled in as GitHub does."""
    given = {name: inputs.pop(name.replace("-", "_"), entry["default"]) for name, entry in ACTION["inputs"].items()}
    assert not inputs
    step = ACTION["runs"]["steps"][-1]
    assert "${{" not in step["run"]
    variables = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: given[found[1]], value)
        for name, value in step["env"].items()
    }
    runner = {"RUNNER_TEMP": str(folder / "temp"), "GITHUB_STEP_SUMMARY": str(folder / "summary.md")}
    return bash(step["run"], folder, **variables, **runner)


def test_the_action_s_inputs_are_all_used_and_described() -> None:
    assert ACTION["runs"]["using"] == "composite"
    used = set(re.findall(r"\$\{\{ inputs\.([\w-]+) \}\}", (ROOT / "action.yml").read_text()))
    assert used == set(ACTION["inputs"])
    assert all(entry["description"] for entry in ACTION["inputs"].values())
    for step in ACTION["runs"]["steps"]:
        assert ("uses" in step) != (step.get("shell") == "bash")


def test_the_action_installs_this_repository(tmp_path: Path) -> None:
    (tmp_path / "python").write_text('#!/bin/sh\nfor argument; do last="$argument"; done; cat "$last/pyproject.toml"\n')
    (tmp_path / "python").chmod(0o755)
    _, install, _ = ACTION["runs"]["steps"]
    path = f"{tmp_path}:{os.environ['PATH']}"
    result = bash(install["run"], tmp_path, GITHUB_ACTION_PATH=str(ROOT), PATH=path)
    assert 'name = "forge3d"' in result.stdout


def test_the_action_annotates_sums_up_and_fails(folder: Path) -> None:
    result = run_action(folder, sarif="a.sarif", junit="a.xml")
    assert result.returncode == 1, result.stderr
    assert "::error file=shop models/deep/bad.gltf,line=1,title=UNRESOLVED_REFERENCE::/scene" in result.stdout
    assert "2 files, **1 failed**" in (folder / "summary.md").read_text()
    assert json.loads((folder / "a.sarif").read_text())["version"] == "2.1.0"
    assert ElementTree.parse(folder / "a.xml").getroot()[0].attrib["tests"] == "2"


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"files": "shop models/good.gltf"}, 0),
        ({"files": "shop models/*.gltf"}, 0),
        ({"files": "shop models/good.gltf\n\nshop models/deep"}, 1),
        ({"files": "**/bad.gltf"}, 1),
        ({"files": "none/*.gltf"}, 3),
        ({"ignore": "UNRESOLVED_REFERENCE"}, 0),
        ({"ignore": "UNRESOLVED_*\nNODE_*", "fail_on": "hint"}, 1),
        ({"ignore": "UNRESOLVED_*\nNODE_*\nUNUSED_*", "fail_on": "hint"}, 0),
        ({"only": "NODE_*"}, 0),
        ({"only": "NODE_*", "severity": "NODE_EMPTY=error"}, 1),
        ({"recipe": "strict.toml", "files": "shop models/good.gltf"}, 2),
        ({"files": "$(touch forged); `touch forged`"}, 3),
        ({"files": "--json"}, 3),
    ],
)
def test_the_action_s_inputs(folder: Path, inputs: dict[str, str], code: int) -> None:
    result = run_action(folder, **inputs)
    assert result.returncode == code, result.stdout + result.stderr
    assert not (folder / "forged").exists()
    assert (folder / "summary.md").exists() == (code != 2)  # a recipe that is not there judges nothing


def test_the_action_without_a_summary(folder: Path) -> None:
    assert run_action(folder, summary="false").returncode == 1
    assert not (folder / "summary.md").exists()


def run_gitlab(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return bash("\n".join(GITLAB["script"]), folder, **{**GITLAB["variables"], **variables})


def test_the_gitlab_job_leaves_the_reports_that_it_promises(folder: Path) -> None:
    result = run_gitlab(folder)
    assert result.returncode == 1, result.stderr
    assert "bad.gltf" in result.stdout
    artifacts: dict[str, Any] = GITLAB["artifacts"]
    assert artifacts["when"] == "always"
    assert ElementTree.parse(folder / artifacts["reports"]["junit"]).getroot()[0].attrib["failures"] == "1"
    (report,) = artifacts["paths"]
    assert len(json.loads((folder / report).read_text())) == 2


def test_the_gitlab_job_takes_flags(folder: Path) -> None:
    assert run_gitlab(folder, FORGE3D_FLAGS="--ignore UNRESOLVED_* --fail-on error").returncode == 0
    (folder / "one.gltf").write_text('{"asset": {"version": "2.0"}}')
    assert run_gitlab(folder, FORGE3D_FILES="one.gltf one.gltf").returncode == 0


def test_the_hook_takes_models_and_judges_them(folder: Path) -> None:
    wanted = re.compile(HOOK["files"])
    assert all(wanted.search(name) for name in ("a.glb", "b/c d.gltf", "E.GLB"))
    assert not any(wanted.search(name) for name in ("a.bin", "glb", "a.glb.md", "gltf.py"))
    assert HOOK["language"] == "python"
    command = shlex.join([*shlex.split(HOOK["entry"]), "shop models/good.gltf", "shop models/deep/bad.gltf"])
    result = bash(command, folder)
    assert result.returncode == 1
    assert "UNRESOLVED_REFERENCE" in result.stdout
    assert bash(shlex.join([*shlex.split(HOOK["entry"]), "shop models/good.gltf"]), folder).returncode == 0
