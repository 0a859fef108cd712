"""Real models: each is read, or refused rightly; what is written is the same asset, also for independent readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.peers import khronos_reports

from forge3d.document import Document
from forge3d.document.bounds import bounds
from forge3d.document.equality import differences
from forge3d.document.payload import DracoPayload, MeshoptPayload
from forge3d.errors import InvalidAsset

REFUSED = {"AllIndicesOutOfRange.gltf", "IndexOutOfRange.gltf"}


@pytest.fixture(scope="module")
def models(shared_assets: Path) -> list[Path]:
    found = [path for path in sorted((shared_assets / "models").rglob("*")) if path.suffix in (".glb", ".gltf")]
    assert len(found) > 100
    return found


@pytest.fixture(scope="module")
def good(models: list[Path]) -> list[Path]:
    return [path for path in models if path.name not in REFUSED]


def test_every_model_loads_or_is_refused_rightly(models: list[Path]) -> None:
    refused = {}
    for path in models:
        try:
            read = Document.read(path)
            for accessor in read.accessors:
                _ = accessor.array
            for image in read.images:
                _ = image.header
        except InvalidAsset as error:
            refused[path.name] = error.code
    assert refused == dict.fromkeys(REFUSED, "ACCESSOR_INDEX_OOB")


def test_saving_and_loading_again_changes_nothing(good: list[Path], tmp_path: Path) -> None:
    for path in good:
        read = Document.read(path)
        data = read.to_bytes()
        again = Document.read(data)
        assert differences(read, again) == [], path.name
        assert again.to_bytes() == data, path.name
        read.write(tmp_path / "model.gltf")
        separate = Document.read(tmp_path / "model.gltf")
        assert differences(read, separate) == [], path.name
        assert separate.to_bytes() == data, path.name


def payloads(read: Document) -> Iterator[bytes]:
    for accessor in read.accessors:
        if isinstance(accessor.payload, MeshoptPayload):
            yield accessor.payload.data
    for mesh in read.meshes:
        for primitive in mesh.primitives:
            if isinstance(primitive.draco, DracoPayload):
                yield primitive.draco.data


def test_compressed_payloads_and_images_are_kept(good: list[Path]) -> None:
    kept = 0
    for path in good:
        read = Document.read(path)
        data = read.to_bytes()
        for payload in payloads(read):
            assert payload in data, path.name
            kept += 1
        assert all(image.data in data for image in read.images), path.name
    assert kept > 10


@pytest.mark.peers
def test_the_khronos_validator_finds_no_new_error(good: list[Path], tmp_path: Path) -> None:
    outputs = []
    for number, path in enumerate(good):
        outputs.append(tmp_path / f"{number}.glb")
        Document.read(path).write(outputs[-1])
    before, after = khronos_reports(good), khronos_reports(outputs)
    new = {}
    for path, old, now in zip(good, before, after, strict=True):
        added = errors(now) - errors(old)
        if added:
            new[path.name] = added
    assert new == {}


def errors(report: dict[str, Any]) -> Counter[str]:
    assert "issues" in report, report
    return Counter(message["code"] for message in report["issues"]["messages"] if message["severity"] == 0)


def test_pygltflib_reads_the_same_arrays(good: list[Path], tmp_path: Path) -> None:
    import pygltflib

    for path in good[::4]:
        read = Document.read(path)
        read.write(tmp_path / "model.glb")
        theirs = pygltflib.GLTF2().load(str(tmp_path / "model.glb"))
        blob = theirs.binary_blob()
        assert len(theirs.nodes) == len(read.nodes)
        assert [material.name for material in theirs.materials] == [material.name for material in read.materials]
        for accessor, ours in zip(theirs.accessors, read.accessors, strict=False):
            if accessor.bufferView is None or accessor.sparse is not None or len(ours.shape) > 2:
                continue
            view = theirs.bufferViews[accessor.bufferView]
            if view.extensions or view.buffer:
                continue
            width = ours.array[0].nbytes if ours.array.ndim > 1 else ours.dtype.itemsize
            start = (view.byteOffset or 0) + (accessor.byteOffset or 0)
            rows = [start + number * (view.byteStride or width) for number in range(accessor.count)]
            content = b"".join(blob[row : row + width] for row in (rows[0], rows[-1]))
            assert content == ours.array[0].tobytes() + ours.array[-1].tobytes(), path.name


def test_trimesh_sees_the_same_box(shared_assets: Path, tmp_path: Path) -> None:
    import trimesh

    for name in ("Mixer", "WickerChair", "DamagedHelmet", "CesiumMilkTruck", "2CylinderEngine", "BoxInterleaved"):
        path = next((shared_assets / "models").rglob(f"{name}.gl*"))
        read = Document.read(path)
        read.write(tmp_path / "model.glb")
        box = bounds(read)
        assert box is not None
        theirs = trimesh.load_scene(str(tmp_path / "model.glb")).bounds
        assert np.allclose(theirs, [box.min, box.max], rtol=1e-5), name
