"""Signed URLs and cookies hold as far as they say, and are what AWS's own client makes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.signers import CloudFrontSigner
from tests.aws.emulators import Emulator

from forge3d.aws.key_groups import SETTLED_AFTER, Algorithm, current, keys_in, new_key, read_key, retire, rotate
from forge3d.aws.signing import Grant, SigningKey, judge, signed_cookies, signed_url
from forge3d.errors import RecipeError, RemoteError, SignatureRefused

NOW = datetime(2030, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
URL = "https://d111111abcdef8.cloudfront.net/chair/0123.glb"


@pytest.fixture(scope="module", params=["ecdsa", "rsa"])
def key(request: pytest.FixtureRequest) -> SigningKey:
    return SigningKey("K2JCJMDEHXQW5F", new_key(request.param))


def public(key: SigningKey) -> dict[str, bytes]:
    return {key.id: key.public()}


def refused(url: str, key: SigningKey, **about: object) -> str:
    with pytest.raises(SignatureRefused) as told:
        judge(url, public(key), **{"at": NOW, **about})  # type: ignore[arg-type]
    return str(told.value)


@pytest.mark.parametrize("hash", ["sha256", "sha1"])
@pytest.mark.parametrize("url", [URL, URL + "?v=1&w=2"])
def test_a_url_until_a_time(key: SigningKey, url: str, hash: str) -> None:
    signed = signed_url(url, key, NOW + HOUR, hash=hash)  # type: ignore[arg-type]
    assert signed.startswith(url + ("&" if "?" in url else "?") + f"Expires={int(NOW.timestamp()) + 3600}&Signature=")
    assert judge(signed, public(key), at=NOW) == Grant(url, NOW + HOUR)
    assert "ended" in refused(signed, key, at=NOW + HOUR)


@pytest.mark.parametrize("url", [URL, URL + "?v=1"])
def test_as_the_client_of_aws_signs(url: str) -> None:
    key = SigningKey("K2JCJMDEHXQW5F", new_key("rsa"))
    theirs = CloudFrontSigner(key.id, lambda message: key.sign(message, "sha1"))
    assert signed_url(url, key, NOW, hash="sha1") == theirs.generate_presigned_url(url, date_less_than=NOW)
    policy = theirs.build_policy(url, NOW, date_greater_than=NOW - HOUR, ip_address="192.0.2.0/24")
    grant = Grant(url, NOW, NOW - HOUR, "192.0.2.0/24")
    assert grant.policy().decode() == policy
    assert signed_url(url, key, grant, hash="sha1") == theirs.generate_presigned_url(url, policy=policy)


def test_a_grant_for_a_folder_a_time_and_an_address(key: SigningKey) -> None:
    grant = Grant("https://d111111abcdef8.cloudfront.net/chair/*", NOW + HOUR, NOW - HOUR, "192.0.2.0/24")
    signed = signed_url(URL, key, grant)
    assert judge(signed, public(key), at=NOW, address="192.0.2.77") == grant
    assert "address" in refused(signed, key, address="198.51.100.1")
    assert "address" in refused(signed, key)
    assert "begins" in refused(signed, key, at=NOW - HOUR, address="192.0.2.77")
    assert "ended" in refused(signed, key, at=NOW + HOUR, address="192.0.2.77")
    other = signed.replace("/chair/0123.glb", "/table/0123.glb")
    assert "not for" in refused(other, key, address="192.0.2.77")
    sibling = signed.replace("/chair/0123.glb", "/chair/4567.glb")
    assert judge(sibling, public(key), at=NOW, address="192.0.2.77") == grant


def test_cookies(key: SigningKey) -> None:
    grant = Grant("https://d111111abcdef8.cloudfront.net/chair/*", NOW + HOUR)
    cookies = signed_cookies(key, grant)
    assert set(cookies) == {f"CloudFront-{name}" for name in ("Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm")}
    assert judge(URL, public(key), cookies=cookies, at=NOW) == grant
    assert "not signed" in refused(URL, key)
    assert "CloudFront-Expires" in signed_cookies(key, Grant(URL, NOW + HOUR), hash="sha1")
    assert judge(URL, public(key), cookies=signed_cookies(key, Grant(URL, NOW + HOUR)), at=NOW)


@pytest.mark.parametrize(
    ("old", "new"),
    [("Expires=1", "Expires=2"), ("0123", "0124"), ("Signature=", "Signature=A"), ("Hash-Algorithm=SHA256", "x=1")],
)
def test_what_is_changed_does_not_hold(key: SigningKey, old: str, new: str) -> None:
    signed = signed_url(URL, key, NOW + HOUR)
    assert old in signed
    assert "signed" in refused(URL, key)
    told = refused(signed.replace(old, new), key)
    assert "does not fit" in told or "encoded" in told


def test_a_key_that_is_not_in_the_group(key: SigningKey) -> None:
    with pytest.raises(SignatureRefused, match="no key K2JCJMDEHXQW5F"):
        judge(signed_url(URL, key, NOW + HOUR), {"KOTHER": key.public()}, at=NOW)
    stranger = SigningKey(key.id, new_key())
    assert "does not fit" in refused(signed_url(URL, stranger, NOW + HOUR), key)


@pytest.mark.parametrize(
    "url", ["/chair.glb", "ftp://a/b", URL + "#top", "https://a/ö", "https://a/b c", URL + "?Expires=1", 'https://a/"']
)
def test_urls_that_cannot_be_signed(key: SigningKey, url: str) -> None:
    with pytest.raises(RecipeError, match="sign"):
        signed_url(url, key, NOW)


def test_a_grant_must_cover_the_url(key: SigningKey) -> None:
    with pytest.raises(RecipeError, match="not for"):
        signed_url(URL, key, Grant("https://elsewhere.example/*", NOW))
    with pytest.raises(RecipeError, match="IPv4"):
        signed_url(URL, key, Grant(URL, NOW, address="fe80::1"))


def test_only_keys_that_cloudfront_takes() -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    for wrong in (ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 1024)):
        pem = wrong.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with pytest.raises(RecipeError, match="2048"):
            SigningKey("K1", pem)
    with pytest.raises(RecipeError, match="PEM"):
        SigningKey("K1", b"-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n")
    with pytest.raises(RecipeError, match="id"):
        SigningKey("K1&Policy=x", new_key())


def test_secrets_stay_secret() -> None:
    private = new_key()
    secret = private.splitlines()[1].decode()
    assert secret not in repr(SigningKey("K1", private))
    with pytest.raises(RecipeError) as told:
        SigningKey("K1", private.replace(b"PRIVATE", b"PIRATE"))
    assert secret not in str(told.value)


def test_a_new_key_waits_until_every_edge_knows_it(tmp_path: Path) -> None:
    ages = {"KOLD": NOW - 10 * HOUR, "KNEW": NOW - SETTLED_AFTER / 2}
    for id, created in ages.items():
        text = f"Key-Pair-Id: {id}\nCreated: {created.isoformat()}\n".encode() + new_key()
        (tmp_path / f"{id}.pem").write_bytes(text)
        assert read_key(text).id == id
    keys = keys_in(tmp_path)
    assert [key.id for key in keys] == ["KOLD", "KNEW"]
    assert current(keys, at=NOW).id == "KOLD"
    assert current(keys, at=NOW + SETTLED_AFTER).id == "KNEW"
    assert current(keys[1:], at=NOW).id == "KNEW"
    with pytest.raises(RecipeError, match="rotate"):
        current([])


@pytest.mark.parametrize("algorithm", ["ecdsa", "rsa"])
def test_rotation_leaves_no_gap(ministack: Emulator, tmp_path: Path, algorithm: Algorithm) -> None:
    """Only ministack lets a key group be changed."""
    client = ministack.client("cloudfront")
    first = SigningKey("first", new_key("rsa")).public().decode()
    config = {"CallerReference": f"first {algorithm}", "Name": f"first-{algorithm}", "EncodedKey": first}
    seed = client.create_public_key(PublicKeyConfig=config)["PublicKey"]["Id"]
    made = client.create_key_group(KeyGroupConfig={"Name": f"shop-{algorithm}", "Items": [seed]})
    group = made["KeyGroup"]["Id"]

    def known() -> dict[str, bytes]:
        ids = client.get_key_group(Id=group)["KeyGroup"]["KeyGroupConfig"]["Items"]
        return {id: client.get_public_key(Id=id)["PublicKey"]["PublicKeyConfig"]["EncodedKey"].encode() for id in ids}

    old = rotate(group, tmp_path, algorithm=algorithm, client=client)
    assert old.stayed == (seed,)
    before = signed_url(URL, current(keys_in(tmp_path)), datetime.now(UTC) + HOUR)
    new = rotate(group, tmp_path, algorithm=algorithm, client=client)
    assert set(known()) == {seed, *old.joined, *new.joined}
    assert {path.name for path in tmp_path.iterdir()} == {f"{id}.pem" for id in (*old.joined, *new.joined)}
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())
    later = datetime.now(UTC) + 2 * SETTLED_AFTER
    after = signed_url(URL, current(keys_in(tmp_path), at=later), later + HOUR)
    assert (old.joined[0] in before, new.joined[0] in after) == (True, True)
    assert judge(before, known()) and judge(after, known())  # noqa: PT018 - both at once is the point

    assert retire(group, tmp_path, client=client).left == ()
    left = retire(group, tmp_path, longest=HOUR, at=later + 2 * HOUR, client=client)
    assert left.left == old.joined
    assert set(known()) == {seed, *new.joined}
    with pytest.raises(SignatureRefused, match="retired"):
        judge(before, known())
    assert judge(after, known())


def test_no_such_group(ministack: Emulator, tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match="no-such-group"):
        rotate("no-such-group", tmp_path, client=ministack.client("cloudfront"))
    assert keys_in(tmp_path) == []
