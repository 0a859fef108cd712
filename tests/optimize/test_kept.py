"""What no preset may lose: names, extras, variants, and extensions that forge3d does not know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forge3d.document import Accessor, Document, Material, Mesh, Node, Scene, Variant, VariantMapping
from forge3d.optimize import PRESETS
from forge3d.optimize.presets import EFFORTS, preset

from . import grid

EXTRAS = st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(-9, 9) | st.text(max_size=4), max_size=2)
NAMES = st.text("NOPQ", min_size=1, max_size=6)


@st.composite
def models(draw: st.DrawFn) -> Document:
    """Two to four parts with their own names, extras, variants, and perhaps something unknown."""
    count = draw(st.integers(2, 4))
    materials = [Material(name=f"m{n}{draw(NAMES)}", extras=draw(EXTRAS), base_color_factor=(n / 9, 1, 1, 1))
                 for n in range(count)]  # fmt: skip
    variants = [Variant(name=f"v{n}") for n in range(draw(st.integers(0, 2)))]
    nodes = []
    for number in range(count):
        part = grid(3, size=1 + number)
        part.material, part.extras = materials[number], draw(EXTRAS) or None
        part.attributes["_APPLICATION"] = Accessor(np.arange(16, dtype=np.float32))
        if variants:
            part.variants = [VariantMapping(material=materials[(number + 1) % count], variants=variants)]
        mesh = Mesh(primitives=[part], name=draw(NAMES), extras=draw(EXTRAS) or None)
        nodes.append(
            Node(mesh=mesh, name=f"n{number}{draw(NAMES)}", extras=draw(EXTRAS) or None, translation=(number, 0, 0))
        )
    scene = Scene(nodes=nodes, name="shop", extras={"sku": "A-1"})
    document = Document(scene=scene, scenes=[scene], nodes=nodes, meshes=[n.mesh for n in nodes if n.mesh is not None],
                        materials=materials, variants=variants, extras=draw(EXTRAS) or None)  # fmt: skip
    if draw(st.booleans()):
        owner = draw(st.sampled_from([document, scene, *nodes, *materials]))
        owner.extensions = {"ACME_unheard_of": {"value": draw(st.integers()), "text": draw(st.text(max_size=5))}}
        document.extensions_used = ["ACME_unheard_of"]
    return Document.read(document.to_bytes())


def facts(document: Document) -> dict[str, Any]:
    """Everything that a shop may look for, by what it hangs on."""
    shown = [node for node in document.nodes if node.mesh is not None]
    drawn = [
        (part.material.name if part.material else None,
         [(m.material.name if m.material else None, [v.name for v in m.variants]) for m in part.variants],
         part.extras, part.attributes["_APPLICATION"].array.shape)
        for node in shown for part in (node.mesh.primitives if node.mesh else [])
    ]  # fmt: skip
    return {
        "scene": (document.scene.name, document.scene.extras) if document.scene else None,
        "nodes": sorted((n.name or "", repr(n.extras), repr(n.extensions)) for n in document.nodes if n.name),
        "meshes": sorted((n.mesh.name or "", repr(n.mesh.extras)) for n in shown if n.mesh),
        "materials": sorted((m.name or "", repr(m.extras), repr(m.extensions)) for m in document.materials),
        "variants": [variant.name for variant in document.variants],
        "root": (document.extras, document.extensions),
        "scenes": [scene.extensions for scene in document.scenes],
        "drawn": sorted(map(repr, drawn)),
    }


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize("name", PRESETS)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(model=models())
def test_presets_keep_what_they_do_not_name(name: str, effort: str, model: Document) -> None:
    before = facts(model)
    model.apply(*preset(name, effort))
    after = facts(Document.read(model.to_bytes()))
    if name in ("mobile", "draco"):  # fewer vertices, or merged ones
        for found in (before, after):
            found["drawn"] = [text.rpartition(", (")[0] for text in found["drawn"]]
    assert after == before
