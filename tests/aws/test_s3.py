"""What S3 alone does: large bodies in parts, bad networks, and errors that say what to do and keep secrets."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from tests.aws.emulators import NOWHERE, Cloud
from tests.aws.faults import FaultProxy, faulty

from forge3d.aws.refusals import told
from forge3d.aws.s3 import S3Store
from forge3d.aws.store import Headers, Precondition, is_sound, open_store
from forge3d.errors import OutputError, RemoteError

HEADERS = Headers("model/gltf-binary", "public, max-age=31536000, immutable", None, "INTELLIGENT_TIERING")
PART = 5 << 20


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.glb"
    path.write_bytes(os.urandom(3 * PART + 12_345))
    return path


class Counting:
    """A client that counts its calls, and breaks off after some parts."""

    def __init__(self, client: Any, *, break_after: int | None = None):
        self._client, self._break_after = client, break_after
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name not in ("upload_part", "put_object", "create_multipart_upload", "abort_multipart_upload"):
            return found

        def call(**options: Any) -> Any:
            self.calls[name] += 1
            if name == "upload_part" and self._break_after is not None and self.calls[name] > self._break_after:
                raise EndpointConnectionError(endpoint_url="http://lost")
            return found(**options)

        return call


def test_a_large_body_goes_in_parts_and_on_from_where_it_stopped(one_cloud: Cloud, large: Path) -> None:
    # Moto says of every upload that it began in 2010.
    client, digest = one_cloud.emulator.client(), sha(large.read_bytes())
    broken = Counting(client, break_after=2)
    with pytest.raises(RemoteError, match="could not be reached"):
        S3Store(broken, one_cloud.bucket, "shop", trusted=False, part=PART).write(
            "chair/large.glb", large, HEADERS, sha256=digest, if_absent=True
        )
    counting = Counting(client)
    store = S3Store(counting, one_cloud.bucket, "shop", trusted=False, part=PART)
    assert store.head("chair/large.glb") is None
    store.write("chair/large.glb", large, HEADERS, sha256=digest, if_absent=True)
    assert counting.calls == {"upload_part": 2}
    head = store.head("chair/large.glb")
    assert head
    assert (head.sha256, head.size, head.storage_class) == (digest, large.stat().st_size, "INTELLIGENT_TIERING")
    assert is_sound(store, head)
    assert "Uploads" not in client.list_multipart_uploads(Bucket=one_cloud.bucket)
    with pytest.raises(Precondition):
        store.write("chair/large.glb", large, HEADERS, sha256=digest, if_absent=True)
    fresh = store.refresh(head)
    assert is_sound(store, fresh)


def test_an_old_upload_is_not_gone_on_with(one_cloud: Cloud, large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client, digest = one_cloud.emulator.client(), sha(large.read_bytes())
    broken = S3Store(Counting(client, break_after=2), one_cloud.bucket, "shop", trusted=False, part=PART)
    with pytest.raises(RemoteError, match="could not be reached"):
        broken.write("chair/large.glb", large, HEADERS, sha256=digest, if_absent=True)
    monkeypatch.setattr("forge3d.aws.multipart._ABANDONED", timedelta(seconds=-60))
    counting = Counting(client)
    store = S3Store(counting, one_cloud.bucket, "shop", trusted=False, part=PART)
    store.write("chair/large.glb", large, HEADERS, sha256=digest, if_absent=True)
    assert counting.calls["upload_part"] > 2
    assert "Uploads" not in client.list_multipart_uploads(Bucket=one_cloud.bucket)


def test_an_upload_of_other_content_is_not_gone_on_with(cloud: Cloud, large: Path, tmp_path: Path) -> None:
    """The same file, compressed by another version, gives another body at the same key."""
    client = cloud.emulator.client()
    other = tmp_path / "other.glb"
    other.write_bytes(os.urandom(2 * PART))
    with pytest.raises(RemoteError):
        S3Store(Counting(client, break_after=1), cloud.bucket, "shop", trusted=False, part=PART).write(
            "chair/large.glb", other, HEADERS, sha256=sha(other.read_bytes())
        )
    store = S3Store(client, cloud.bucket, "shop", trusted=True, part=PART)
    digest = sha(large.read_bytes())
    store.write("chair/large.glb", large, HEADERS, sha256=digest)
    head = store.head("chair/large.glb")
    assert head
    assert head.sha256 == digest == store.digest("chair/large.glb")


def test_what_the_store_vouches_for_is_not_read(ministack: Any, large: Path) -> None:
    """ministack refuses wrong checksums, as S3 does: it may be believed."""
    bucket, client = ministack.bucket(), ministack.client()
    for data in (b"small", large):
        store = S3Store(client, bucket, "shop", trusted=True, part=PART)
        digest = sha(data if isinstance(data, bytes) else data.read_bytes())
        store.write("chair/a.glb", data, HEADERS, sha256=digest)
        head = store.head("chair/a.glb")
        assert head
        assert head.proven
        assert head.sha256 == digest
    client.put_object(Bucket=bucket, Key="shop/chair/a.glb", Body=b"another", Metadata={"sha256": head.sha256})
    head = store.head("chair/a.glb")
    assert head
    assert not head.proven
    assert not is_sound(store, head)


def test_a_file_that_changes_while_it_is_sent_is_not_stored(one_cloud: Cloud, large: Path) -> None:
    digest = sha(large.read_bytes())

    class Changing(Counting):
        def __getattr__(self, name: str) -> Any:
            if name == "create_multipart_upload":
                with large.open("r+b") as file:
                    file.seek(2 * PART)
                    file.write(b"another model")
            return super().__getattr__(name)

    store = S3Store(Changing(one_cloud.emulator.client()), one_cloud.bucket, "shop", trusted=True, part=PART)
    with pytest.raises(OutputError, match="does not have the SHA-256"):
        store.write("chair/large.glb", large, HEADERS, sha256=digest)
    assert store.head("chair/large.glb") is None


def through(cloud: Cloud, proxy: FaultProxy, **how: Any) -> S3Store:
    """A store behind a proxy, with the retries that the program has."""
    from botocore.config import Config

    config = Config(
        retries={"mode": "standard", "total_max_attempts": 6},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    client = cloud.emulator.client(endpoint=proxy.endpoint, config=config)
    return S3Store(client, cloud.bucket, "shop", trusted=cloud.name == "ministack", **how)


@pytest.mark.parametrize("kind", ["error", "drop after", "corrupt upload", "truncated upload", "truncated answer"])
def test_a_bad_network_is_survived(cloud: Cloud, kind: str) -> None:
    with faulty(cloud.endpoint, chances={kind: 1.0}, most=1) as proxy:
        store = through(cloud, proxy)
        store.write("chair/a.glb", b"a model", HEADERS, sha256=sha(b"a model"))
        stored = store.read("chair/a.glb")
        assert stored
        assert stored.data == b"a model"
        assert proxy.injected[kind]
        head = store.head("chair/a.glb")
        assert head
        assert is_sound(store, head)


def test_what_never_arrives_as_sent_is_told(one_cloud: Cloud) -> None:
    with faulty(one_cloud.endpoint, chances={"corrupt upload": 1.0}) as proxy:
        with pytest.raises(RemoteError, match="what arrived was not what was sent"):
            through(one_cloud, proxy).write("chair/a.glb", b"a model", HEADERS, sha256=sha(b"a model"))
        assert through(one_cloud, proxy).head("chair/a.glb") is None


def test_an_answer_that_was_harmed_is_read_again(one_cloud: Cloud) -> None:
    store = open_store(one_cloud.url)
    head = store.write("chair/a.glb", b"a model", HEADERS, sha256=sha(b"a model"))
    with faulty(one_cloud.endpoint, chances={"corrupt answer": 1.0}, most=1) as proxy:
        stored = through(one_cloud, proxy).read("chair/a.glb")
        assert stored
        assert stored.is_sound
    with faulty(one_cloud.endpoint, chances={"corrupt answer": 1.0}, most=1) as proxy:
        assert is_sound(through(one_cloud, proxy), head)


def test_errors_say_what_to_do_and_keep_secrets(monkeypatch: pytest.MonkeyPatch, one_cloud: Cloud) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token-secret")
    with pytest.raises(RemoteError, match="no such bucket") as caught:
        open_store("s3://no-bucket-here/shop").read("a")
    messages = [str(caught.value)]
    with pytest.raises(RemoteError, match="reached") as caught:
        open_store("s3://no-bucket-here/shop", endpoint=NOWHERE).read("a")
    messages.append(str(caught.value))
    with pytest.raises(RemoteError, match="no such profile") as caught:
        open_store("s3://no-bucket-here/shop", profile="absent")
    messages.append(str(caught.value))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    with pytest.raises(RemoteError, match="no credentials were found"):
        open_store(one_cloud.url).read("a")
    assert all("s3://no-bucket-here" in message and "secret" not in message for message in messages)


def test_what_a_service_says_is_not_repeated() -> None:
    said = {"Error": {"Code": "SignatureDoesNotMatch", "Message": "AKIDEXAMPLE signed?X-Amz-Signature=abc"}}
    with pytest.raises(RemoteError, match="do not fit together") as caught, told("writing s3://bucket/a"):
        raise ClientError(said, "PutObject")
    assert "AKID" not in str(caught.value)
    assert "Signature=" not in str(caught.value)
