"""Meshopt compression while writing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from tests.peers import FOLDER, require_node

from forge3d.document import Accessor, Animation, AnimationSampler, Channel, Document, Mode, Primitive
from forge3d.document.encoding import Encoding

from .build import document, triangle, written
from .test_payloads import POINTS

ANGLES = np.linspace(0, 3, 900, dtype=np.float32)
NORMALS = np.stack([np.cos(ANGLES), np.sin(ANGLES), np.zeros_like(ANGLES)], axis=1)
QUATERNIONS = np.stack([np.zeros_like(ANGLES), np.zeros_like(ANGLES), np.sin(ANGLES), np.cos(ANGLES)], axis=1)


def modes(made: Document, encoding: Encoding) -> dict[str, tuple[str, str]]:
    """By what an accessor is for: mode and filter of its buffer view."""
    root, _ = written(made, encoding=encoding)
    found = {}
    for number, accessor in enumerate(root["accessors"]):
        compressed = root["bufferViews"][accessor["bufferView"]].get("extensions", {}).get(encoding.extension)
        found[accessor.get("name", str(number))] = (
            (compressed["mode"], compressed.get("filter", "NONE")) if compressed else ("", "")
        )
    return found


def animated() -> Document:
    made = document(
        Primitive(
            attributes={
                "POSITION": Accessor(POINTS, name="position"),
                "NORMAL": Accessor((NORMALS * 127).round().astype(np.int8), normalized=True, name="normal"),
            },
            indices=Accessor(np.arange(900, dtype=np.uint16), name="triangles"),
        ),
        Primitive(
            attributes={"POSITION": Accessor(POINTS + 1)},
            indices=Accessor(np.arange(900, dtype=np.uint16)[::-1].copy(), name="strip"),
            mode=Mode.TRIANGLE_STRIP,
        ),
    )
    keys = Accessor((QUATERNIONS * 32767).round().astype(np.int16), normalized=True, name="keys")
    sampler = AnimationSampler(input=Accessor(ANGLES, name="times"), output=keys)
    channel = Channel(sampler=sampler, path="rotation", node=made.nodes[0])
    made.animations = [Animation(samplers=[sampler], channels=[channel])]
    return made


@pytest.mark.parametrize("extension", ["EXT_meshopt_compression", "KHR_meshopt_compression"])
def test_modes_follow_use_and_everything_comes_back_to_the_bit(extension: str) -> None:
    made, encoding = animated(), Encoding(extension, level=3)  # type: ignore[arg-type]
    found = modes(made, encoding)
    assert found["position"] == found["normal"] == found["times"] == found["keys"] == ("ATTRIBUTES", "NONE")
    assert found["triangles"] == ("TRIANGLES", "NONE")
    assert found["strip"] == ("INDICES", "NONE")
    again = Document.read(made.to_bytes(encoding=encoding))
    for before, after in zip(made.meshes[0].primitives, again.meshes[0].primitives, strict=True):
        for semantic, accessor in before.attributes.items():
            assert np.array_equal(after.attributes[semantic].array, accessor.array)
        assert before.indices is not None
        assert after.indices is not None
    strip = again.meshes[0].primitives[1].indices
    assert strip is not None
    assert strip.array.tolist() == list(range(899, -1, -1))
    rotation = again.animations[0].samplers[0].output
    assert np.array_equal(rotation.array, made.animations[0].samplers[0].output.array)


def test_the_triangle_codec_keeps_the_triangles() -> None:
    again = Document.read(animated().to_bytes(encoding=Encoding()))
    indices = again.meshes[0].primitives[0].indices
    assert indices is not None
    rows = indices.array.reshape(-1, 3)
    turned = np.stack([np.roll(row, -int(row.argmin())) for row in rows])
    assert turned.tolist() == np.arange(900).reshape(-1, 3).tolist()


def test_filters_round_by_one_step_at_most() -> None:
    made, encoding = animated(), Encoding(filters=True)
    found = modes(made, encoding)
    assert found["normal"] == ("ATTRIBUTES", "OCTAHEDRAL")
    assert found["keys"] == ("ATTRIBUTES", "QUATERNION")
    assert found["position"] == found["times"] == ("ATTRIBUTES", "NONE")
    again = Document.read(made.to_bytes(encoding=encoding))
    normals = again.meshes[0].primitives[0].attributes["NORMAL"]
    assert normals.normalized
    assert np.abs(normals.array.astype(int) - made.meshes[0].primitives[0].attributes["NORMAL"].array).max() <= 2
    before, after = (d.animations[0].samplers[0].output.floats for d in (made, again))
    assert np.abs(np.abs((before * after).sum(axis=1)) - 1).max() < 1e-4


def test_what_does_not_shrink_stays_plain() -> None:
    root, _ = written(document(triangle()), encoding=Encoding())
    assert "extensionsUsed" not in root
    assert len(root["buffers"]) == 1


def test_the_document_says_how_it_wants_to_be_written() -> None:
    made = animated()
    plain = len(made.to_bytes())
    made.encoding = Encoding()
    assert len(made.to_bytes()) < plain / 2
    assert len(made.to_bytes(encoding=None)) == plain
    assert len(made.copy().to_bytes()) == len(made.to_bytes())


def test_compressed_files_are_written_back_as_they_are() -> None:
    made = animated()
    made.encoding = Encoding(filters=True)
    once = Document.read(made.to_bytes())
    assert once.to_bytes() == Document.read(once.to_bytes()).to_bytes()


@pytest.mark.parametrize("options", [{"extension": "MESHOPT"}, {"level": 4}, {"level": -1}])
def test_impossible_options(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="is not"):
        Encoding(**options)  # type: ignore[arg-type]


DECODE = """
import { NodeIO } from '@gltf-transform/core';
import { ALL_EXTENSIONS } from '@gltf-transform/extensions';
import { MeshoptDecoder } from 'meshoptimizer';
await MeshoptDecoder.ready;
const io = new NodeIO().registerExtensions(ALL_EXTENSIONS).registerDependencies({ 'meshopt.decoder': MeshoptDecoder });
for (const file of process.argv.slice(1)) {
  const document = await io.read(file);
  const arrays = document.getRoot().listAccessors().map((accessor) => [...accessor.getArray()]);
  console.log(JSON.stringify(arrays.map((array) => array.reduce((a, b) => a + b, 0))));
}
"""


@pytest.mark.peers
def test_another_decoder_reads_the_same_numbers(tmp_path: Path) -> None:
    require_node()
    made = animated()
    (tmp_path / "a.glb").write_bytes(made.to_bytes())
    (tmp_path / "b.glb").write_bytes(made.to_bytes(encoding=Encoding()))
    run = subprocess.run(
        ["node", "--input-type=module", "-e", DECODE, "--", str(tmp_path / "a.glb"), str(tmp_path / "b.glb")],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    plain, compressed = (json.loads(line) for line in run.stdout.splitlines())
    assert len(plain) == 7, run.stderr
    assert plain == compressed


def test_filtered_data_are_compressed_even_where_they_grow() -> None:
    """Only a decoder undoes a filter: in a plain buffer view, filtered elements would be read as they stand."""
    normals = Accessor(np.array([[0, 0, -127]] * 4, np.int8), normalized=True)
    corners = Accessor(np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], np.float32))
    made = document(Primitive(attributes={"POSITION": corners, "NORMAL": normals}, mode=Mode.POINTS))
    made.encoding = Encoding(filters=True)
    again = Document.read(made.to_bytes())
    np.testing.assert_array_equal(again.meshes[0].primitives[0].attributes["NORMAL"].array, normals.array)
