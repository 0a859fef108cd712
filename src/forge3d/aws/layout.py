"""What lies where, and what it says: the one definition of keys, headers, version records and pointers.

    <prefix>/<sku>/<sha256>.<ext>              a file, for ever
    <prefix>/<sku>/versions/<generation>.json  a version record, for ever: which files a generation is made of
    pointers/<sku>.json                        the pointer: which generation is live. The only object that changes

Keys here are relative to a target. Pointers lie outside the prefix, so that a replication rule for `<prefix>/` leaves
them out: replication knows no order, and a pointer must not come before what it names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from ..errors import InvalidAsset, RecipeError, RemoteError
from ..pipeline.manifest import File, Positive, Sha256
from ..skus import is_sku
from .store import Headers, Stored

POINTERS = "pointers/"
VERSIONS = "versions/"
FORMAT: Literal[1] = 1

FRESH_FOR = timedelta(days=7)
"""A publication makes objects that it reuses young again when they are older than this."""
KEPT_FOR = timedelta(days=14)
"""What no retained version names is deleted when it is older than this. A publication that began before an object's
deletion was decided has the difference, a week, to finish."""

IMMUTABLE = "public, max-age=31536000, immutable"
"""Cache-Control of files and version records: their keys never mean anything else."""
REVALIDATED = "max-age=0, must-revalidate, s-maxage=30"
"""Cache-Control of pointers: browsers ask each time, CloudFront every half minute."""
TIERED_FROM = 128 << 10
"""Bytes from which S3 moves objects between tiers; smaller ones would pay for being watched, and never move."""

MANIFEST = "manifest"
"""The role of the bundle's manifest among a generation's files."""
_COMPRESSED = {"model", "level"}
"""Roles of GLBs that pages fetch. Scene Viewer and Quick Look fetch files on their own, and decode nothing."""


def object_key(sku: str, sha256: str, extension: str) -> str:
    """Where a file lies. `extension` without the dot."""
    return f"{checked_sku(sku)}/{sha256}.{extension}"


def version_key(sku: str, generation: int) -> str:
    """Where a version record lies."""
    return f"{checked_sku(sku)}/{VERSIONS}{generation}.json"


def pointer_key(sku: str) -> str:
    """Where a product's pointer lies."""
    return f"{POINTERS}{checked_sku(sku)}.json"


def checked_sku(sku: str) -> str:
    """The SKU itself. Raises RecipeError where it cannot be part of a key."""
    if not is_sku(sku):
        raise RecipeError(f"{sku!r} cannot be published: a SKU is letters, digits, . _ - and not {POINTERS[:-1]!r}")
    return sku


class _Record(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An object of these files; readers ignore members they do not know."""


class PlacedFile(File, frozen=True, kw_only=True):
    """A file of the manifest, and where it lies.

    The SHA-256 is that of the file itself. Where the body is stored encoded, HTTP decodes it on its way, and the
    object's own metadata hold the SHA-256 of what is stored.
    """

    key: Annotated[str, Meta(description="Key of the object, relative to the target's prefix.")]


class Generation(_Record, frozen=True):
    """A version record: what a generation of a product is made of."""

    sku: str
    generation: Positive
    key: Annotated[Sha256, Meta(description="Build key of the bundle.")]
    manifest: Annotated[PlacedFile, Meta(description="The bundle's manifest.")]
    files: tuple[PlacedFile, ...]
    previous: Annotated[
        Positive | None, Meta(description="The generation that was live when this one was made: the one it replaces.")
    ] = None
    restores: Annotated[Positive | None, Meta(description="The generation that a rollback brought back.")] = None
    created: Annotated[str, Meta(description="RFC 3339, UTC.")] = ""
    format: Literal[1] = FORMAT

    def objects(self) -> dict[str, PlacedFile]:
        """Every object that this generation needs, by key: its files, each once, and its manifest."""
        return {file.key: file for file in (*self.files, self.manifest)}

    def encode(self) -> bytes:
        """The record's bytes."""
        return _encode(self)

    @classmethod
    def decode(cls, stored: Stored) -> Generation:
        """Read a record. Raises RemoteError where it is damaged or of another format."""
        return _decode(stored, cls)


class Pointer(_Record, frozen=True):
    """A product's pointer: which generation is live."""

    sku: str
    generation: Positive
    version: Annotated[str, Meta(description="Key of the version record, relative to the target's prefix.")]
    key: Annotated[Sha256, Meta(description="Build key of what is live.")]
    prefix: Annotated[str, Meta(description="What stands before keys: empty, or a path that ends with a slash.")] = ""
    format: Literal[1] = FORMAT

    def encode(self) -> bytes:
        """The pointer's bytes."""
        return _encode(self)

    @classmethod
    def decode(cls, stored: Stored) -> Pointer:
        """Read a pointer. Raises RemoteError where it is damaged or of another format."""
        return _decode(stored, cls)


def headers_for(file: File | PlacedFile, size: int, *, encoding: str | None = None) -> Headers:
    """What a file's object says.

    Args:
        size: bytes as stored.
        encoding: `br` where the body is stored so.
    """
    return Headers(file.media_type, IMMUTABLE, encoding, tier(size))


def tier(size: int) -> str:
    """The storage class of a file, by its bytes as stored."""
    return "INTELLIGENT_TIERING" if size >= TIERED_FROM else "STANDARD"


def is_compressible(files: tuple[File, ...], path: str) -> bool:
    """Whether a file may be stored as `Content-Encoding: br`: a GLB that pages fetch, and nothing else uses."""
    uses = [file for file in files if file.path == path]
    return bool(uses) and all(file.role in _COMPRESSED and file.media_type == "model/gltf-binary" for file in uses)


VERSION_HEADERS = Headers("application/json", IMMUTABLE)
POINTER_HEADERS = Headers("application/json", REVALIDATED)


def now() -> datetime:
    """The time, as stores tell it."""
    return datetime.now(UTC)


def _encode(record: Generation | Pointer) -> bytes:
    # `format` is written even at its default: readers go by it.
    members = {"format": record.format, **msgspec.to_builtins(record)}
    return msgspec.json.format(msgspec.json.encode(members), indent=1) + b"\n"


_Kind = TypeVar("_Kind", Generation, Pointer)

# From a format to the next: a function of the decoded members. Readers accept the format before.
UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def _decode(stored: Stored, kind: type[_Kind]) -> _Kind:
    key = stored.head.key
    try:
        if stored.head.sha256 is not None and not stored.is_sound:
            raise InvalidAsset("its SHA-256 is not the one it was written with")
        members = msgspec.json.decode(stored.data, type=dict[str, Any])
        form = members.get("format")
        if isinstance(form, int) and form in UPGRADES:
            members = UPGRADES[form](members)
        return msgspec.convert(members, kind)
    except (msgspec.DecodeError, InvalidAsset) as error:
        raise RemoteError(
            f"{key} is damaged ({error}): `forge3d verify --repair` brings an old version back; where there is none, "
            "delete it and publish again"
        ) from error


_GENERATION = re.compile(r"[^/]+/versions/([1-9][0-9]*)\.json")


def generation_of(key: str) -> int | None:
    """The generation whose record lies at a key, or None where none does."""
    match = _GENERATION.fullmatch(key)
    return int(match[1]) if match else None
