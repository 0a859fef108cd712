"""Declared bounds go where the format does not ask for them, and only there."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from forge3d.document import Accessor, Animation, AnimationSampler, Channel, Context, Document
from forge3d.gltf import Source
from forge3d.optimize import Prune, Weld

from . import QUAD, document, primitive


def bounded(array: np.ndarray) -> Accessor:
    low, high = (np.atleast_1d(f(axis=0)).astype(float).tolist() for f in (array.min, array.max))
    return Accessor(array, bounds=(low, high))


def test_only_positions_and_times_keep_their_bounds() -> None:
    part = primitive(NORMAL=bounded(np.tile(np.float32([0, 0, 1]), (4, 1))))
    part.attributes["POSITION"] = bounded(QUAD)
    part.targets = [{"POSITION": bounded(QUAD), "NORMAL": bounded(QUAD)}]
    part.indices = bounded(np.uint16([0, 1, 2, 0, 2, 3]))
    doc = document(part)
    sampler = AnimationSampler(input=bounded(np.float32([0, 1])), output=bounded(np.float32([(0, 0, 0), (1, 2, 3)])))
    channel = Channel(sampler=sampler, path="translation", node=doc.nodes[0])
    doc.animations = [Animation(samplers=[sampler], channels=[channel])]
    doc = Document.read(doc.to_bytes())
    copy = doc.copy()
    declared = [("min" in a) for a in Source.open(doc.to_bytes()).json["accessors"]]
    assert all(declared)
    change = Prune()(doc, Context())
    assert "declared bounds of 4 accessors removed" in change.notes
    accessors = Source.open(doc.to_bytes()).json["accessors"]
    assert sum("min" in a for a in accessors) == 3
    part = doc.meshes[0].primitives[0]
    assert part.attributes["POSITION"].bounds is not None
    assert part.targets[0]["POSITION"].bounds is not None
    assert doc.animations[0].samplers[0].input.bounds is not None
    assert sum("min" in a for a in Source.open(copy.to_bytes()).json["accessors"]) == 7
    np.testing.assert_array_equal(doc.animations[0].samplers[0].output.array, [(0, 0, 0), (1, 2, 3)])
    Prune(bounds=False)(copy, Context())
    assert sum("min" in a for a in Source.open(copy.to_bytes()).json["accessors"]) == 7


def test_indices_take_as_few_bytes_as_they_need() -> None:

    part = primitive()
    part.indices = Accessor(np.uint32([0, 1, 2, 0, 2, 3]))
    Weld()(document(part), Context())
    assert part.indices.dtype == np.uint16


def test_compressed_geometry_stays_compressed(shared_assets: Path) -> None:
    doc = Document.read(shared_assets / "models/assimp/draco/2CylinderEngine.gltf")
    before = len(doc.to_bytes())
    Prune()(doc, Context())
    assert len(doc.to_bytes()) <= before
    assert all(p.draco is not None for mesh in doc.meshes for p in mesh.primitives)
    Document.read(doc.to_bytes())
