"""Mutated files always get a report, quickly."""

from __future__ import annotations

import json
import random
import struct
import time
from pathlib import Path
from typing import Any

from forge3d.gltf import Limits
from forge3d.validate import Report, validate

from .test_rules import triangle

ODD: list[Any] = [
    None, True, -1, 0, 1.5, 2**31, 2**53, 1e308, 1e39, "x", "", [], {}, [0], [None], {"a": 1}, 65535, [[]],
    "../../etc/passwd", "http://a/b", "data:,", "%00",
]  # fmt: skip


def mutated(value: Any, rnd: random.Random) -> Any:
    """`value` with one thing in it dropped, retyped, renumbered or repeated."""
    choice = rnd.random()
    if isinstance(value, dict) and value:
        key = rnd.choice(sorted(value))
        if choice < 0.15:
            return {name: entry for name, entry in value.items() if name != key}
        return {**value, key: rnd.choice(ODD) if choice < 0.3 else mutated(value[key], rnd)}
    if isinstance(value, list) and value:
        place = rnd.randrange(len(value))
        if choice < 0.15:
            return value[:place] + value[place + 1 :]
        if choice < 0.25:
            return [*value, value[place]]
        return [*value[:place], rnd.choice(ODD) if choice < 0.35 else mutated(value[place], rnd), *value[place + 1 :]]
    return rnd.choice([-value, value + 1, value * 2, *ODD] if isinstance(value, int) else ODD)


def full() -> dict[str, Any]:
    """One of everything that the tables know."""
    document = triangle()
    info = {"index": 0, "extensions": {"KHR_texture_transform": {"offset": [0, 1]}}}
    return {
        "asset": {"version": "2.0"}, **document,
        "extensionsUsed": [
            "KHR_texture_transform", "KHR_lights_punctual", "KHR_materials_variants", "EXT_texture_webp",
        ],
        "extensions": {
            "KHR_lights_punctual": {"lights": [{"type": "spot", "spot": {"innerConeAngle": 0.1}}]},
            "KHR_materials_variants": {"variants": [{"name": "red"}]},
        },
        "nodes": [{"mesh": 0, "skin": 0, "children": [1]}, {"camera": 0, "rotation": [0, 0, 0, 1]}],
        "cameras": [{"type": "perspective", "perspective": {"yfov": 1, "znear": 0.1}}],
        "skins": [{"joints": [1], "inverseBindMatrices": 0}],
        "materials": [{"normalTexture": info, "pbrMetallicRoughness": {"baseColorTexture": info}}],
        "textures": [{"source": 0, "sampler": 0, "extensions": {"EXT_texture_webp": {"source": 0}}}],
        "images": [{"bufferView": 0, "mimeType": "image/png"}], "samplers": [{"wrapS": 10497}],
        "animations": [{
            "channels": [{"sampler": 0, "target": {"node": 1, "path": "rotation"}}],
            "samplers": [{"input": 2, "output": 1, "interpolation": "CUBICSPLINE"}],
        }],
    }  # fmt: skip


def test_mutated_json_always_gets_a_report() -> None:
    rnd = random.Random(1)
    codes: set[str] = set()
    slowest = 0.0
    for _ in range(1500):
        document = full()
        for _ in range(rnd.randint(1, 4)):
            document = mutated(document, rnd)
        started = time.process_time()
        report = validate(json.dumps(document).encode())
        slowest = max(slowest, time.process_time() - started)
        codes |= {issue.code for issue in report.issues}
        json.loads(report.to_json())
    assert len(codes) > 50
    assert slowest < 1


def test_cost_stays_linear_for_deep_and_shared_structures() -> None:
    count = 8000
    document = triangle()
    chain = [{"children": [i + 1], "mesh": 0, "skin": i} for i in range(count)] + [{}]
    hostile = {
        "asset": {"version": "2.0"}, **document, "nodes": chain,
        "skins": [{"joints": [count, i], "skeleton": 0} for i in range(count)],
        "meshes": [{"primitives": document["meshes"][0]["primitives"] * 3000}],
        "extensionsUsed": [f"EXT_{i}" for i in range(count)], "extensionsRequired": [f"EXT_{i}" for i in range(count)],
    }  # fmt: skip
    started = time.process_time()
    assert validate(json.dumps(hostile).encode()).errors
    assert time.process_time() - started < 5


def limit_messages(report: Report) -> list[str]:
    return [issue.message for issue in report.errors if issue.code == "FORGE3D_LIMIT_EXCEEDED"]


def test_a_report_stops_at_so_many_issues_and_says_so() -> None:
    data = json.dumps({"asset": {"version": "2.0"}, "nodes": [{}] * 50}).encode()
    report = validate(data, limits=Limits(max_issues=20))
    assert [len(report.issues), len(report.errors), report.truncated] == [21, 1, True]
    assert limit_messages(report) == ["there are more than 20 issues: what follows is not judged"]
    assert report.to_dict()["issues"]["truncated"] is True
    whole = validate(data)
    assert [whole.errors, whole.truncated, whole.to_dict()["issues"]["truncated"]] == [[], False, False]
    assert len(whole.issues) >= 50


def test_more_objects_than_the_limits_allow_are_not_judged() -> None:
    data = json.dumps({"asset": {"version": "2.0"}, "nodes": [{}] * 5}).encode()
    (message,) = limit_messages(validate(data, limits=Limits(max_objects=4)))
    assert "'nodes'" in message
    assert not limit_messages(validate(data, limits=Limits(max_objects=5)))


def test_a_glb_of_very_many_chunks_is_not_read_to_its_end() -> None:
    text = b'{"asset":{"version":"2.0"}}'.ljust(28)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text + 200_000 * struct.pack("<II", 0, 0x12345678)
    report = validate(struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks)
    assert limit_messages(report) == ["there are more than 1,000 chunks"]
    assert len(report.issues) == 1000


def test_a_file_that_many_buffers_name_is_in_memory_once(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(bytes(1000))
    buffers = [{"byteLength": 1000, "uri": "a.bin"}] * 100
    (tmp_path / "a.gltf").write_text(json.dumps({"asset": {"version": "2.0"}, "buffers": buffers}))
    report = validate(tmp_path / "a.gltf", limits=Limits(max_resource_bytes=1000))
    assert not report.errors
    for number, buffer in enumerate(buffers):
        buffers[number] = {**buffer, "uri": "./" * number + "a.bin"}
    (tmp_path / "a.gltf").write_text(json.dumps({"asset": {"version": "2.0"}, "buffers": buffers}))
    report = validate(tmp_path / "a.gltf", limits=Limits(max_resource_bytes=1000))
    assert len(limit_messages(report)) == 99
