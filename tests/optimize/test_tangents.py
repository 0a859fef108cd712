"""Tangents where normal maps need them, as the reference algorithm makes them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests import peers

from forge3d.document import Accessor, Context, Document, Material, Texture, TextureInfo, Variant, VariantMapping
from forge3d.document.geometry import triangles
from forge3d.optimize import Tangents

from . import QUAD, document, everything_drawn, primitive

UP = np.tile(np.float32([0, 0, 1]), (4, 1))
UVS = QUAD[:, :2] * np.float32([1, -1]) + np.float32([0, 1])
PEER = "khronos/DamagedHelmet/glTF-Binary/DamagedHelmet.glb", "3d-commerce/Mixer/glTF-Binary/Mixer.glb"


def bumpy(tex_coord: int = 0) -> Material:
    return Material(normal_texture=TextureInfo(texture=Texture(), tex_coord=tex_coord))


def drawn(**attributes: Any) -> Any:
    part = primitive(**({"NORMAL": UP, "TEXCOORD_0": UVS} | attributes))
    part.material = bumpy()
    return part


def test_tangents_point_where_u_grows() -> None:
    part = drawn()
    doc = document(part)
    Tangents()(doc, Context())
    np.testing.assert_allclose(part.attributes["TANGENT"].array, [[1, 0, 0, 1]] * 4, atol=1e-6)
    np.testing.assert_array_equal(part.attributes["POSITION"].array, QUAD)
    once = doc.to_bytes()
    Tangents()(doc, Context())
    assert doc.to_bytes() == once


def test_vertices_split_where_a_texture_is_mirrored() -> None:
    """Two triangles with one image between them, reflected at their edge; morphs and colours follow."""
    uvs = UVS.copy()
    uvs[3] = [1, 1]
    part = drawn(TEXCOORD_0=uvs, COLOR_0=np.float32([[n, 0, 0, 1] for n in range(4)]))
    part.targets = [{"POSITION": Accessor(QUAD * 2)}]
    doc = document(part)
    names = {"POSITION", "NORMAL", "TEXCOORD_0", "COLOR_0"}
    before = everything_drawn(doc, names)
    Tangents()(doc, Context())
    assert len(part.attributes["POSITION"]) == 6
    assert sorted(part.attributes["TANGENT"].array[:, 3].tolist()) == [-1, -1, -1, 1, 1, 1]
    assert everything_drawn(doc, names) == before


def test_the_normal_maps_own_coordinates_count() -> None:
    turned = np.ascontiguousarray(UVS[:, ::-1])
    part = drawn(TEXCOORD_1=turned)
    part.material = bumpy(1)
    Tangents()(document(part), Context())
    np.testing.assert_allclose(np.abs(part.attributes["TANGENT"].array[:, 1]), 1, atol=1e-6)


def test_a_variant_that_needs_tangents_is_enough() -> None:
    part = drawn()
    part.material = Material()
    doc = document(part)
    Tangents()(doc, Context())
    assert "TANGENT" not in part.attributes
    part.variants = [VariantMapping(material=bumpy(), variants=[Variant(name="bumpy")])]
    Tangents()(doc, Context())
    assert "TANGENT" in part.attributes


def test_old_tangents_go_only_when_told_and_missing_parts_are_named() -> None:
    wrong = np.tile(np.float32([0, 1, 0, 1]), (4, 1))
    part = drawn(TANGENT=wrong)
    doc = document(part)
    Tangents()(doc, Context())
    np.testing.assert_array_equal(part.attributes["TANGENT"].array, wrong)
    Tangents(overwrite=True)(doc, Context())
    np.testing.assert_allclose(part.attributes["TANGENT"].array, [[1, 0, 0, 1]] * 4, atol=1e-6)
    flat = primitive(TEXCOORD_0=UVS)
    flat.material = bumpy()
    assert "has no NORMAL" in Tangents()(document(flat), Context()).skipped[0].why


@pytest.mark.peers
@pytest.mark.parametrize("name", PEER)
def test_agrees_with_the_reference_implementation(shared_assets: Path, tmp_path: Path, name: str) -> None:
    """Within a tenth of a degree at every corner of every triangle whose image has an area."""
    peers.require_node()
    program, out = peers.FOLDER / "node_modules" / ".bin" / "gltf-transform", tmp_path / "out.glb"
    command = [program, "tangents", shared_assets / "models" / name, out, "--overwrite", "true"]
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    theirs, ours = Document.read(out), Document.read(out)
    Tangents(overwrite=True)(ours, Context())
    corners = wrong = 0
    for old, new in zip(theirs.meshes, ours.meshes, strict=True):
        for left, right in zip(old.primitives, new.primitives, strict=True):
            a, b = (part.attributes["TANGENT"].floats[triangles(part)] for part in (left, right))
            uvs = left.attributes["TEXCOORD_0"].floats[triangles(left)].astype(np.float64)
            (u1, v1), (u2, v2) = (uvs[:, 1] - uvs[:, 0]).T, (uvs[:, 2] - uvs[:, 0]).T
            shown = u1 * v2 != v1 * u2
            same = np.einsum("tci,tci->tc", a[..., :3], b[..., :3]) > np.cos(np.radians(0.1))
            same &= a[..., 3] == b[..., 3]
            corners += int(shown.sum()) * 3
            wrong += int((~same[shown]).sum())
    assert wrong <= corners / 5000
