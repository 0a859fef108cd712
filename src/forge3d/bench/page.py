"""One result, or two beside each other, as one HTML page that stands alone: no request leaves it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib import resources

from .. import webpage
from . import chart, words
from .comparing import Comparison, Pair
from .result import Measurement, Result


def page(shown: Result | Comparison) -> bytes:
    """The page, UTF-8."""
    if isinstance(shown, Comparison):
        results: tuple[Result, ...] = (shown.first, shown.second)
        title, top, table = "Two devices side by side", _verdict(shown), _pairs(shown)
    else:
        results = (shown,)
        title, top, table = shown.machine.gpu, f"<h1>{_text(words.headline(shown))}</h1>", _figures(shown)
    machines = "".join(_machine(result, number) for number, result in enumerate(results))
    cards = "".join(_card(one, results) for one in words.CHARTS)
    body = f"""<header>
<p class="mark"><span aria-hidden="true" class="anvil"></span>forge3d bench</p>
{top}
<div class="machines">{machines}</div>
</header>
<main>
{cards}
</main>
{table}
<footer><p>Warm frames of a spin, drawn and read back, where nothing else is said. Medians; bands and whiskers hold the
middle eight tenths of the repetitions.</p></footer>"""
    style = resources.files(__package__).joinpath("page.css").read_text("utf-8")
    return webpage.page(f"{title} · forge3d bench", style, body)


def _machine(result: Result, number: int) -> str:
    about = result.settings
    suite = f"forge3d {result.forge3d}, {about.suite} suite, {about.size} pixels a side"
    parts = [*words.machine(result.machine), ("Suite", suite)]
    facts = "".join(f"<div><dt>{name}</dt><dd>{_text(value)}</dd></div>" for name, value in parts)
    part = "" if result.complete else '<p class="bad">Interrupted: only a part was measured.</p>'
    return f'<dl class="s{number}">{facts}{part}</dl>'


def _verdict(comparison: Comparison) -> str:
    mean = comparison.means.get("frames")
    if mean is None:
        said = "Two results side by side"
    elif abs(mean - 1) <= 0.02:
        said = "Both draw as many frames a second"
    else:
        said = f"The second draws {words.digits(mean)} times as many frames a second"
    failed = comparison.failed
    if comparison.fail_below is None:
        return f"<h1>{said}</h1>"
    outcome = f"{len(failed)} below {comparison.fail_below:g} of the first" if failed else "None is slower than allowed"
    return f'<h1>{said}</h1><p class="{"bad" if failed else "good"}">{outcome}.</p>'


def _card(about: words.Chart, results: Sequence[Result]) -> str:
    """A chart of one or several results; empty where none has a figure for it."""
    found = [{one.name: one for group in about.groups for one in result.groups().get(group, ())} for result in results]
    known = {name: one for result in reversed(found) for name, one in result.items()}
    names = sorted(known, key=lambda name: int(known[name].point)) if about.along else list(known)
    if not names:
        return ""
    labels = [_label(known[name], about) for name in names]
    series = [[_mark(result.get(name)) for name in names] for result in found]
    unit = known[names[0]].unit
    drawn = chart.lines(labels, series, unit, about.along) if about.along else chart.bars(labels, series, unit)
    note = f'<p class="soft">{_text(about.note)}</p>' if about.note else ""
    said = "seconds" if unit == "s" else unit.replace("/s", " a second")
    return f"<section><h2>{_text(about.title)} <small>{said}</small></h2>{drawn}{note}</section>\n"


def _label(one: Measurement, about: words.Chart) -> str:
    series = about.groups[one.group]
    return f"{words.point(one.point)}, {series}" if series else words.point(one.point)


def _mark(one: Measurement | None) -> chart.Mark | None:
    return chart.Mark(one.value, one.low, one.high) if one else None


def _figures(result: Result) -> str:
    rows = "".join(
        f'<tr><th scope="row">{_text(one.name)}</th><td>{words.figure(one.value, one.unit)}</td>'
        f"<td>{words.spread(one)}</td></tr>"
        for one in result.measurements
    )
    left_out = "".join(f"<li><code>{_text(one.name)}</code> {_text(one.reason)}</li>" for one in result.skipped)
    missing = f"<h3>Not measured</h3><ul>{left_out}</ul>" if left_out else ""
    return f"<details><summary>Every figure</summary><table>{rows}</table></details>{missing}"


def _pairs(comparison: Comparison) -> str:
    failed = {pair.name for pair in comparison.failed}
    rows = "".join(_pair(pair, pair.name in failed) for pair in comparison.pairs)
    others = [f"<li><code>{_text(name)}</code> other work</li>" for name in comparison.unlike]
    others += [f"<li><code>{_text(name)}</code> measured by one alone</li>" for name in comparison.missing]
    missing = f"<h3>Not compared</h3><ul>{''.join(others)}</ul>" if others else ""
    head = "<tr><th></th><th>first</th><th>second</th><th>speed</th></tr>"
    return f"<details open><summary>Every figure</summary><table>{head}{rows}</table></details>{missing}"


def _pair(pair: Pair, failed: bool) -> str:
    kind = "bad" if failed else {"faster": "good", "slower": "slower", "same": "soft"}[pair.verdict]
    return (
        f'<tr><th scope="row">{_text(pair.name)}</th><td>{words.figure(pair.first.value, pair.first.unit)}</td>'
        f"<td>{words.figure(pair.second.value, pair.second.unit)}</td>"
        f'<td class="{kind}">{words.digits(pair.ratio)}× <small>{pair.verdict}</small></td></tr>'
    )


def _text(value: str) -> str:
    return escape(value, quote=True)
