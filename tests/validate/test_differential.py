"""The Khronos validator and ours on mutated files: the same issues, but for the differences that the docs list."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .cases import Difference
from .known_differences import KNOWN, unexplained
from .mutations import Pool
from .seeds import Seed, own_seeds, seeds_of, shared_files
from .two_judges import Khronos, case_of, khronos, make, parsed

DOCS = Path(__file__).parents[2] / "docs" / "validator-differences.md"


@pytest.fixture(scope="module")
def seeds(shared_assets: Path) -> list[Seed]:
    return seeds_of(shared_assets)


@pytest.fixture(scope="module")
def pool(seeds: list[Seed]) -> Pool:
    """What stands in the seeds, to be put where it does not belong."""
    pool = Pool()
    for seed in seeds:
        pool.add(parsed(seed.data))
    return pool


@pytest.fixture(scope="module")
def npm() -> Iterator[Khronos]:
    with khronos() as process:
        yield process


def differences(
    numbers: range, seeds: list[Seed], pool: Pool, npm: Khronos, scratch: Path
) -> tuple[dict[int, set[Difference]], Counter[str]]:
    """By mutation what nothing explains; and how many differences each known reason explained."""
    found: dict[int, set[Difference]] = {}
    reasons: Counter[str] = Counter()
    for number in numbers:
        file, data, folder = make(number, seeds, pool, scratch)
        theirs = npm.judge(file, folder)
        if theirs is not None:
            rest, used = unexplained(case_of(data, folder, theirs))
            reasons += used
            if rest:
                found[number] = rest
    return found, reasons


@pytest.mark.peers
def test_mutated_files_give_the_same_issues(seeds: list[Seed], pool: Pool, npm: Khronos, tmp_path: Path) -> None:
    found, _ = differences(range(400), seeds, pool, npm, tmp_path)
    assert found == {}


@pytest.mark.peers
@pytest.mark.slow
def test_3000_mutated_files_give_the_same_issues(seeds: list[Seed], pool: Pool, npm: Khronos, tmp_path: Path) -> None:
    found, reasons = differences(range(1000, 4000), seeds, pool, npm, tmp_path)
    assert found == {}
    assert sum(reasons.values()) < 1000, "reasons that explain this much hide something"


MET_BEFORE: dict[str, dict[str, Any]] = {
    "offsets that cannot be used, with nothing to be offset in": {
        "accessors": [
            {"componentType": 5126, "count": 1, "type": "SCALAR", "byteOffset": offset}
            for offset in ("x", -4, 1.5, None, [], 4)
        ]
    },
    "a root key that begins with a slash": {"/a/b": 1},
    "a matrix with numbers too small for floats": {
        "nodes": [{"matrix": [2, 0, 0, 0, 0, 1, 0, 1e-300, 0, 0, 1, 0, 0, 0, 0, 1]}]
    },
    "a matrix with a scale too small for floats": {
        "nodes": [{"matrix": [1e-60, 0, 0, 0, 0, 1e-60, 0, 0, 0, 0, 1e-60, 0, 0, 0, 0, 1]}]
    },
    "variants that are mapped twice, and not there": {
        "extensionsUsed": ["KHR_materials_variants"],
        "meshes": [{"primitives": [{"attributes": {"_A": 0}, "extensions": {"KHR_materials_variants": {
            "mappings": [{"material": 0, "variants": [0]}] * 2
        }}}]}],
    },
    "more sparse elements than elements": {
        "accessors": [{
            "bufferView": 0, "componentType": 5121, "type": "SCALAR", "count": 1, "min": [1], "max": [1],
            "sparse": {
                "count": 2, "indices": {"bufferView": 0, "componentType": 5121}, "values": {"bufferView": 0}
            },
        }],
        "bufferViews": [{"buffer": 0, "byteLength": 2}],
        "buffers": [{"byteLength": 2, "uri": "data:application/octet-stream;base64,AAk="}],
    },
    "an unknown attribute in a target beside one that is empty": {
        "meshes": [{"primitives": [{"attributes": {"_A": 0}, "targets": [{"UNKNOWN": 0}, {}]}]}]
    },
    "sparse indices that go on past their buffer view": {
        "accessors": [{
            "componentType": 5126, "type": "SCALAR", "count": 9,
            "sparse": {
                "count": 2, "indices": {"bufferView": 0, "componentType": 5121}, "values": {"bufferView": 1}
            },
        }],
        "bufferViews": [{"buffer": 0, "byteLength": 1}, {"buffer": 0, "byteLength": 8}],
        "buffers": [{"byteLength": 8, "uri": "data:application/octet-stream;base64,AQAAAAAAAAA="}],
    },
    "an undeclared extension on half a sparse object": {
        "accessors": [{
            "componentType": 5121, "type": "SCALAR", "count": 1, "sparse": {"extensions": {"KHR_materials_unlit": {}}}
        }],
    },
    "a PNG that no PNG may be, called a JPEG": {
        "images": [{
            "mimeType": "image/jpeg",
            "uri": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABSAIAAACQd1PeAAAADElEQVQYV2P4z/AfAAQAAf+I0P3M",
        }],
    },
    "zeros in place of data that an undeclared extension holds": {
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "accessors": [{
            "bufferView": 0, "componentType": 5126, "type": "VEC3", "count": 1, "min": [1, 1, 1], "max": [1, 1, 1]
        }],
        "bufferViews": [{
            "buffer": 0, "byteLength": 12, "target": 34962, "extensions": {"EXT_meshopt_compression": {
                "buffer": 0, "byteLength": 12, "byteStride": 12, "count": 1, "mode": "ATTRIBUTES",
            }},
        }],
        "buffers": [{"byteLength": 12, "uri": "data:application/octet-stream;base64,AAAAAAAAAAAAAAAA"}],
    },
}  # fmt: skip
"""What mutations found once, each cut down to what makes the difference."""


@pytest.mark.peers
def test_what_was_met_before_gives_the_same_issues(npm: Khronos, tmp_path: Path) -> None:
    found: dict[str, set[Difference]] = {}
    for name, document in MET_BEFORE.items():
        data = json.dumps({"asset": {"version": "2.0"}, **document}).encode()
        (tmp_path / "met.gltf").write_bytes(data)
        theirs = npm.judge(tmp_path / "met.gltf", tmp_path)
        assert theirs is not None
        if rest := unexplained(case_of(data, tmp_path, theirs))[0]:
            found[name] = rest
    assert found == {}


@pytest.mark.peers
def test_whole_files_give_the_same_issues(shared_assets: Path, npm: Khronos, tmp_path: Path) -> None:
    found: dict[Path, set[Difference]] = {}
    for seed in [*shared_files(shared_assets), *own_seeds(shared_assets)]:
        file = tmp_path / f"whole{seed.suffix}"
        file.write_bytes(seed.data)
        theirs = npm.judge(file, seed.folder)
        if theirs is None:
            assert seed.data.startswith(b"\0"), "it refuses files that begin like neither container"
        elif rest := unexplained(case_of(seed.data, seed.folder, theirs))[0]:
            found[seed.folder] = rest
    assert found == {}


def test_each_known_difference_is_in_the_docs() -> None:
    listed = re.findall(r"^\| `([a-z0-9-]+)` \|", DOCS.read_text("utf-8"), re.MULTILINE)
    assert listed == list(KNOWN)
