"""What docs/validate.md shows is what the program prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from forge3d.optimize.fixes import FIXES

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "validate.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(language: str) -> list[tuple[str, str]]:
    """Title and text of each block in a language."""
    return [(title, text) for name, title, text in BLOCK.findall(PAGE) if name == language]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in blocks("json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(commands: list[str], folder: Path) -> str:
    define = f"forge3d() {{ '{sys.executable}' -c 'from forge3d.cli import main; main()' \"$@\"; }}"
    script = "\n".join([define, "exec 2>&1", *commands])
    shell = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**os.environ, "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    return shell.stdout


@pytest.mark.parametrize("number", range(len(blocks("console"))))
def test_the_program_prints_what_the_page_shows(number: int, folder: Path) -> None:
    text = blocks("console")[number][1]
    commands = [line[2:] for line in text.splitlines() if line.startswith("$ ")]
    assert commands
    # Commands of a block stand above what they print together.
    printed = "".join(f"$ {command}\n" for command in commands) + run(commands, folder)
    assert printed == text


def test_the_table_of_fixes_is_current() -> None:
    for fix in FIXES:
        assert f"| {', '.join(f'`{code}`' for code in fix.codes)} | {fix.does} | {fix.why} |" in PAGE


def test_the_python_examples_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = "".join(code for _, code in blocks("python"))
    exec(compile(code, "validate.md", "exec"), {})
    errors, warnings, profile, chair, table = capsys.readouterr().out.splitlines()
    assert errors.startswith("['UNRESOLVED_REFERENCE'")
    assert warnings == "2"
    assert "Google" in profile
    assert chair.startswith("models/chair.gltf ['UNRESOLVED_REFERENCE'")
    assert table == "models/table.gltf []"


def test_the_pipelines_use_what_there_is() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    workflow, hooks = (yaml.safe_load(text) for _, text in blocks("yaml"))
    assert set(workflow[1]["with"]) <= set(action["inputs"])
    assert hooks["repos"][0]["hooks"][0]["id"] == hook["id"]
