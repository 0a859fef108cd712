from __future__ import annotations

import json

import pytest
from tests.aws.intake.desk import notification

from forge3d.aws.intake.uploads import Upload, uploads


def one(key: str) -> Upload:
    return Upload("intake", key, "v1")


@pytest.mark.parametrize("key", ["incoming/chair.glb", "incoming/chair/a b+c/Stuhl grün.glb", "incoming/ü/%2F.gltf"])
def test_keys_come_back_as_they_were_uploaded(key: str) -> None:
    assert list(uploads(notification(one(key)), "intake")) == [one(key)]


@pytest.mark.parametrize("key", ["quarantine/chair.glb/v1", "incoming/chair/", "elsewhere/chair.glb"])
def test_other_places_are_skipped(key: str) -> None:
    """Above all quarantine, where the function itself writes: it must never call itself."""
    assert list(uploads(notification(one(key)), "intake")) == []


def test_other_events_are_skipped() -> None:
    assert list(uploads(notification(one("incoming/a.glb"), "ObjectRemoved:Delete"), "intake")) == []
    assert list(uploads(json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent"}), "intake")) == []


@pytest.mark.parametrize("message", ["", "[]", "{}", '{"Records":[{}]}', '{"Records":{"s3":1}}', "7", '"x"'])
def test_other_messages_are_refused(message: str) -> None:
    with pytest.raises(ValueError, match="no notification of S3"):
        list(uploads(message, "intake"))


def test_other_buckets_and_buckets_without_versions_are_refused() -> None:
    with pytest.raises(ValueError, match="serves 'other'"):
        list(uploads(notification(one("incoming/a.glb")), "other"))
    with pytest.raises(ValueError, match="switch versioning on"):
        list(uploads(notification(Upload("intake", "incoming/a.glb", "")), "intake"))


@pytest.mark.parametrize(
    ("path", "sku"),
    [
        ("chair.glb", "chair"),
        ("Stuhl grün.glb", "Stuhl-gr-n"),
        ("CH-1/model.final.glb", "CH-1"),
        ("CH-1/textures/wood.png", "CH-1"),
        ("two words/a.glb", None),
        ("../a.glb", None),
        ("pointers/a.glb", None),
    ],
)
def test_the_place_names_the_product(path: str, sku: str | None) -> None:
    assert one(f"incoming/{path}").sku == sku


def test_a_job_is_named_by_its_upload() -> None:
    assert one("a").job == one("a").job
    assert len({one("a").job, one("b").job, Upload("intake", "a", "v2").job, Upload("intakea", "", "v1").job}) == 4


def test_quarantine_has_a_place_for_each_version_of_any_key() -> None:
    assert one("incoming/chair/a.glb").kept == "quarantine/chair/a.glb/v1"
    assert one("incoming/chair/a.glb").reason == "quarantine/chair/a.glb/v1.json"
    long = one("incoming/" + "ü" * 507)
    assert len(long.reason.encode()) <= 1024
