"""Many models audited side by side, in worker processes that a bad one cannot take the others down with."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec

from ..gltf import Severity
from ..validate.many import MEMORY, SECONDS, Verdict, attempt, judge_many
from ..validate.report import Issue
from ..validate.report import Report as Issues
from .auditing import audit
from .product import Product
from .profile import Profile
from .report import Finding, Outcome, Place, Report

COST = 20.0
"""How many times as long as a validation an audit takes, give or take its checks."""


@dataclass(frozen=True, slots=True)
class AuditVerdict(Verdict):
    """What came of one model. Its `report` says as issues what `audit` found, for formats that know no more than those.

    Attributes:
        audit: the findings; None where the model could not be read.
    """

    audit: Report | None = None


def audit_many(
    paths: Iterable[str | os.PathLike[str]],
    profile: Profile,
    *,
    product: Product | None = None,
    jobs: int | None = None,
    seconds: float = SECONDS,
    memory: int = MEMORY,
    progress: Callable[[int, int, Path], None] | None = None,
) -> Generator[Verdict]:
    """Audit models; yields an `AuditVerdict` for each in the order given, as soon as those before it are there.

    Args:
        product: of all of them.
        jobs, seconds, memory, progress: as in `forge3d.validate_many`. What a worker could not finish has
            a plain `Verdict` that says why.
    """
    options = {"profile": msgspec.to_builtins(profile), "product": msgspec.to_builtins(product)}
    return judge_many(paths, __name__, options, dear=COST, jobs=jobs, seconds=seconds, memory=memory, progress=progress)


def judge_with(options: dict[str, Any]) -> Callable[[Path], AuditVerdict]:
    """The judge for `forge3d.validate.many.judge_many`."""
    profile = Profile.of(options["profile"])
    product = None if options["product"] is None else Product.read(options["product"])

    def judge(path: Path) -> AuditVerdict:
        report, told = attempt(path, lambda: audit(path, profile, product=product))
        return AuditVerdict(path, None if report is None else issues(report), audit=report, **told)

    return judge


def issues(report: Report) -> Issues:
    """Findings as issues: what failed are errors, what is over the recommended are warnings, and what could not be
    tested although the profile asks for it is information. One for each place."""
    found = [
        Issue(finding.check, severity, message, pointer)
        for finding in report.findings
        if (severity := _severity(finding)) is not None
        for pointer, message in _places(finding)
    ]
    return Issues(report.name, "", sorted(found, key=lambda issue: issue.severity))


def _severity(finding: Finding) -> Severity | None:
    if finding.outcome is Outcome.FAILED:
        return Severity.ERROR
    if finding.outcome is Outcome.NOT_TESTED:
        return Severity.INFORMATION if finding.limit else None
    return Severity.WARNING if finding.advised else None


def _places(finding: Finding) -> list[tuple[str, str]]:
    told = finding.told + (f" [{finding.source}]" if finding.source else "")
    if finding.outcome is not Outcome.FAILED or not finding.where:
        return [("", told)]
    places = [(place.pointer, f"{place.detail}: {told}" if place.detail else told) for place in finding.where]
    return [*places, *([("", f"{finding.more:,} more places: {told}")] if finding.more else [])]


def write_verdict(verdict: AuditVerdict) -> bytes:
    """A verdict as a message, which `read_verdict` reads."""
    told = {"error": verdict.error, "kind": verdict.kind, "exit_code": verdict.exit_code, "seconds": verdict.seconds}
    return json.dumps({**told, "audit": None if verdict.audit is None else asdict(verdict.audit)}).encode()


def read_verdict(path: Path, message: bytes) -> AuditVerdict:
    """The verdict on the model at `path` that `write_verdict` made a message of."""
    told = json.loads(message)
    members = told.pop("audit")
    if members is None:
        return AuditVerdict(path, **told)
    findings = [_finding(finding) for finding in members.pop("findings")]
    report = Report(**members, findings=findings)
    return AuditVerdict(path, issues(report), audit=report, **told)


def _finding(members: dict[str, Any]) -> Finding:
    value = members["value"]
    return Finding(
        **{
            **members,
            "outcome": Outcome(members["outcome"]),
            "value": tuple(value) if isinstance(value, list) else value,
            "where": tuple(Place(**place) for place in members["where"]),
        }
    )
