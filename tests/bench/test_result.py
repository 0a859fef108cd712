from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from forge3d.bench import Measurement, Result, schema
from forge3d.errors import InvalidAsset


def test_it_comes_back_as_it_was(result: Result, tmp_path: Path) -> None:
    assert Result.decode(result.encode()) == result
    (tmp_path / "bench.json").write_bytes(result.encode())
    assert Result.read(tmp_path) == Result.read(tmp_path / "bench.json") == result


def test_the_committed_schema_is_current() -> None:
    committed = resources.files("forge3d.bench").joinpath("result.schema.json").read_bytes()
    assert committed == schema(), "write what `forge3d.bench.schema()` gives into the file"


def test_the_schema_is_valid_and_describes_results(result: Result) -> None:
    described = json.loads(schema())
    jsonschema.Draft202012Validator.check_schema(described)
    jsonschema.validate(json.loads(result.encode()), described)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("version", 99), ("machine", {}), ("measurements", [{"name": "frames/a/b"}]), ("settings", None),
        ("measurements", [{"name": "frames", "unit": "s", "value": 1, "low": 1, "high": 1, "samples": [1]}]),
        ("measurements", [{"name": "start/open", "unit": "s", "value": -1, "low": 1, "high": 1, "samples": [1]}]),
        ("measurements", [{"name": "start/open", "unit": "s", "value": 1, "low": 1, "high": 1, "samples": []}]),
    ],
)  # fmt: skip
def test_the_schema_and_the_reader_refuse_the_same(result: Result, member: str, value: Any) -> None:
    members = json.loads(result.encode()) | {member: value}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(members, json.loads(schema()))
    with pytest.raises(InvalidAsset):
        Result.decode(json.dumps(members).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b'{"version": 1}'])
def test_what_is_no_result_is_refused_by_name(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(data)
    with pytest.raises(InvalidAsset, match=r"a\.json"):
        Result.read(tmp_path / "a.json")
    with pytest.raises(InvalidAsset, match="cannot be read"):
        Result.read(tmp_path / "missing.json")


def test_a_measurement_is_its_median_with_the_middle_eight_tenths() -> None:
    found = Measurement.of("frames/lights/4", "frames/s", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 100.0])
    assert (found.value, found.low, found.high) == (6.0, 2.0, 10.0)
    assert (found.group, found.point, found.less_is_better) == ("frames/lights", "4", False)
    assert Measurement.of("start/open", "s", [1.0]).less_is_better


def test_groups_keep_the_order(result: Result) -> None:
    groups = result.groups()
    assert list(groups) == [
        "frames/resolution", "frames/triangles", "frames/look", "start", "readback", "encode/one-thread",
    ]  # fmt: skip
    assert [one.point for one in groups["frames/resolution"]] == ["256", "1024"]
    assert result.find("start/open") is groups["start"][0]
    assert result.find("start/nothing") is None
