"""Vertex data that are mostly zero take few bytes, and stay the same to the bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.peers import khronos_errors

from forge3d.document import Accessor, Context, Document
from forge3d.document.encoding import Encoding
from forge3d.document.payload import SparsePayload, ZeroPayload
from forge3d.optimize import Compress, Quantize, Sparse

from . import document, everything_drawn, grid


def morphing(moved: slice, count: int = 3) -> Document:
    """A grid of 961 vertices with morph targets that move a few."""
    part = grid(30)
    for number in range(count):
        delta = np.zeros((961, 3), np.float32)
        delta[moved] = np.random.default_rng(number).normal(size=(961, 3))[moved]
        part.targets.append({"POSITION": Accessor(delta)})
    doc = document(part)
    doc.meshes[0].weights = [0.0] * count
    return doc


def test_what_is_not_zero_is_listed() -> None:
    doc = morphing(slice(300, 310))
    before = everything_drawn(doc)
    size = len(doc.to_bytes())
    Sparse()(doc, Context())
    delta = doc.meshes[0].primitives[0].targets[0]["POSITION"]
    assert isinstance(delta.payload, SparsePayload)
    assert delta.payload.indices.array.tolist() == list(range(300, 310))
    assert delta.payload.indices.dtype == np.uint16
    assert delta.payload.base is None
    again = Document.read(doc.to_bytes())
    assert everything_drawn(again) == before
    assert len(doc.to_bytes()) < size - 3 * (961 * 12 - 10 * 14 - 200)
    once = doc.to_bytes()
    Sparse()(doc, Context())
    assert doc.to_bytes() == once


def test_all_zeros_take_no_bytes_and_a_negative_zero_is_one() -> None:
    doc = morphing(slice(0, 0), 2)
    target = doc.meshes[0].primitives[0].targets[1]
    negative = target["POSITION"].array.copy()
    negative[5, 1] = -0.0
    target["POSITION"] = Accessor(negative)
    Sparse()(doc, Context())
    nothing, one = (t["POSITION"] for t in doc.meshes[0].primitives[0].targets)
    assert isinstance(nothing.payload, ZeroPayload)
    assert isinstance(one.payload, SparsePayload)
    assert one.payload.indices.array.tolist() == [5]
    read = Document.read(doc.to_bytes()).meshes[0].primitives[0].targets[1]["POSITION"].array
    assert np.signbit(read[5, 1])


def test_what_would_not_shrink_stays_one_array() -> None:
    for doc in (morphing(slice(0, 600)), document(grid(2))):
        before = doc.to_bytes()
        assert Sparse()(doc, Context()).notes == []
        assert doc.to_bytes() == before


def test_compressed_sizes_are_compared_where_the_file_is_compressed() -> None:
    """The codec leaves little of zeros: what halves a plain file would make a compressed one larger."""
    plain, packed = (morphing(slice(0, 0), 1) for _ in range(2))
    for doc in (plain, packed):
        pushed = np.zeros((961, 3), np.float32)
        pushed[100:400] = 0.5
        doc.meshes[0].primitives[0].targets = [{"POSITION": Accessor(pushed)}]
    packed.encoding = Encoding("EXT_meshopt_compression", 0, False)
    alone = len(packed.to_bytes())
    for doc in (plain, packed):
        Sparse()(doc, Context())
    payloads = [doc.meshes[0].primitives[0].targets[0]["POSITION"].payload for doc in (plain, packed)]
    assert isinstance(payloads[0], SparsePayload)
    assert payloads[1] is None
    plain.encoding = packed.encoding
    assert len(plain.to_bytes()) > alone


def test_compressed_geometry_stays_compressed() -> None:
    doc = morphing(slice(0, 3))
    doc.encoding = Encoding()
    again = Document.read(doc.to_bytes())
    before = again.to_bytes()
    assert "compressed" in Sparse()(again, Context()).skipped[0].why
    assert again.to_bytes() == before


@pytest.mark.peers
def test_sparse_files_are_valid_plain_and_compressed(shared_assets: Path, tmp_path: Path) -> None:
    files = []
    morphs = morphing(slice(7, 40))
    sphere = Document.read(shared_assets / "models" / "khronos/AnimatedMorphSphere/glTF-Binary/AnimatedMorphSphere.glb")
    for doc in (morphs, sphere):
        for steps in ((Sparse(),), (Quantize(), Compress(), Sparse()), (Compress(extension="KHR"), Sparse())):
            made = doc.copy()
            made.apply(*steps)
            files.append(tmp_path / f"{len(files)}.glb")
            made.write(files[-1])
            other = doc.copy()
            other.apply(*steps[:-1])
            assert len(made.to_bytes()) <= len(other.to_bytes())
            assert everything_drawn(Document.read(files[-1])) == everything_drawn(Document.read(other.to_bytes()))
    assert khronos_errors(files) == []
