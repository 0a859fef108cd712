"""Compare contenders on the same inputs in one run: alternating turns, medians, ratios, a table to commit.

Wall times on shared machines are noisy; ratios of medians of alternating turns are much less so. Nothing here is ever
asserted in a test.
"""

from __future__ import annotations

import gc
import json
import math
import os
import re
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from forge3d.bench.machine import host

RESULTS = Path(__file__).parent / "results"

Contender = Callable[[], object]

REAL_MODELS = Path(os.environ.get("FORGE3D_ASSETS", Path(__file__).parents[2] / "shared" / "assets")) / "models"
"""Real models by others, where this machine has them; FORGE3D_ASSETS names their folder."""


def models_below(arguments: list[str]) -> tuple[Path, list[Path]]:
    """The folder that the command line names, or `REAL_MODELS`, with every model below it; exits without one."""
    folder = Path(arguments[0]) if arguments else REAL_MODELS
    models = sorted(path for path in folder.rglob("*") if path.suffix in (".glb", ".gltf"))
    if not models:
        sys.exit(f"no .glb or .gltf below {folder}")
    return folder, models


@dataclass(slots=True)
class Row:
    """Median seconds of each contender on one input; None where it failed, with the reason in `failures`."""

    name: str
    seconds: dict[str, float | None]
    failures: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Comparison:
    """Rows of one benchmark. `ours` is the contender the ratios are about."""

    title: str
    ours: str
    rows: list[Row] = field(default_factory=list)
    note: str = ""

    def ratio(self, contender: str) -> tuple[float, int]:
        """Geometric mean of contender ÷ ours over the rows where both ran, and how many rows that is."""
        logs = [
            math.log(theirs / ours)
            for row in self.rows
            if (theirs := row.seconds.get(contender)) and (ours := row.seconds[self.ours])
        ]
        return (math.exp(statistics.fmean(logs)), len(logs)) if logs else (math.nan, 0)

    def contenders(self) -> list[str]:
        return [name for name in self.rows[0].seconds if name != self.ours] if self.rows else []


def measure(
    name: str, contenders: Mapping[str, Contender], *, turns: int = 7, budget: float = 3.0, turn_seconds: float = 0.02
) -> Row:
    """Time each contender in alternating turns and take medians.

    A turn calls its contender as often as fits in `turn_seconds`, at least once, so that what is quick is not lost in
    the clock and the scheduler.

    Args:
        turns: at least this many, fewer only when `budget` seconds are used up after three.
        budget: seconds for the whole row.
    """
    row = Row(name, dict.fromkeys(contenders))
    times: dict[str, list[float]] = {}
    calls: dict[str, int] = {}
    for contender, call in contenders.items():  # two turns that do not count: imports, caches, first page faults
        try:
            call()
            calls[contender] = max(1, int(turn_seconds / _seconds(call, 1)))
            times[contender] = []
        except Exception as error:  # a peer that cannot read a file is a result, not a fault of the benchmark
            # Where the models lie on this machine is nobody's business: paths begin as the row's name does.
            message = re.sub(rf"[^\s'\"]*/(?={re.escape(name.partition('/')[0])}/)", "", str(error))
            row.failures[contender] = f"{type(error).__name__}: {message[:120]}"
    started = time.perf_counter()
    for turn in range(turns):
        if turn >= 3 and time.perf_counter() - started > budget:
            break
        for contender, taken in times.items():
            gc.collect()
            taken.append(_seconds(contenders[contender], calls[contender]))
    row.seconds.update({contender: statistics.median(taken) for contender, taken in times.items()})
    return row


def _seconds(call: Contender, count: int) -> float:
    """Seconds of one call, the mean of `count`."""
    begin = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - begin) / count


def machine() -> dict[str, Any]:
    """What the figures were measured on, without anything that identifies the machine."""
    return {**host()}


def save(file: str, comparisons: list[Comparison], packages: list[str]) -> str:
    """Write `results/<file>.md` and `.json`; returns the Markdown."""
    about = machine() | {"versions": {package: version(package) for package in packages}}
    text = markdown(comparisons, about)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{file}.md").write_text(text)
    (RESULTS / f"{file}.json").write_text(
        json.dumps(
            {
                "machine": about,
                "comparisons": [
                    {
                        "title": comparison.title,
                        "ours": comparison.ours,
                        "ratios": {name: comparison.ratio(name)[0] for name in comparison.contenders()},
                        "rows": [
                            {"name": row.name, "seconds": row.seconds, "failures": row.failures}
                            for row in comparison.rows
                        ],
                    }
                    for comparison in comparisons
                ],
            },
            indent=1,
        )
        + "\n"
    )
    return text


def markdown(comparisons: list[Comparison], about: Mapping[str, Any]) -> str:
    """The tables as Markdown: a summary of ratios first, then every row in milliseconds."""
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    out = [
        f"Measured on {about['cpu']}, {about['cores']} cores, {about['memory_gib']} GiB, {about['system']}, "
        f"Python {about['python']}; {versions}. Medians of alternating turns in one run.",
        "",
    ]
    for comparison in comparisons:
        out += [f"## {comparison.title}", "", comparison.note, ""]
        out += ["| peer | times as long as " + comparison.ours + " (geometric mean) | rows | no figure |"]
        out += ["|---|---:|---:|---:|"]
        for name in comparison.contenders():
            mean, count = comparison.ratio(name)
            failed = sum(name in row.failures for row in comparison.rows)
            out.append(f"| {name} | {mean:.1f}× | {count} | {failed} |")
        names = [comparison.ours, *comparison.contenders()]
        out += ["", "<details><summary>Every model, milliseconds</summary>", ""]
        out += ["| model | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
        out += ["| " + " | ".join([row.name, *(_cell(row, name) for name in names)]) + " |" for row in comparison.rows]
        out += ["", "</details>", ""]
    return "\n".join(out)


def _cell(row: Row, name: str) -> str:
    seconds = row.seconds[name]
    return "–" if seconds is None else f"{seconds * 1e3:.2f}"
