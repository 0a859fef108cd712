"""JUnit XML, by the grammar of Ant's schema, which Jenkins' one contains; `test_schemas` holds it against both."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

from forge3d.gltf import Severity
from forge3d.validate.selection import Selection

Written = Callable[..., str]

# Element: (attributes that must be there, child elements in order, each once unless it ends in *)
GRAMMAR = {
    "testsuites": (set(), ["testsuite"]),
    "testsuite": (
        {"id", "package", "name", "hostname", "timestamp", "tests", "failures", "errors", "time"},
        ["properties", "testcase*", "system-out", "system-err"],
    ),
    "properties": (set(), ["property"]),
    "property": ({"name", "value"}, []),
    "testcase": ({"classname", "name", "time"}, ["failure*", "error*"]),
    "failure": ({"message", "type"}, []),
    "error": ({"message", "type"}, []),
    "system-out": (set(), []),
    "system-err": (set(), []),
}


def parsed(text: str) -> ElementTree.Element:
    root = ElementTree.fromstring(text.encode())
    for element in root.iter():
        attributes, children = GRAMMAR[element.tag]
        assert set(element.attrib) == attributes, element.tag
        pattern = "".join(f"({name[:-1]},)*" if name.endswith("*") else f"{name}," for name in children)
        assert re.fullmatch(pattern, "".join(f"{child.tag}," for child in element)), element.tag
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
    assert [int(root[0].attrib[name]) for name in ("tests", "failures", "errors")] == [4, 1, 1]
    chair, nasty, good, lost = root.iter("testcase")
    assert chair.attrib == {"classname": "forge3d.validate", "name": "chair one.glb", "time": "0.250"}
    failure = chair.find("failure")
    assert failure is not None
    assert failure.attrib == {"message": "2 errors", "type": "ACCESSOR_INVALID_FLOAT"}
    assert "/accessors/5: 1 number is not finite" in (failure.text or "")
    assert "chair one.glb: information NODE_EMPTY /nodes/0" in root[0].findtext("system-out", "")
    assert nasty.find("failure") is None
    assert list(good) == []
    assert [child.tag for child in lost] == ["error"]


def test_what_fails_a_file_is_the_selection_s_choice(written: Written) -> None:
    root = parsed(written("junit", selection=Selection(fail_on=Severity.WARNING)))
    assert root[0].attrib["failures"] == "2"
    root = parsed(written("junit", selection=Selection(allow=("ACCESSOR_INVALID_FLOAT",))))
    assert root[0].attrib["failures"] == "0"


def test_without_files(written: Written) -> None:
    assert parsed(written("junit", []))[0].attrib["tests"] == "0"
