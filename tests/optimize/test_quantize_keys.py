"""Keys of animations and bind matrices in fewer bits."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.document import (
    Accessor,
    Animation,
    AnimationSampler,
    Channel,
    Context,
    Document,
    Interpolation,
    Material,
    Mesh,
    Node,
    Pointer,
    Skin,
)
from forge3d.document.encoding import Encoding
from forge3d.gltf.codecs import exponential, quaternion
from forge3d.optimize import Compress, Quantize, Sparse

from . import QUAD, placed, primitive

RNG = np.random.default_rng(3)
TIMES = np.cumsum(RNG.uniform(0.01, 0.05, 300)).astype(np.float32)
TURNS = np.array([0, 0, 0, 1]) + np.cumsum(RNG.normal(size=(300, 4)) * 0.02, axis=0)
TURNS = (TURNS / np.linalg.norm(TURNS, axis=1, keepdims=True)).astype(np.float32)


def channel(node: Node, path: str, values: object, kind: Interpolation = Interpolation.LINEAR) -> Channel:
    made = AnimationSampler(input=Accessor(TIMES), output=Accessor(np.float32(values)), interpolation=kind)
    return Channel(sampler=made, node=node, path=path)


def animated(*channels: Channel, **lists: object) -> Document:
    nodes = list(dict.fromkeys(c.node for c in channels if c.node is not None))
    doc = placed(*nodes, **lists)
    doc.animations = [Animation(channels=list(channels), samplers=[c.sampler for c in channels])]
    return doc


def part(size: float) -> Node:
    return Node(mesh=Mesh(primitives=[primitive(QUAD * size)]))


def test_longer_levers_get_more_bits() -> None:
    """A quad of a metre, and one of a tenth, that turn alike; each is off by what a vertex may move, and no more."""
    long, short = channel(part(1.0), "rotation", TURNS), channel(part(0.1), "rotation", TURNS)
    Quantize(position=0, pose=1e-3)(animated(long, short), Context())
    found = [quaternion.bits_of(c.sampler.output.array, 16) for c in (long, short)]
    assert found == [13, 10]
    for c, lever in ((long, 2**0.5), (short, 0.1 * 2**0.5)):
        keys = c.sampler.output.floats
        off = np.minimum(np.linalg.norm(keys - TURNS, axis=1), np.linalg.norm(keys + TURNS, axis=1))
        assert (4 * np.arcsin(off / 2) * lever).max() <= 1e-3


def test_shifts_become_what_the_exponential_filter_holds() -> None:
    values = RNG.normal(size=(300, 3)).astype(np.float32)
    made = channel(part(1.0), "translation", values)
    Quantize(position=0, pose=1e-3)(animated(made), Context())
    stored = made.sampler.output.array
    assert exponential.encode(stored) is not None
    assert 0 < np.abs(stored - values).max() <= 1e-3


def test_what_cannot_be_said_stays() -> None:
    """Splines, what pointers drive that is no node, and nodes that show nothing."""
    spline = channel(part(1.0), "translation", RNG.normal(size=(900, 3)), Interpolation.CUBICSPLINE)
    empty = channel(Node(), "translation", RNG.normal(size=(300, 3)))
    material = Material()
    colour = channel(Node(), "pointer", RNG.uniform(size=(300, 4)))
    colour.node, colour.pointer = None, Pointer(target=material, path="pbrMetallicRoughness/baseColorFactor")
    before = [c.sampler.output for c in (spline, empty, colour)]
    Quantize(position=0, pose=1e-3)(animated(spline, empty, colour, materials=[material]), Context())
    assert [c.sampler.output for c in (spline, empty, colour)] == before


@pytest.mark.parametrize(("delta", "kind"), [(1e-3, np.uint8), (1.0, np.uint16)])
def test_weights_of_small_morphs_take_a_byte(delta: float, kind: type) -> None:
    node = part(1.0)
    assert node.mesh is not None
    node.mesh.primitives[0].targets = [{"POSITION": Accessor(QUAD * np.float32(delta))}]
    made = channel(node, "weights", np.linspace(0, 1, 300))
    Quantize(position=0, pose=1e-3)(animated(made), Context())
    assert made.sampler.output.dtype == kind


def test_bind_matrices_keep_their_last_row_and_move_no_vertex_far() -> None:
    joint = Node()
    joints, weights = np.zeros((4, 4), np.uint8), np.tile(np.float32([1, 0, 0, 0]), (4, 1))
    binds = RNG.normal(size=(1, 4, 4)).astype(np.float32)
    binds[:, 3] = 0, 0, 0, 1
    skin = Skin(joints=[joint], inverse_bind_matrices=Accessor(binds))
    mesh = Mesh(primitives=[primitive(JOINTS_0=joints, WEIGHTS_0=weights)])
    doc = placed(Node(mesh=mesh, skin=skin), joint, skins=[skin])
    Quantize(position=0, pose=1e-3)(doc, Context())
    assert doc.skins[0].inverse_bind_matrices is not None
    stored = doc.skins[0].inverse_bind_matrices.array
    assert stored[0, 3].tolist() == [0, 0, 0, 1]
    moved = (stored - binds)[0] @ np.concatenate([QUAD, np.ones((4, 1), np.float32)], axis=1).T
    assert 0 < np.linalg.norm(moved, axis=0).max() < 4 / 16384


def test_filters_keep_every_bit_of_such_keys_and_of_all_times() -> None:
    node = part(1.0)
    assert node.mesh is not None
    node.mesh.primitives[0].targets = [{"POSITION": Accessor(QUAD)}] * 3
    shifts = channel(node, "translation", np.cumsum(RNG.normal(size=(300, 3)), 0))
    turns, weights = channel(node, "rotation", TURNS), channel(node, "weights", RNG.uniform(size=900))
    doc = animated(shifts, turns, weights)
    Quantize(position=0, pose=1e-3)(doc, Context())
    doc.encoding = Encoding(filters=True)
    data = doc.to_bytes()
    assert b"EXPONENTIAL" in data
    assert b"QUATERNION" in data
    read = Document.read(data).animations[0].samplers
    for sampler, again in zip(doc.animations[0].samplers, read, strict=True):
        np.testing.assert_array_equal(again.input.array, TIMES)
        if sampler is not turns.sampler:
            np.testing.assert_array_equal(again.output.array, sampler.output.array)
    assert np.abs(read[1].output.array.astype(int) - turns.sampler.output.array).max() <= 1
    doc.encoding = Encoding(filters=False)
    read = Document.read(doc.to_bytes()).animations[0].samplers
    for sampler, again in zip(doc.animations[0].samplers, read, strict=True):
        np.testing.assert_array_equal(again.output.array, sampler.output.array)


def test_what_compressing_does_not_make_smaller_is_written_as_it_is() -> None:
    doc = placed(part(1.0))
    doc.encoding = Encoding(filters=True)
    assert b"meshopt" not in doc.to_bytes()


def test_the_order_of_sparse_and_compress_does_not_matter() -> None:
    """Zeros cost the codec less than a list of what is not zero."""
    positions = RNG.normal(size=(4000, 3)).astype(np.float32)
    deltas = np.zeros((4000, 3), np.float32)
    deltas[::9] = [0.5, 0, 0]
    sizes = []
    for steps in ((Sparse(), Compress()), (Compress(), Sparse())):
        body = primitive(positions, np.arange(3999) % 3996)
        body.targets = [{"POSITION": Accessor(deltas)}]
        doc = placed(Node(mesh=Mesh(primitives=[body])))
        doc.apply(*steps)
        sizes.append(len(doc.to_bytes()))
    assert sizes[0] == sizes[1]
