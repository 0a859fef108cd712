"""Close-ups: what they show, from how near, and what is left out."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.document import Document, Node
from forge3d.errors import RecipeError
from forge3d.render import Orbit, Renderer, RenderSettings
from forge3d.render.closeups import CloseUps, close_ups
from forge3d.render.matrix import Matrix, pictures

from .shapes import node, placed, quad, unlit

SIZE = (60, 60)
FRONT = Orbit(pitch=0)
FLAT = RenderSettings(tone="none", samples=1)


def cards() -> Document:
    """A large red card, a small green one on the right, half as far out a place without a mesh."""
    small = node(quad(unlit((0, 1, 0, 1)), size=0.5), name="Small")
    holder = Node(name="Holder", translation=(2, 1, 0), children=[small])
    card, mark = node(quad(unlit((1, 0, 0, 1))), name="Card"), Node(name="Mark", translation=(1, 0.5, 0))
    document = placed(card, holder, mark)
    document.nodes.append(small)
    return document


def test_a_node_fills_the_picture_with_all_below_it(renderer: Renderer) -> None:
    made = close_ups(renderer, cards(), FRONT, CloseUps(("Holder", "Card")), SIZE)
    assert list(made) == ["close-Holder", "close-Card"]
    for name, color in (("close-Holder", 1), ("close-Card", 0)):
        frame = renderer.render(cards(), camera=made[name], size=SIZE, settings=FLAT)
        shown = (frame.pixels[..., color] > 200) & (frame.pixels[..., 3] > 127)
        assert shown.any(0).sum() == shown.any(1).sum() == pytest.approx(54, abs=1)
    np.testing.assert_allclose(made["close-Holder"].target, (2, 1, 0), atol=1e-6)


def test_one_scale_for_all_with_zoom(renderer: Renderer) -> None:
    whole = renderer.fit(cards(), FRONT, SIZE).distance or 0.0
    made = close_ups(renderer, cards(), FRONT, CloseUps(("Holder", "Card", "Mark"), zoom=3.0), SIZE)
    assert {camera.distance for camera in made.values()} == {whole / 3}
    assert close_ups(renderer, cards(), FRONT, CloseUps(("Mark",)), SIZE)["close-Mark"].distance == whole / 4
    np.testing.assert_allclose(made["close-Mark"].target, (1, 0.5, 0), atol=1e-6)


def test_parts_of_a_grid_aim_at_the_surface_and_empty_ones_are_left_out(renderer: Renderer) -> None:
    whole = renderer.fit(cards(), FRONT, SIZE).distance or 0.0
    made = close_ups(renderer, cards(), FRONT, CloseUps(grid=(3, 2)), SIZE)
    assert list(made) == ["part-1-1", "part-1-2", "part-1-3", "part-2-1", "part-2-2"]  # nothing below the small card
    for camera in made.values():
        assert camera.distance == whole / 3
        assert camera.target is not None
        assert camera.target[2] == pytest.approx(0, abs=1e-2)
        frame = renderer.render(cards(), camera=camera, size=SIZE, settings=FLAT)
        assert frame.pixels[30, 30, 3] == 255


def test_they_are_pictures_like_the_others(renderer: Renderer) -> None:
    matrix = Matrix({"front": (0, 0)}, ((24, 24), (12, 12)), close_ups=CloseUps(("Small",), (2, 1)))
    made = [picture.name for picture in pictures(renderer, cards(), matrix)]
    names = ("front", "close_small", "part_1_1", "part_1_2")
    assert made == [f"{name}-{size}" for name in names for size in (24, 12)]
    assert matrix.most == len(made)


def test_what_is_refused(renderer: Renderer) -> None:
    for wrong, why in (({"grid": (0, 2)}, "grid"), ({"grid": (2, 40)}, "1 to 12"), ({"zoom": 0.5}, "zoom=0.5")):
        with pytest.raises(RecipeError, match=why):
            CloseUps(**wrong)  # type: ignore[arg-type]
    with pytest.raises(RecipeError, match=r"no node is called 'Lid'.*Card, Holder, Mark, Small"):
        close_ups(renderer, cards(), FRONT, CloseUps(("Lid",)), SIZE)
