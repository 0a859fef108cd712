"""Levels as files, with a manifest that says what they are and when to show them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.optimize import document, grid

from forge3d.document import Context, Document, Image, Material, Texture, TextureInfo
from forge3d.images import encode
from forge3d.lod import View, halved, levels, switch_distance, write_chain
from forge3d.optimize import PRESETS


def textured() -> Document:
    image = Image(encode((np.arange(64 * 64 * 3) % 251).astype(np.uint8).reshape(64, 64, 3), "png"))
    texture = Texture(image=image)
    part = grid(24, height=lambda x, y: 0.1 * np.sin(7 * x) * np.cos(5 * y))
    part.material = Material(base_color_texture=TextureInfo(texture=texture))
    return document(part, materials=[part.material], textures=[texture], images=[image])


def test_files_and_what_the_manifest_says_of_them(tmp_path: Path) -> None:
    doc = textured()
    lower, view = levels(doc, 2), View(pixels=2, screen_height=720)
    chain = write_chain(
        doc, lower, tmp_path, "sheet", steps=PRESETS["web"], texture_sizes=[32, 16], container="both", view=view
    )
    names = [f"sheet.lod{n}.glb" for n in range(3)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["levels.json", *names, "sheet.msft-lod.glb"]
    manifest = json.loads((tmp_path / "levels.json").read_text())
    assert manifest == json.loads(json.dumps(chain.to_dict()))
    assert [row["file"] for row in manifest["levels"]] == names
    assert [row["triangles"] for row in manifest["levels"]] == [1152, *(level.triangles for level in lower)]
    for row, level in zip(manifest["levels"][1:], lower, strict=True):
        assert row["error"] == level.error
        assert row["switch_distance"] == switch_distance(level.error, view)
    for row, side in zip(manifest["levels"], (64, 32, 16), strict=True):
        path = tmp_path / row["file"]
        assert path.stat().st_size == row["bytes"]
        assert Document.read(path).images[0].header.width == side
    assert manifest["combined_bytes"] == (tmp_path / "sheet.msft-lod.glb").stat().st_size
    one = Document.read(tmp_path / "sheet.msft-lod.glb")
    assert len(one.nodes[0].extensions["MSFT_lod"]["ids"]) == 2
    assert doc.images[0].header.width == 64


def test_one_file_for_all_levels(tmp_path: Path) -> None:
    doc = textured()
    chain = write_chain(doc, levels(doc, 2), tmp_path, "sheet", container="msft")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["levels.json", "sheet.msft-lod.glb"]
    assert [row.file for row in chain.levels] == [None] * 3


@pytest.mark.parametrize("preset", ["lossless", "web"])
def test_texture_sizes_hold_with_any_steps(preset: str, tmp_path: Path) -> None:
    doc = textured()
    write_chain(doc, levels(doc, 1), tmp_path, "sheet", steps=PRESETS[preset], texture_sizes=halved(doc, 1))
    assert Document.read(tmp_path / "sheet.lod1.glb").images[0].header.width == 32


def test_levels_that_cannot_be_keep_their_number() -> None:
    context = Context()
    found = levels(textured(), triangles=(2000, 500), context=context)
    assert [level.number for level in found] == [2]
    assert len(context.warnings) == 1
