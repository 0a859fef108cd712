"""Each code that `--fix` mends: gone afterwards, nothing new, nothing more to do, the rest of the file as it was."""

from __future__ import annotations

import base64
import json
import struct
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.peers import khronos_reports

from forge3d.errors import InvalidAsset, RecipeError
from forge3d.gltf import Source, glb
from forge3d.optimize.fixes import FIXES, Placement
from forge3d.validate import all_rules

from . import PNG, Model, array_of, codes, json_of, mended, model

UNIT = [[0, 0, 1]] * 4
HALF = 0.5**0.5


def changed(**members: Any) -> Callable[[Model], Any]:
    return lambda m: m.json.update(members)


def accessor(number: int, **members: Any) -> Callable[[Model], Any]:
    return lambda m: m.json["accessors"][number].update(members)


def without(*path: Any) -> Callable[[Model], Any]:
    def change(m: Model) -> None:
        holder: Any = m.json
        for key in path[:-1]:
            holder = holder[key]
        del holder[path[-1]]

    return change


def interleaved(m: Model) -> None:
    """Normals and tangents of equal size in one buffer view without a stride."""
    m.vertices("NORMAL", UNIT)
    number = m.add(np.array([[0, 0, 1]] * 8, np.float32), target=34962)
    first, second = m.json["accessors"][number], dict(m.json["accessors"][number])
    first["count"], second["count"], second["byteOffset"] = 4, 4, 48
    m.json["accessors"].append(second)
    m.attributes["NORMAL"], m.attributes["_OTHER"] = number, number + 1
    del m.json["accessors"][2], m.json["bufferViews"][2]
    m.attributes["NORMAL"], m.attributes["_OTHER"] = 2, 3
    for entry in m.json["accessors"][2:]:
        entry["bufferView"] = 2


def with_unused(m: Model) -> None:
    m.image(mimeType="image/png")
    m.json["materials"].insert(0, {"name": "idle"})
    m.primitive["material"] = 1


def instanced(m: Model) -> None:
    rotation = m.add(np.array([[0, 0, 0, 2], [0, 0, 0, 1]], np.float32))
    m.json["nodes"][0]["extensions"] = {"EXT_mesh_gpu_instancing": {"attributes": {"ROTATION": rotation}}}
    m.json["extensionsUsed"] = ["EXT_mesh_gpu_instancing"]


def quantized(m: Model) -> None:
    m.vertices("NORMAL", [[0, 0, 127, 0]] * 4, np.int8, normalized=True, type="VEC3")
    m.json["extensionsUsed"] = ["KHR_mesh_quantization"]


def morphed(m: Model) -> None:
    """A mesh whose weights its only node overrides."""
    target = m.add(np.zeros((4, 3), np.float32), target=34962, min=[0, 0, 0], max=[0, 0, 0])
    m.primitive["targets"] = [{"POSITION": target}]
    m.json["meshes"][0]["weights"] = m.json["nodes"][0]["weights"] = [0.5]


def lit(m: Model) -> None:
    m.json["materials"] = [{"extensions": {"KHR_materials_unlit": {}}}]
    m.primitive["material"] = 0


def data_image(m: Model) -> None:
    m.image(mimeType="image/png")
    m.json["images"] = [{"uri": "data:image/jpeg;base64," + base64.b64encode(PNG).decode()}]
    del m.json["bufferViews"][2]
    m.json["accessors"][2]["bufferView"] = 2


CASES: dict[str, tuple[str, Callable[[Model], Any]]] = {
    "wrong minimum": ("ACCESSOR_MIN_MISMATCH", accessor(0, min=[-1, 0, 0])),
    "wrong maximum": ("ACCESSOR_MAX_MISMATCH", accessor(0, max=[1, 1, 9])),
    "narrow minimum": ("ACCESSOR_ELEMENT_OUT_OF_MIN_BOUND", accessor(0, min=[0.5, 0, 0])),
    "narrow maximum": ("ACCESSOR_ELEMENT_OUT_OF_MAX_BOUND", accessor(0, max=[0.5, 1, 0])),
    "no bounds": ("MESH_PRIMITIVE_POSITION_ACCESSOR_WITHOUT_BOUNDS", without("accessors", 0, "min")),
    "times without bounds": (
        "ANIMATION_SAMPLER_INPUT_ACCESSOR_WITHOUT_BOUNDS",
        lambda m: (m.animate([[0, 0, 0, 1]] * 2, "LINEAR"), m.json["accessors"][2].pop("max")),
    ),
    "long normals": ("ACCESSOR_VECTOR3_NON_UNIT", lambda m: m.vertices("NORMAL", [[0, 0, 2], *UNIT[1:]])),
    "long normals with bounds": (
        "ACCESSOR_VECTOR3_NON_UNIT",
        lambda m: m.vertices("NORMAL", [[0, 0, 2], *UNIT[1:]], min=[0, 0, 1], max=[0, 0, 2]),
    ),
    "a tangent's sign": (
        "ACCESSOR_INVALID_SIGN",
        lambda m: (m.vertices("NORMAL", UNIT), m.vertices("TANGENT", [[1, 0, 0, -0.5], *[[1, 0, 0, 1]] * 3])),
    ),
    "a node's rotation": ("ROTATION_NON_UNIT", lambda m: m.json["nodes"][0].update(rotation=[0, 0, 0, 0.5])),
    "a node's long rotation": ("VALUE_NOT_IN_RANGE", lambda m: m.json["nodes"][0].update(rotation=[0, 0, 3, 4])),
    "an animation's rotation": (
        "ACCESSOR_ANIMATION_SAMPLER_OUTPUT_NON_NORMALIZED_QUATERNION",
        lambda m: m.animate([[0, 0, 0, 3], [0, 0, 0, 1]], "LINEAR"),
    ),
    "a spline's rotation": (
        "ACCESSOR_ANIMATION_SAMPLER_OUTPUT_NON_NORMALIZED_QUATERNION",
        lambda m: m.animate([[0] * 4, [0, 0, 0, 2], [0, 0, 4, 0], [0] * 4, [0, 0, 0, 1], [0] * 4], "CUBICSPLINE"),
    ),
    "an instance's rotation": ("FORGE3D_INSTANCING_ROTATION_NON_UNIT", instanced),
    "large weights": (
        "ACCESSOR_WEIGHTS_NON_NORMALIZED", lambda m: m.skin([[0, 1, 0, 0]] * 4, [[1, 1, 0, 0]] * 4),
    ),
    "a negative weight": (
        "ACCESSOR_WEIGHTS_NEGATIVE", lambda m: m.skin([[0, 1, 0, 0]] * 4, [[1, -0.5, 0, 0]] * 4),
    ),
    "a joint twice": (
        "ACCESSOR_JOINTS_INDEX_DUPLICATE", lambda m: m.skin([[1, 1, 0, 0]] * 4, [[0.25, 0.75, 0, 0]] * 4),
    ),
    "an idle joint": (
        "ACCESSOR_JOINTS_USED_ZERO_WEIGHT", lambda m: m.skin([[0, 1, 1, 0]] * 4, [[1, 0, 0, 0]] * 4),
    ),
    "a degenerate triangle": (
        "ACCESSOR_INDEX_TRIANGLE_DEGENERATE",
        lambda m: m.primitive.update(indices=m.add(np.array([0, 1, 2, 1, 1, 2, 0, 2, 3], np.uint16), target=34963)),
    ),
    "a picture's type": ("IMAGE_MIME_TYPE_INVALID", lambda m: m.image(mimeType="image/jpeg")),
    "a data URI's type": ("INVALID_URI", data_image),
    "a picture without type": ("UNSATISFIED_DEPENDENCY", lambda m: m.image()),
    "no target": ("BUFFER_VIEW_TARGET_MISSING", without("bufferViews", 0, "target")),
    "another target": (
        "BUFFER_VIEW_TARGET_OVERRIDE", lambda m: m.json["bufferViews"][1].update(target=34962),
    ),
    "a target for an animation": (
        "BUFFER_VIEW_TARGET_OVERRIDE",
        lambda m: (m.animate([[0, 0, 0, 1]] * 2, "LINEAR"), m.json["bufferViews"][2].update(target=34962)),
    ),
    "no stride": ("MESH_PRIMITIVE_ACCESSOR_WITHOUT_BYTESTRIDE", interleaved),
    "an extension not declared": ("UNDECLARED_EXTENSION", lit),
    "an extension not required": ("NON_REQUIRED_EXTENSION", quantized),
    "an extension required alone": (
        "UNUSED_EXTENSION_REQUIRED",
        lambda m: (lit(m), m.json.update(extensionsRequired=["KHR_materials_unlit"])),
    ),
    "a repeated name": (
        "DUPLICATE_ELEMENTS", lambda m: (lit(m), m.json.update(extensionsUsed=["KHR_materials_unlit"] * 2)),
    ),
    "an empty list": ("EMPTY_ENTITY", changed(cameras=[])),
    "an idle matrix": (
        "NODE_MATRIX_DEFAULT", lambda m: m.json["nodes"][0].update(matrix=np.eye(4).ravel().tolist()),
    ),
    "idle weights": ("UNUSED_MESH_WEIGHTS", morphed),
    "an unused object": ("UNUSED_OBJECT", with_unused),
    "a long buffer": (
        "BUFFER_BYTE_LENGTH_MISMATCH", lambda m: m.json["buffers"][0].update(byteLength=len(m.data) + 20),
    ),
}  # fmt: skip


def containers() -> dict[str, tuple[str, bytes]]:
    """Faults of the file's frame, which no JSON can show."""
    good = model()
    text, data = Source.open(good).text, bytes(Source.open(good).glb_bin or b"")
    parts = good[12:]
    header = struct.pack("<III", glb.MAGIC, 2, len(good) + 4)
    empty = glb.pack(json.dumps({"asset": {"version": "2.0"}}).encode())[12:] + struct.pack("<II", 0, glb.BIN)
    return {
        "a length too great": ("GLB_LENGTH_MISMATCH", header + parts),
        "a length too small": ("GLB_CHUNK_TOO_BIG", struct.pack("<III", glb.MAGIC, 2, len(good) - 4) + parts),
        "something after the end": ("GLB_EXTRA_DATA", good + b"more"),
        "a chunk of odd length": (
            "GLB_CHUNK_LENGTH_UNALIGNED",
            (lambda odd: struct.pack("<III", glb.MAGIC, 2, 12 + len(odd)) + odd)(
                struct.pack("<II", len(text) + 1, glb.JSON) + text + b" "
                + struct.pack("<II", len(data), glb.BIN) + data
            ),
        ),
        "an empty chunk": (
            "GLB_EMPTY_BIN_CHUNK", struct.pack("<III", glb.MAGIC, 2, 12 + len(empty)) + empty,
        ),
        "a byte order mark": ("INVALID_JSON", b'\xef\xbb\xbf{"asset": {"version": "2.0"}}'),
        "a buffer's data URI": (
            "BUFFER_DATA_URI_MIME_TYPE_INVALID",
            b'{"asset":{"version":"2.0"},"buffers":[{"byteLength":1,"uri":"data:text/plain;base64,AA=="}]}',
        ),
        "normalized floats": (
            "ACCESSOR_NORMALIZED_INVALID",
            b'{"asset":{"version":"2.0"},"accessors":[{"componentType":5126,"count":1,"type":"VEC3",'
            b'"normalized":true,"sparse":{}}]}'.replace(b',"sparse":{}', b""),
        ),
    }  # fmt: skip


ALL = {name: (code, model(change)) for name, (code, change) in CASES.items()} | containers()


@pytest.mark.parametrize("name", ALL)
def test_the_fault_goes_and_none_comes(name: str) -> None:
    code, data = ALL[name]
    before = codes(data)
    assert code in before
    result = mended(data)
    after = codes(result.state.data)
    assert code not in after, [change.text for change in result.left]
    assert not Counter(after) - Counter(before)
    (fix,) = (fix for fix in FIXES if code in fix.codes)
    assert {change.code for change in result.changes} & set(fix.codes)
    again = mended(result.state.data)
    assert (again.changes, again.state.data) == ([], result.state.data)


def test_every_code_that_is_promised_has_a_case() -> None:
    promised = [code for fix in FIXES for code in fix.codes]
    assert len(set(promised)) == len(promised)
    assert set(promised) == {code for code, _ in ALL.values()}
    assert set(promised) <= {rule.code for rule in all_rules()}


@pytest.mark.peers
def test_the_khronos_validator_finds_nothing_new(tmp_path: Path) -> None:
    befores, afters = [], []
    for number, (_, data) in enumerate(ALL.values()):
        suffix = "glb" if data.startswith(b"glTF") else "gltf"
        for files, content in ((befores, data), (afters, mended(data).state.data)):
            files.append(tmp_path / f"{number}-{len(files)}-{files is afters}.{suffix}")
            files[-1].write_bytes(content)
    reports = [[m["code"] for m in r["issues"]["messages"]] for r in khronos_reports([*befores, *afters])]
    for (name, (code, _)), before, after in zip(ALL.items(), reports[: len(ALL)], reports[len(ALL) :], strict=True):
        if not code.startswith("FORGE3D_"):
            assert code in before, name
        assert code not in after, name
        assert set(after) <= set(before), name


def test_vectors_keep_their_direction() -> None:
    data = model(lambda m: m.vertices("NORMAL", [[0, 0, 2], [0, 3, 4], [0, 0, 0], [1, 0, 0]]))
    result = mended(data)
    np.testing.assert_allclose(array_of(result.state.data, "NORMAL"), [[0, 0, 1], [0, 0.6, 0.8], [0, 0, 0], [1, 0, 0]])
    assert [change.text for change in result.changes] == [
        "accessor 2: 2 NORMAL vectors normalized; 1 without a direction stay as they are"
    ]
    assert [change.text for change in result.left] == ["1 NORMAL vector without a direction"]


def test_a_spline_keeps_its_speed() -> None:
    data = ALL["a spline's rotation"][1]
    keys = Source.open(mended(data).state.data).array(3)
    assert keys[:3].tolist() == [[0] * 4, [0, 0, 0, 1], [0, 0, 2, 0]]


def test_weights_of_one_joint_are_added_up() -> None:
    data = mended(ALL["a joint twice"][1]).state.data
    assert array_of(data, "JOINTS_0").tolist() == [[1, 0, 0, 0]] * 4
    assert array_of(data, "WEIGHTS_0").tolist() == [[1, 0, 0, 0]] * 4


def test_triangles_keep_their_order() -> None:
    assert array_of(mended(ALL["a degenerate triangle"][1]).state.data, "indices").tolist() == [0, 1, 2, 0, 2, 3]


def test_numbers_follow_when_unused_objects_go() -> None:
    result = mended(ALL["an unused object"][1])
    json = json_of(result.state.data)
    assert json["materials"] == [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}]
    assert json["meshes"][0]["primitives"][0]["material"] == 0


def many_unused(m: Model) -> None:
    m.image(mimeType="image/png")
    m.json["textures"].insert(0, {"source": 0, "name": "idle"})
    m.json["materials"][0]["extensions"] = {"KHR_materials_sheen": {"sheenColorTexture": {"index": 1}}}
    m.json["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"]["index"] = 1
    m.json["extensionsUsed"] = ["KHR_materials_sheen"]
    m.json["nodes"].insert(0, {"name": "idle"})
    m.json["scenes"][0]["nodes"] = [1]
    m.json["cameras"] = [{"type": "perspective", "perspective": {"yfov": 1, "znear": 1}}]


def test_references_of_extensions_follow_too() -> None:
    result = mended(model(many_unused))
    json = json_of(result.state.data)
    assert json["materials"][0]["extensions"]["KHR_materials_sheen"]["sheenColorTexture"]["index"] == 0
    assert json["scenes"][0]["nodes"] == [0]
    assert "cameras" not in json
    assert codes(result.state.data) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda m: (with_unused(m), m.json.update(extensionsUsed=["ACME_rooms"], extensions={"ACME_rooms": {"at": 0}})),
        lambda m: (with_unused(m), m.json["nodes"][0].update(extensions={"ACME_rooms": {"material": 0}})),
    ],
)
def test_unused_objects_stay_where_an_unknown_extension_may_mean_them(change: Callable[[Model], Any]) -> None:
    result = mended(model(change))
    assert len(json_of(result.state.data)["materials"]) == 2
    assert "ACME_rooms may refer to it, or count by it" in [left.text for left in result.left]


def test_bytes_that_something_else_reads_stay() -> None:
    def change(m: Model) -> None:
        m.vertices("NORMAL", [[0, 0, 2], *UNIT[1:]])
        m.json["accessors"].append(dict(m.json["accessors"][2]))
        m.attributes["_COPY"] = 3

    result = mended(model(change))
    assert result.changes == []
    assert [left.text for left in result.left] == ["/accessors/3 reads the same bytes"]


def test_an_accessor_with_two_purposes_stays() -> None:
    def change(m: Model) -> None:
        m.vertices("NORMAL", [[0, 0, 2], *UNIT[1:]])
        m.attributes["_COPY"] = 2

    assert [left.text for left in mended(model(change)).left] == ["its data serve as NORMAL and _COPY"]


def test_joints_that_another_primitive_pairs_with_other_weights_stay() -> None:
    def change(m: Model) -> None:
        m.skin([[0, 1, 0, 0]] * 4, [[1, 0, 0, 0]] * 4)
        other = dict(m.attributes)
        m.vertices("WEIGHTS_0", [[0.5, 0.5, 0, 0]] * 4)
        m.json["meshes"][0]["primitives"].append({"attributes": other, "indices": 1})

    result = mended(model(change))
    assert result.changes == []
    assert {left.text for left in result.left} == {
        "/meshes/0/primitives/0/attributes/JOINTS_0 pairs the same joints or weights with others"
    }


def test_a_fix_that_would_break_something_is_taken_back() -> None:
    def change(m: Model) -> None:
        m.json["cameras"] = []
        m.json["extensions"] = {"KHR_lights_punctual": {"lights": []}}
        m.json["extensionsUsed"] = ["KHR_lights_punctual"]

    result = mended(model(change))
    assert "cameras" not in json_of(result.state.data)
    assert json_of(result.state.data)["extensions"] == {"KHR_lights_punctual": {"lights": []}}
    assert "mending it would bring UNDEFINED_PROPERTY" in [left.text for left in result.left]


def test_codes_can_be_passed_over() -> None:
    data = ALL["wrong minimum"][1]
    assert mended(data, skip={"ACCESSOR_MIN_MISMATCH"}).state.data == data


def test_everything_else_stays_to_the_byte() -> None:
    def change(m: Model) -> None:
        m.json["extras"] = {"shop": ["é", 1.5, None]}
        m.json["nodes"][0]["extensions"] = {"ACME_door": {"open": 0.25}}
        m.json["extensionsUsed"] = ["ACME_door"]
        m.json["accessors"][0]["min"] = [-1, 0, 0]
        m.json["accessors"][0]["name"] = "corners"

    made = Model()
    change(made)
    text, data = json.dumps(made.json).encode(), bytes(made.data)
    whole = glb.pack(text, data, [(0x31323334, b"mine")])
    state = mended(whole).state
    expected = json.loads(text)
    expected["accessors"][0]["min"] = [0.0, 0.0, 0.0]
    assert json.loads(Source.open(state.data).text) == expected
    assert list(json.loads(Source.open(state.data).text)) == list(expected)
    chunks = glb.parse(state.data)
    assert bytes(chunks.bin or b"") == data
    assert [(kind, bytes(content)) for kind, content in chunks.others] == [(0x31323334, b"mine")]


def test_indentation_stays() -> None:
    members = {"asset": {"version": "2.0"}, "cameras": []}
    for indent in (2, 4, "\t", None):
        text = json.dumps(members, indent=indent)
        state = mended(text.encode()).state
        kept = {"asset": members["asset"]}
        assert state.data.decode().strip() == json.dumps(kept, indent=indent, separators=None if indent else (",", ":"))


@settings(deadline=None, max_examples=30)
@given(st.binary(max_size=64), st.sampled_from(["", "scene", "nodes", "meshes"]))
def test_a_file_without_faults_that_can_be_mended_comes_back_as_it_is(extra: bytes, drop: str) -> None:
    made = Model()
    made.json["extras"] = {"data": extra.hex()}
    for key in {"": (), "scene": ("scene",)}.get(drop, ()):
        del made.json[key]
    data = made.bytes()
    result = mended(data)
    assert (result.state.data, result.changes, result.left) == (data, [], [])


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(st.floats(-4, 4, width=32), min_size=3, max_size=3), min_size=4, max_size=4))
def test_mending_again_changes_nothing(rows: list[list[float]]) -> None:
    once = mended(model(lambda m: m.vertices("NORMAL", rows)))
    again = mended(once.state.data)
    assert again.changes == []
    assert again.state.data == once.state.data


def test_real_models_come_back_as_they_are(shared_assets: Path) -> None:
    for path in sorted((shared_assets / "models").rglob("*.glb"))[:40]:
        if path.stat().st_size < 4_000_000:
            data = path.read_bytes()
            result = mended(data, path.parent)
            assert bool(result.changes) == (result.state.data != data), path
            if not result.changes:
                continue
            assert set(codes(result.state.data, path.parent, result.state.resources)) <= set(codes(data, path.parent))
            assert mended(result.state.data, path.parent).changes == []


def test_units_and_up_axis_when_told() -> None:
    def change(m: Model) -> None:
        m.skin([[0, 0, 0, 0]] * 4, [[1, 0, 0, 0]] * 4)
        m.json["nodes"].append({"name": "stand"})
        m.json["scenes"][0]["nodes"].append(3)

    data = model(change)
    result = mended(data, placement=Placement(0.01, "z"))
    json = json_of(result.state.data)
    assert json["scenes"][0]["nodes"] == [4, 0]  # joints place the skinned mesh
    assert json["nodes"][4] == {"children": [1, 3], "rotation": [-HALF, 0, 0, HALF], "scale": [0.01] * 3}
    assert codes(result.state.data) == codes(data)
    assert [c.text for c in result.changes] == ["one unit is 0.01 m, z points up: 1 nodes put above the scenes' roots"]


@pytest.mark.parametrize("options", [(0.0, "y"), (float("inf"), "y"), (1.0, "x")])
def test_placements_that_mean_nothing_are_refused(options: tuple[Any, Any]) -> None:
    with pytest.raises(RecipeError):
        Placement(*options)


def test_a_file_that_is_cut_off_is_not_mended() -> None:
    with pytest.raises(InvalidAsset, match="cut off"):
        mended(model()[:-4])


def test_a_key_that_is_there_twice_is_not_decided() -> None:
    data = b'{"asset":{"version":"2.0"},"cameras":[],"extras":{"a":1,"a":2}}'
    result = mended(data)
    assert result.state.data == data
    assert [left.text for left in result.left] == ["the file has the same key twice (/extras/a); which one is meant?"]
