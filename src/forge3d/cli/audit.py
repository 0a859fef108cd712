"""`audit`: a model against the budgets of a shop or a marketplace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import AsJson, console, print_json

if TYPE_CHECKING:
    from ..audit import Finding, Profile, Report


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_AUDIT_HELP)(audit)


_AUDIT_HELP = """Hold models against a profile of budgets. Exit code 1 when any check fails.

    forge3d audit chair.glb --profile google-merchant

    forge3d audit chair.glb --profile amazon --product chair.json --tolerance 3 --json

    forge3d audit --list

A profile is a TOML file with a table for each check; `--explain` shows all checks, and the limits of a profile.
"""


def audit(
    models: Annotated[
        list[Path] | None, typer.Argument(help="Files, or folders to search.", show_default=False)
    ] = None,
    profile: Annotated[
        str, typer.Option("--profile", "-p", help="A profile's name (see --list), or a TOML file.")
    ] = "khronos-3dc",
    product: Annotated[
        Path | None,
        typer.Option("--product", help='JSON of the product\'s real size, metres: {"dimensions": {"length": 2, …}}.'),
    ] = None,
    tolerance: Annotated[
        float | None, typer.Option("--tolerance", min=0, help="Percent that each side may be off from the product's.")
    ] = None,
    list_profiles: Annotated[bool, typer.Option("--list", help="List the built-in profiles.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Explain every check, and the profile's limits.")] = False,
    as_json: AsJson = False,
) -> None:
    from ..audit import Product, Profile, profiles
    from ..audit import audit as judge
    from ..gltf.files import find_models

    if list_profiles:
        _print_profiles(profiles(), as_json)
        return
    limits = Profile.named(profile)
    if explain:
        _print_checks(limits, as_json)
        return
    if not models:
        raise typer.BadParameter("name a model, or ask for --list or --explain", param_hint="MODELS")
    data = None if product is None else Product.read(product)
    paths = find_models(models)
    if data is not None and len(paths) > 1:
        raise typer.BadParameter(f"one product, but {len(paths)} models", param_hint="--product")
    reports = [judge(path, limits, product=data, tolerance=tolerance) for path in paths]
    if as_json:
        print_json([report.to_dict() for report in reports])
    else:
        for report in reports:
            _print_report(report)
    if not all(report.passed for report in reports):
        raise typer.Exit(1)


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


_MARKS = {"passed": "[green]passed[/]", "failed": "[red]failed[/]", "not tested": "[dim]  ----[/]"}


def _print_report(report: Report) -> None:
    from rich.markup import escape

    out = console()
    counts = [
        f"{sum(f.outcome == kind for f in report.findings)} {kind}" for kind in ("failed", "passed", "not tested")
    ]
    out.print(f"[bold]{escape(str(report.name))}[/] {escape(report.profile)}: {', '.join(counts)}", soft_wrap=True)
    silent = [f.check for f in report.findings if f.value is None and not f.limit]
    for finding in report.findings:
        if finding.check in silent:
            continue
        out.print(f"  {_MARKS[finding.outcome]} {escape(_line(finding))}", soft_wrap=True)
        if finding.outcome == "failed":
            more = [f"and {finding.more:,} more"] if finding.more else []
            for line in [*map(str, finding.where), *more]:
                out.print(f"           {escape(line)}", soft_wrap=True)
    if silent:
        out.print(f"  [dim]not asked for: {', '.join(silent)}[/]", soft_wrap=True)


def _line(finding: Finding) -> str:
    """A finding in one line: name, value, limit, message, and the source where it failed."""
    value = finding.value if isinstance(finding.value, tuple) else (finding.value,)
    numbers = [f"{number:,}" if isinstance(number, int) else f"{number:,.7g}" for number in value if number is not None]
    parts = [finding.check, (" × " if len(numbers) == 3 else " to ").join(numbers)]
    parts += [f"({finding.limit})" if finding.limit else "", finding.message if finding.limit else ""]
    parts.append(f"[{finding.source}]" if finding.outcome == "failed" and finding.source else "")
    return " ".join(part for part in parts if part)
