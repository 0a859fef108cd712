"""Known traps that concern every transform, each with what a naive one would break."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from tests.document.everything import everything_file

from forge3d.document import Accessor, Context, Document, Fidelity, Mesh, Node, Transform
from forge3d.document.encoding import Encoding
from forge3d.document.statistics import statistics
from forge3d.document.traversal import local_matrix
from forge3d.gltf import Source
from forge3d.lod import levels, with_levels
from forge3d.optimize import TRANSFORMS, Decompress, Quantize, Reorder, Unweld, Weld, name_of

from . import document, everything_drawn, grid, placed, primitive, sphere

LOSSLESS = [kind for kind in TRANSFORMS.values() if kind.fidelity is not Fidelity.LOSSY]
MOVING = {"center", "pivot"}
REMOVING = {"prune", "strip"}  # what nothing uses goes with all it carries


def marks(doc: Document) -> set[str]:
    """Every `mark` and every name that stands anywhere in the file, in extras or extensions."""
    found: set[str] = set()
    waiting: list[Any] = [Source.open(doc.to_bytes()).json]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found |= {f"{key}={json.dumps(value[key])}" for key in ("mark", "name") if key in value}
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return found


@pytest.mark.parametrize("kind", [k for k in LOSSLESS if name_of(k) not in REMOVING], ids=name_of)
def test_extras_and_extensions_of_every_object_are_kept(kind: type[Transform]) -> None:
    doc = Document.read(everything_file())
    before = marks(doc)
    kind()(doc, Context())
    lost = {mark for mark in before - marks(doc) if not mark.startswith('name="accessor')}
    assert lost == set()


@pytest.mark.parametrize("kind", TRANSFORMS.values(), ids=name_of)
def test_unknown_extensions_pin_the_whole_file(kind: type[Transform]) -> None:
    """It may point to node 3 or to accessor 7: nothing may be renumbered, so everything stays, and it is said why."""
    root = Source.open(document(grid(4)).to_bytes()).json
    root["extensionsUsed"] = ["EXT_wobble"]
    root["extensions"] = {"EXT_wobble": {"node": 0, "accessor": 1}}
    doc = document(grid(4))
    doc.extensions_used, doc.extensions = ["EXT_wobble"], {"EXT_wobble": {"node": 0, "accessor": 1}}
    doc = Document.read(doc.to_bytes())
    before = doc.to_bytes()
    change = kind()(doc, Context())
    if name_of(kind) not in ("compress", "recompress", "repair"):  # these number nothing
        assert [skip.what for skip in change.skipped] == ["document"]
        assert doc.to_bytes() == before


@pytest.mark.parametrize("kind", LOSSLESS, ids=name_of)
def test_levels_of_detail_stay_outside_the_scene_and_where_they_stand(kind: type[Transform]) -> None:
    """Levels in the scene would all be drawn at once; levels that stay behind would jump when they are switched to."""
    ball = Node(mesh=Mesh(primitives=[sphere(16)]), translation=(1.0, 0.0, 0.0))
    stand = Node(children=[ball], translation=(0.0, 2.0, 0.0))
    other = Node(mesh=Mesh(primitives=[grid(8)]))
    plain = placed(stand, other)
    doc = with_levels(plain, levels(plain, ratios=(0.5, 0.25)))
    kind()(doc, Context())
    owners = [node for node in doc.nodes if "MSFT_lod" in node.extensions]
    assert owners
    shown = {node for scene in doc.scenes for node in scene.nodes}
    below = {child for node in doc.nodes for child in node.children}
    for owner in owners:
        for level in owner.extensions["MSFT_lod"]["ids"]:
            assert level in doc.nodes
            assert level not in shown | below
            assert any(node.mesh is not None for node in (level, *level.children))
            if name_of(kind) != "pivot":  # there each mesh has an origin of its own
                np.testing.assert_array_equal(local_matrix(level), local_matrix(owner))
    assert len(Document.read(doc.to_bytes()).scenes[0].nodes) == len(doc.scenes[0].nodes)


@pytest.mark.parametrize("step", [Weld(), Reorder(), Unweld()], ids=lambda step: type(step).__name__)
@pytest.mark.parametrize("extension", ["CESIUM_primitive_outline", "EXT_mesh_features", "EXT_mesh_manifold"])
def test_vertices_that_an_extension_counts_keep_their_numbers(step: Transform, extension: str) -> None:
    part = primitive(np.tile(np.float32([[0, 0, 0], [1, 0, 0], [1, 1, 0]]), (2, 1)), (3, 1, 2, 0, 4, 5))
    doc = document(part)
    if extension == "EXT_mesh_features":
        part.extensions[extension] = {"featureIds": [{"featureCount": 2}]}
    elif extension == "EXT_mesh_manifold":
        doc.meshes[0].extensions[extension] = {"mergeIndices": Accessor(np.uint16([0]))}
    else:
        part.extensions[extension] = {"indices": Accessor(np.uint16([0, 1]))}
    before = (part.attributes["POSITION"], part.indices)
    change = step(doc, Context())
    assert (part.attributes["POSITION"], part.indices) == before
    assert extension in change.skipped[0].why


def test_compressing_what_was_compressed_is_warned_of() -> None:
    doc = document(sphere())
    doc.apply(Quantize())
    doc.encoding = Encoding("EXT_meshopt_compression", 2, True)
    again = Document.read(doc.to_bytes())
    context = Context()
    Decompress()(again, context)
    assert any("lose a little more" in warning for warning in context.warnings)
    change = Quantize(position=8)(again, context)
    assert any("integers already" in skip.why for skip in change.skipped)
    fresh = Context()
    Decompress()(document(sphere()), fresh)
    assert fresh.warnings == []


@pytest.mark.parametrize("kind", [k for k in LOSSLESS if name_of(k) not in MOVING], ids=name_of)
def test_documents_without_anything_are_no_trouble(kind: type[Transform]) -> None:
    for doc in (Document(), Document.read(b'{"asset": {"version": "2.0"}, "scenes": [{}], "scene": 0}')):
        kind()(doc, Context())
        assert statistics(doc).triangles == 0
        assert everything_drawn(doc) == []
