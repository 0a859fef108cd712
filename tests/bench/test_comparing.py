from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.bench.conftest import made

from forge3d.bench import Measurement, compare
from forge3d.bench.comparing import Pair
from forge3d.errors import InvalidAsset, RecipeError

rates = st.floats(1e-3, 1e9)


def steady(value: float, unit: str = "frames/s") -> Measurement:
    return Measurement.of("frames/lights/4", unit, [value] * 3)  # type: ignore[arg-type]


@settings(deadline=None)
@given(rates, rates, st.sampled_from(["frames/s", "s", "bytes/s"]))
def test_turned_round_the_ratio_is_its_inverse(first: float, second: float, unit: str) -> None:
    there, back = Pair.of(steady(first, unit), steady(second, unit)), Pair.of(steady(second, unit), steady(first, unit))
    assert there.ratio * back.ratio == pytest.approx(1)
    assert {there.verdict, back.verdict} in ({"same"}, {"faster", "slower"})


@settings(deadline=None)
@given(st.floats(1.1, 1e6))
def test_a_faster_file_is_faster_in_everything(scale: float) -> None:
    found = compare(made(), made(scale))
    assert all(pair.ratio == pytest.approx(scale) for pair in found.pairs)
    assert all(mean == pytest.approx(scale) for mean in found.means.values())
    measured = [pair for pair in found.pairs if len(pair.first.samples) > 1]
    assert {pair.verdict for pair in measured} == {"faster"}
    assert not compare(made(scale), made(scale), fail_below=1.0).failed


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ([100, 100, 100], [101.9, 101.9, 101.9], "same"),
        ([100, 100, 100], [103, 103, 103], "faster"),
        ([100, 100, 100], [80, 80, 80], "slower"),
        ([80, 100, 120], [100, 119, 140], "same"),
        ([100], [112], "same"),
        ([100], [130], "faster"),
    ],
)
def test_what_lies_within_the_spread_is_the_same(first: list[float], second: list[float], verdict: str) -> None:
    name = "frames/lights/4"
    pair = Pair.of(Measurement.of(name, "frames/s", first), Measurement.of(name, "frames/s", second))
    assert pair.verdict == verdict


def test_only_the_same_work_is_compared() -> None:
    small, large = made(size=256), made(size=1024)
    with pytest.raises(InvalidAsset, match="--size"):
        compare(small, large)
    mixed = replace(large, measurements=(*small.measurements[:1], *large.measurements[1:-1]))
    found = compare(small, mixed)
    assert [pair.name for pair in found.pairs] == [small.measurements[0].name]
    assert found.unlike == tuple(one.name for one in small.measurements[1:-1])
    assert found.missing == (small.measurements[-1].name,)


@pytest.mark.parametrize(
    ("scale", "limit", "code"), [(0.5, 0.9, 1), (0.5, 0.4, 0), (0.5, None, 0), (0.99, 1.0, 0), (2, 1, 0)]
)
def test_exit_codes(scale: float, limit: float | None, code: int) -> None:
    found = compare(made(), made(scale), fail_below=limit)
    assert found.exit_code == code
    told = json.loads(json.dumps(found.to_dict()))
    assert bool(told["failed"]) == bool(code)
    assert {pair["name"] for pair in told["pairs"]} == {pair.name for pair in found.pairs}


@pytest.mark.parametrize("limit", [0.0, -1.0, 1.1, float("nan")])
def test_limits_that_mean_nothing(limit: float) -> None:
    with pytest.raises(RecipeError, match="fail_below"):
        compare(made(), made(), fail_below=limit)
