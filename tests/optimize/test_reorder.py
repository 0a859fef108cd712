"""The same triangles in an order that caches and codecs like."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forge3d.document import Accessor, AlphaMode, Context, Material, Variant, VariantMapping
from forge3d.optimize import Reorder

from . import document, everything_drawn, grid, primitive


@given(st.integers(0, 2**32 - 1), st.sampled_from(["size", "performance"]))
def test_what_is_drawn_stays_equal_to_the_bit(seed: int, target: str) -> None:
    rng = np.random.default_rng(seed)
    triangles = rng.integers(0, 12, (rng.integers(1, 20), 3))
    part = primitive(rng.random((12, 3)), triangles.reshape(-1), _ID=rng.integers(0, 255, (12, 4)).astype(np.uint8))
    doc = document(part)
    before = everything_drawn(doc)
    Reorder(target=target)(doc, Context())  # type: ignore[arg-type]
    assert everything_drawn(doc) == before


def test_vertices_come_in_the_order_of_their_use_and_are_used_again_soon() -> None:
    rng = np.random.default_rng(1)
    part = grid(20)
    assert part.indices is not None
    shuffled = part.indices.array.reshape(-1, 3)[rng.permutation(800)].reshape(-1)
    part.indices = Accessor(shuffled)
    assert cache_misses(shuffled) > 2.0
    Reorder(target="performance")(document(part), Context())
    indices = part.indices.array.astype(int)
    assert np.array_equal(np.unique(indices, return_index=True)[1].argsort(), np.arange(441))
    assert cache_misses(indices) < 0.8


def cache_misses(indices: np.ndarray, size: int = 16) -> float:
    """Vertex shader runs for each triangle with a first-in-first-out cache."""
    cache: list[int] = []
    misses = 0
    for index in indices.tolist():
        if index not in cache:
            misses += 1
            cache = [*cache, index][-size:]
    return misses / (len(indices) / 3)


def test_blended_triangles_keep_their_order_under_any_variant() -> None:
    rng = np.random.default_rng(2)
    glass = Material(alpha_mode=AlphaMode.BLEND)
    for material, variants in ((glass, []), (None, [VariantMapping(material=glass, variants=[Variant(name="glass")])])):
        part = grid(4)
        assert part.indices is not None
        part.indices = Accessor(part.indices.array.reshape(-1, 3)[rng.permutation(32)].reshape(-1))
        part.material, part.variants = material, variants
        before = part.attributes["POSITION"].array[part.indices.array]
        change = Reorder()(document(part), Context())
        assert np.array_equal(part.attributes["POSITION"].array[part.indices.array], before)
        assert [skip.why for skip in change.skipped] == ["is blended: the order of its triangles shows"]


def test_shared_streams_stay_shared_and_soups_are_named() -> None:
    first, second = grid(3), grid(3)
    second.attributes = dict(first.attributes)
    soup = primitive(np.zeros((3, 3)), None)
    doc = document(first, second, soup)
    before = everything_drawn(doc)
    change = Reorder()(doc, Context())
    assert first.attributes["POSITION"] is second.attributes["POSITION"]
    assert everything_drawn(doc) == before
    assert [skip.what for skip in change.skipped] == ["mesh 0 primitive 2"]
