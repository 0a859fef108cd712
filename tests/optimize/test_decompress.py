"""Compressed geometry becomes plain arrays of the same values, and everybody else leaves it alone until then."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import forge3d
from forge3d.document import Context, Document
from forge3d.optimize import PRESETS, Decompress, Dedup, Prune, Quantize, Reorder, Simplify, Textures, Weld
from forge3d.optimize.vertices import payload_kept, primitives

COMPRESSED = [
    "asset-auditor/blender-default-cube-draco.glb",
    "assimp/draco/2CylinderEngine.gltf",
]


def meshopt_models(assets: Path) -> list[Path]:
    folder = assets / "models" / "gltf-pipeline"
    found = [path for path in sorted(folder.rglob("*")) if path.suffix in (".glb", ".gltf") and "meshopt" in str(path)]
    assert found
    return found


@pytest.mark.parametrize("name", COMPRESSED)
def test_draco(shared_assets: Path, name: str) -> None:
    assert_left_alone_then_decoded(Document.read(shared_assets / "models" / name))


def test_meshopt(shared_assets: Path) -> None:
    for path in meshopt_models(shared_assets):
        assert_left_alone_then_decoded(Document.read(path))


def assert_left_alone_then_decoded(doc: Document) -> None:
    assert any(payload_kept(part) for _, part in primitives(doc))
    original = doc.to_bytes()
    for step in (Weld(), Reorder(), Simplify(ratio=0.5), Quantize(digits=False)):
        assert step(doc, Context()).skipped
    assert doc.to_bytes() == original
    assert len(lossless(doc.copy())) <= len(original)
    before = {label: values(part) for label, part in primitives(doc)}
    context = Context()
    assert Decompress()(doc, context).notes
    assert context.warnings
    for label, part in primitives(doc):
        assert not payload_kept(part)
        assert values(part) == before[label]
    again = Document.read(doc.to_bytes())
    assert {label: values(part) for label, part in primitives(again)} == before


def lossless(doc: Document) -> bytes:
    doc.apply(*PRESETS["lossless"])
    return doc.to_bytes()


def values(part: object) -> dict[str, bytes]:
    return {name: np.ascontiguousarray(a.array).tobytes() for name, a in part.attributes.items()}  # type: ignore[attr-defined]


def test_bounds_are_those_of_the_decoded_values(shared_assets: Path) -> None:
    doc = Document.read(shared_assets / "models" / "assimp/draco/2CylinderEngine.gltf")
    Decompress()(doc, Context())
    report = forge3d.validate(doc.to_bytes())
    assert [issue.code for issue in report.issues if "MISMATCH" in issue.code or "BOUND" in issue.code] == []


def test_a_copy_keeps_its_payload(shared_assets: Path) -> None:
    doc = Document.read(shared_assets / "models" / COMPRESSED[0])
    copy = doc.copy()
    Decompress()(doc, Context())
    assert any(payload_kept(part) for _, part in primitives(copy))


def test_documents_pinned_by_unknown_extensions_are_left_alone() -> None:
    from tests.optimize import document

    from forge3d.gltf import glb

    doc = document()
    doc.extensions["EXT_mystery"] = {"mesh": 0}
    doc = Document.read(doc.to_bytes())
    if doc.pinned is None:
        pytest.fail("the reader no longer pins documents with unknown extensions")
    data = doc.to_bytes()
    assert glb.parse(data)
    for step in (Decompress(), Prune(), Dedup(), Weld(), Reorder(), Simplify(), Quantize(), Textures()):
        change = step(doc, Context())
        assert "EXT_mystery" in change.skipped[0].why
    assert doc.to_bytes() == data
