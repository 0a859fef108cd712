"""Dressed bodies in a viewer that is not ours: they move there, and stand as our pictures show them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from examples.worn_sheet import worn

from forge3d import Orbit, Renderer, RenderSettings, images
from forge3d.compare import flip, silhouette_iou
from forge3d.document import Document

from .measure_viewers import ENVIRONMENT
from .viewers import Shot, draw, framed, require_viewers

pytestmark = [pytest.mark.slow, pytest.mark.peers, pytest.mark.timeout(600)]

MOMENTS = (
    ("Idle", 0.0),
    ("Idle", 1.0),
    ("Idle", 2.0),
    ("Idle", 3.2),
    ("Contrapposto", 0.5),
    ("Walk", 0.5),
    ("Reach", 0.5),
)
ALIKE, OUTLINE = 0.25, 0.985
"""FLIP over a small figure with thin glowing lines in another engine's light; and likeness of silhouettes."""


@pytest.fixture(scope="module")
def figure() -> Document:
    return worn("large")


def test_what_is_worn_moves_in_three_as_in_our_pictures(figure: Document, shared_assets: Path, tmp_path: Path) -> None:
    require_viewers()
    shots = [_shot(figure, tmp_path, name, time) for name, time in MOMENTS]
    assert draw("three", shared_assets / ENVIRONMENT, shots) == [None] * len(shots)
    theirs = [images.decode(Path(shot.out).read_bytes()) for shot in shots]
    with Renderer() as renderer:
        ours = [
            renderer.render(
                figure, camera=Orbit.from_spherical(shot.theta, shot.phi, shot.radius, shot.target, shot.fov),
                environment=str(shared_assets / ENVIRONMENT), size=(shot.width, shot.height),
                settings=RenderSettings(tone="neutral"), animation=name, time=time,
            ).pixels
            for shot, (name, time) in zip(shots, MOMENTS, strict=True)
        ]  # fmt: skip
    for (name, time), mine, three in zip(MOMENTS, ours, theirs, strict=True):
        apart, outline = flip(mine, three), silhouette_iou(mine, three)
        print(f"{name} at {time} s: FLIP {apart:.4f}, silhouettes {outline:.4f}")
        assert apart is not None
        assert outline is not None
        assert apart < ALIKE, (name, time)
        assert outline > OUTLINE, (name, time)
    for number, three in enumerate(theirs):
        likeness = [silhouette_iou(mine, three) or 0.0 for mine in ours]
        assert int(np.argmax(likeness)) == number, (MOMENTS[number], likeness)  # of all our moments, the same one


def _shot(figure: Document, folder: Path, name: str, time: float) -> Shot:
    """The figure with this animation first: the one that the viewer plays."""
    document = figure.copy()
    document.animations.sort(key=lambda animation: animation.name != name)
    file = folder / f"{name}.glb"
    document.write(file)
    still = framed(folder / "Idle.glb", folder / f"{name}-{time}.png")
    return replace(still.of(file, folder / f"{name}-{time}.png"), radius=still.radius * 1.15, time=time)
