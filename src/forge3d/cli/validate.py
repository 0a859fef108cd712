"""`validate`: judge files by the glTF specification, for people and for pipelines."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .fixing import Up, mend_all, placement
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
    from ..pipeline import Recipe
    from ..validate.many import Verdict
    from ..validate.selection import Selection


class Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"
    HINT = "hint"


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_HELP)(validate)


_HELP = """Judge models by the glTF specification. Exit code 1 when any fails, 3 when any cannot be read.

    forge3d validate chair.glb jacket.glb

    forge3d validate models/ --json > report.json

    forge3d validate models/ --fail-on warning --ignore "UNUSED_*" --severity NODE_EMPTY=warning

    forge3d validate models/ --format github --report sarif=forge3d.sarif --report junit=forge3d.xml

    forge3d validate chair.glb --fix mended.glb

    forge3d validate models/ --fix mended/ --unit cm --up z

The keys ignore, severity and fail_on may also stand in forge3d.toml under [validate]; flags come on top.
"""


def validate(
    models: Annotated[list[Path], typer.Argument(help="Files, or folders to search.", show_default=False)],
    format_: FormatOption = Format.TERMINAL,
    output: OutputOption = None,
    report: ReportOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False,
    fail_on: Annotated[
        Level | None, typer.Option("--fail-on", help="Least grave severity that fails a file; default: error.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="CODE", help="Only this rule; may hold * and ?. Repeatable.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="CODE", help="Not this rule; may hold * and ?. Repeatable.")
    ] = None,
    severity: Annotated[
        list[str] | None,
        typer.Option("--severity", metavar="CODE=SEVERITY", help="Another severity for a rule. Repeatable."),
    ] = None,
    recipe: Annotated[
        Path | None, typer.Option("--recipe", "-r", help="A recipe; default: forge3d.toml here, where there is one.")
    ] = None,
    jobs: JobsOption = None,
    fix: Annotated[
        Path | None,
        typer.Option("--fix", metavar="OUT", help="Write mended copies there, a file or a folder, and judge those."),
    ] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="UNIT", help="With --fix: what the files are in: mm, cm, in, ft, …")
    ] = None,
    up: Annotated[Up | None, typer.Option("--up", help="With --fix: the axis that points up in the files.")] = None,
) -> None:
    from ..validate.output import FORMATS

    printing = Printing(json_or(format_, as_json), output, report or [])
    if fix is None and (unit or up):
        raise typer.BadParameter("belongs to --fix", param_hint="--unit" if unit else "--up")
    placed = placement(unit, up) if fix else None
    settings = _recipe(recipe)
    selection = _selection(settings, only or [], ignore or [], severity or [], fail_on)
    spared = None if fix is None or any(_is_at_or_below(path, fix) for path in models if os.path.exists(path)) else fix
    files = files_of(models, leave_out=spared)
    found = [path for path in files if os.path.exists(path)]
    places = _places(models, found, fix) if fix else {}
    with progress_bar("validate", quiet=printing.quiet(files)) as tell:
        judgements = mend_all(places, files, placed, selection, tell) if placed else _judge(files, jobs, settings, tell)
        judged = printing.write(_selected(judgements, selection), files, FORMATS, selection)
    raise typer.Exit(max(exit_code(verdict, selection) for verdict in judged))


def _judge(
    files: list[Path], jobs: int | None, recipe: Recipe | None, tell: Callable[[float, str], None]
) -> Iterator[Verdict]:
    from ..validate import many

    return many.validate_many(
        files,
        jobs=jobs,
        seconds=recipe.limits.seconds if recipe else many.SECONDS,
        memory=recipe.limits.memory if recipe else many.MEMORY,
        progress=lambda done, of, path: tell(done / of, path.name),
    )


def _selected(verdicts: Iterable[Verdict], selection: Selection) -> Iterator[Verdict]:
    """Verdicts as they come, by the selection."""
    for verdict in verdicts:
        yield verdict if verdict.report is None else replace(verdict, report=selection.apply(verdict.report))


def _places(models: list[Path], found: list[Path], out: Path) -> dict[Path, Path]:
    from ..optimize.fixes.files import destinations

    return destinations(models, found, out)


def _is_at_or_below(path: Path, folder: Path) -> bool:
    resolved, above = path.resolve(), folder.resolve()
    return above == resolved or above in resolved.parents


def _recipe(path: Path | None) -> Recipe | None:
    """The recipe given, or forge3d.toml here, where there is one."""
    here = Path("forge3d.toml")
    if path is None and not here.is_file():
        return None
    from ..pipeline import Recipe

    return Recipe.read(path or here)


def _selection(
    recipe: Recipe | None, only: list[str], ignore: list[str], severity: list[str], fail_on: Level | None
) -> Selection:
    """The recipe's choice of rules, with the flags' on top."""
    from ..validate.selection import Selection, severity_of

    base = recipe.validate.selection() if recipe else Selection()
    changed = dict(base.severity)
    for text in severity:
        code, equals, name = text.partition("=")
        if not equals:
            raise typer.BadParameter(f"{text!r} is not CODE=SEVERITY", param_hint="--severity")
        changed[code] = severity_of(name)
    return replace(
        base,
        only=tuple(only),
        ignore=(*base.ignore, *ignore),
        severity=changed,
        fail_on=severity_of(fail_on) if fail_on else base.fail_on,
    )
