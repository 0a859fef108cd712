"""Proof that nothing broke: every GLB and USDZ judged again, and the recipe's quality limits held."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from ...export import faults
from ...validate import validate as judge
from ..graph import Result
from ..manifest import Finding
from .optimize import GLB
from .validate import findings, tally, verdict

if TYPE_CHECKING:
    from ..product import Work


def verify(work: Work) -> Result:
    """Verdicts on every GLB and the USDZ, what is new among their issues, a finding for each limit that is not kept."""
    judged = work.results["validate"]
    verdicts = {"source": judged.values["verdict"]}
    known = {finding.code for finding in judged.findings}
    found: list[Finding] = []
    steps = [work.results[step] for step in ("optimize", "levels", "ar", "wear") if step in work.results]
    for artifact in (artifact for result in steps for artifact in result.artifacts):
        if artifact.media_type == GLB:
            report = judge(artifact.data)
            verdicts[artifact.path] = msgspec.to_builtins(verdict(report))
            found += [
                finding
                for finding in findings(report, step="verify", file=artifact.name)
                if finding.severity == "error" or (finding.severity == "warning" and finding.code not in known)
            ]
            continue
        faulty = [
            Finding(severity=fault.severity, code=fault.code, message=fault.message, step="verify", file=artifact.name)
            for fault in faults(artifact.data)
        ]
        verdicts[artifact.path] = msgspec.to_builtins(tally(finding.severity for finding in faulty))
        found += faulty
    return Result(values={"validation": verdicts}, findings=(*found, *_limits(work)))


def _limits(work: Work) -> Iterator[Finding]:
    quality = work.recipe.quality
    model = work.results["optimize"]["model"]
    size, triangles = len(model.data), model.facts.triangles or 0
    if quality.bytes and size > quality.bytes:
        yield _broken("TOO_LARGE", f"has {size:,} bytes; quality.bytes is {quality.bytes:,}")
    if quality.triangles and triangles > quality.triangles:
        yield _broken("TOO_MANY_TRIANGLES", f"has {triangles:,} triangles; quality.triangles is {quality.triangles:,}")
    if "poster" not in work.results:
        return
    alike = work.results["poster"].values["likeness"]
    if alike is None:
        yield Finding(severity="warning", code="NOTHING_TO_SEE", message="the poster shows nothing", step="verify")
    elif alike < quality.psnr:
        yield _broken(
            "LOOKS_DIFFERENT", f"looks like the input to {alike:.1f} dB only; quality.psnr is {quality.psnr:g} dB"
        )
    seen = work.results["level posters"].values["level_likeness"] if "level posters" in work.results else []
    for index, alike in enumerate(seen, 1):
        if alike is not None and alike < quality.level_psnr:
            message = f"is like the model to {alike:.1f} dB only; quality.level_psnr is {quality.level_psnr:g} dB"
            yield Finding(
                severity="warning", code="LEVEL_LOOKS_DIFFERENT", message=message, step="verify", file=f"level-{index}"
            )


def _broken(code: str, message: str) -> Finding:
    return Finding(severity="error", code=code, message=message, step="verify", file="model")
