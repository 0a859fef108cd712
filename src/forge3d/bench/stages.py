"""What is done apart from drawing: opening, filtering light, upload, preparing, reading back, encoding, whole spins."""

from __future__ import annotations

import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from ..document import Document
from ..document.statistics import statistics
from ..render import Renderer, RenderSettings
from ..render.device import Device
from ..render.frame import Format, Frame
from ..render.spin import save_frames
from .result import Measurement
from .scenes import Field, sky
from .timing import repeated, seconds

_SMALL = (16, 16)
"""Pixels of pictures that are drawn for what goes before them."""
_RING = 3  # pixel buffers that take turns, as in a spin
_FORMATS: tuple[Format, ...] = ("png", "jpeg", "webp", "avif")
_SPIN = 24

Task = Callable[[], Measurement]


class Stages:
    """Measures the stages of one device.

    Args:
        renderer: a warm one.
        device: what opens another one like it.
        base: the scene that is prepared, uploaded and encoded.
    """

    def __init__(self, renderer: Renderer, device: str | int | None, base: Field, size: int, budget: float):
        self._renderer, self._device, self._base, self._size, self._budget = renderer, device, base, size, budget

    def tasks(self, readback: tuple[int, ...]) -> Iterator[tuple[str, Task]]:
        """Names, and what measures them.

        Args:
            readback: pixels a side of the pictures that are read back.
        """
        yield "start/open", self._open
        yield "start/first-picture", self._first_picture
        yield "start/prefilter", self._prefilter
        for quality in ("draft", "standard"):
            yield f"prepare/{quality}", partial(self._prepare, quality)
        yield "upload/geometry", self._geometry
        yield "upload/textures", self._textures
        for side in readback:
            yield f"readback/{side}", partial(self._readback, side)
        threads = os.cpu_count() or 1
        for format in _FORMATS:
            yield f"encode/one-thread/{format}", partial(self._encode, f"encode/one-thread/{format}", format, 1)
        for format in _FORMATS:
            yield f"encode/all-threads/{format}", partial(self._encode, f"encode/all-threads/{format}", format, threads)
        yield "spin/webp", self._spin

    def _open(self) -> Measurement:
        def once() -> float:
            made: list[Renderer] = []
            taken = seconds(lambda: made.append(Renderer(self._device, light_cache=False)))
            made[0].close()
            return taken

        return Measurement.of("start/open", "s", repeated(once, self._budget))

    def _first_picture(self) -> Measurement:
        """From nothing to the first picture of a model, as a command does that renders one on a new machine."""
        size = (self._size, self._size)

        def once() -> float:
            document = self._base.document()
            made: list[Renderer] = []

            def start() -> None:
                made.append(Renderer(self._device, light_cache=False))
                made[0].render(document, size=size)

            taken = seconds(start)
            made[0].close()
            return taken

        return Measurement.of("start/first-picture", "s", repeated(once, self._budget), work=self._work(size))

    def _prefilter(self) -> Measurement:
        """Light never seen before, so that no cache helps."""
        document, settings = Field(triangles=400, balls=1, look="plain").document(), RenderSettings(quality="draft")
        skies = iter(sky(number) for number in range(1000))
        width = sky(0).shape[1]

        def draw(light: Any) -> float:
            return seconds(lambda: self._renderer.render(document, size=_SMALL, settings=settings, environment=light))

        def once() -> float:
            light = next(skies)
            return draw(light) - draw(light)

        once()
        work = {"width": width, "height": width // 2}
        return Measurement.of("start/prefilter", "s", repeated(once, self._budget), work=work)

    def _prepare(self, quality: str) -> Measurement:
        """What a model takes before its first frame: upload, and whatever a quality works out once for each model."""
        taken = self._first_of_new(self._base, quality)
        return Measurement.of(f"prepare/{quality}", "s", taken, work=self._work(_SMALL) | {"quality": quality})

    def _geometry(self) -> Measurement:
        field = self._base.but(look="plain")
        sent = statistics(field.document()).geometry_bytes
        taken = [sent / one for one in self._first_of_new(field, "draft")]
        return Measurement.of("upload/geometry", "bytes/s", taken, work={"bytes": sent})

    def _textures(self) -> Measurement:
        """Decoded pictures to textures with their mips."""
        field = Field(triangles=400, balls=1, texture_side=2 * self._base.texture_side)
        sent = 3 * 4 * field.texture_side**2
        taken = [sent / one for one in self._first_of_new(field, "draft")]
        return Measurement.of("upload/textures", "bytes/s", taken, work={"bytes": sent, "side": field.texture_side})

    def _first_of_new(self, field: Field, quality: str) -> list[float]:
        """Seconds that the first picture of a scene takes beyond its second."""
        settings = RenderSettings(quality=quality)

        def draw(document: Document) -> float:
            return seconds(lambda: self._renderer.render(document, size=_SMALL, settings=settings))

        def once() -> float:
            document = field.document()
            first = draw(document)
            return first - min(draw(document), draw(document))

        once()  # shaders
        return repeated(once, self._budget)

    def _readback(self, side: int) -> Measurement:
        """Bytes a second from a framebuffer to memory through a ring of pixel buffers, nothing being drawn."""
        device = Device(self._device)
        try:
            context = device.context
            picture = context.simple_framebuffer((side, side), 4)
            ring = deque(context.buffer(reserve=4 * side * side) for _ in range(_RING))
            memory, count = bytearray(4 * side * side), max(4, (32 << 20) // (4 * side * side))

            def once() -> float:
                for buffer in ring:
                    picture.read_into(buffer, components=4)

                def run() -> None:
                    for _ in range(count):
                        ring[0].read_into(memory)
                        picture.read_into(ring[0], components=4)
                        ring.rotate(-1)

                return count * 4 * side * side / seconds(run)

            once()
            taken = repeated(once, self._budget)
        finally:
            device.release()
        return Measurement.of(f"readback/{side}", "bytes/s", taken, work={"width": side, "height": side})

    def _encode(self, name: str, format: Format, threads: int) -> Measurement:
        frame = self._frame
        width, height = frame.size

        def once() -> float:
            with ThreadPoolExecutor(threads) as pool:
                spent = seconds(lambda: list(pool.map(lambda _: frame.encode(format), range(threads))))
            return threads * width * height / spent

        work = {"width": width, "height": height, "threads": threads}
        return Measurement.of(name, "pixels/s", repeated(once, self._budget), work=work)

    @cached_property
    def _frame(self) -> Frame:
        """What is encoded."""
        size = (max(512, self._size), max(512, self._size))
        return self._renderer.render(self._base.document(), size=size).detach()

    def _spin(self) -> Measurement:
        """Drawing, reading back, encoding and writing at once, as `forge3d turntable` does."""
        document, size = self._base.document(), (self._size, self._size)
        self._renderer.render(document, size=size)

        def once() -> float:
            with tempfile.TemporaryDirectory() as folder:
                frames = self._renderer.turntable(document, frames=_SPIN, size=size)
                return _SPIN / seconds(lambda: deque(save_frames(frames, Path(folder)), maxlen=0))

        return Measurement.of("spin/webp", "pictures/s", repeated(once, self._budget), work=self._work(size))

    def _work(self, size: tuple[int, int]) -> dict[str, int | float | str]:
        counts = statistics(self._base.document())
        return {"width": size[0], "height": size[1], "triangles": counts.triangles, "materials": counts.materials}
