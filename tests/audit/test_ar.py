"""Readiness for augmented reality: each reason, and that a plain model has none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forge3d.audit import Finding, Outcome, Profile, audit
from forge3d.document import Accessor, Document, Material
from forge3d.document.animation import Animation, AnimationSampler, Channel
from forge3d.document.material import Clearcoat, Sheen, Transmission
from forge3d.images import encode
from forge3d.optimize import Center

from .build import CUBE, CUBE_FACES, document, painted, primitive

PIXELS = np.full((4, 4, 3), 128, np.uint8)
ALL = ("scene-viewer", "quick-look", "webxr")


def judged(model: Document, *viewers: str) -> Finding:
    return audit(model, Profile.of({"ar_ready": {"viewers": viewers}}))["ar_ready"]


def reasons(model: Document, *viewers: str) -> list[str]:
    return [f"{place.pointer}: {place.detail}" for place in judged(model, *viewers).where]


def cube(material: Material | None = None, **node: object) -> Document:
    return document(primitive(CUBE, CUBE_FACES, material), **node)


def test_a_plain_model_is_ready_for_all() -> None:
    found = judged(cube(painted(PIXELS, clearcoat=Clearcoat(factor=1.0))), *ALL)
    assert (found.outcome, found.value, found.limit) == (Outcome.PASSED, 0, "for scene-viewer, quick-look, webxr")


@pytest.mark.parametrize("size", [0.001, 1000])
def test_size(size: float) -> None:
    assert reasons(cube(scale=(size, 0.5 * size, size)), "webxr") == [
        f": its longest side is {size:g} m, which is shown in true size"
    ]


@pytest.mark.parametrize(
    ("placement", "at", "expected"),
    [
        ("floor", (0, 0.009, 0), []),
        ("floor", (0, 0.5, 0), ["it floats 0.5 m above the floor, which is at y = 0"]),
        ("floor", (0, -0.5, 0), ["it reaches 0.5 m into the floor, which is at y = 0"]),
        ("floor", (-4, 0, 0), ["it stands 3 m away from the place that people choose"]),
        ("floor", (-1.05, 0, 0.05), []),
        ("wall", (-0.5, -0.5, 0), []),
        ("wall", (-0.5, -0.5, 0.25), ["its back is 0.25 m off the wall, which is at z = 0"]),
        ("wall", (-0.5, -0.5, -0.5), ["it reaches 0.5 m into the wall, which is at z = 0"]),
        ("wall", (-0.5, 0, 0), ["the middle of its back is 0.5 m away from the place that people choose"]),
        ("wall", (0, 0, 4), [
            "its back is 4 m off the wall, which is at z = 0",
            "the middle of its back is 0.5 m away from the place that people choose",
        ]),
    ],
)  # fmt: skip
def test_place(placement: Any, at: tuple[float, float, float], expected: list[str]) -> None:
    profile = Profile.of({"ar_ready": {"viewers": ["webxr"]}}).with_placement(placement)
    model = cube(translation=at)
    assert [place.detail for place in audit(model, profile)["ar_ready"].where] == expected
    # What the fix names, mends it.
    model.apply(Center(at="back" if placement == "wall" else "bottom"))
    assert audit(model, profile)["ar_ready"].outcome is Outcome.PASSED


def test_placement_does_not_ask_for_readiness() -> None:
    assert Profile().with_placement("wall") == Profile()
    wall = Profile.of({"ar_ready": {"viewers": ["webxr"], "placement": "wall"}})
    assert str(wall.ar_ready) == "for webxr, on a wall"


def test_nothing_to_see() -> None:
    assert reasons(Document(), "webxr") == [": the scene shows nothing"]


def test_textures() -> None:
    model = cube(painted(PIXELS))
    model.images[0].data = encode(PIXELS, "webp")
    assert reasons(model, "scene-viewer", "webxr") == []
    assert reasons(model, "quick-look") == ["/images/0: a USDZ for Quick Look holds PNG and JPEG, not webp"]
    wide = cube(painted(np.zeros((1, 4097, 3), np.uint8)))
    assert reasons(wide, "quick-look", "webxr") == []
    assert reasons(wide, "scene-viewer") == ["/images/0: Scene Viewer may not load 4097 × 1 pixels"]


def test_layers_that_a_usdz_loses() -> None:
    model = cube(Material(sheen=Sheen(), transmission=Transmission(factor=1.0)))
    assert reasons(model, "scene-viewer", "webxr") == []
    assert reasons(model, "quick-look") == ["/materials/0: UsdPreviewSurface has no sheen, transmission"]


def test_animated_morphs() -> None:
    model = cube()
    times = Accessor(np.array([0, 1], np.float32))
    sampler = AnimationSampler(input=times, output=times)
    model.animations.append(
        Animation(samplers=[sampler], channels=[Channel(sampler=sampler, node=model.nodes[0], path="weights")])
    )
    assert reasons(model, "scene-viewer", "webxr") == []
    assert reasons(model, "quick-look") == ["/animations/0: Quick Look plays transforms and skeletons, not morphs"]
