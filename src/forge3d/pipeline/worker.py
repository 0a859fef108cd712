"""The worker process of `pool`: builds one product after another, and owns one renderer.

Messages are msgpack, so that nothing a worker sends can run code in its parent.
"""

from __future__ import annotations

from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

import msgspec

from ..heap import give_back
from .events import Event, ProductResult
from .product import Job, build_product

if TYPE_CHECKING:
    from ..render import Renderer

Report = Event | ProductResult


def main(connection: Connection) -> None:
    """Serve jobs until the connection closes."""
    bench = _Bench()
    jobs = msgspec.msgpack.Decoder(Job)
    try:
        while True:
            job = jobs.decode(connection.recv_bytes())
            bench.cache = job.cache or False

            def report(step: str, fraction: float, sku: str = job.sku) -> None:
                _send(connection, Event(kind="step", sku=sku, step=step, fraction=fraction))

            result = build_product(job, renderer=bench.renderer, device=bench.device, report=report)
            _send(connection, result)
            give_back()
    finally:
        bench.close()


def _send(connection: Connection, message: Report) -> None:
    connection.send_bytes(msgspec.msgpack.encode(message))


class _Bench:
    """The renderer of this process, made on first use.

    Attributes:
        cache: the build's folder of finished work, where filtered light belongs too; False: it keeps none.
    """

    def __init__(self) -> None:
        self.cache: str | bool = False
        self._renderer: Renderer | None = None

    def renderer(self) -> Renderer:
        if self._renderer is None:
            from ..render import Renderer

            self._renderer = Renderer(light_cache=self.cache)
        return self._renderer

    def device(self) -> str:
        """Class of the render device: pictures of equal classes are equal to the byte."""
        found = self.renderer().capabilities
        return f"{found.renderer}, OpenGL {found.version}"

    def close(self) -> None:
        if self._renderer is not None:
            self._renderer.close()
