"""Frames a second: warm, drawn and read back, along each axis that a product or a shop may be large on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..document import Document
from ..document.statistics import statistics
from ..render import Renderer, RenderSettings
from .result import Measurement
from .scenes import Field
from .timing import spinning

_MOST_BUDGETS = 16
"""How many budgets a point may be expected to take before it and the rest of its axis are left out."""
_FRAMES_NEEDED = 4


@dataclass(frozen=True, slots=True)
class Point:
    """One point of an axis.

    Attributes:
        name: `frames/resolution/1024`.
        field: the scene; None: the user's own model.
        size: pixels a side.
        quality: of the pictures.
        weight: what the axis counts, where time grows with it, for guessing how long the next point takes; else 0.
        prepared: whether it takes longer to prepare, too.
    """

    name: str
    field: Field | None
    size: int
    quality: str
    weight: int = 0
    prepared: bool = False

    @property
    def axis(self) -> str:
        return self.name.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Axes:
    """The values along each axis."""

    resolution: tuple[int, ...]
    triangles: tuple[int, ...]
    materials: tuple[int, ...]
    lights: tuple[int, ...]
    quality: tuple[str, ...]
    look: tuple[str, ...]

    def points(self, base: Field, size: int) -> Iterator[Point]:
        """Every point: each axis from the same scene and size, all else at rest."""
        for side in self.resolution:
            yield Point(f"frames/resolution/{side}", base, side, "standard", side * side)
        for count in self.triangles:
            yield Point(f"frames/triangles/{count}", base.but(triangles=count), size, "standard", count, True)
        for count in self.materials:
            yield Point(f"frames/materials/{count}", base.but(balls=count), size, "standard")
        for count in self.lights:
            yield Point(f"frames/lights/{count}", base.but(lights=count), size, "standard")
        for look in self.look:
            yield Point(f"frames/look/{look}", base.but(look=look), size, "standard")
        for quality in self.quality:
            yield Point(f"frames/quality/{quality}", base, size, quality)


class TooLong(Exception):
    """A point is expected to take longer than anybody wants to wait; the text says how long."""


class FrameRates:
    """Measures points.

    Args:
        limits: bytes a second that the device gives back, by pixels a side.
    """

    def __init__(self, renderer: Renderer, budget: float, limits: dict[int, float], model: Document | None = None):
        self._renderer, self._budget, self._limits, self._model = renderer, budget, limits, model
        self._last: dict[str, tuple[int, float]] = {}

    def measure(self, point: Point) -> Measurement:
        """Frames a second of one point.

        Raises:
            TooLong: by what the point before took.
        """
        self._expect(point)
        document = self._model if point.field is None else point.field.document()
        assert document is not None
        settings, size = RenderSettings(quality=point.quality), (point.size, point.size)
        taken = spinning(self._renderer, document, size, settings, self._budget)
        rates = [1 / seconds for seconds in taken.frames]
        spent = _FRAMES_NEEDED * max(taken.frames) + (taken.first if point.prepared else 0.0)
        self._last[point.axis] = point.weight, spent
        limit = None if settings.plan.traced else self._limits.get(point.size)
        share = 4 * point.size**2 * float(np.median(rates)) / limit if limit else None
        return Measurement.of(point.name, "frames/s", rates, work=_work(document, point), readback_share=share)

    def _expect(self, point: Point) -> None:
        weight, seconds = self._last.get(point.axis, (0, 0.0))
        expected = seconds * point.weight / weight if weight else 0.0
        if expected > _MOST_BUDGETS * self._budget:
            raise TooLong(f"would take about {expected:.3g} s on this device; a larger --budget allows it")


def _work(document: Document, point: Point) -> dict[str, int | float | str]:
    counts = statistics(document)
    lights = sum(node.light is not None for node in document.nodes)
    return {
        "width": point.size, "height": point.size, "quality": point.quality, "triangles": counts.triangles,
        "draws": counts.draw_calls, "materials": counts.materials, "lights": lights,
        **({"look": point.field.look, "texture_side": point.field.texture_side} if point.field else {}),
    }  # fmt: skip
