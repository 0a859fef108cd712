"""Renderers beside each other: opened, closed, dropped and broken off in any order, on several threads.

Each draws what it would draw alone.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from forge3d.document import Document, Material
from forge3d.render import Renderer, RenderSettings, drawing

from .shapes import node, placed, sphere
from .test_steady import varied

SIZE, SCENES = (24, 24), 4
PLAIN = RenderSettings(samples=1, occlusion=False)
SKIES = [np.full((4, 8, 3), level, np.float32) for level in (0.3, 0.6, 1.0)]
Picture = npt.NDArray[np.uint8]


def shown(renderer: Renderer, number: int) -> Picture:
    """A scene under a sky, by number."""
    sky = SKIES[number % 3] if number % 4 else "dark"
    return renderer.render(scene(number), environment=sky, size=SIZE, settings=PLAIN).pixels


def scene(number: int) -> Document:
    if number % 2:
        return varied(number)
    mirror = Material(metallic_factor=1.0, roughness_factor=0.1 * number)
    return placed(node(sphere(mirror, rings=8)))


@pytest.fixture(scope="module")
def alone() -> list[Picture]:
    pictures = []
    for number in range(SCENES):
        with Renderer() as renderer:
            pictures.append(shown(renderer, number))
    return pictures


def test_in_any_order(renderer: Renderer, alone: list[Picture], monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    others: list[Renderer] = []
    spins: list[Iterator[object]] = []
    for turn in range(50):
        match int(rng.integers(7)):
            case 0:
                others.append(Renderer())
            case 1 if others:
                others.pop(0).close()
            case 2 if others:
                others.pop()
                gc.collect()
            case 3:
                spins.append(renderer.turntable(scene(turn % SCENES), frames=3, size=SIZE, settings=PLAIN))
                next(spins[-1])
            case 4 if spins:
                spins.pop(0)
            case 5:
                with monkeypatch.context() as patch:
                    patch.setattr(drawing, "_screen", interrupted)
                    with pytest.raises(KeyboardInterrupt):
                        shown(renderer, turn % SCENES)
        for drawn in (renderer, *others[-1:]):
            number = int(rng.integers(SCENES))
            np.testing.assert_array_equal(shown(drawn, number), alone[number], f"turn {turn}, scene {number}")
    for other in others:
        other.close()


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_on_threads(renderer: Renderer, alone: list[Picture]) -> None:
    wrong: list[str] = []

    def work(first: int) -> None:
        with Renderer() as own:
            wrong.extend(
                f"thread {first}, scene {number}"
                for number in [*range(first, SCENES), *range(first)]
                if (shown(own, number) != alone[number]).any()
            )

    threads = [threading.Thread(target=work, args=(first,)) for first in range(3)]
    for thread in threads:
        thread.start()
    for number, picture in enumerate(alone):
        np.testing.assert_array_equal(shown(renderer, number), picture)
    for thread in threads:
        thread.join()
    assert not wrong
