"""SARIF 2.1.0, held against the parts of the OASIS schema that a run of ours uses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from forge3d.gltf import Severity
from forge3d.validate import Issue, Report
from forge3d.validate.many import Verdict

Written = Callable[..., str]


def object_of(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def list_of(items: dict[str, Any], *, unique: bool = False) -> dict[str, Any]:
    return {"type": "array", "items": items, "uniqueItems": unique}


# SARIF 2.1.0 §3: required members, types, bounds, and no members that it does not name.
TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 0}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
MESSAGE = object_of(["text"], text=TEXT, markdown=TEXT)
BAG = {"type": "object", "properties": {"tags": list_of(TEXT, unique=True)}}
ARTIFACT = object_of([], uri={"type": "string", "format": "uri-reference"}, uriBaseId=TEXT)
REGION = object_of(
    [], startLine={"type": "integer", "minimum": 1}, byteOffset={"type": "integer", "minimum": -1}, byteLength=COUNT
)
PHYSICAL = object_of(["artifactLocation"], artifactLocation=ARTIFACT, region=REGION)
LOGICAL = object_of([], fullyQualifiedName=TEXT, name=TEXT)
LOCATION = object_of([], physicalLocation=PHYSICAL, logicalLocations=list_of(LOGICAL, unique=True))
DESCRIPTOR = object_of(
    ["id"],
    id=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    helpUri={"type": "string", "format": "uri"},
    defaultConfiguration=object_of([], level=LEVEL),
    properties=BAG,
)
DRIVER = object_of(["name"], name=TEXT, version=TEXT, semanticVersion=TEXT, rules=list_of(DESCRIPTOR, unique=True))
NOTIFICATION = object_of(
    ["message"],
    level=LEVEL,
    message=MESSAGE,
    descriptor=object_of([], id=TEXT),
    locations=list_of(LOCATION, unique=True),
)
INVOCATION = object_of(
    ["executionSuccessful"], executionSuccessful={"type": "boolean"}, toolExecutionNotifications=list_of(NOTIFICATION)
)
RESULT = object_of(
    ["message"],
    ruleId=TEXT,
    ruleIndex=COUNT,
    level=LEVEL,
    message=MESSAGE,
    locations=list_of(LOCATION),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    properties=BAG,
)
RUN = object_of(
    ["tool"],
    tool=object_of(["driver"], driver=DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    invocations=list_of(INVOCATION),
    results=list_of(RESULT),
)
SARIF = object_of(
    ["version", "runs"],
    **{"$schema": {"type": "string", "format": "uri"}, "version": {"const": "2.1.0"}, "runs": list_of(RUN)},
)


@pytest.fixture
def run(written: Written) -> dict[str, Any]:
    log = json.loads(written("sarif"))
    jsonschema.validate(log, SARIF)
    only: dict[str, Any] = log["runs"][0]
    return only


def test_an_order_without_issues_keeps_the_schema_too(written: Written) -> None:
    log = json.loads(written("sarif", []))
    jsonschema.validate(log, SARIF)
    assert log["runs"][0]["results"] == []
    assert log["runs"][0]["invocations"][0]["executionSuccessful"] is True


def test_every_result_names_its_rule(run: dict[str, Any]) -> None:
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [
        "ACCESSOR_INVALID_FLOAT", "NODE_EMPTY", "BUFFER_VIEW_TARGET_MISSING", "UNEXPECTED_PROPERTY", "GLB_EXTRA_DATA",
    ]  # fmt: skip
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    for rule in rules:
        assert rule["help"]["text"].startswith(rule["shortDescription"]["text"])
        assert len(rule["help"]["text"]) > len(rule["shortDescription"]["text"])


def test_levels_and_places(run: dict[str, Any]) -> None:
    assert [result["level"] for result in run["results"]] == ["error", "error", "note", "note", "warning", "warning"]
    first, *_, last = run["results"]
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "chair%20one.glb", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 1},
            },
            "logicalLocations": [{"fullyQualifiedName": "/accessors/2", "name": "2"}],
        }
    ]
    assert last["locations"][0]["physicalLocation"]["region"] == {"startLine": 1, "byteOffset": 120, "byteLength": 0}


def test_fingerprints_are_the_same_next_time_and_differ_from_each_other(run: dict[str, Any], written: Written) -> None:
    prints = [result["partialFingerprints"]["forge3d/v1"] for result in run["results"]]
    assert len(set(prints)) == len(prints)
    again = json.loads(written("sarif"))["runs"][0]["results"]
    assert [result["partialFingerprints"]["forge3d/v1"] for result in again] == prints


def test_equal_faults_at_one_place_have_fingerprints_of_their_own(written: Written, tmp_path: Any) -> None:
    issues = [Issue("UNDEFINED_PROPERTY", Severity.ERROR, f"{name} is missing", "/asset") for name in "ab"]
    path = tmp_path / "a b.gltf"
    path.write_text('{\n"x": 1,\n"asset": {}}')
    log = json.loads(written("sarif", [Verdict(path, Report("a b.gltf", "model/gltf+json", issues))]))
    jsonschema.validate(log, SARIF)
    one, two = log["runs"][0]["results"]
    assert one["partialFingerprints"] != two["partialFingerprints"]
    physical = one["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": path.as_uri()}
    assert physical["region"] == {"startLine": 3}


def test_a_file_that_cannot_be_read_is_a_notification(run: dict[str, Any]) -> None:
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["descriptor"] == {"id": "InvalidAsset"}
    assert notification["message"]["text"].startswith("lost.glb: cannot be read")
