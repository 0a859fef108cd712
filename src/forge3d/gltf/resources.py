"""Data URIs and files beside the model: the only place that opens files, under a policy."""

from __future__ import annotations

import binascii
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, unquote_to_bytes

from ..errors import InvalidAsset, ResourceRefused
from .files import open_without_waiting, read_open
from .limits import Limits

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*")
_BEFORE_COLON = re.compile(r"([^/?#:]*):")
_AUTHORITY = re.compile(r"(?:[^/?#:]*:)?//([^/?#]*)")
_HOST = re.compile(r"(?:[^@]*@)?(?:\[[0-9A-Fa-f:.]+\]|[^\[\]:]*)(?::[0-9]*)?")
_DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def is_data(uri: str) -> bool:
    """Whether `uri` carries its data itself (RFC 2397)."""
    return uri[:5].lower() == "data:"


def scheme(uri: str) -> str | None:
    """The scheme that a URI begins with, None for a relative reference.

    Raises:
        InvalidAsset: INVALID_URI, when it is neither: what stands before the first colon is no scheme, or the host is
            none (RFC 3986 §3).
    """
    before, authority = _BEFORE_COLON.match(uri), _AUTHORITY.match(uri)
    if (before and not _SCHEME.fullmatch(before[1])) or (authority and not _HOST.fullmatch(authority[1])):
        raise InvalidAsset(f"{_short(uri)} is not a URI", code="INVALID_URI")
    return before[1] if before else None


class DataUri(NamedTuple):
    """The parts of a data URI (RFC 2397): `media_type` in lower case, None where it names none; `coding` as written."""

    media_type: str | None
    coding: str
    body: str

    @classmethod
    def of(cls, uri: str) -> DataUri:
        """Take `uri` apart; raises `InvalidAsset` (INVALID_URI) where it is not written as a data URI is."""
        head, comma, body = uri[5:].partition(",")
        kind, *parameters = head.split(";")
        coding = parameters.pop() if parameters and parameters[-1].lower() == "base64" else ""
        if not comma or kind.count("/") != bool(kind) or not all("=" in parameter for parameter in parameters):
            raise InvalidAsset(f"{_short(uri)} is not a data URI", code="INVALID_URI")
        return cls(unquote(kind).lower() or None, coding, body)

    def is_strict(self) -> bool:
        """Whether nothing needs a lenient reader: "base64" in small letters, and only its digits (RFC 4648).

        Padding may be missing. True where there is no base64.
        """
        if not self.coding:
            return True
        body = unquote(self.body) if "%" in self.body else self.body
        digits = body.rstrip("=")
        padding = len(body) - len(digits)
        whole = len(body) % 4 == 0 and padding <= 2 if padding else len(digits) % 4 != 1
        return whole and self.coding == "base64" and digits.isascii() and not digits.encode().translate(None, _DIGITS)

    def decode(self) -> bytes:
        """The bytes. White space in base64 is skipped.

        Raises:
            InvalidAsset: INVALID_URI.
        """
        if not self.coding:
            return unquote_to_bytes(self.body)
        body = unquote(self.body) if "%" in self.body else self.body
        try:
            digits = body.encode("ascii").translate(_URL_SAFE, b" \t\r\n")
            return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4), strict_mode=True)
        except (binascii.Error, ValueError) as error:
            raise InvalidAsset(f"{_short(self.body)} is invalid base64: {error}", code="INVALID_URI") from None


class Resolver:
    """Opens the files that a model names.

    Only regular files inside `folder` (also after percent-decoding and following symbolic links), named by relative
    URIs, within the limits. `folder` None: the model came as bytes and may open nothing. `given` holds the bytes of
    URIs whose files are not opened.
    """

    def __init__(self, folder: Path | None, limits: Limits, given: Mapping[str, bytes] | None = None):
        self.folder, self.given = folder, given or {}
        self.limits = limits
        self._root: str | None = None
        self._opened: set[str] = set()
        self._charged: set[str] = set()
        self._bytes = 0

    def read(self, uri: str, most: int = -1) -> memoryview:
        """The bytes that `uri` stands for: a data URI or a file; of a file, the first `most` (-1: all).

        Raises:
            InvalidAsset: INVALID_URI, or IO_ERROR when there is no such file.
            ResourceRefused: when the policy forbids it.
            LimitExceeded: max_resources, max_resource_bytes.
        """
        if uri in self.given:
            return memoryview(self.given[uri])
        if is_data(uri):
            self._charge(uri, len(uri) * 3 // 4, "a data URI")
            return memoryview(DataUri.of(uri).decode())
        return self._read_file(self.locate(uri), uri, most)

    def locate(self, uri: str) -> Path:
        """The file that a relative `uri` names; it need not exist."""
        name = _file_name(uri)
        if self.folder is None:
            raise ResourceRefused(uri, "a model given as bytes opens no files; pass base= to allow its folder")
        if "/" not in name and name not in (".", ".."):
            path = os.path.join(self.folder, name)
            if not os.path.islink(path):
                return Path(path)  # directly in the folder, so there is no link to follow: the usual case, and quick
        if self._root is None:
            self._root = os.path.realpath(self.folder)
        try:
            path = os.path.realpath(os.path.join(self._root, name))
        except (OSError, ValueError) as error:
            raise InvalidAsset(f"{_short(uri)} cannot be a file name: {error}", code="INVALID_URI") from None
        if os.path.commonpath([self._root, path]) != self._root:
            raise ResourceRefused(uri, f"it leads out of the model's folder {self._root}")
        return Path(path)

    def _read_file(self, path: Path, uri: str, most: int) -> memoryview:
        try:
            with open(path, "rb", buffering=0, opener=open_without_waiting) as file:
                state = os.fstat(file.fileno())
                if not stat.S_ISREG(state.st_mode):
                    raise ResourceRefused(uri, "it is not a regular file")
                if str(path) not in self._opened:
                    self.limits.check("max_resources", len(self._opened) + 1, "the number of external files")
                self._charge(uri, state.st_size, _short(uri))
                self._opened.add(str(path))
                return read_open(file, state.st_size if most < 0 else min(most, state.st_size))
        except OSError as error:
            raise InvalidAsset(f"cannot read {_short(uri)}: {error.strerror}", code="IO_ERROR") from None

    def _charge(self, uri: str, size: int, what: str) -> None:
        """Count a resource's bytes, once for each way to write its name: readers keep as many copies at the most."""
        if uri not in self._charged:
            self.limits.check("max_resource_bytes", self._bytes + size, f"{what}, with the resources before it,")
            self._charged.add(uri)
            self._bytes += size


def _file_name(uri: str) -> str:
    if not uri:
        raise InvalidAsset("the URI is empty", code="INVALID_URI")
    if scheme(uri) is not None:
        raise ResourceRefused(uri[:200], "only relative URIs are opened, nothing from the network or by scheme")
    try:
        name = unquote(uri, errors="strict")
    except UnicodeDecodeError:
        raise InvalidAsset(f"{_short(uri)} does not decode to UTF-8", code="INVALID_URI") from None
    if "\0" in name:
        raise InvalidAsset(f"{_short(uri)} cannot be a file name", code="INVALID_URI")
    if "\\" in name:
        raise ResourceRefused(uri, "a backslash separates nothing in a URI; use /")
    if name.startswith("/"):
        raise ResourceRefused(uri, "absolute paths and network paths are not opened")
    return name


def _short(uri: str) -> str:
    return repr(uri if len(uri) <= 80 else uri[:77] + "...")
