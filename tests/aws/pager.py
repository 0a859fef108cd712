"""A bucket of any size that is not there: answers the questions of clean-up from the number of an object alone.

Emulators keep every object in memory, and take minutes to be filled. This one counts instead, so that what is measured
is the memory of who asks: products of five hundred objects, of which the live generation names three hundred.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.aws.making import sha

from forge3d.aws.layout import Generation, PlacedFile, Pointer

PER_PRODUCT, NAMED = 500, 300
_PAGE = 1_000
_OLD = "2020-01-01T00:00:00.000Z"


def _digests(sku: str) -> list[str]:
    return sorted(sha(f"{sku} {number}".encode()) for number in range(PER_PRODUCT))


def _keys(sku: str) -> list[str]:
    return [*(f"shop/{sku}/{digest}.webp" for digest in _digests(sku)), f"shop/{sku}/versions/1.json"]


class _Bucket(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    products = 0

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        key = parts.path.removeprefix("/bucket").lstrip("/")
        if key:
            self._object(key)
        elif "versions" in query:
            self._versions(query["prefix"], query.get("key-marker", ""))
        else:
            self._answer(
                _listing("ListBucketResult", [_entry("Contents", key) for key in self._matching(query["prefix"])])
            )

    def _matching(self, prefix: str) -> list[str]:
        """The keys of the product that a prefix names."""
        if match := re.match(r"pointers/(p\d{6})\.json", prefix):
            return [prefix] if int(match[1][1:]) < self.products else []
        if match := re.match(r"shop/(p\d{6})/", prefix):
            return [key for key in _keys(match[1]) if key.startswith(prefix)]
        return []

    def _versions(self, prefix: str, after: str) -> None:
        if prefix != "shop/":
            return self._answer(
                _listing("ListVersionsResult", [_entry("Version", key) for key in self._matching(prefix)])
            )
        first = int(after.split("/")[1][1:]) if after else 0
        found: list[str] = []
        for number in range(first, min(first + 2 + _PAGE // PER_PRODUCT, self.products)):
            found += [key for key in _keys(f"p{number:06}") if key > after]
        page = found[:_PAGE]
        more = len(found) > _PAGE
        mark = f"<NextKeyMarker>{page[-1]}</NextKeyMarker><NextVersionIdMarker>1</NextVersionIdMarker>" if more else ""
        return self._answer(_listing("ListVersionsResult", [_entry("Version", key) for key in page], mark, more=more))

    def _object(self, key: str) -> None:
        sku = key.split("/")[1].removesuffix(".json")
        files = [
            PlacedFile(path=f"{one}.webp", role="spin", bytes=1, sha256=one, media_type="a/b", key=f"{sku}/{one}.webp")
            for one in _digests(sku)[:NAMED]
        ]
        record: Generation | Pointer = Generation(
            sku=sku, generation=1, key="0" * 64, manifest=files[0], files=tuple(files)
        )
        if key.startswith("pointers/"):
            version = f"{sku}/versions/1.json"
            record = Pointer(sku=sku, generation=1, version=version, key="0" * 64, prefix="shop/")
        self._answer(record.encode())

    def _answer(self, body: bytes) -> None:
        self.send_response_only(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Wed, 01 Jan 2020 00:00:00 GMT")
        self.send_header("x-amz-meta-sha256", hashlib.sha256(body).hexdigest())
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


def _entry(kind: str, key: str) -> str:
    version = "<VersionId>1</VersionId><IsLatest>true</IsLatest>" if kind == "Version" else ""
    return f"<{kind}><Key>{key}</Key>{version}<LastModified>{_OLD}</LastModified><ETag>1</ETag><Size>1</Size></{kind}>"


def _listing(kind: str, entries: list[str], mark: str = "", *, more: bool = False) -> bytes:
    truncated = f"<IsTruncated>{str(more).lower()}</IsTruncated>"
    return f"<{kind}>{truncated}{mark}{''.join(entries)}</{kind}>".encode()


@contextmanager
def counting(products: int) -> Iterator[str]:
    """The address of such a bucket, named `bucket`, until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bucket", (_Bucket,), {"products": products}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
