"""Who made it, in the file, where others find it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.peers import khronos_errors

from forge3d.document import Context, Document
from forge3d.document.property import XmpPacket
from forge3d.errors import RecipeError
from forge3d.gltf import Source
from forge3d.optimize import Stamp

from . import document

PACKET = {
    "@context": {"dc": "http://purl.org/dc/elements/1.1/", "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#"},
    "dc:title": {"@type": "rdf:Alt", "rdf:_1": {"@language": "en", "@value": "Chair"}},
    "dc:creator": {"@list": ["A. Smith", "B. Jones"]},
}


def test_copyright_stands_in_the_asset_and_nothing_else_changes() -> None:
    doc = document()
    before = Source.open(doc.to_bytes()).json
    Stamp(copyright="2026 Example Ltd.")(doc, Context())
    after = Source.open(doc.to_bytes()).json
    assert after["asset"].pop("copyright") == "2026 Example Ltd."
    assert after == before


def test_a_packet_is_written_as_the_extension_has_it() -> None:
    doc = document()
    for _ in range(2):  # the second time changes nothing
        Stamp(title="Chair", creator="A. Smith; B. Jones")(doc, Context())
        root = Source.open(doc.to_bytes()).json
        assert root["extensions"]["KHR_xmp_json_ld"] == {"packets": [PACKET]}
        assert root["asset"]["extensions"] == {"KHR_xmp_json_ld": {"packet": 0}}
        assert root["extensionsUsed"] == ["KHR_xmp_json_ld"]


def test_other_languages_prefixes_and_facts_stay() -> None:
    doc = document()
    theirs = {"@context": {"core": PACKET["@context"]["dc"], "dc": "urn:other", "rdf": PACKET["@context"]["rdf"]},
              "core:title": PACKET["dc:title"], "core:format": "model/gltf-binary"}  # type: ignore[index]  # fmt: skip
    doc.asset.xmp = XmpPacket(data=theirs)
    Stamp(title="Stuhl", language="de", identifier="4711")(doc, Context())
    data = doc.asset.xmp.data
    assert data["@context"] == theirs["@context"]
    assert [data["core:title"][f"rdf:_{n}"]["@value"] for n in (1, 2)] == ["Stuhl", "Chair"]
    assert (data["core:format"], data["core:identifier"]) == ("model/gltf-binary", "4711")


def test_a_packet_that_others_share_stays_theirs() -> None:
    doc = document()
    shared = XmpPacket(data={"@context": {}})
    doc.xmp_packets, doc.asset.xmp, doc.meshes[0].xmp = [shared], shared, shared
    Stamp(title="Chair")(doc, Context())
    assert shared.data == {"@context": {}}
    assert doc.meshes[0].xmp is shared
    assert len(Document.read(doc.to_bytes()).xmp_packets) == 2


def test_a_language_is_a_language() -> None:
    with pytest.raises(RecipeError, match="BCP 47"):
        Stamp(language="Deutsch (DE)")


@pytest.mark.peers
def test_stamped_files_are_valid(tmp_path: Path) -> None:
    doc = document()
    Stamp("2026 Example Ltd.", "Chair", "A chair.", "A. Smith", "CC BY 4.0", "4711", "en-gb")(doc, Context())
    doc.write(tmp_path / "stamped.glb")
    assert khronos_errors([tmp_path / "stamped.glb"]) == []
