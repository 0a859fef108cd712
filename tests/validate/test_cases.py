"""The Khronos validator and ours on small cases built one by one: every property, form, container, image and URI."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pytest
from tests import peers

from forge3d.validate import validate

from . import files, forms
from .alterations import alterations
from .complete import Json, core, layered
from .known_differences import unexplained
from .two_judges import case_of, places

Case = tuple[str, Json | bytes]


def altered() -> Iterator[Case]:
    for document in (core(), layered()):
        yield from alterations(document)


FAMILIES = {
    "alterations": altered,
    "forms": lambda: chain(forms.attributes(), forms.other_uses()),
    "containers": files.containers,
    "images": files.images,
    "uris": files.uris,
}


def differences(cases: Iterable[Case], folder: Path) -> list[tuple[str, Any]]:
    """(case, what only one of them says): issues, and the `info` block where the issues are the same."""
    listed = list(cases)
    paths = []
    for number, (_, document) in enumerate(listed):
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        paths.append(folder / f"{number}.{'glb' if isinstance(document, bytes) else 'gltf'}")
        paths[-1].write_bytes(data)
    found: list[tuple[str, Any]] = []
    for (name, _), path, theirs in zip(listed, paths, peers.khronos_reports(paths), strict=True):
        if "issues" not in theirs:
            continue  # it gives up on some files
        ours = validate(path).to_dict()
        case = case_of(path.read_bytes(), folder, places(theirs))
        if rest := unexplained(case)[0]:
            found.append((name, rest))
        elif case.ours == case.theirs and ours.get("info") != theirs.get("info"):
            found.append((name, (ours.get("info"), theirs.get("info"))))
    return found


@pytest.mark.peers
@pytest.mark.parametrize(("family", "step"), [("alterations", 60), ("forms", 16), ("containers", 3), ("images", 3),
                                              ("uris", 1)])  # fmt: skip
def test_small_cases_give_the_same_issues(family: str, step: int, tmp_path: Path) -> None:
    assert differences(islice(FAMILIES[family](), 0, None, step), tmp_path) == []


@pytest.mark.peers
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("family", FAMILIES)
def test_every_small_case_gives_the_same_issues(family: str, tmp_path: Path) -> None:
    cases = iter(FAMILIES[family]())
    found = []
    while some := list(islice(cases, 2000)):
        found += differences(some, tmp_path)
    assert found == []


def test_the_documents_that_are_altered_break_nothing() -> None:
    assert [len(validate(json.dumps(document()).encode()).errors) for document in (core, layered)] == [0, 0]


PLACE = "/nodes/0/extensions/KHR_node_visibility"


@pytest.mark.parametrize(
    ("extension", "expected"),
    [
        ({}, set()),
        ({"visible": False}, set()),
        ({"visible": 1}, {("TYPE_MISMATCH", f"{PLACE}/visible")}),
        ({"visible": None}, {("TYPE_MISMATCH", f"{PLACE}/visible")}),
        ({"visible": True, "extras": 1}, {("NON_OBJECT_EXTRAS", f"{PLACE}/extras")}),
        ({"extensions": {"EXT_a": {}}}, {("UNDECLARED_EXTENSION", f"{PLACE}/extensions/EXT_a")}),
        ({"name": "x"}, {("UNEXPECTED_PROPERTY", f"{PLACE}/name")}),
        (1, {("TYPE_MISMATCH", PLACE)}),
    ],
)
def test_node_visibility_which_the_npm_release_does_not_know(extension: Any, expected: set[tuple[str, str]]) -> None:
    nodes = [{"extensions": {"KHR_node_visibility": extension}}]
    document = {**files.ASSET, "extensionsUsed": ["KHR_node_visibility"], "nodes": nodes}
    found = {(issue.code, issue.pointer) for issue in validate(json.dumps(document).encode()).issues}
    assert found - {("UNUSED_OBJECT", "/nodes/0")} == expected
