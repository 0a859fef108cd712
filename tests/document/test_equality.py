"""Differences are found wherever they are, and storage is not one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from forge3d.document import Accessor, Document, Material, Node
from forge3d.document.equality import differences

from .build import TRIANGLE, document, triangle
from .everything import everything_file


@pytest.fixture(scope="module")
def original() -> Document:
    return Document.read(everything_file())


CHANGES: dict[str, Callable[[Document], None]] = {
    "a name": lambda d: setattr(d.nodes[0], "name", "other"),
    "extras deep inside": lambda d: d.materials[0].clearcoat.extras["nested"].append(1),  # type: ignore[union-attr]
    "an extension": lambda d: d.samplers[0].extensions.clear(),
    "a number": lambda d: setattr(d.materials[0], "metallic_factor", 0.5000001),
    "a reference": lambda d: setattr(d.nodes[3], "light", d.lights[1]),
    "an order": lambda d: d.variants.reverse(),
    "a missing object": lambda d: d.skins.pop() and None,
    "a texture transform": lambda d: setattr(d.materials[0].base_color_texture.transform, "rotation", 1),  # type: ignore[union-attr]
    "an image": lambda d: setattr(d.images[0], "data", b"other"),
    "one bit": lambda d: d.meshes[0].primitives[0].attributes.update(NORMAL=Accessor(np.eye(3, dtype="f4")[[0, 1, 1]])),
    "normalized": lambda d: (
        d.meshes[0]
        .primitives[0]
        .attributes.update(TEXCOORD_5=Accessor(d.meshes[0].primitives[0].attributes["TEXCOORD_5"].array))
    ),
    "a pointer": lambda d: setattr(d.animations[0].channels[-1].pointer, "path", "extensions/x"),
    "an unused accessor": lambda d: d.accessors.pop(2) and None,
    "a blob": lambda d: d.extensions["EXT_structural_metadata"]["propertyTables"].clear(),
    "an unknown declaration": lambda d: d.extensions_used.append("VENDOR_x"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_is_seen_both_ways(original: Document, change: Callable[[Document], None]) -> None:
    changed = original.copy()
    change(changed)
    assert differences(original, changed) != []
    assert differences(changed, original) != []


def test_a_sentence_names_the_place(original: Document) -> None:
    changed = original.copy()
    changed.nodes[0].translation = (1.0, 2.0, 4.0)
    assert differences(original, changed) == ["document.nodes[0].translation[2]: 3.0 is not 4.0"]


def test_sharing_counts() -> None:
    accessor = Accessor(TRIANGLE)
    shared = document(triangle(NORMAL=accessor), triangle(NORMAL=accessor))
    separate = document(triangle(NORMAL=accessor), triangle(NORMAL=Accessor(TRIANGLE)))
    assert any("shared otherwise" in sentence for sentence in differences(shared, separate))


def test_how_an_asset_is_stored_is_no_difference(original: Document) -> None:
    changed = original.copy()
    changed.asset.generator = "another program"
    changed.images[0].uri = "a.png"
    changed.extensions_required.append("KHR_materials_ior")
    changed.accessors.reverse()
    changed.accessors = [accessor for accessor in changed.accessors if accessor.referenced] + [
        accessor for accessor in changed.accessors if not accessor.referenced
    ]
    assert differences(original, changed) == []


def test_the_list_is_bounded() -> None:
    nodes = [Node(name=str(number)) for number in range(500)]
    assert len(differences(Document(nodes=nodes), Document(nodes=nodes[::-1]))) == 100
    assert len(differences(Document(nodes=nodes), Document(nodes=nodes[::-1]), limit=3)) == 3


def test_numbers_of_either_json_kind_are_equal() -> None:
    assert differences(Document(extras={"x": 1}), Document(extras={"x": 1.0})) == []
    assert differences(Document(extras={"x": 1}), Document(extras={"x": True})) != []
    assert differences(Document(materials=[Material()]), Document(materials=[Material()])) == []
