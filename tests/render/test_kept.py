"""What is kept: while its owners live, and within bytes. For dictionaries alone, then for what renderers hold."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from forge3d.document import Accessor, Document, Image, Material, Texture, TextureInfo
from forge3d.images import encode
from forge3d.render import Renderer, RenderSettings
from forge3d.render.kept import Kept

from .shapes import node, placed, quad

PLAIN = RenderSettings(occlusion=False, samples=1)


class Owner:
    pass


def test_what_was_used_longest_ago_makes_room() -> None:
    kept: Kept[str] = Kept(10)
    for name in "abc":
        kept.put(name, name, 4)
    assert kept.find("a")
    kept.trim({"a"})
    assert [name for name in "abc" if kept.find(name)] == ["a", "c"]
    assert kept.nbytes == 8


def test_what_is_in_use_stays_however_large() -> None:
    kept: Kept[str] = Kept(10)
    kept.put("old", "old", 1)
    kept.put("large", "large", 100)
    kept.trim({"large"})
    assert len(kept) == 1
    assert kept.find("large")
    kept.trim(())
    assert (len(kept), kept.nbytes) == (0, 0)


def test_nobody_can_ask_for_what_has_lost_an_owner() -> None:
    kept: Kept[str] = Kept(10)
    one, other = Owner(), Owner()
    kept.put("both", "both", 1, (one, other))
    assert kept.find("both", (one, other))
    del other
    gc.collect()
    assert kept.find("both", (one,)) is None
    assert len(kept) == 0


def test_one_living_group_of_owners_is_enough() -> None:
    kept: Kept[str] = Kept(10)
    first, second = Owner(), Owner()
    kept.put("shared", "shared", 1, (first,))
    assert kept.find("shared", (second,))
    del first
    kept.trim(())
    assert kept.find("shared", (second,))
    del second
    kept.trim(())
    assert (len(kept), kept.nbytes) == (0, 0)


def papered(seed: int) -> Document:
    pixels = np.random.default_rng(seed).integers(0, 255, (64, 64, 3), np.uint8)
    image = Image(data=encode(pixels, "png"), mime_type="image/png")
    return placed(node(quad(Material(base_color_texture=TextureInfo(texture=Texture(image=image))))))


@pytest.fixture
def lone() -> Renderer:
    with Renderer() as renderer:
        yield renderer


def test_a_renderer_keeps_no_document_alive_and_nothing_of_those_that_are_gone(lone: Renderer) -> None:
    document = papered(1)
    primitive, image = document.nodes[0].mesh.primitives[0], document.nodes[0].mesh.primitives[0].material
    watched = [weakref.ref(primitive.attributes["POSITION"]), weakref.ref(image.base_color_texture.texture.image)]
    lone.render(document, size=(16, 16), environment=np.ones((4, 8, 3), np.float32)).detach()
    held = lone._gpu.uploader._kept
    assert len(held) == 2  # mesh and texture
    del document, primitive, image
    assert [one() for one in watched] == [None, None]
    lone.render(placed(node(quad())), size=(16, 16)).detach()
    assert len(held) == 1
    assert len(lone._gpu.baked._kept) == 1
    assert len(lone._gpu.environments._kept) == 1  # the array is gone, "studio" stays


def test_targets_of_other_sizes_are_let_go(lone: Renderer) -> None:
    targets = lone._gpu.targets
    assert lone.render(papered(3), size=(40, 40), settings=PLAIN).depth.shape == (40, 40)
    assert targets._aov is not None
    lone.render(papered(3), size=(40, 40), settings=PLAIN)
    assert targets._aov is not None
    lone.render(papered(3), size=(30, 30), settings=PLAIN)
    assert targets._aov is None


def test_copies_share_what_is_uploaded(lone: Renderer) -> None:
    document = papered(2)
    lone.render(document, size=(16, 16)).detach()
    held = lone._gpu.uploader._kept
    before = [entry.made for entry in held._entries.values()]
    copy = document.copy()
    lone.render(copy, size=(16, 16)).detach()
    del document
    lone.render(copy, size=(16, 16)).detach()
    assert [entry.made for entry in held._entries.values()] == before


def test_an_accessor_at_the_place_of_a_dead_one_is_not_taken_for_it(lone: Renderer) -> None:
    """Until another object happens to get the same identity."""
    corners = quad().attributes["POSITION"].array
    document = placed(node(quad()))
    primitive = document.nodes[0].mesh.primitives[0]
    expected = {}
    for scale in (1.0, 0.5):
        primitive.attributes["POSITION"] = Accessor(corners * np.float32(scale))
        with Renderer() as fresh:
            expected[scale] = fresh.render(document, size=(16, 16), settings=PLAIN).depth
    identities: set[int] = set()
    again = False
    for turn in range(12):
        scale = (1.0, 0.5)[turn % 2]
        del primitive.attributes["POSITION"]
        primitive.attributes = {"POSITION": Accessor(corners * np.float32(scale)), **primitive.attributes}
        again |= id(primitive.attributes["POSITION"]) in identities
        identities.add(id(primitive.attributes["POSITION"]))
        assert (lone.render(document, size=(16, 16), settings=PLAIN).depth == expected[scale]).all()
    assert again
