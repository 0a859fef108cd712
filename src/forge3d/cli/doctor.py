"""`doctor`: what this machine can do, and what to install where it cannot."""

from __future__ import annotations

from dataclasses import asdict

import typer

from .options import AsJson, console, print_json


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(
        help="""Check the machine: GPU and EGL, image formats, codecs; say what to install where something is missing.

    forge3d doctor

    forge3d doctor --json
"""
    )(doctor)


def doctor(as_json: AsJson = False) -> None:
    from ..render import doctor as examine

    findings = examine()
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        from rich.markup import escape

        out = console()
        for finding in findings:
            mark = {True: "[green]ok[/]   ", False: "[red]fault[/]", None: "[cyan]note[/] "}[finding.ok]
            out.print(f"{mark} [bold]{finding.name}[/]: {escape(finding.detail)}", soft_wrap=True)
            if finding.advice:
                out.print(f"      {escape(finding.advice)}", soft_wrap=True)
    if any(finding.ok is False for finding in findings):
        raise typer.Exit(4)
