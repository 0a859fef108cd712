"""Data URIs and files beside the model: the only place that opens files, under a policy."""

from __future__ import annotations

import binascii
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

from ..errors import InvalidAsset, ResourceRefused
from .files import open_without_waiting, read_open
from .limits import Limits

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_DATA = re.compile(r"data:(?P<type>[\w.+\-]+/[\w.+\-]+)?(?:;[\w.+\-]+=[^;,]*)*(?P<base64>;base64)?,", re.IGNORECASE)


def is_data(uri: str) -> bool:
    """Whether `uri` carries its data itself (RFC 2397)."""
    return uri[:5].lower() == "data:"


def media_type(uri: str) -> str | None:
    """The media type of a data URI in lower case, None where it names none."""
    match = _DATA.match(uri)
    return match["type"].lower() if match and match["type"] else None


def decode_data(uri: str) -> bytes:
    """The bytes of a data URI.

    Raises:
        InvalidAsset: INVALID_URI.
    """
    match = _DATA.match(uri)
    if match is None:
        raise InvalidAsset(f"{_short(uri)} is not a data URI", code="INVALID_URI")
    body = uri[match.end() :]
    if match["base64"] is None:
        return unquote_to_bytes(body)
    if "%" in body:
        body = unquote(body)
    try:
        digits = body.encode("ascii").translate(None, b" \t\r\n")
        return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4), strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidAsset(f"{_short(uri)} has invalid base64: {error}", code="INVALID_URI") from None


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
            return memoryview(decode_data(uri))
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
                self._charge(str(path), state.st_size, _short(uri))
                self._opened.add(str(path))
                return read_open(file, state.st_size if most < 0 else min(most, state.st_size))
        except OSError as error:
            raise InvalidAsset(f"cannot read {_short(uri)}: {error.strerror}", code="IO_ERROR") from None

    def _charge(self, resource: str, size: int, what: str) -> None:
        """Count a resource's bytes, once however often it is read."""
        if resource not in self._charged:
            self.limits.check("max_resource_bytes", self._bytes + size, f"{what}, with the resources before it,")
            self._charged.add(resource)
            self._bytes += size


def _file_name(uri: str) -> str:
    if not uri:
        raise InvalidAsset("the URI is empty", code="INVALID_URI")
    if _SCHEME.match(uri):
        raise ResourceRefused(uri[:200], "only relative URIs are opened, nothing from the network or by scheme")
    try:
        name = unquote(uri, errors="strict")
    except UnicodeDecodeError:
        raise InvalidAsset(f"{_short(uri)} does not decode to UTF-8", code="INVALID_URI") from None
    if "\0" in name or uri[0] == ":":
        raise InvalidAsset(f"{_short(uri)} cannot be a file name", code="INVALID_URI")
    if "\\" in name:
        raise ResourceRefused(uri, "a backslash separates nothing in a URI; use /")
    if name.startswith("/"):
        raise ResourceRefused(uri, "absolute paths and network paths are not opened")
    return name


def _short(uri: str) -> str:
    return repr(uri if len(uri) <= 80 else uri[:77] + "...")
