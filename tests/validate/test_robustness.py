"""Mutated files always get a report, quickly."""

from __future__ import annotations

import json
import random
import time
from typing import Any

from forge3d.validate import validate

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
