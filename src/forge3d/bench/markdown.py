"""A result as Markdown tables, to be committed beside the JSON."""

from __future__ import annotations

from . import words
from .result import Measurement, Result


def markdown(result: Result) -> str:
    """The machine, then a table for each chart."""
    about = "; ".join(f"{name} {value}" for name, value in words.machine(result.machine))
    settings = result.settings
    out = [
        f"{words.headline(result)}.", "",
        f"Measured on {about}; forge3d {result.forge3d}, {settings.suite} suite, {settings.size} pixels a side where "
        f"no other size is named. Medians, and where the middle eight tenths of the repetitions lie.", "",
    ]  # fmt: skip
    groups = result.groups()
    for chart in words.CHARTS:
        rows = [(series, one) for group, series in chart.groups.items() for one in groups.get(group, ())]
        if rows:
            out += [f"## {chart.title}", "", *([chart.note, ""] if chart.note else [])]
            out += [
                f"| {chart.along or chart.title.lower()} | median | spread | share of readback |",
                "|---|---:|---:|---:|",
            ]
            out += [_row(series, one) for series, one in rows] + [""]
    if result.skipped:
        out += ["## Not measured", "", *(f"- `{one.name}`: {one.reason}" for one in result.skipped), ""]
    return "\n".join(out)


def _row(series: str, one: Measurement) -> str:
    name = f"{words.point(one.point)}, {series}" if series else words.point(one.point)
    share = f"{one.readback_share:.1%}" if one.readback_share is not None else ""
    return f"| {name} | {words.figure(one.value, one.unit)} | {words.spread(one)} | {share} |"
