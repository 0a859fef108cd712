"""JUnit XML, by the rules that the common schemas and readers share."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

from forge3d.gltf import Severity
from forge3d.validate.selection import Selection

Written = Callable[..., str]

# Element: (attributes that must be there, those that may, child elements in any order)
GRAMMAR = {
    "testsuites": ({"name", "tests", "failures", "errors"}, {"time"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors"}, {"time"}, {"testcase"}),
    "testcase": ({"classname", "name"}, {"time"}, {"failure", "error", "system-out"}),
    "failure": ({"message", "type"}, set(), set()),
    "error": ({"message", "type"}, set(), set()),
    "system-out": (set(), set(), set()),
}


def parsed(text: str) -> ElementTree.Element:
    root = ElementTree.fromstring(text.encode())
    for element in root.iter():
        must, may, children = GRAMMAR[element.tag]
        assert must <= set(element.attrib) <= must | may, element.tag
        assert {child.tag for child in element} <= children, element.tag
        for name in {"tests", "failures", "errors"} & set(element.attrib):
            assert int(element.attrib[name]) == _count(element, name), (element.tag, name)
        if "time" in element.attrib:
            assert float(element.attrib["time"]) >= 0
        outcomes = [child for child in element if child.tag in ("failure", "error")]
        assert len(outcomes) <= 1
    return root


def _count(element: ElementTree.Element, name: str) -> int:
    return len(list(element.iter({"tests": "testcase", "failures": "failure", "errors": "error"}[name])))


def test_a_test_case_for_each_file(written: Written) -> None:
    root = parsed(written("junit"))
    assert root.tag == "testsuites"
    assert [int(root.attrib[name]) for name in ("tests", "failures", "errors")] == [4, 1, 1]
    chair, nasty, good, lost = root.iter("testcase")
    assert chair.attrib == {"classname": "forge3d.validate", "name": "chair one.glb", "time": "0.250"}
    failure = chair.find("failure")
    assert failure is not None
    assert failure.attrib == {"message": "2 errors", "type": "ACCESSOR_INVALID_FLOAT"}
    assert "/accessors/5: 1 number is not finite" in (failure.text or "")
    assert "NODE_EMPTY" in chair.findtext("system-out", "")
    assert nasty.find("failure") is None
    assert list(good) == []
    assert [child.tag for child in lost] == ["error"]


def test_what_fails_a_file_is_the_selection_s_choice(written: Written) -> None:
    root = parsed(written("junit", selection=Selection(fail_on=Severity.WARNING)))
    assert root.attrib["failures"] == "2"
    root = parsed(written("junit", selection=Selection(allow=("ACCESSOR_INVALID_FLOAT",))))
    assert root.attrib["failures"] == "0"


def test_without_files(written: Written) -> None:
    assert parsed(written("junit", [])).attrib["tests"] == "0"
