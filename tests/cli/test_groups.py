from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer
from typer.testing import CliRunner

from forge3d.cli.groups import grouped

seen: list[tuple[str, Light, bool]] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    name: Annotated[str, typer.Option("--light", "-l", help="Its name.")] = "studio"
    power: Annotated[float | None, typer.Option("--power")] = None


@grouped
def draw(model: str, *, light: Light, dry: Annotated[bool, typer.Option("--dry")] = False) -> None:
    """Draw it."""
    seen.append((model, light, dry))


def test_the_fields_of_a_group_are_options_of_the_command() -> None:
    app = typer.Typer()
    app.command()(draw)
    run = CliRunner()
    assert run.invoke(app, ["chair.glb"]).exit_code == 0
    assert run.invoke(app, ["-l", "dark", "chair.glb", "--power", "2", "--dry"]).exit_code == 0
    assert seen == [("chair.glb", Light(), False), ("chair.glb", Light(name="dark", power=2.0), True)]
    help = run.invoke(app, ["--help"]).output
    assert "Draw it." in help
    assert help.index("--light") < help.index("--power") < help.index("--dry")
    assert run.invoke(app, ["chair.glb", "--power", "much"]).exit_code == 2
