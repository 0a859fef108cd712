from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from forge3d.errors import InvalidAsset
from forge3d.pipeline import manifest as room
from forge3d.pipeline.manifest import Counts, File, Finding, Manifest, Source, Verdict, View, schema

DIGEST = "ab" * 32


def example() -> Manifest:
    counts = Counts(triangles=12, vertices=24, draw_calls=1, materials=1, textures=1, gpu_bytes=4096)
    return Manifest(
        sku="chair",
        key=DIGEST,
        ok=True,
        source=Source(name="chair.glb", bytes=640, sha256=DIGEST),
        files=(
            File(path=f"{DIGEST}.glb", role="level", bytes=1, sha256=DIGEST, media_type="model/gltf-binary", index=2),
            File(path=f"{DIGEST}.glb", role="level", bytes=2, sha256=DIGEST, media_type="model/gltf-binary", index=1),
            File(path=f"{DIGEST}.webp", role="poster", bytes=3, sha256=DIGEST, media_type="image/webp", width=64),
        ),
        before=counts,
        after=counts,
        size=(1.0, 2.0, 0.5),
        placement="wall",
        view=View(yaw=30.0, pitch=15.0, fov=30.0),
        validation={"source": Verdict(warnings=2)},
        findings=(Finding(severity="warning", code="X", message="is odd", step="validate"),),
    )


def test_it_comes_back_as_it_was() -> None:
    assert Manifest.decode(example().encode()) == example()


def test_the_order_of_mappings_does_not_matter() -> None:
    names, verdict = ("b", "source", "a"), Verdict(warnings=2)
    first, second = (dict.fromkeys(order, verdict) for order in (names, sorted(names)))
    made = [msgspec.structs.replace(example(), validation=validation).encode() for validation in (first, second)]
    assert made[0] == made[1]


def test_the_committed_schema_is_current() -> None:
    committed = resources.files(room.__package__).joinpath("manifest.schema.json").read_bytes()
    assert committed == schema(), "write what `forge3d.pipeline.manifest.schema()` gives into the file"


def test_the_schema_is_valid_and_describes_the_manifest() -> None:
    described = json.loads(schema())
    jsonschema.Draft202012Validator.check_schema(described)
    jsonschema.validate(json.loads(example().encode()), described)


@pytest.mark.parametrize(
    ("member", "value"), [("key", "short"), ("version", 99), ("size", [1, 2]), ("files", [{}]), ("sku", None)]
)
def test_the_schema_and_the_reader_refuse_the_same(member: str, value: Any) -> None:
    members = json.loads(example().encode()) | {member: value}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(members, json.loads(schema()))
    with pytest.raises(InvalidAsset):
        Manifest.decode(json.dumps(members).encode())


def test_files_of_a_role_are_in_order_of_index() -> None:
    assert [file.index for file in example().of("level")] == [1, 2]
    assert example().of("ar") == []


def test_members_it_does_not_know_are_ignored() -> None:
    members = json.loads(example().encode()) | {"later": 1}
    assert Manifest.decode(json.dumps(members).encode()) == example()


def test_the_version_before_is_read_and_one_older_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def upgrade(members: dict[str, Any]) -> dict[str, Any]:
        return {**members, "version": 1, "sku": members["product"]}

    monkeypatch.setitem(room.UPGRADES, 0, upgrade)
    members = json.loads(example().encode())
    before = {**members, "version": 0, "product": members["sku"]}
    del before["sku"]
    assert Manifest.decode(json.dumps(before).encode()) == example()
    with pytest.raises(InvalidAsset, match="version -1 is not one this forge3d reads"):
        Manifest.decode(json.dumps({**members, "version": -1}).encode())


def test_what_is_not_a_manifest_is_refused_with_its_name(tmp_path: Path) -> None:
    for data in (b"", b"[]", b"{", b"{}"):
        (tmp_path / "manifest.json").write_bytes(data)
        with pytest.raises(InvalidAsset, match=r"manifest\.json"):
            Manifest.read(tmp_path)
    with pytest.raises(InvalidAsset, match="cannot be read"):
        Manifest.read(tmp_path / "nowhere")
