"""Small real runs. Nothing here asserts how long anything takes."""

from __future__ import annotations

import pytest

from forge3d.bench import Measurement, Options, Result, bench, frames
from forge3d.bench import suite as room
from forge3d.bench.frames import Axes, FrameRates, Point, TooLong
from forge3d.bench.scenes import Field
from forge3d.errors import RecipeError
from forge3d.render import Renderer

BASE = Field(triangles=400, balls=2, texture_side=16)
TINY = Axes(
    resolution=(32,), triangles=(200,), materials=(4,), lights=(0, 2), quality=("draft", "high"), look=("plain",),
)  # fmt: skip


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch, renderer: Renderer) -> Options:
    monkeypatch.setattr(room, "QUICK", TINY)
    monkeypatch.setattr(frames, "_MOST_BUDGETS", 10_000)
    return Options(quick=True, size=64, budget=0.02, base=BASE)


def test_a_whole_run(options: Options) -> None:
    told: list[tuple[float, str]] = []
    model = Field(triangles=200, balls=1, look="plain").document()
    result = bench(options, model=model, model_name="mine.glb", progress=lambda done, name: told.append((done, name)))
    names = [one.name for one in result.measurements]
    assert result.complete
    assert [name for _, name in told] == names, result.skipped
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert {name.partition("/")[0] for name in names} == {
        "start", "prepare", "upload", "readback", "encode", "spin", "frames", "model",
    }  # fmt: skip
    assert Result.decode(result.encode()) == result
    small = result.find("frames/resolution/32")
    assert small is not None
    assert small.work | {"width": 32, "quality": "standard", "draws": 2, "materials": 2} == small.work
    assert small.readback_share
    high = result.find("frames/quality/high")
    assert high is not None
    assert high.readback_share is None
    assert result.settings.model == "mine.glb"


def test_only_a_family(options: Options) -> None:
    chosen = Options(True, 64, 0.01, only=("frames/lights", "start/open"), base=BASE)
    result = bench(chosen)
    assert [one.name for one in result.measurements] == ["start/open", "frames/lights/0", "frames/lights/2"]
    with pytest.raises(RecipeError, match="frames, prepare, readback"):
        bench(Options(True, 64, 0.01, only=("frame",), base=BASE))


def test_what_was_measured_before_an_interruption_is_kept(options: Options) -> None:
    kept: list[Result] = []

    def interrupt(done: float, name: str) -> None:
        if name == "frames/lights/2":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bench(Options(True, 64, 0.01, only=("frames/lights",), base=BASE), progress=interrupt, keep=kept.append)
    assert [one.name for one in kept[-1].measurements] == ["frames/lights/0"]
    assert not kept[-1].complete


def test_what_a_device_cannot_do_is_skipped_with_the_reason(options: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "QUICK", Axes((1 << 17,), (), (), (), (), ()))
    result = bench(Options(True, 64, 0.01, only=("frames",), base=BASE))
    assert result.measurements == ()
    assert [one.name for one in result.skipped] == ["frames/resolution/131072"]
    assert "131,072" in result.skipped[0].reason


def test_the_rest_of_an_axis_is_left_out_where_it_takes_too_long(renderer: Renderer) -> None:
    rates = FrameRates(renderer, 1e-5, {})
    first = rates.measure(Point("frames/resolution/32", BASE, 32, "draft", 32 * 32))
    assert isinstance(first, Measurement)
    with pytest.raises(TooLong, match="--budget"):
        rates.measure(Point("frames/resolution/4096", BASE, 4096, "draft", 4096 * 4096))
    rates.measure(Point("frames/look/plain", BASE, 32, "draft"))


@pytest.mark.parametrize("wrong", [{"size": 4}, {"size": 1 << 20}, {"budget": 0.0}, {"budget": float("inf")}])
def test_options_that_cannot_be(wrong: dict[str, float]) -> None:
    with pytest.raises(RecipeError):
        Options(**wrong)  # type: ignore[arg-type]
