"""Tables and lines for people: plain text for pipes, styles where they show."""

from __future__ import annotations

import subprocess
import sys

import pytest

from forge3d.cli.tables import say, show_table


@pytest.fixture(autouse=True)
def no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)


def test_a_table_has_its_first_column_on_the_left(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("step", "bytes"), [("weld", "1,234 → 5"), ("[red]reorder", "")])
    assert capsys.readouterr().out == " step              bytes\n weld          1,234 → 5\n [red]reorder\n"
    show_table(("step", "bytes"), [])
    assert capsys.readouterr().out == " step  bytes\n"


def test_lines_are_plain_where_nothing_shows_styles(capsys: pytest.CaptureFixture[str]) -> None:
    say(("warning", "yellow"), " [bold]as it is[/]")
    assert capsys.readouterr().out == "warning [bold]as it is[/]\n"


def test_styles_show_where_they_are_asked_for() -> None:
    code = (
        "from forge3d.cli.tables import say, show_table\n"
        "say(('warning', 'yellow'), ' [bold]as it is[/]'); show_table(('step', 'n'), [('[red]', '1')])"
    )
    environment = {"FORCE_COLOR": "1", "TERM": "xterm", "PATH": "", "PYTHONUTF8": "1"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert "\x1b[33mwarning" in run.stdout
    assert "[bold]as it is[/]" in run.stdout
    assert "[red]" in run.stdout
