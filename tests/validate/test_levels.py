from __future__ import annotations

import pytest

from .payloads import ours
from .test_rules import found, triangle


def test_levels_of_detail() -> None:
    document = triangle()
    document["extensionsUsed"] = ["MSFT_lod"]
    document["nodes"] = [
        {"mesh": 0, "extensions": {"MSFT_lod": {"ids": [1]}}, "extras": {"MSFT_screencoverage": [0.5, 0.1]}},
        {"mesh": 0},
    ]
    assert ours(document) == []
    document["scenes"][0]["nodes"] = [0, 1]
    document["nodes"][0]["extras"]["MSFT_screencoverage"] = [0.1, 0.5]
    assert ours(document) == [
        ("LOD_IN_SCENE", "/nodes/0/extensions/MSFT_lod/ids/0"),
        ("LOD_SCREENCOVERAGE", "/nodes/0/extras/MSFT_screencoverage"),
    ]
    document["nodes"][0]["extensions"]["MSFT_lod"]["ids"] = [0, 2]
    codes = found(document)
    assert ("FORGE3D_LOD_OF_ITSELF", "/nodes/0/extensions/MSFT_lod/ids/0") in codes
    assert ("UNRESOLVED_REFERENCE", "/nodes/0/extensions/MSFT_lod/ids/1") in codes


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ({0: [1], 1: [0]}, ["LOD_CYCLE", "LOD_CYCLE"]),
        ({0: [1], 1: [2], 2: [0]}, ["LOD_CYCLE"] * 3),
        ({0: [1], 1: [2]}, ["LOD_NESTED"]),
        ({0: [1, 2]}, []),
    ],
)
@pytest.mark.parametrize("name", ["nodes", "materials"])
def test_levels_of_levels(name: str, ids: dict[int, list[int]], expected: list[str]) -> None:
    owners = [{"extensions": {"MSFT_lod": {"ids": ids[i]}}} if i in ids else {} for i in range(3)]
    assert [code for code, _ in ours({"extensionsUsed": ["MSFT_lod"], name: owners})] == expected


def test_levels_get_simpler() -> None:
    document = triangle()
    document["extensionsUsed"] = ["MSFT_lod"]
    document["meshes"].append({"primitives": document["meshes"][0]["primitives"] * 2})
    document["nodes"] = [
        {"mesh": 0, "extensions": {"MSFT_lod": {"ids": [1]}}}, {"children": [2]}, {"mesh": 1},
    ]  # fmt: skip
    assert ours(document) == [("LOD_NOT_SIMPLER", "/nodes/0/extensions/MSFT_lod/ids/0")]
