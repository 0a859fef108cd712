"""Spins of one row and of several."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forge3d.errors import OutputError, RecipeError
from forge3d.render import Renderer, spin
from forge3d.render.presets import PRESETS, preset
from forge3d.render.settings import RenderSettings
from forge3d.render.spin import Spin, each_frame, save_frames, spin_frames

from .shapes import node, placed, quad, unlit

SIZE = (48, 48)
ARROW = placed(
    node(quad(unlit((1, 0, 0, 1), double_sided=True))),
    node(quad(unlit((0, 0, 1, 1), double_sided=True), size=0.5, z=1.0)),
)
"""A red card with a small blue one a metre before its front."""


def middle_of_blue(pixels: np.ndarray) -> float:
    """Where the blue card is, from -1 (left) to 1 (right)."""
    blue = (pixels[..., 2] > 120) & (pixels[..., 0] < 80) & (pixels[..., 3] > 0)
    return float(np.nonzero(blue)[1].mean() / (pixels.shape[1] - 1) * 2 - 1)


def test_names() -> None:
    assert Spin(frames=2).names == ["000", "001"]
    assert Spin(frames=2, pitches=(0, 30)).names == ["01-000", "01-001", "02-000", "02-001"]
    with pytest.raises(RecipeError, match="at least one row"):
        Spin(pitches=())


@pytest.mark.parametrize(("clockwise", "side"), [(False, 1), (True, -1)])
@pytest.mark.parametrize("orbit", [False, True])
def test_the_way_it_turns(renderer: Renderer, orbit: bool, clockwise: bool, side: int) -> None:
    spin = Spin(frames=8, orbit=orbit, clockwise=clockwise)
    frames = [frame.detach() for frame in spin_frames(renderer, ARROW, spin, size=SIZE)]
    assert abs(middle_of_blue(frames[0].pixels)) < 0.1
    assert middle_of_blue(frames[2].pixels) * side > 0.3  # counter-clockwise from above: the front goes to the right


def test_it_begins_where_it_is_told(renderer: Renderer) -> None:
    first = next(iter(spin_frames(renderer, ARROW, Spin(frames=4, yaw=90), size=SIZE)))
    assert middle_of_blue(first.pixels) < -0.3  # seen from +X, the front is on the left


def test_rows_share_one_distance_and_hold_every_angle(renderer: Renderer) -> None:
    spin = Spin(frames=6, pitches=(0, 45, 80), fill=0.9)
    frames = [frame.detach() for frame in spin_frames(renderer, ARROW, spin, size=SIZE)]
    assert len(frames) == len(spin.names) == 18
    for frame in frames:
        alpha = frame.pixels[..., 3]
        assert alpha.any()
        border = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
        assert not border.any()
    cameras = renderer.fit_rows(ARROW, [*map(_orbit, spin.pitches)], SIZE)
    assert len({camera.distance for camera in cameras}) == 1
    assert cameras[0].target == pytest.approx((0, 0, 0.5))


def _orbit(pitch: float):  # type: ignore[no-untyped-def]
    from forge3d.render import Orbit

    return Orbit(pitch=pitch)


def test_rows_are_files_and_an_older_longer_spin_is_told(renderer: Renderer, tmp_path: Path) -> None:
    spin = Spin(frames=2, pitches=(0, 30))
    seen: list[int] = []
    frames = spin_frames(renderer, ARROW, spin, size=(8, 8))
    paths = list(
        save_frames(frames, tmp_path, format="png", names=spin.names, then=lambda frame: seen.append(frame.size[0]))
    )
    assert [path.name for path in paths] == ["01-000.png", "01-001.png", "02-000.png", "02-001.png"]
    assert seen == [8, 8, 8, 8]
    with pytest.raises(OutputError, match=r"02-000\.png"):
        list(save_frames(spin_frames(renderer, ARROW, Spin(frames=2, pitches=(0,)), size=(8, 8)), tmp_path,
                         format="png", names=["01-000", "01-001"]))  # fmt: skip


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_settings_that_can_be_used(name: str) -> None:
    found = preset(name)
    assert RenderSettings(background=found.background).background_linear == (1, 1, 1)
    assert Spin(found.frames, (found.pitch,), fill=found.fill, clockwise=found.clockwise)
    assert found.source
    assert found.date >= "2026-11-22"


def test_amazons_numbers() -> None:
    spin = preset("amazon-360")
    assert spin.frames in (24, 48, 72)
    assert 10 <= spin.pitch <= 30
    assert 1500 <= spin.size[0] == spin.size[1] <= 2500
    assert spin.fill >= 0.85
    assert not spin.clockwise
    with pytest.raises(RecipeError, match="amazon-360"):
        preset("ebay")


def test_memory_goes_back_where_the_rest_is_not_taken(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    given_back: list[bool] = []
    monkeypatch.setattr(spin, "give_back", lambda: given_back.append(True))
    made = each_frame(renderer.turntable(ARROW, frames=8, size=SIZE), lambda index, _: index, threads=1)
    assert next(made) == 0
    made.close()
    assert given_back == [True]
