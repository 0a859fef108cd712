"""Baked light follows what joints move, and stays within bounds for large models."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from forge3d.compare.psnr import psnr
from forge3d.document import (
    Accessor,
    Animation,
    AnimationSampler,
    Channel,
    Document,
    Material,
    Node,
    Scene,
    Skin,
)  # fmt: skip
from forge3d.light.points import MOST_POINTS
from forge3d.render import Orbit, Renderer, RenderSettings
from forge3d.render.baking import VERTICES, bake
from forge3d.render.refining import Shapes
from forge3d.render.scene import scene_state

from .shapes import node, placed, quad, sphere

WHITE = np.ones((4, 8, 3), np.float32)
CAMERA = Orbit(yaw=15, pitch=35, distance=9.0, target=(0, 0, 0), fov=40)
GREY = Material(base_color_factor=(0.5, 0.5, 0.5, 1.0), metallic_factor=0.0, roughness_factor=1.0)
FLOOR = {"translation": (0.0, -1.0, 0.0), "rotation": (-(2**-0.5), 0.0, 0.0, 2**-0.5)}
HEIGHTS = (0.0, 3.0)


def floating(height: float) -> Document:
    return placed(node(quad(GREY, size=5.0), **FLOOR), node(sphere(GREY, rings=32), translation=(0.0, height, 0.0)))


def skinned() -> Document:
    """A ball on a floor that one joint lifts within a second."""
    ball = sphere(GREY, rings=32)
    count = len(ball.attributes["POSITION"])
    ball.attributes["JOINTS_0"] = Accessor(np.zeros((count, 4), np.uint8))
    ball.attributes["WEIGHTS_0"] = Accessor(np.tile(np.float32([1, 0, 0, 0]), (count, 1)))
    joint, body = Node(), node(ball)
    body.skin = Skin(joints=[joint])
    places = Accessor(np.array([[0, height, 0] for height in HEIGHTS], np.float32))
    lift = AnimationSampler(input=Accessor(np.float32([0, 1])), output=places)
    nodes = [node(quad(GREY, size=5.0), **FLOOR), body, joint]
    scene = Scene(nodes=nodes)
    return Document(
        nodes=nodes, scenes=[scene], scene=scene, skins=[body.skin],
        animations=[Animation(channels=[Channel(sampler=lift, path="translation", node=joint)], samplers=[lift])],
    )  # fmt: skip


@pytest.mark.parametrize("time", [0.0, 0.5, 1.0])
def test_a_pose_is_lit_as_the_same_thing_without_joints(renderer: Renderer, time: float) -> None:
    document, settings = skinned(), RenderSettings(tone="none", background="white")
    options = {"camera": CAMERA, "environment": WHITE, "size": (96, 96), "settings": settings}
    for moment in (0.0, 1.0, time):  # other poses before it
        posed = renderer.render(document, time=moment, **options)  # type: ignore[arg-type]
    height = HEIGHTS[0] + time * (HEIGHTS[1] - HEIGHTS[0])
    still = renderer.render(floating(height), **options)  # type: ignore[arg-type]
    assert (psnr(posed.pixels, still.pixels) or 99) > 40
    off = np.abs(posed.pixels.astype(int) - still.pixels).max(2)
    assert np.percentile(off, 99) < 12  # no streaks


def test_the_floor_is_dark_under_the_ball_and_bright_when_it_has_left(renderer: Renderer) -> None:
    document, settings = skinned(), RenderSettings(tone="none")
    low, high = (
        renderer.render(
            document, camera=Orbit(pitch=89.9, distance=9.0, target=(0, 0, 0), fov=40), environment=WHITE,
            size=(64, 64), settings=settings, time=time,
        ).pixels[32, 32 + 11, 0].astype(int)
        for time in (0.0, 1.0)
    )  # fmt: skip
    assert high > low + 8


@pytest.mark.slow
def test_a_model_of_half_a_million_vertices_is_baked_within_bounds() -> None:
    """Vertices share points, so rays and what they find do not grow with the model."""
    state = scene_state(placed(node(sphere(GREY, rings=500))))
    tracemalloc.start()
    try:
        baked = bake(state, Shapes(state, VERTICES))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(baked.read) > 500_000
    assert len(baked.points.places) <= MOST_POINTS
    assert len(baked.transfer.entries) < 64 * 2 * MOST_POINTS
    assert peak < 512 << 20
