"""`audit`: a model against the budgets of a shop or a marketplace."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import AsJson, console, print_json
from .progress import progress_bar
from .reporting import (
    Format,
    FormatOption,
    JobsOption,
    OutputOption,
    Printing,
    ReportOption,
    exit_code,
    files_of,
    json_or,
)

if TYPE_CHECKING:
    from ..audit import Profile


class FailOn(StrEnum):
    FAILED = "failed"
    ADVICE = "advice"


class Placement(StrEnum):
    FLOOR = "floor"
    WALL = "wall"


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_AUDIT_HELP)(audit)


_AUDIT_HELP = """Hold models against a profile of budgets. Exit code 1 when any check fails, 3 when any cannot be read.

    forge3d audit chair.glb --profile google-merchant

    forge3d audit chair.glb --profile amazon --product chair.json --tolerance 3 --json

    forge3d audit models/ --fail-on advice --format github --report sarif=audit.sarif --report junit=audit.xml

    forge3d audit mirror.glb --profile apple-ar --placement wall

    forge3d audit --list

A profile is a TOML file with a table for each check; `--explain` shows all checks, and the limits of a profile.
"""


def audit(
    models: Annotated[
        list[Path] | None, typer.Argument(help="Files, or folders to search.", show_default=False)
    ] = None,
    profile: Annotated[
        str,
        typer.Option(
            "--profile", "-p", help="A profile's name (see --list), a TOML file, or an asset auditor's schema."
        ),
    ] = "khronos-3dc",
    product: Annotated[
        Path | None,
        typer.Option("--product", help='JSON of the product\'s real size, metres: {"dimensions": {"length": 2, …}}.'),
    ] = None,
    tolerance: Annotated[
        float | None, typer.Option("--tolerance", min=0, help="Percent that each side may be off from the product's.")
    ] = None,
    placement: Annotated[
        Placement | None,
        typer.Option("--placement", help="Where the product is placed in AR.", show_default="as the profile says"),
    ] = None,
    format_: FormatOption = Format.TERMINAL,
    output: OutputOption = None,
    report: ReportOption = None,
    as_json: AsJson = False,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="What fails a model: checks that fail, or advice that is not kept too.")
    ] = FailOn.FAILED,
    jobs: JobsOption = None,
    list_profiles: Annotated[bool, typer.Option("--list", help="List the built-in profiles.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Explain every check, and the profile's limits.")] = False,
) -> None:
    from ..audit import Product, Profile, profiles
    from ..audit.auditing import demanded
    from ..audit.many import audit_many
    from ..audit.output import FORMATS
    from ..gltf import Severity
    from ..validate.selection import Selection

    if list_profiles:
        _print_profiles(profiles(), as_json)
        return
    if explain:
        _print_checks(Profile.named(profile), as_json)
        return
    if not models:
        raise typer.BadParameter("name a model, or ask for --list or --explain", param_hint="MODELS")
    data = None if product is None else Product.read(product)
    files = files_of(models)
    if data is not None and len(files) > 1:
        raise typer.BadParameter(f"one product, but {len(files)} models", param_hint="--product")
    limits = demanded(profile, data, tolerance)
    if placement is not None:
        limits = limits.with_placement(placement.value)
    selection = Selection(fail_on=Severity.WARNING if fail_on is FailOn.ADVICE else Severity.ERROR)
    printing = Printing(json_or(format_, as_json), output, report or [])
    with progress_bar("audit", quiet=printing.quiet(files)) as tell:
        verdicts = audit_many(
            files, limits, product=data, jobs=jobs, progress=lambda done, of, path: tell(done / of, path.name)
        )
        judged = printing.write(verdicts, files, FORMATS, selection)
    raise typer.Exit(max(exit_code(verdict, selection) for verdict in judged))


def _print_profiles(profiles: dict[str, Profile], as_json: bool) -> None:
    if as_json:
        print_json({name: {"title": profile.title, "note": profile.note} for name, profile in profiles.items()})
        return
    from rich.markup import escape

    out = console()
    for name, profile in profiles.items():
        out.print(f"[bold]{name}[/]  {escape(profile.title)}\n    {escape(profile.note)}", soft_wrap=True)


def _print_checks(profile: Profile, as_json: bool) -> None:
    from rich.markup import escape

    from ..audit import CHECKS
    from ..audit.profile import limit_types

    rows = []
    for name in limit_types():
        limit, check = getattr(profile, name), CHECKS[name]
        wanted = limit is not None and limit.wanted
        told = {"limit": str(limit) if wanted else "", "source": limit.origin if wanted else ""}
        rows.append({"check": name, "measures": check.text, "fix": check.fix, **told})
    if as_json:
        print_json({"profile": profile.title, "checks": rows})
        return
    out = console()
    out.print(f"[bold]{escape(profile.title)}[/]  {escape(profile.note)}", soft_wrap=True)
    for row in rows:
        source = escape(row["source"]) or "no source given"
        limit = f"  {escape(row['limit'])}  [dim]({source})[/]" if row["limit"] else "  not tested"
        out.print(f"\n[bold]{row['check']}[/]{limit}", soft_wrap=True)
        out.print(f"    {row['measures']}\n    {row['fix']}", soft_wrap=True, markup=False)
