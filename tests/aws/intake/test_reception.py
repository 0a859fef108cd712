"""What becomes of uploads, and that an intake which dies at any request is finished by the next delivery."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.aws.emulators import Cloud
from tests.aws.intake.desk import Desk, png

from forge3d.aws.intake import reception
from forge3d.aws.intake.jobs import Job
from forge3d.gltf import glb

GOOD = glb.pack(b'{"asset":{"version":"2.0"}}', bytes(200_000))
BAD = b"PK\x03\x04" + bytes(1000)


@pytest.fixture
def desk(cloud: Cloud) -> Desk:
    return Desk(cloud.emulator, cloud.bucket)


@pytest.fixture
def one_desk(one_cloud: Cloud) -> Desk:
    return Desk(one_cloud.emulator, one_cloud.bucket)


def test_a_model_is_ordered_once(desk: Desk) -> None:
    upload = desk.upload("chair/chair.glb", GOOD, ContentType="model/gltf-binary")
    for _ in range(2):
        desk.reception().receive(upload)
    (job,), (message,) = desk.records(), desk.messages()
    assert (job.state, job.sku, job.bytes, job.media_type) == ("queued", "chair", len(GOOD), "model/gltf-binary")
    assert message == {
        "message": 1, "job": upload.job, "sku": "chair", "bucket": desk.bucket, "key": "incoming/chair/chair.glb",
        "version": upload.version,
    }  # fmt: skip
    assert desk.listing() == ["incoming/chair/chair.glb"]


def test_a_bad_file_is_put_away_with_its_reason(desk: Desk) -> None:
    upload = desk.upload("chair/chair.glb", BAD, Metadata={"token": "of-the-uploader"})
    for _ in range(2):
        desk.reception().receive(upload)
    assert desk.listing() == [upload.kept, upload.reason]
    assert desk.body(upload.kept) == BAD
    assert desk.clients["s3"].head_object(Bucket=desk.bucket, Key=upload.kept)["Metadata"] == {}
    told = json.loads(desk.body(upload.reason))
    (job,) = desk.records()
    assert job.state == "refused"
    assert job.reason == (told["reason"], told["message"])
    assert told["reason"] == "NOT_WHAT_IT_SAYS"
    assert "unpack it" in told["message"]
    assert (told["file"], told["version"], told["kept"]) == ("chair/chair.glb", upload.version, upload.kept)
    assert desk.messages() == []


def test_each_version_is_an_upload_of_its_own(desk: Desk) -> None:
    versions = [desk.upload("chair.glb", data) for data in (GOOD, BAD, GOOD + b"\0")]
    for upload in versions:
        desk.reception().receive(upload)
    assert sorted(job.state for job in desk.records()) == ["queued", "queued", "refused"]
    assert {message["version"] for message in desk.messages()} == {versions[0].version, versions[2].version}
    assert desk.body("incoming/chair.glb") == GOOD + b"\0"  # the newest is still where it was uploaded


def test_parts_start_no_job(desk: Desk) -> None:
    upload = desk.upload("chair/wood.png", png(4, 4), ContentType="image/png")
    assert desk.reception().receive(upload) == "part"
    assert (desk.records(), desk.messages(), desk.listing()) == ([], [], ["incoming/chair/wood.png"])


def test_what_is_gone_again_starts_no_job(desk: Desk) -> None:
    upload = desk.upload("chair.glb", GOOD)
    desk.clients["s3"].delete_object(Bucket=desk.bucket, Key=upload.key, VersionId=upload.version)
    assert desk.reception().receive(upload) == "gone"
    assert (desk.records(), desk.messages()) == ([], [])


def test_what_cannot_be_copied_stays_and_is_told_of(one_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "COPY_BYTES", 10)
    upload = one_desk.upload("chair.glb", BAD)
    for _ in range(2):
        one_desk.reception().receive(upload)
    assert one_desk.listing() == [upload.key, upload.reason]
    assert json.loads(one_desk.body(upload.reason))["kept"] == upload.key


def test_no_more_than_the_beginning_is_read(one_desk: Desk) -> None:
    upload = one_desk.upload("chair.glb", GOOD)
    s3 = Counted(one_desk.clients["s3"])
    one_desk.reception(s3=s3).receive(upload)
    ((_, asked),) = [call for call in s3.calls if call[0] == "get_object"]
    assert asked["Range"] == "bytes=0-65535"
    assert asked["VersionId"] == upload.version


class Dies(BaseException):
    """What SIGKILL does: nothing catches it, nothing is cleaned up."""


class Counted:
    """A client that dies at a request: before it is sent, or when it has been carried out."""

    def __init__(self, client: Any, budget: list[int] | None = None, *, carried_out: bool = False):
        self._client, self._budget, self._carried_out = client, budget, carried_out
        self.exceptions = client.exceptions
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        def call(**given: Any) -> Any:
            self.calls.append((name, given))
            if self._budget is None:
                return getattr(self._client, name)(**given)
            self._budget[0] -= 1
            if self._budget[0] < 0 and not self._carried_out:
                raise Dies
            answer = getattr(self._client, name)(**given)
            if self._budget[0] < 0:
                raise Dies
            return answer

        return call


@pytest.mark.parametrize("carried_out", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("data", "state"), [(GOOD, "queued"), (BAD, "refused")], ids=["good", "bad"])
def test_dying_at_any_request_is_healed_by_the_next_delivery(
    one_desk: Desk, data: bytes, state: str, carried_out: bool
) -> None:
    died = 0
    for step in range(9):
        upload = one_desk.upload(f"product-{step}.glb", data)
        budget = [step]
        clients = {
            name: Counted(one_desk.clients[name], budget, carried_out=carried_out) for name in ("s3", "dynamodb", "sqs")
        }
        try:
            one_desk.reception(**clients).receive(upload)
        except Dies:
            died += 1
        healed = one_desk.reception().receive(upload)
        job = one_desk.reception().receive(upload)
        assert isinstance(job, Job)
        assert isinstance(healed, Job)
        assert job.state == state
        told = [message["job"] for message in one_desk.messages()]
        if state == "queued":
            # Twice only where it died between telling the workers and noting it; they take a job once.
            assert told in ([upload.job], [upload.job] * 2)
        else:
            assert told == []
            assert one_desk.body(upload.kept) == data
            assert json.loads(one_desk.body(upload.reason))["job"] == upload.job
            assert upload.key not in one_desk.listing()
    assert len(one_desk.records()) == 9
    assert died == (6 if state == "queued" else 8)
