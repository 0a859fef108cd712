from __future__ import annotations

from typing import Any

import pytest

from .payloads import ours


def test_metadata_packets() -> None:
    packets: list[dict[str, Any]] = [{"@context": {"dc": "http://purl.org/dc/elements/1.1/"}, "dc:title": "Chair"}]
    document = {
        "extensionsUsed": ["KHR_xmp_json_ld"], "extensions": {"KHR_xmp_json_ld": {"packets": packets}},
        "nodes": [{"extensions": {"KHR_xmp_json_ld": {"packet": 0}}}],
    }  # fmt: skip
    assert ours(document) == []
    packets[0]["xmp:Rating"] = 5
    packets.append({"dc:title": "Table"})
    document["nodes"] = [{"extensions": {"KHR_xmp_json_ld": {"packet": 2}}}]
    assert ours(document) == [
        ("XMP_NO_CONTEXT", "/extensions/KHR_xmp_json_ld/packets/1"),
        ("XMP_PACKET_UNRESOLVED", "/nodes/0/extensions/KHR_xmp_json_ld/packet"),
        ("XMP_UNKNOWN_PREFIX", "/extensions/KHR_xmp_json_ld/packets/0/xmp:Rating"),
    ]


DC, RDF = "http://purl.org/dc/elements/1.1/", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TITLE = {"@type": "rdf:Alt", "rdf:_1": {"@language": "en", "@value": "Chair"}}


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        ({"@context": {"dc": DC, "rdf": RDF}, "dc:title": TITLE, "dc:creator": {"@list": ["a"]}}, []),
        ({"@context": {"dc": {"@id": DC}}}, [("XMP_CONTEXT", "/@context/dc")]),
        ({"@context": {"d-c": DC}}, [("XMP_CONTEXT", "/@context/d-c")]),
        ({"@context": {"a": DC, "b": DC}}, [("XMP_CONTEXT", "/@context/a"), ("XMP_CONTEXT", "/@context/b")]),
        ({"@context": {"dc": DC}, "dc:creator": ["a"]}, [("XMP_ARRAY", "/dc:creator")]),
        ({"@context": {"dc": DC}, "dc:title": {"@value": "x"}}, [("XMP_LANGUAGE", "/dc:title")]),
        ({"@context": {"dc": DC}, "dc:a": {"@context": {"x": RDF}}}, [("XMP_LOCAL_CONTEXT", "/dc:a/@context")]),
        ({"@context": {"dc": DC}, "dc:a": {"@set": [{"x:b": 1}]}}, [("XMP_UNKNOWN_PREFIX", "/dc:a/@set/0/x:b")]),
        ("packet", [("XMP_PACKET_TYPE", "")]),
    ],
)
def test_json_ld(packet: Any, expected: list[tuple[str, str]]) -> None:
    document = {"extensionsUsed": ["KHR_xmp_json_ld"], "extensions": {"KHR_xmp_json_ld": {"packets": [packet]}}}
    here = "/extensions/KHR_xmp_json_ld/packets/0"
    assert ours(document) == [(code, here + at) for code, at in expected]
