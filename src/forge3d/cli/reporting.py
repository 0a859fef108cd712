"""Where commands that judge models put their reports, and in which formats."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

if TYPE_CHECKING:
    from ..validate.many import Verdict
    from ..validate.output import Format as FormatWriter
    from ..validate.selection import Selection


class Format(StrEnum):
    TERMINAL = "terminal"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    MARKDOWN = "markdown"


def json_or(format_: Format, as_json: bool) -> Format:
    """The format asked for: --json is short for one."""
    if as_json and format_ not in (Format.TERMINAL, Format.JSON):
        raise typer.BadParameter("--json is short for --format json", param_hint="--format")
    return Format.JSON if as_json else format_


FormatOption = Annotated[Format, typer.Option("--format", "-f", help="What to print.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write there instead of printing.", show_default=False)
]
ReportOption = Annotated[
    list[str] | None,
    typer.Option("--report", metavar="FORMAT=FILE", help="Write this too; may be given several times."),
]
JobsOption = Annotated[
    int | None, typer.Option("--jobs", "-j", min=1, help="Worker processes; default: as many as are worth it.")
]


def files_of(models: list[Path], *, leave_out: Path | None = None) -> list[Path]:
    """The models named, and those in the folders named but for `leave_out`, each once. What is not there stays among
    them: it is one file's fault, and the others have their turn."""
    from ..gltf.files import find_models

    missing = {path for path in models if not os.path.exists(path)}  # a name too long is missing too
    return sorted({*find_models((path for path in models if path not in missing), leave_out=leave_out), *missing})


def exit_code(verdict: Verdict, selection: Selection) -> int:
    """0 where the file is good, 1 where it fails; where it could not be judged, what that was."""
    return int(selection.fails(verdict.report)) if verdict.report else verdict.exit_code


class Printing:
    """What is printed, and what is written to files beside it.

    Args:
        format_: of what is printed, or written to `output` instead.
        reports: more of them, as `FORMAT=FILE`.
    """

    def __init__(self, format_: Format, output: Path | None, reports: list[str]):
        self._format, self._output = format_, output
        self._more = [report_option(text) for text in reports]
        self._printed = sys.stdout  # a progress bar takes its place

    def quiet(self, files: list[Path]) -> bool:
        """Whether a progress bar would tell nothing, or get in the way."""
        return len(files) == 1 or (self._output is None and self._printed.isatty())

    def write(
        self,
        verdicts: Iterable[Verdict],
        files: list[Path],
        formats: Mapping[str, FormatWriter],
        selection: Selection,
    ) -> list[Verdict]:
        """Write everything, the first as the verdicts come; returns those."""
        refuse_inputs(files, [path for path in (self._output, *(path for _, path in self._more)) if path])
        judged: list[Verdict] = []
        with opened(self._output, self._printed) as file:
            formats[self._format](_kept(verdicts, judged), selection, file)
        for name, path in self._more:
            with opened(path, self._printed) as file:
                formats[name](judged, selection, file)
        return judged


def _kept(verdicts: Iterable[Verdict], judged: list[Verdict]) -> Iterator[Verdict]:
    for verdict in verdicts:
        judged.append(verdict)
        yield verdict


def report_option(text: str) -> tuple[Format, Path]:
    """`sarif=out.sarif` as a format and a file."""
    name, _, path = text.partition("=")
    if name not in list(Format) or not path:
        raise typer.BadParameter(f"{text!r} is not FORMAT=FILE with one of {', '.join(Format)}", param_hint="--report")
    return Format(name), Path(path)


def refuse_inputs(files: list[Path], outputs: list[Path]) -> None:
    """Raise `OutputError` where a report would go over a model."""
    from ..errors import OutputError

    for path in outputs:
        if path.exists() and any(file.exists() and path.samefile(file) for file in files):
            raise OutputError(f"{path} is a file to judge; forge3d does not write over it")


@contextmanager
def opened(path: Path | None, printed: TextIO) -> Iterator[TextIO]:
    """Where a format writes: standard output, a pipe or device as it is, or a file that appears whole."""
    from ..errors import OutputError

    if path is None:
        if isinstance(printed, TextIOWrapper):
            printed.reconfigure(errors="backslashreplace")
        yield printed
    elif path.exists() and not path.is_file() and not path.is_dir():
        try:
            with path.open("w", encoding="utf-8", errors="backslashreplace") as pipe:
                yield pipe
        except OSError as error:
            raise OutputError(f"{path} could not be written: {error.strerror}") from error
    else:
        from ..document.output import write_files

        text = StringIO()
        yield text
        write_files({path: text.getvalue().encode("utf-8", "backslashreplace")})
