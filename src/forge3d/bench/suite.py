"""The suite: what is measured in which order, and what becomes of interruptions and of what a device cannot do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from msgspec.structs import replace

from .. import __version__
from ..document import Document
from ..errors import Forge3DError, RecipeError
from ..render import Renderer
from .frames import Axes, FrameRates, Point, TooLong
from .machine import host
from .result import Machine, Measurement, Result, Settings, Skipped
from .scenes import Field
from .stages import Stages, Task

QUICK = Axes(
    resolution=(256, 512, 1024),
    triangles=(10_000, 100_000),
    materials=(4, 64),
    lights=(0, 16),
    quality=("draft", "standard", "high"),
    look=("plain", "textured", "glass"),
)
FULL = Axes(
    resolution=(256, 512, 1024, 2048, 4096),
    triangles=(1_000, 10_000, 100_000, 1_000_000, 10_000_000),
    materials=(1, 4, 16, 64, 256, 1024),
    lights=(0, 1, 4, 16, 64),
    quality=("draft", "standard", "high", "reference"),
    look=("plain", "textured", "clearcoat", "blended", "glass"),
)
_BUDGETS = {"quick": 0.5, "full": 2.0}
_SIZES = {True: 256, False: 1024}  # software or not
_BASE = Field()

Progress = Callable[[float, str], None]
"""Called with the part done and the name of what is measured next."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure, and how long.

    Args:
        quick: fewer points and less time for each.
        size: pixels a side of the pictures, where the axis is not the size itself; None: 1024 on a GPU, 256 on the CPU.
        budget: seconds for each measurement; None: 2, or 0.5 where `quick`.
        device: see `Renderer`.
        only: families to measure, such as `frames` or `frames/lights`; none: all.
        base: the scene at which every axis starts.
    """

    quick: bool = False
    size: int | None = None
    budget: float | None = None
    device: str | int | None = None
    only: tuple[str, ...] = ()
    base: Field = _BASE

    def __post_init__(self) -> None:
        if self.size is not None and not 16 <= self.size <= 16384:
            raise RecipeError(f"size={self.size}: takes 16 to 16384 pixels")
        if self.budget is not None and not 0 < self.budget < 3600:
            raise RecipeError(f"budget={self.budget}: takes seconds, more than 0 and less than an hour")

    @property
    def axes(self) -> Axes:
        return QUICK if self.quick else FULL

    def wants(self, name: str) -> bool:
        """Whether something of this name is measured."""
        return not self.only or any(name == one or name.startswith(f"{one}/") for one in self.only)


def bench(
    options: Options | None = None,
    *,
    model: Document | None = None,
    model_name: str | None = None,
    progress: Progress | None = None,
    keep: Callable[[Result], None] | None = None,
) -> Result:
    """Measure one device.

    Args:
        model: a model to measure beside the suite's own scenes, at every quality.
        keep: called with what there is after each measurement, `complete` being false: whatever stops the run, a
            KeyboardInterrupt too, that much is kept.

    Raises:
        GpuUnavailable: the device cannot be opened.
        RecipeError: nothing of what `only` names exists.
    """
    options = options or Options()
    with Renderer(options.device, light_cache=False) as renderer:
        result = _empty(options, renderer, model_name if model is not None else None)
        runner = _Runner(renderer, options, result.settings, model)
        tasks = [(name, task) for name, task in runner.tasks() if options.wants(name)]
        if not tasks:
            known = sorted({name.partition("/")[0] for name, _ in runner.tasks()})
            raise RecipeError(f"only={', '.join(options.only)}: names none of {', '.join(known)}, or a part of one")
        found: list[Measurement] = []
        skipped: list[Skipped] = []
        for number, (name, task) in enumerate(tasks):
            if progress:
                progress(number / len(tasks), name)
            try:
                found.append(runner.noted(task()))
            except (TooLong, Forge3DError) as error:
                skipped.append(Skipped(name=name, reason=str(error)))
            result = replace(
                result, measurements=tuple(found), skipped=tuple(skipped), complete=number + 1 == len(tasks)
            )
            if keep:
                keep(result)
    return result


def _empty(options: Options, renderer: Renderer, model: str | None) -> Result:
    able = renderer.capabilities
    suite: Literal["quick", "full"] = "quick" if options.quick else "full"
    return Result(
        machine=Machine(gpu=able.renderer, vendor=able.vendor, gl=able.version, software=able.software, **host()),
        settings=Settings(
            suite=suite,
            size=options.size or _SIZES[able.software],
            budget=options.budget or _BUDGETS[suite],
            model=model,
        ),
        forge3d=__version__,
    )


class _Runner:
    """The tasks of a run, and what one learns from another."""

    def __init__(self, renderer: Renderer, options: Options, settings: Settings, model: Document | None):
        self._options, self._settings, self._model = options, settings, model
        self._readback: dict[int, float] = {}
        self._stages = Stages(renderer, options.device, options.base, settings.size, settings.budget)
        self._rates = FrameRates(renderer, settings.budget, self._readback, model)

    def tasks(self) -> Iterator[tuple[str, Task]]:
        axes, size = self._options.axes, self._settings.size
        sides = sorted({*axes.resolution, size})
        yield from self._stages.tasks(tuple(sides))
        for point in axes.points(self._options.base, size):
            yield point.name, partial(self._rates.measure, point)
        for quality in axes.quality if self._model is not None else ():
            point = Point(f"model/{quality}", None, size, quality)
            yield point.name, partial(self._rates.measure, point)

    def noted(self, found: Measurement) -> Measurement:
        """The same; what was found about reading back is what frames are held against."""
        if found.group == "readback":
            self._readback[int(found.point)] = found.value
        return found
