"""Charts as SVG: lines along an axis that grows by factors, and bars for kinds. Colours come from the page's style."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from .words import digits, figure, scaled, short

WIDTH = 360  # units, about pixels on a phone
_HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 220, 46, 6, 22, 42
_INSET = 20  # of the first and last point from the ends of the grid, so that figures stand clear of its numbers
_BAR, _GAP, _NAME, _VALUE = 16, 14, 118, 60
_CROWDED = 7


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure with its spread."""

    value: float
    low: float
    high: float


Series = Sequence[Mark | None]
"""One for each name of a chart; None where there is no figure."""


def lines(names: Sequence[str], series: Sequence[Series], unit: str, along: str) -> str:
    """Figures over steps of an axis; the upright axis is logarithmic, and bands show the spread."""
    marks = [mark for one in series for mark in one if mark]
    ticks = _ticks(min(mark.low for mark in marks), max(mark.high for mark in marks))
    bottom, top = math.log(ticks[0]), math.log(ticks[-1])
    middle, room = (_LEFT + WIDTH - _RIGHT) / 2, WIDTH - _LEFT - _RIGHT - 2 * _INSET

    def x(index: int) -> float:
        return middle + room * (index / (len(names) - 1) - 0.5) if len(names) > 1 else middle

    def y(value: float) -> float:
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * (math.log(value) - bottom) / (top - bottom)

    parts = [_grid(tick, y(tick)) for tick in ticks]
    parts += [_text(x(index), _HEIGHT - _BOTTOM + 18, name, "tick") for index, name in enumerate(names)]
    parts.append(_text(middle, _HEIGHT - 6, along, "axis"))
    for number, one in enumerate(series):
        shown = [(x(index), mark) for index, mark in enumerate(one) if mark]
        around = [*((at, mark.high) for at, mark in shown), *((at, mark.low) for at, mark in reversed(shown))]
        band = " ".join(f"{at:.1f},{y(value):.1f}" for at, value in around)
        line = " ".join(f"{at:.1f},{y(mark.value):.1f}" for at, mark in shown)
        parts.append(f'<g class="series s{number}"><polygon points="{band}"/><polyline points="{line}"/>')
        parts += [_dot(at, y(mark.value), figure(mark.value, unit)) for at, mark in shown]
        if len(series) == 1 and len(shown) <= _CROWDED:
            parts += [_text(at, y(mark.value) - 9, short(mark.value, unit), "value") for at, mark in shown]
        parts.append("</g>")
    return _svg(_HEIGHT, "".join(parts), f"{unit} over {along}")


def bars(names: Sequence[str], series: Sequence[Series], unit: str) -> str:
    """A bar for each name and series, from zero, with a whisker for the spread."""
    longest = max(mark.high for one in series for mark in one if mark)
    room = WIDTH - _NAME - _VALUE
    rows, top = [], 4.0
    for index, name in enumerate(names):
        middle = top + len(series) * _BAR / 2
        rows.append(_text(_NAME - 10, middle + 4, name, "name"))
        for number, one in enumerate(series):
            mark = one[index]
            if mark is not None:
                rows.append(_bar(mark, top + number * _BAR, room / longest, number, unit))
        top += len(series) * _BAR + _GAP
    return _svg(round(top - _GAP + 4), "".join(rows), f"{unit} of {', '.join(names)}")


def _bar(mark: Mark, top: float, scale: float, number: int, unit: str) -> str:
    low, long, high = (_NAME + scale * value for value in (mark.low, mark.value, mark.high))
    middle = top + _BAR / 2
    return (
        f'<g class="series s{number}"><rect x="{_NAME}" y="{top + 1:.1f}" width="{max(1.5, long - _NAME):.1f}" '
        f'height="{_BAR - 2}" rx="3"/><line class="whisker" x1="{low:.1f}" x2="{high:.1f}" y1="{middle:.1f}" '
        f'y2="{middle:.1f}"/></g>{_text(max(long, high) + 7, middle + 4, short(mark.value, unit), "amount")}'
    )


def _ticks(low: float, high: float) -> list[float]:
    """Round values, the first below `low` and the last above `high`: of 1, 2, 5 or, over many decades, of 1 alone."""
    for steps in ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1,)):
        first, last = math.floor(math.log10(low)), math.floor(math.log10(high)) + 1
        found = [step * 10.0**power for power in range(first, last + 1) for step in steps]
        start = max(index for index, value in enumerate(found) if value <= low * 0.97 or index == 0)
        end = min(index for index, value in enumerate(found) if value >= high * 1.12 or index == len(found) - 1)
        if end - start <= 6:
            return found[start : end + 1]
    return found[start : end + 1]


def _grid(value: float, y: float) -> str:
    label = scaled(value).strip() if value >= 1000 else digits(value)
    return f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>' + _text(
        _LEFT - 7, y + 4, label, "name"
    )


def _dot(x: float, y: float, title: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5"><title>{escape(title)}</title></circle>'


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def _svg(height: int, inside: str, label: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label, quote=True)}" '
        f'xmlns="http://www.w3.org/2000/svg">{inside}</svg>'
    )
