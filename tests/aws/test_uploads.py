"""Forms are bound to what they are for, are signed as S3 wants, and work."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import urllib.request
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.aws.emulators import Cloud

from forge3d.aws.uploads import Upload, signed_upload
from forge3d.errors import RecipeError, RemoteError

BODY = b"glTF" + bytes(60)
SHA256 = hashlib.sha256(BODY).hexdigest()
GLB = "model/gltf-binary"


def policy(form: Upload) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(base64.b64decode(form.fields["policy"]))
    return decoded


def test_bound_to_key_type_size_and_content(cloud: Cloud) -> None:
    form = signed_upload(f"s3://{cloud.bucket}/in/chair.glb", media_type=GLB, size=64, sha256=SHA256)
    conditions = policy(form)["conditions"]
    assert ["content-length-range", 64, 64] in conditions
    bound = {name: value for one in conditions if isinstance(one, dict) for name, value in one.items()}
    assert bound["key"] == "in/chair.glb"
    assert bound["bucket"] == cloud.bucket
    assert bound["Content-Type"] == GLB
    assert base64.b64decode(bound["x-amz-checksum-sha256"]).hex() == SHA256
    # Whatever the form sends is bound, too: nothing may be added to it or changed.
    assert {name: value for name, value in form.fields.items() if name not in ("policy", "x-amz-signature")} == {
        name: value for name, value in bound.items() if name != "bucket"
    }
    assert not any(one[0] == "starts-with" for one in conditions if isinstance(one, list))


def test_it_ends(cloud: Cloud) -> None:
    form = signed_upload(f"s3://{cloud.bucket}/a", media_type=GLB, size=(1, 100), lasts=timedelta(minutes=5))
    left = datetime.fromisoformat(policy(form)["expiration"]) - datetime.now(UTC)
    assert timedelta(minutes=4, seconds=30) < left <= timedelta(minutes=5)
    assert ["content-length-range", 1, 100] in policy(form)["conditions"]


def test_the_signature_is_the_one_that_s3_computes(cloud: Cloud) -> None:
    fields = signed_upload(f"s3://{cloud.bucket}/a", media_type=GLB, size=1).fields
    access, date, region, service, end = fields["x-amz-credential"].split("/")
    assert (access, service, end) == ("testing", "s3", "aws4_request")
    secret = b"AWS4testing"
    for text in (date, region, service, end, fields["policy"]):
        secret = hmac.digest(secret, text.encode(), "sha256")
    assert fields["x-amz-signature"] == secret.hex()


def test_the_form_works(cloud: Cloud) -> None:
    form = signed_upload(f"s3://{cloud.bucket}/in/chair.glb", media_type=GLB, size=len(BODY))
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form.fields.items()
    ]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.glb"\r\nContent-Type: {GLB}\r\n\r\n'
    )
    data = "".join(parts).encode() + BODY + f"\r\n--{boundary}--\r\n".encode()
    request = urllib.request.Request(form.url, data, {"Content-Type": f"multipart/form-data; boundary={boundary}"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status in (200, 204)
    found = cloud.emulator.client().get_object(Bucket=cloud.bucket, Key="in/chair.glb")
    assert found["Body"].read() == BODY
    assert found["ContentType"] == GLB


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"target": "https://bucket/a"}, "s3://bucket/key"),
        ({"target": "s3://bucket/"}, "s3://bucket/key"),
        ({"target": "s3://bucket/folder/"}, "s3://bucket/key"),
        ({"target": "s3://bucket/${filename}"}, "s3://bucket/key"),
        ({"size": 0}, "bytes"),
        ({"size": (5, 4)}, "bytes"),
        ({"size": 6 << 30}, "bytes"),
        ({"media_type": "glb"}, "media type"),
        ({"media_type": "a/b\nx: y"}, "media type"),
        ({"sha256": "00"}, "SHA-256"),
        ({"lasts": timedelta(days=1)}, "hours"),
    ],
)
def test_what_cannot_be_signed(wrong: dict[str, Any], told: str) -> None:
    good: dict[str, Any] = {"target": "s3://bucket/a", "media_type": GLB, "size": 1}
    arguments = good | wrong
    with pytest.raises(RecipeError, match=told):
        signed_upload(arguments.pop("target"), **arguments)


def test_without_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    with pytest.raises(RemoteError, match="s3://bucket/a"):
        signed_upload("s3://bucket/a", media_type=GLB, size=1)
