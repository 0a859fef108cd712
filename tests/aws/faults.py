"""A bad network on purpose: an HTTP proxy before an emulator, which spoils requests and answers by a seed.

Whether a request is spoiled, and how, depends on the seed, its method, its path and how often it was tried, and on
nothing else: the order of threads changes nothing, and a failing seed fails again.
"""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

Kind = Literal[
    "error",  # 500, and nothing was done
    "slow down",  # 503 SlowDown, and nothing was done
    "drop",  # the connection ends, and nothing was done
    "hang",  # silence for `hang_s`, then the connection ends, and nothing was done
    "error after",  # it was done, and the answer is 500
    "drop after",  # it was done, and the connection ends without an answer
    "truncated answer",  # the body ends early
    "corrupt answer",  # a byte of the body is another
    "truncated upload",  # what arrives is shorter
    "corrupt upload",  # a byte of what arrives is another
]
BEFORE: tuple[Kind, ...] = ("error", "slow down", "drop")
AFTER: tuple[Kind, ...] = ("error after", "drop after")
BODIES: tuple[Kind, ...] = ("truncated answer", "corrupt answer", "truncated upload", "corrupt upload")

_SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
_INTERNAL = b"<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>"
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "expect", "host"}

_UP, _DOWN = 0x10, 0x04
"""Bits that are turned over on the way in and out: not the same, or one harm would undo the other."""

Judge = Callable[[str, str], bool]
"""Whether a request (its method, its path with the query) may be spoiled."""


class FaultProxy:
    """Forwards to `upstream`, and spoils what its plan says.

    Args:
        chances: of each kind of fault, 0 to 1 together; 1 spoils every request.
        only: which requests may be spoiled; all without it.
        most: how many times the same request (method and path) is spoiled at most, so that trying again ends well.
        hang_s: how long "hang" is silent, seconds.

    `injected` counts what was done, by kind; `requests` counts every request, by method.
    """

    def __init__(
        self,
        upstream: str,
        *,
        seed: int = 0,
        chances: Mapping[Kind, float] | None = None,
        only: Judge | None = None,
        most: int = 1_000_000,
        hang_s: float = 1.0,
    ) -> None:
        where = urlsplit(upstream)
        self.upstream = (where.hostname or "127.0.0.1", where.port or 80)
        self.seed, self.chances, self.only, self.most, self.hang_s = seed, dict(chances or {}), only, most, hang_s
        self.injected: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self._tried: Counter[tuple[str, str]] = Counter()
        self._spoiled: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self.endpoint = ""

    def choose(self, method: str, path: str, *, upload: bool) -> Kind | None:
        """The fault of this try of a request, if any. What has no body to spoil on the way in is left alone."""
        with self._lock:
            self.requests[method] += 1
            attempt = self._tried[method, path]
            self._tried[method, path] += 1
            if (self.only is not None and not self.only(method, path)) or self._spoiled[method, path] >= self.most:
                return None
            draw = random.Random(f"{self.seed} {method} {path} {attempt}").random()
            for kind, chance in self.chances.items():
                draw -= chance
                if draw < 0:
                    if (kind.endswith("upload") and not upload) or (kind.endswith("answer") and method != "GET"):
                        return None
                    self._spoiled[method, path] += 1
                    self.injected[kind] += 1
                    return kind
            return None


@contextmanager
def faulty(upstream: str, **plan: object) -> Iterator[FaultProxy]:
    """A `FaultProxy` that listens on 127.0.0.1 until the block ends; its arguments are `plan`."""
    proxy = FaultProxy(upstream, **plan)  # type: ignore[arg-type]
    handler = type("Handler", (_Handler,), {"proxy": proxy})
    server = _Server(("127.0.0.1", 0), handler)
    proxy.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is what this is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: FaultProxy

    def _serve(self) -> None:
        body = self._body()
        kind = self.proxy.choose(self.command, self.path, upload=bool(body))
        if kind in ("error", "slow down"):
            status, reason = (500, _INTERNAL) if kind == "error" else (503, _SLOW_DOWN)
            return self._answer(status, [("Content-Type", "application/xml")], reason)
        if kind in ("drop", "hang"):
            time.sleep(self.proxy.hang_s if kind == "hang" else 0)
            return self._hang_up()
        if kind in ("truncated upload", "corrupt upload"):
            body = _spoil(body, truncate=kind.startswith("truncated"), bit=_UP)
        status, headers, answer = self._forward(body)
        if kind == "error after":
            return self._answer(500, [("Content-Type", "application/xml")], _INTERNAL)
        if kind == "drop after":
            return self._hang_up()
        if kind == "corrupt answer" and answer and status < 300:
            answer = _spoil(answer, truncate=False, bit=_DOWN)
        if kind == "truncated answer" and answer and status < 300:
            self._answer(status, headers, answer[: len(answer) // 2], length=len(answer))
            return self._hang_up()
        return self._answer(status, headers, answer)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _serve  # noqa: N815 - the names that the base class looks for

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(*self.proxy.upstream, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
        if body or self.command in ("PUT", "POST"):  # a client that sends nothing says so, too
            headers["Content-Length"] = str(len(body))
        try:
            connection.request(self.command, self.path, body=body or None, headers=headers)
            response = connection.getresponse()
            answer = response.read()
            kept = [(name, value) for name, value in response.getheaders() if name.lower() not in _HOP]
            if self.command == "HEAD":
                kept.append(("Content-Length", response.headers.get("Content-Length") or "0"))
            return response.status, kept, answer
        finally:
            connection.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes, length: int | None = None) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in headers) and status not in (204, 304):
            self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """Tests say what matters."""


def _spoil(data: bytes, *, truncate: bool, bit: int) -> bytes:
    """Half of it, or all of it with one bit of a byte in the middle turned over."""
    middle = len(data) // 2
    return data[:middle] if truncate else data[:middle] + bytes([data[middle] ^ bit]) + data[middle + 1 :]
