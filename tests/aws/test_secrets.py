"""Secrets are kept for a while, outlast an outage, and appear nowhere: not in logs, records or errors."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.aws.emulators import NOWHERE, Cloud
from tests.aws.making import make_bundle

from forge3d.aws import redaction
from forge3d.aws.key_groups import new_key
from forge3d.aws.publish import publish
from forge3d.aws.redaction import redacted
from forge3d.aws.secrets import Secrets, signing_key
from forge3d.aws.signing import signed_url
from forge3d.aws.store import open_store
from forge3d.errors import Forge3DError, RecipeError, RemoteError

TOKEN, ACCESS, VALUE = "SESSION/TOKEN+OF+A+ROLE==", "ACCESS/KEY/OF/A/USER", "hunter2-and-hunter3"


@pytest.fixture
def written(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[], str]:
    """Everything that is logged at DEBUG by anybody, or printed, from a state in which nothing is taken out yet."""
    for name in redaction.TELLING:
        monkeypatch.setattr(logging.getLogger(name), "filters", [])
    caplog.set_level(logging.DEBUG)

    def text() -> str:
        captured, logged = capfd.readouterr(), caplog.text
        caplog.clear()
        return "\n".join([logged, captured.out, captured.err])

    return text


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def client(cloud: Cloud, **more: Any) -> Any:
    import boto3

    return boto3.client(
        "secretsmanager",
        endpoint_url=more.pop("endpoint", cloud.endpoint),
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key=ACCESS,
        aws_session_token=TOKEN,
        **more,
    )


def create(cloud: Cloud, value: str) -> str:
    """A secret of the test's own; its name."""
    name = f"{cloud.bucket}/key"
    cloud.emulator.client("secretsmanager").create_secret(Name=name, SecretString=value)
    return name


def text_of(id: str, private: bytes, age: timedelta) -> str:
    created = (datetime.now(UTC) - age).isoformat(timespec="seconds")
    return f"Key-Pair-Id: {id}\nCreated: {created}\n{private.decode()}"


def test_a_secret_is_asked_for_once_a_while(cloud: Cloud) -> None:
    name, clock = create(cloud, VALUE), Clock()
    secrets = Secrets(client(cloud), kept_s=60, clock=clock)
    assert secrets.read(name) == VALUE.encode()
    cloud.emulator.client("secretsmanager").put_secret_value(SecretId=name, SecretString="another")
    assert secrets.read(name) == VALUE.encode()
    clock.now = 61
    assert secrets.read(name) == b"another"
    assert secrets.read(name, stage="AWSPREVIOUS") == VALUE.encode()
    assert VALUE not in repr(secrets)


def test_an_outage_is_endured_and_a_refusal_is_not(one_cloud: Cloud) -> None:
    from botocore.config import Config

    name, clock, config = create(one_cloud, VALUE), Clock(), Config(retries={"max_attempts": 0})
    secrets = Secrets(client(one_cloud), kept_s=60, clock=clock)
    assert secrets.read(name) == VALUE.encode()
    secrets._client = client(one_cloud, endpoint=NOWHERE, config=config)
    clock.now = 3600
    assert secrets.read(name) == VALUE.encode()
    clock.now = 2 * 24 * 3600
    with pytest.raises(RemoteError, match="could not be reached"):
        secrets.read(name)
    with pytest.raises(RemoteError, match="could not be reached"):
        Secrets(client(one_cloud, endpoint=NOWHERE, config=config)).read(name)
    clock.now += 1
    secrets = Secrets(client(one_cloud), kept_s=0, clock=clock)
    assert secrets.read(name) == VALUE.encode()
    one_cloud.emulator.client("secretsmanager").delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    for _ in range(2):
        with pytest.raises(RemoteError, match="ResourceNotFoundException"):
            secrets.read(name)


def test_the_key_before_signs_until_the_new_one_is_known(cloud: Cloud) -> None:
    first, second = new_key(), new_key()
    name = create(cloud, text_of("K1", first, timedelta(days=30)))
    assert signing_key(Secrets(client(cloud)), name).id == "K1"
    put = cloud.emulator.client("secretsmanager").put_secret_value
    put(SecretId=name, SecretString=text_of("K2", second, timedelta(minutes=1)))
    assert signing_key(Secrets(client(cloud)), name).id == "K1"
    put(SecretId=name, SecretString=text_of("K3", second, timedelta(hours=1)))
    assert signing_key(Secrets(client(cloud)), name).id == "K3"
    put(SecretId=name, SecretBinary=text_of("K4", second, timedelta(hours=1)).encode())
    assert signing_key(Secrets(client(cloud)), name).id == "K4"


BROKEN = {
    "no key at all": VALUE,
    "a key without an id": "-----BEGIN PRIVATE KEY-----\nc2VjcmV0IGtleSBtYXRlcmlhbA==\n-----END PRIVATE KEY-----",
    "an id that is none": "Key-Pair-Id: hunter2!and?so+on\n-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n",
    "a key that is none": "Key-Pair-Id: K1\n-----BEGIN PRIVATE KEY-----\nc2VjcmV0IGtleSBtYXRlcmlhbA==\n",
    "a time that is none": "Key-Pair-Id: K1\nCreated: hunter2\n-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n",
    "as JSON": '{"privateKey": "c2VjcmV0IGtleSBtYXRlcmlhbA==", "id": "hunter2"}',
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_errors_repeat_nothing_of_a_malformed_secret(one_cloud: Cloud, kind: str, written: Callable[[], str]) -> None:
    name = create(one_cloud, BROKEN[kind])
    written()
    with pytest.raises(RecipeError, match="holds no signing key") as error:
        signing_key(Secrets(client(one_cloud)), name)
    _holds_nothing(error.value, written(), BROKEN[kind].split())


def test_neither_does_what_is_signed_with_it(one_cloud: Cloud, written: Callable[[], str]) -> None:
    private = new_key()
    name = create(one_cloud, text_of("K1", private, timedelta(days=1)))
    written()
    key = signing_key(Secrets(client(one_cloud)), name)
    url = signed_url("https://shop.example/a.glb", key, datetime.now(UTC) + timedelta(hours=1))
    signature = url.partition("Signature=")[2].partition("&")[0]
    with pytest.raises(RecipeError) as error:
        signed_url("https://shop.example/ä", key, datetime.now(UTC) + timedelta(hours=1))
    _holds_nothing(error.value, written() + repr(key), [*private.decode().split("\n")[1:-2], signature])
    with pytest.raises(RecipeError, match="carries a signature") as error:
        signed_url(url, key, datetime.now(UTC) + timedelta(hours=1))
    _holds_nothing(error.value, written(), [signature])


@pytest.mark.parametrize("how", ["missing", "denied", "wrong keys", "unreachable"])
def test_errors_of_the_service_hold_no_credentials(
    one_cloud: Cloud, how: str, written: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.config import Config

    name = create(one_cloud, VALUE)
    written()
    endpoint = NOWHERE if how == "unreachable" else one_cloud.endpoint
    asked = client(one_cloud, endpoint=endpoint, config=Config(retries={"max_attempts": 0}))
    codes = {"denied": "AccessDeniedException", "wrong keys": "UnrecognizedClientException"}

    def answer(parsed: dict[str, Any], http_response: Any, **_: Any) -> None:
        """Refused, in words that repeat what was sent, as some services do."""
        if how in codes:
            http_response.status_code = 400
            parsed["Error"] = {"Code": codes[how], "Message": f"{TOKEN} of {ACCESS} may not read {VALUE}"}

    asked.meta.events.register("after-call.secretsmanager", answer)
    with pytest.raises(RemoteError) as error:
        Secrets(asked).read(f"{name}-of-nobody" if how == "missing" else name)
    assert name in str(error.value)
    assert not [secret for secret in (TOKEN, ACCESS, VALUE) if secret in f"{error.value} {error.value!r}"]
    _holds_nothing(None, written(), [TOKEN, ACCESS, VALUE])


def test_publishing_writes_no_credentials(
    one_cloud: Cloud, written: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither into objects, nor into the log at DEBUG, where botocore writes whole requests."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", ACCESS)
    [done] = publish([make_bundle(tmp_path, seed=1)], one_cloud.url)
    s3 = one_cloud.emulator.client()
    objects = [s3.get_object(Bucket=one_cloud.bucket, Key=item["Key"]) for item in _objects(one_cloud)]
    assert len(objects) == 9
    told = [json.dumps(done.to_dict()), *(f"{each['Body'].read()!r} {each['Metadata']}" for each in objects)]
    _holds_nothing(None, "".join(told), [TOKEN, ACCESS])
    with pytest.raises(Forge3DError) as error:
        next(open_store(f"{one_cloud.url}-of-nobody".replace("shop-", "no-", 1)).list(""))
    logged = written()
    assert "CanonicalRequest" in logged  # it is at DEBUG indeed
    _holds_nothing(error.value, logged, [TOKEN, ACCESS])


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("x-amz-security-token:SECRET\nx-amz-date:1", "x-amz-date:1"),
        ("{'X-Amz-Security-Token': b'SECRET', 'Host': 'h'}", "'Host': 'h'"),
        ("GET /a?X-Amz-Expires=60&X-Amz-Signature=SECRET&X-Amz-Credential=SECRET", "X-Amz-Expires=60"),
        ("Authorization: AWS4-HMAC-SHA256 SignedHeaders=host, Signature=SECRET", "SignedHeaders=host"),
        ("Signature:\nSECRET", "Signature"),
        ('b\'{"Name":"n","SecretString":"SECRET, and \\"more\\" SECRET"}\'', '"Name":"n"'),
        ("<SecretAccessKey>SECRET</SecretAccessKey><SessionToken>SECRET</SessionToken>", "</SessionToken>"),
    ],
)
def test_what_opens_doors_is_taken_out(text: str, kept: str) -> None:
    assert "SECRET" not in redacted(text).replace("SecretAccessKey", "").replace("SecretString", "")
    assert kept in redacted(text)


def _objects(cloud: Cloud) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cloud.emulator.client().list_objects_v2(Bucket=cloud.bucket)["Contents"]
    return found


def _holds_nothing(error: BaseException | None, logged: str, secrets: list[str]) -> None:
    """Neither an error, with all that led to it, nor what was logged holds one of these."""
    told = logged + ("".join(traceback.format_exception(error)) if error else "")
    common = {"Key-Pair-Id:", "-----BEGIN", "-----END", "PRIVATE", "KEY-----", "Created:", "K1"}
    assert not [secret for secret in set(secrets) - common if secret in told]
