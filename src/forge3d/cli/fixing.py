"""`validate --fix`: each model mended, written, and judged again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from ..gltf import Source
    from ..optimize.fixes import Change, Placement
    from ..optimize.fixes.engine import Fault
    from ..optimize.fixes.files import Outbox
    from ..validate.many import Verdict
    from ..validate.output.mended import Remedy
    from ..validate.selection import Selection

UNITS = {"mm": 0.001, "cm": 0.01, "m": 1.0, "in": 0.0254, "ft": 0.3048}


class Up(StrEnum):
    Y = "y"
    Z = "z"


def placement(unit: str | None, up: Up | None) -> Placement:
    """Units and up-axis as options say them: a unit's name, or its metres."""
    from ..optimize.fixes import Placement

    try:
        metres = UNITS[unit] if unit in UNITS else float(unit or 1)
    except ValueError:
        allowed = ", ".join(UNITS)
        raise typer.BadParameter(
            f"{unit!r} is not one of {allowed}, nor a number of metres", param_hint="--unit"
        ) from None
    return Placement(metres, "z" if up is Up.Z else "y")


def mend_all(
    places: dict[Path, Path],
    files: list[Path],
    placed: Placement,
    selection: Selection,
    tell: Callable[[float, str], None],
) -> Iterator[Verdict]:
    """Mend every file that has a place to go; verdicts in order, on what was written where there is such."""
    from ..optimize.fixes.files import Outbox
    from ..validate.many import judge_file

    outbox = Outbox(places)
    for done, path in enumerate(files):
        tell(done / len(files), path.name)
        yield _mend(path, places[path], placed, selection, outbox) if path in places else judge_file(path)


def _mend(path: Path, target: Path, placed: Placement, selection: Selection, outbox: Outbox) -> Verdict:
    from ..errors import Forge3DError, OutputError
    from ..gltf import Limits
    from ..gltf.files import read_file
    from ..optimize.fixes import FIXES, mend
    from ..validate.many import judge_file
    from ..validate.output.mended import MendedVerdict

    start = time.perf_counter()
    passed_over = [code for fix in FIXES for code in fix.codes if not selection.counts(code)]
    try:
        data = bytes(read_file(path, Limits()))
        mended = mend(data, _faults, folder=path.parent, name=str(path), placement=placed, skip=passed_over)
        outbox.write(path, target, mended.state)
    except OutputError:
        raise  # the same for every file
    except Forge3DError:
        told = judge_file(path)
        return MendedVerdict(path, told.report, told.error, told.kind, told.exit_code, told.seconds, read=path)
    told = judge_file(target)
    changes, left = (tuple(map(_remedy, part)) for part in (mended.changes, mended.left))
    seconds = time.perf_counter() - start
    return MendedVerdict(
        target, told.report, told.error, told.kind, told.exit_code, seconds, path, target, changes, left
    )


def _faults(source: Source) -> list[Fault]:
    from ..validate import validate

    return [(issue.code, issue.pointer) for issue in validate(source).issues]


def _remedy(change: Change) -> Remedy:
    from ..validate.output.mended import Remedy

    return Remedy(change.code, change.pointer, change.text)
