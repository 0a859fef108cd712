"""`forge3d.validate` and `forge3d.validate_many`: the rules of glTF and a shop's budgets, in one report.

`forge3d.validate` the room knows nothing of `forge3d.audit`; here both meet.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import Forge3DError
from .gltf import Limits, Source
from .validate import validation
from .validate.many import MEMORY, SECONDS, Verdict, attempt, judge_many, read_verdict, write_verdict
from .validate.report import Report
from .validate.selection import Rules, Selection

if TYPE_CHECKING:
    from .audit import Profile

__all__ = ["read_verdict", "validate", "validate_many", "write_verdict"]


def validate(
    source: str | os.PathLike[str] | bytes | Source,
    *,
    rules: Rules | None = None,
    budget: str | os.PathLike[str] | Profile | None = None,
    limits: Limits | None = None,
    name: str | None = None,
) -> Report:
    """Judge a .glb or .gltf file. Checking does not stop at the first fault.

        report = forge3d.validate("chair.glb", rules={"UNUSED_*": "off"}, budget="google-merchant")
        report.errors, report.budget["passed"], report.to_json()

    Compressed geometry (Draco, meshopt) is decoded and judged too. Images are judged by their headers.

    Args:
        source: a path, the file's bytes, or an opened `Source`.
        rules: which count and how grave they are: codes that count, or codes with a severity each ("off" for none), or
            a `forge3d.validate.selection.Selection`. Codes may hold `*` and `?`. By default all, as the standard says.
        budget: a profile for `forge3d.audit`: the name of one, the path of a TOML file, or a `Profile`. The report then
            has its findings in `budget`, under the key "forge3d" in JSON; they are not among the issues.
        limits: how much the file may ask for.
        name: what the report calls the file; by default its path.

    Raises:
        InvalidAsset: there is no such file.
        LimitExceeded: the file itself is larger than `limits` allow; limits that are met later become issues.
        RecipeError: the rules or the budget cannot be used.
    """
    selection, profile = Selection.of(rules), _profile(budget)
    if profile is None:
        return selection.apply(validation.validate(source, limits=limits, name=name))
    try:
        opened: str | os.PathLike[str] | bytes | Source = Source.open(source, limits=limits, name=name)
    except Forge3DError:
        opened = source  # validation tells why
    report = selection.apply(validation.validate(opened, limits=limits, name=name))
    return replace(report, budget=_audited(opened, profile, report.uri))


def validate_many(
    paths: Iterable[str | os.PathLike[str]],
    *,
    rules: Rules | None = None,
    budget: str | os.PathLike[str] | Profile | None = None,
    limits: Limits | None = None,
    jobs: int | None = None,
    seconds: float = SECONDS,
    memory: int = MEMORY,
    progress: Callable[[int, int, Path], None] | None = None,
) -> Generator[Verdict]:
    """Judge thousands of files; yields a verdict for each in the order given, as soon as those before it are there.

        for verdict in forge3d.validate_many(Path("models").rglob("*.glb")):
            print(verdict.path, verdict.error or len(verdict.report.errors))

    A file that cannot be read, takes too long or takes its process down has `error` in place of `report`; the others
    are judged all the same.

    Args:
        rules, budget, limits: see `validate`.
        jobs: worker processes. By default as many as there are processors, and none for an order so short that this
            process has done it sooner.
        seconds: longest time for one file in a worker.
        memory: MiB that one worker may use.
        progress: called with (files done, files in all, the file just done).

    Raises:
        RecipeError: the rules or the budget cannot be used.
    """
    selection, profile = Selection.of(rules), _profile(budget)
    options: dict[str, Any] = {"limits": None if limits is None else asdict(limits), "budget": None}
    dear = 1.0
    if profile is not None:
        import msgspec

        from .audit.many import COST

        options["budget"], dear = msgspec.to_builtins(profile), 1.0 + COST
    verdicts = judge_many(
        paths, __name__, options, dear=dear, jobs=jobs, seconds=seconds, memory=memory, progress=progress
    )
    return _selected(verdicts, selection)


def _selected(verdicts: Generator[Verdict], selection: Selection) -> Generator[Verdict]:
    for verdict in verdicts:
        yield verdict if verdict.report is None else replace(verdict, report=selection.apply(verdict.report))


def judge_with(options: dict[str, Any]) -> Callable[[Path], Verdict]:
    """`validate` for `judge_many`, by `options` that went through JSON."""
    limits = None if options["limits"] is None else Limits(**options["limits"])
    budget = options["budget"]
    if budget is not None:
        from .audit import Profile

        budget = Profile.of(budget)

    def judge(path: Path) -> Verdict:
        report, told = attempt(path, lambda: validate(path, budget=budget, limits=limits))
        return Verdict(path, report, **told)

    return judge


def _profile(budget: str | os.PathLike[str] | Profile | None) -> Profile | None:
    if budget is None:
        return None
    from .audit import Profile

    return budget if isinstance(budget, Profile) else Profile.named(os.fspath(budget))


def _audited(source: str | os.PathLike[str] | bytes | Source, profile: Profile, name: str | None) -> dict[str, Any]:
    """The audit's report; where the model cannot be read, that it did not pass, and why."""
    from .audit import audit

    try:
        return audit(source, profile).to_dict()
    except Forge3DError as error:
        return {"model": name, "profile": profile.title, "passed": False, "findings": [], "error": str(error)}
