"""Every corner has a vertex of its own, and the triangles are the same."""

from __future__ import annotations

import numpy as np

from forge3d.document import Accessor, Context, Document, Mode
from forge3d.document.encoding import Encoding
from forge3d.optimize import Unweld, Weld

from . import QUAD, document, everything_drawn, grid, primitive


def test_corners_get_vertices_and_morphs_follow() -> None:
    part = primitive(TEXCOORD_0=QUAD[:, :2].copy())
    part.targets = [{"POSITION": Accessor(QUAD * 2)}]
    doc = document(part)
    before = everything_drawn(doc)
    Unweld()(doc, Context())
    assert part.indices is None
    assert part.attributes["POSITION"].array.tolist() == QUAD[[0, 1, 2, 0, 2, 3]].tolist()
    assert part.targets[0]["POSITION"].array.tolist() == (QUAD * 2)[[0, 1, 2, 0, 2, 3]].tolist()
    assert everything_drawn(doc) == before


def test_welding_undoes_it() -> None:
    part = primitive()
    doc = document(part)
    Unweld()(doc, Context())
    Weld()(doc, Context())
    assert part.indices is not None
    assert part.indices.array.tolist() == [0, 1, 2, 0, 2, 3]
    np.testing.assert_array_equal(part.attributes["POSITION"].array, QUAD)


def test_strips_stay_strips_and_shared_accessors_stay_shared() -> None:
    first, second = primitive(indices=(0, 1, 3, 2)), primitive()
    first.mode = second.mode = Mode.TRIANGLE_STRIP
    second.attributes, second.indices = dict(first.attributes), first.indices
    doc = document(first, second)
    before = everything_drawn(doc)
    Unweld()(doc, Context())
    assert first.attributes["POSITION"] is second.attributes["POSITION"]
    assert everything_drawn(doc) == before


def test_compressed_geometry_and_numbered_vertices_stay() -> None:
    outlined = primitive()
    outlined.extensions["CESIUM_primitive_outline"] = {"indices": Accessor(np.uint16([0, 1]))}
    doc = document(outlined)
    assert "by number" in Unweld()(doc, Context()).skipped[0].why
    assert outlined.indices is not None
    plain = document(grid(8))
    plain.encoding = Encoding("EXT_meshopt_compression", 0, True)
    packed = Document.read(plain.to_bytes())
    assert "compressed" in Unweld()(packed, Context()).skipped[0].why
