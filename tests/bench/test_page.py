from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.bench.conftest import made

from forge3d.bench import Result, compare, page
from forge3d.bench.chart import Mark, bars, lines
from forge3d.bench.markdown import markdown
from forge3d.bench.words import CHARTS, figure, headline, point

_VOID = {"meta", "link", "br", "img", "input"}


class _Balanced(HTMLParser):
    """Every element that is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(data: bytes) -> list[str]:
    text = data.decode()
    parser = _Balanced()
    parser.feed(text)
    assert parser.open == []
    assert not re.search(r"(src|href)=|url\(", text)
    return parser.tags


def test_a_result_has_a_chart_for_each_group(result: Result) -> None:
    tags = parsed(page(result))
    assert tags.count("svg") == 6
    text = page(result).decode()
    assert "Some &lt;GPU&gt; &amp; more" in text
    assert "would take &lt;long&gt;" in text
    assert "Interrupted" not in text
    assert "Interrupted" in page(replace(result, complete=False)).decode()


def test_an_empty_result_has_a_page_too(result: Result) -> None:
    assert "svg" not in parsed(page(replace(result, measurements=(), complete=False)))
    assert "Some <GPU>" in markdown(replace(result, measurements=()))


def test_two_results_share_their_charts() -> None:
    found = compare(made(), made(0.5), fail_below=0.9)
    text = page(found).decode()
    parsed(page(found))
    assert text.count('class="series s1"') > 6
    assert "0.5 times as many frames" in text
    assert f"{len(found.failed)} below 0.9 of the first" in text
    lacking = replace(made(), measurements=made().measurements[:-1])
    parsed(page(compare(lacking, made())))


def test_markdown_has_a_row_for_each_figure(result: Result) -> None:
    rows = [line for line in markdown(result).splitlines() if line.startswith("| ") and "median" not in line]
    assert len(rows) == len(result.measurements)
    assert "| 100 k | 120 frames/s | ±2 % |" in markdown(result)


def test_every_group_of_the_suite_is_shown() -> None:
    shown = [group for chart in CHARTS for group in chart.groups]
    axes = {f"frames/{axis}" for axis in ("resolution", "triangles", "materials", "lights", "look", "quality")}
    stages = {"model", "start", "prepare", "upload", "readback", "encode/one-thread", "encode/all-threads", "spin"}
    assert set(shown) == axes | stages
    assert len(set(shown)) == len(shown)


values = st.floats(1e-9, 1e12)


@settings(deadline=None)
@given(st.lists(values, min_size=1, max_size=8))
def test_larger_is_higher_and_longer(found: list[float]) -> None:
    marks = [Mark(value, value * 0.9, value * 1.1) for value in found]
    names = [str(number) for number in range(len(found))]
    drawn = ElementTree.fromstring(lines(names, [marks], "frames/s", "things"))
    spots = [float(dot.get("cy", "nan")) for dot in drawn.iter() if dot.tag.endswith("circle")]
    heights = [spot for _, spot in sorted(zip(found, spots, strict=True))]
    assert heights == sorted(heights, reverse=True)
    assert min(spots) >= 0
    assert max(spots) <= 220
    drawn = ElementTree.fromstring(bars(names, [marks], "s"))
    widths = [float(bar.get("width", "nan")) for bar in drawn.iter() if bar.tag.endswith("rect")]
    assert [width for _, width in sorted(zip(found, widths, strict=True))] == sorted(widths)


def test_series_may_lack_points() -> None:
    mark = Mark(3.0, 2.0, 4.0)
    drawn = ElementTree.fromstring(lines(["a", "b"], [[mark, None], [None, mark]], "frames/s", "things"))
    assert len([dot for dot in drawn.iter() if dot.tag.endswith("circle")]) == 2
    drawn = ElementTree.fromstring(bars(["a", "b"], [[mark, None], [None, mark]], "s"))
    assert len([bar for bar in drawn.iter() if bar.tag.endswith("rect")]) == 2


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (412.3, "frames/s", "412 frames/s"), (0.1443, "frames/s", "0.14 frames/s"),
        (12345, "pictures/s", "12,345 pictures/s"),
        (18.42e9, "bytes/s", "18.4 GB/s"), (3.1e7, "pixels/s", "31 Mpixels/s"), (0.00421, "s", "4.21 ms"),
        (2.5, "s", "2.5 s"), (3e-6, "s", "3 µs"), (12, "bytes/s", "12 B/s"),
    ],
)  # fmt: skip
def test_figures(value: float, unit: str, text: str) -> None:
    assert figure(value, unit) == text


def test_points_and_the_headline(result: Result) -> None:
    assert [point(name) for name in ("1000000", "256", "0", "avif", "first-picture")] == [
        "1 M", "256", "0", "AVIF", "first picture",
    ]  # fmt: skip
    assert headline(result).startswith("120 frames a second at 1024")
