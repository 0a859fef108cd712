from __future__ import annotations

import pytest

from forge3d.pipeline.report import words


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 B"), (640, "640 B"), (999, "999 B"), (1000, "1 kB"), (56_700, "56.7 kB"), (999_600, "1 MB"),
        (3_773_916, "3.77 MB"), (20_000_000, "20 MB"), (1_500_000_000, "1.5 GB"), (2.5e12, "2500 GB"),
    ],
)  # fmt: skip
def test_sizes(count: float, said: str) -> None:
    assert words.size(count) == said


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0"), (9_999, "9,999"), (15_452, "15.5 k"), (999_600, "1 M"), (1_240_000, "1.24 M")]
)
def test_amounts(count: float, said: str) -> None:
    assert words.amount(count) == said


@pytest.mark.parametrize(
    ("metres", "said"), [(1.89, "1.89 m"), (12.0, "12 m"), (0.823, "82.3 cm"), (0.01, "1 cm"), (0.00035, "0.35 mm")]
)
def test_lengths(metres: float, said: str) -> None:
    assert words.length(metres) == said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [(100, 16, "−84 %"), (100, 103, "+3 %"), (100, 100, "±0 %"), (1000, 1001, "±0 %"), (0, 5, "")],
)
def test_changes(before: float, after: float, said: str) -> None:
    assert words.change(before, after) == said


def test_durations() -> None:
    assert [words.duration(seconds) for seconds in (0.004, 0.01, 0.42, 12.44, 119, 200)] == [
        "< 0.01 s", "0.01 s", "0.42 s", "12.4 s", "119 s", "3 min 20 s",
    ]  # fmt: skip


def test_text_is_safe_in_html_and_in_attributes() -> None:
    assert words.text("<b title=\"a\" class='b'>&") == "&lt;b title=&quot;a&quot; class=&#x27;b&#x27;&gt;&amp;"
