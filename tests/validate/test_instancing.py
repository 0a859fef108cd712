from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .payloads import ours, uri
from .test_rules import triangle


def instanced(**accessors: dict[str, Any]) -> dict[str, Any]:
    document = triangle()
    first = len(document["accessors"])
    document["accessors"] += accessors.values()
    attributes = {name: first + place for place, name in enumerate(accessors)}
    document["nodes"][0]["extensions"] = {"EXT_mesh_gpu_instancing": {"attributes": attributes}}
    document["extensionsUsed"] = document["extensionsRequired"] = ["EXT_mesh_gpu_instancing"]
    return document


VEC3 = {"componentType": 5126, "type": "VEC3", "count": 2}
HERE = "/nodes/0/extensions/EXT_mesh_gpu_instancing"


@pytest.mark.parametrize(
    ("accessors", "expected"),
    [
        ({"TRANSLATION": VEC3, "_ID": {**VEC3, "componentType": 5121}}, []),
        ({"TRANSLATION": {**VEC3, "componentType": 5122}}, [("INSTANCING_FORMAT", f"{HERE}/attributes/TRANSLATION")]),
        ({"ROTATION": VEC3}, [("INSTANCING_FORMAT", f"{HERE}/attributes/ROTATION")]),
        (
            {"COLOR": VEC3},
            [("INSTANCING_NO_TRANSFORM", f"{HERE}/attributes"), ("INSTANCING_SEMANTIC", f"{HERE}/attributes/COLOR")],
        ),
        ({"TRANSLATION": VEC3, "SCALE": {**VEC3, "count": 3}}, [("INSTANCING_COUNT", f"{HERE}/attributes")]),
    ],
)
def test_instance_attributes(accessors: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert ours(instanced(**accessors)) == expected


def test_instance_rotations_are_unit_quaternions_and_need_a_mesh() -> None:
    document = instanced(ROTATION={"bufferView": 3, "componentType": 5126, "type": "VEC4", "count": 1})
    data = np.array([0, 0, 0, 2], np.float32).tobytes()
    document["buffers"].append({
        "uri": uri(data), "byteLength": 16,
    })  # fmt: skip
    document["bufferViews"].append({"buffer": 1, "byteLength": 16})
    assert ours(document) == [("INSTANCING_ROTATION_NON_UNIT", f"{HERE}/attributes/ROTATION")]
    del document["nodes"][0]["mesh"]
    assert ("INSTANCING_NO_MESH", HERE) in ours(document)


def test_skinned_instances() -> None:
    document = instanced(TRANSLATION=VEC3)
    document["nodes"] = [{**document["nodes"][0], "skin": 0}, {}]
    document["skins"] = [{"joints": [1]}]
    assert ours(document) == [("INSTANCING_SKINNED", HERE)]
