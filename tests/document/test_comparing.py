"""Two documents side by side."""

from __future__ import annotations

from tests.optimize import document, primitive

from forge3d.document import Context, Material
from forge3d.document.comparing import Came, compare
from forge3d.document.costs import mesh_costs
from forge3d.optimize import Unweld


def test_a_copy_is_the_same() -> None:
    doc = document()
    result = compare(doc, doc.copy())
    assert result.same
    assert result.to_dict() == {
        "same": True, "counts": {}, "extensions": {"removed": (), "added": ()}, "objects": {},
        "images": {"removed": (), "added": ()}, "differences": (),
    }  # fmt: skip


def test_names_counts_and_contents_are_told() -> None:
    before = document(materials=[Material(name="Oak"), Material(name="Oak"), Material()])
    after = before.copy()
    after.materials[0].name = "Ash"
    Unweld()(after, Context())
    result = compare(before, after)
    assert not result.same
    assert result.objects == {"materials": Came(("Oak",), ("Ash",))}
    assert result.counts["vertices"] == (4, 6)
    assert "document.materials[0].name: 'Oak' is not 'Ash'" in result.differences


def test_unnamed_things_are_counted() -> None:
    result = compare(document(), document(materials=[Material(), Material()]))
    assert result.objects["materials"].added == ("unnamed materials ×2",)


def test_costs_count_shared_accessors_once() -> None:
    part = primitive()
    other = primitive()
    other.attributes = dict(part.attributes)
    (cost,) = mesh_costs(document(part, other))
    assert (cost.vertices, cost.corners, cost.triangles, cost.nodes) == (4, 12, 4, 1)
    assert cost.vertex_bytes == 4 * 12
    assert cost.index_bytes == 2 * 12
