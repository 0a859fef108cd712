"""What a command line gets wrong is told on standard error, and under --json on standard output too."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from forge3d.cli import main
from forge3d.cli.app import program

COMMANDS = sorted(
    command.name or command.callback.__name__ for command in program().registered_commands if command.callback
)


def run(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["forge3d", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_there_are_commands() -> None:
    assert {"validate", "optimize", "render", "build"} <= set(COMMANDS)


@pytest.mark.parametrize("command", [*COMMANDS, "nosuchcommand"])
def test_every_command_answers_in_json(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, "--no-such-option", "--json"], monkeypatch) == 2
    out, err = capsys.readouterr()
    error = json.loads(out)["error"]
    assert error["type"] == "UsageError"
    assert ("nosuchcommand" if command == "nosuchcommand" else "--no-such-option") in error["message"]
    assert "Usage" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate"],
        ["validate", "a.glb", "--format", "xml"],
        ["validate", "a.glb", "--severity", "NODE_EMPTY"],
        ["validate", "a.glb", "--unit", "cm"],
        ["validate", "a.glb", "--up", "z"],
        ["validate", "a.glb", "--fix", "b.glb", "--unit", "parsec"],
        ["validate", "a.glb", "--fix", "b.glb", "--unit", "-1"],
        ["validate", "a.glb", "--fix", "b.glb", "--up", "x"],
        ["optimize", "a.glb"],
        ["render", "a.glb", "a.png", "--size", "big"],
    ],
)
def test_values_that_cannot_be_used(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.glb").write_bytes(b"")
    assert run(arguments, monkeypatch) == 2
    assert capsys.readouterr().out == ""
    assert run([*arguments, "--json"], monkeypatch) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["error"]["message"]
    assert err


def test_help_and_version_are_no_errors(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--version"], ["--help"], ["validate", "--help"]):
        assert run(arguments, monkeypatch) == 0
    assert "forge3d validate chair.glb --fix mended.glb" in capsys.readouterr().out
