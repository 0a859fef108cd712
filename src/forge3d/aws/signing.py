"""Signed URLs and cookies of CloudFront, made and judged without asking anybody.

A distribution that trusts a key group serves a file only to who holds a policy (which URLs, until when, for which
addresses) signed with the private half of one of the group's keys. The formats are those of "Serving private content
with signed URLs and signed cookies" in CloudFront's developer guide. `judge` verifies as CloudFront does: there is no
emulator that would.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from ..errors import DependencyMissing, RecipeError, SignatureRefused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

Hash = Literal["sha256", "sha1"]
"""SHA-1 is what CloudFront takes where nothing is said; some verifiers of old know nothing else."""

_PARAMETERS = ("Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm")
_TO_URL, _FROM_URL = bytes.maketrans(b"+=/", b"-_~"), bytes.maketrans(b"-_~", b"+=/")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a signature allows.

    Attributes:
        resource: a URL; `*` stands for any characters, `?` for one.
        until: from when on it is refused; whole seconds.
        since: before when it is refused.
        address: the IPv4 address or network (`192.0.2.0/24`) that it is for.
    """

    resource: str
    until: datetime
    since: datetime | None = None
    address: str | None = None

    def is_canned(self, url: str) -> bool:
        """Whether the policy follows from the URL and the time, and need not be carried along."""
        return self.resource == url and self.since is None and self.address is None and "*" not in url

    def policy(self) -> bytes:
        """The policy as CloudFront writes it, which is what is signed."""
        condition: dict[str, Any] = {"DateLessThan": {"AWS:EpochTime": int(self.until.timestamp())}}
        if self.address is not None:
            condition["IpAddress"] = {"AWS:SourceIp": str(_network(self.address))}
        if self.since is not None:
            condition["DateGreaterThan"] = {"AWS:EpochTime": int(self.since.timestamp())}
        statement = {"Statement": [{"Resource": self.resource, "Condition": condition}]}
        return json.dumps(statement, separators=(",", ":")).encode()

    @classmethod
    def read(cls, policy: bytes) -> Grant:
        """The grant of a policy. Raises SignatureRefused where it is none."""
        try:
            (statement,) = json.loads(policy)["Statement"]
            condition = statement["Condition"]
            until, since = (condition.get(name) for name in ("DateLessThan", "DateGreaterThan"))
            return cls(
                statement["Resource"],
                datetime.fromtimestamp(until["AWS:EpochTime"], UTC),
                datetime.fromtimestamp(since["AWS:EpochTime"], UTC) if since else None,
                condition["IpAddress"]["AWS:SourceIp"] if "IpAddress" in condition else None,
            )
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            raise SignatureRefused(f"the policy is not one of CloudFront's: {error}") from error

    def refuse(self, url: str, at: datetime, address: str | None) -> None:
        """Raise SignatureRefused, saying why, unless this grants `url` at that time to that address."""
        pattern = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in self.resource)
        # A `?` begins a query, too, where it means itself.
        if url != self.resource and not re.fullmatch(pattern, url, re.DOTALL):
            raise SignatureRefused(f"it is for {self.resource}, not for {url}")
        if at >= self.until:
            raise SignatureRefused(f"it ended at {self.until:%Y-%m-%d %H:%M:%S} UTC")
        if self.since is not None and at <= self.since:
            raise SignatureRefused(f"it begins at {self.since:%Y-%m-%d %H:%M:%S} UTC")
        if self.address is not None and (address is None or _network(address)[0] not in _network(self.address)):
            raise SignatureRefused(f"it is for the address {self.address}")


class SigningKey:
    """A private key of a key group: RSA of 2048 bits, or ECDSA on P-256, as CloudFront takes them.

    Args:
        id: CloudFront's id of the public half.
        private: the private half, PEM without a password.
        created: when it was made, where known.

    Raises:
        RecipeError: it is no such key.
        DependencyMissing: `cryptography` is not installed.
    """

    def __init__(self, id: str, private: bytes, created: datetime | None = None):
        if not re.fullmatch(r"[A-Za-z0-9_-]+", id):
            raise RecipeError(f"{id!r} is not the id of a public key: CloudFront's look like K2JCJMDEHXQW5F")
        self.id, self.created = id, created
        self._key = _private(private, id)

    def __repr__(self) -> str:
        return f"SigningKey({self.id!r})"

    def public(self) -> bytes:
        """The public half, PEM, as CloudFront is given it."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message: bytes, hash: Hash = "sha256") -> bytes:
        """A signature: PKCS #1 1.5 with RSA, DER with ECDSA."""
        from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(message, padding.PKCS1v15(), _hash(hash))
        assert isinstance(self._key, ec.EllipticCurvePrivateKey)  # `_private` lets no other in
        return self._key.sign(message, ec.ECDSA(_hash(hash)))


def signed_url(url: str, key: SigningKey, grant: Grant | datetime, *, hash: Hash = "sha256") -> str:
    """A URL that works until a time, or as far as a grant goes.

    Args:
        url: absolute, with its own query where it has one. CloudFront strips what is added before it asks the origin.
        grant: until when; or a `Grant` whose resource covers the URL.

    Raises:
        RecipeError: the URL cannot be signed, or the grant is not for it.
    """
    grant = grant if isinstance(grant, Grant) else Grant(_signable(url), grant)
    try:
        grant.refuse(_signable(url), grant.until - timedelta(seconds=1), grant.address)
    except SignatureRefused as error:
        raise RecipeError(f"{url} cannot be signed so: {error}") from error
    policy = grant.policy()
    canned = grant.is_canned(url)
    added = {"Expires": str(int(grant.until.timestamp()))} if canned else {"Policy": _encode(policy)}
    added |= _signature(policy, key, hash)
    return url + ("&" if "?" in url else "?") + "&".join(f"{name}={value}" for name, value in added.items())


def signed_cookies(key: SigningKey, grant: Grant, *, hash: Hash = "sha256") -> dict[str, str]:
    """Names and values of the cookies that grant a resource; set them `Secure; HttpOnly`, without an age."""
    _signable(grant.resource)
    policy = grant.policy()
    canned = grant.is_canned(grant.resource)
    added = {"Expires": str(int(grant.until.timestamp()))} if canned else {"Policy": _encode(policy)}
    return {f"CloudFront-{name}": value for name, value in (added | _signature(policy, key, hash)).items()}


def judge(
    url: str,
    public_keys: Mapping[str, bytes],
    *,
    cookies: Mapping[str, str] | None = None,
    at: datetime | None = None,
    address: str | None = None,
) -> Grant:
    """What a signed URL, or a plain one with signed cookies, is granted, as CloudFront would find.

    Args:
        public_keys: of the key group: id to PEM.
        at: the time of the request; now.
        address: where the request is from.

    Raises:
        SignatureRefused: it is not granted; the message says why.
    """
    plain, found = _split(url)
    found = {name.removeprefix("CloudFront-"): value for name, value in (cookies or {}).items()} or found
    if not {"Signature", "Key-Pair-Id"} <= set(found) or not {"Policy", "Expires"} & set(found):
        raise SignatureRefused("it is not signed")
    if found["Key-Pair-Id"] not in public_keys:
        raise SignatureRefused(f"the key group has no key {found['Key-Pair-Id']}: it was retired, or never was there")
    if "Policy" in found:
        policy = _decode(found["Policy"])
    else:
        if not found["Expires"].isdecimal():
            raise SignatureRefused(f"{found['Expires']!r} is not a time")
        policy = Grant(plain, datetime.fromtimestamp(int(found["Expires"]), UTC)).policy()
    hash: Hash = "sha256" if found.get("Hash-Algorithm", "SHA1") == "SHA256" else "sha1"
    _verify(public_keys[found["Key-Pair-Id"]], _decode(found["Signature"]), policy, hash)
    grant = Grant.read(policy)
    grant.refuse(plain, at or datetime.now(UTC), address)
    return grant


def _signature(policy: bytes, key: SigningKey, hash: Hash) -> dict[str, str]:
    found = {"Signature": _encode(key.sign(policy, hash)), "Key-Pair-Id": key.id}
    return found | ({"Hash-Algorithm": "SHA256"} if hash == "sha256" else {})


def _signable(url: str) -> str:
    if _split(url)[1]:  # before anything that repeats the URL
        raise RecipeError("the URL carries a signature already: give the one without it")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.fragment:
        raise RecipeError(f"{url!r} cannot be signed: give an absolute http(s) URL without a fragment")
    if not url.isascii() or any(letter.isspace() or letter in '"\\' for letter in url):
        raise RecipeError(f"{url!r} cannot be signed: percent-encode what is not ASCII, spaces and quotation marks")
    return url


def _split(url: str) -> tuple[str, dict[str, str]]:
    """A URL without what signing adds, and that."""
    base, _, query = url.partition("?")
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    own = "&".join("".join(pair) for pair in pairs if pair[0] not in _PARAMETERS)
    return f"{base}?{own}" if own else base, {name: value for name, _, value in pairs if name in _PARAMETERS}


def _network(address: str) -> ipaddress.IPv4Network:
    try:
        return ipaddress.IPv4Network(address, strict=False)
    except ValueError as error:
        raise RecipeError(f"{address!r} is not an IPv4 address or network such as 192.0.2.0/24") from error


def _encode(data: bytes) -> str:
    return base64.b64encode(data).translate(_TO_URL).decode()


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode().translate(_FROM_URL), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise SignatureRefused("policy or signature are not encoded as CloudFront's are") from error


def _hash(name: Hash) -> Any:
    from cryptography.hazmat.primitives import hashes

    return hashes.SHA256() if name == "sha256" else hashes.SHA1()


def _private(pem: bytes, id: str) -> PrivateKeyTypes:
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError as error:
        raise DependencyMissing("signing needs the package cryptography: pip install 'forge3d[aws]'") from error
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise RecipeError(f"the private key of {id} cannot be read: give PEM without a password") from error
    if not _is_taken(key.public_key()):
        raise RecipeError(f"CloudFront does not take the key of {id}: give RSA of 2048 bits or ECDSA on P-256")
    return key


def _is_taken(key: PublicKeyTypes) -> bool:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size == 2048
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)


def _verify(pem: bytes, signature: bytes, message: bytes, hash: Hash) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    key = load_pem_public_key(pem)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), _hash(hash))
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(_hash(hash)))
        else:
            raise InvalidSignature
    except InvalidSignature as error:
        raise SignatureRefused("the signature does not fit: URL, policy or key have been changed") from error
