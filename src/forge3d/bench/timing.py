"""How long things take: warm, again and again, within a budget."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from time import perf_counter

from ..document import Document
from ..render import Frame, Renderer, RenderSettings

TURNS = 7
"""How often something is repeated, where the budget allows."""
FEWEST = 3
_PATIENCE = 4
"""How many budgets the fewest repetitions may take before one has to do."""
_MOST_FRAMES = 100
_SLOW = 0.25
"""Seconds of a frame from which on reading it back while the next is drawn gains nothing worth waiting for."""
_IN_FLIGHT = 3


def repeated(call: Callable[[], float], budget: float, taken: Iterable[float] = ()) -> list[float]:
    """What `call`, which says how much it found, says each time.

    Args:
        budget: seconds, over which nothing new is begun after `FEWEST` repetitions.
        taken: what was found before, in seconds.
    """
    found = list(taken)
    started = perf_counter() - sum(found)
    while len(found) < TURNS:
        spent = perf_counter() - started
        if found and spent > (budget if len(found) >= FEWEST else _PATIENCE * budget):
            break
        found.append(max(call(), 1e-9))
    return found


def seconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    started = perf_counter()
    call()
    return perf_counter() - started


@dataclass(frozen=True, slots=True)
class Spinning:
    """How long frames took.

    Attributes:
        first: seconds of the first picture of all: shaders, upload and whatever a scene is prepared with.
        frames: seconds a frame afterwards, warm and with readback, for each repetition.
    """

    first: float
    frames: list[float]


def spinning(
    renderer: Renderer, document: Document, size: tuple[int, int], settings: RenderSettings, budget: float
) -> Spinning:
    """Turn a product and time its frames.

    Quick frames are timed in stretches of one long spin, in which each is read back while the next is drawn; slow ones
    are drawn one by one.
    """

    def one() -> float:
        return seconds(lambda: renderer.render(document, size=size, settings=settings))

    first, warm = one(), one()
    if warm > _SLOW:
        return Spinning(first, repeated(one, budget, [warm]))
    warm = seconds(lambda: _drop(renderer.turntable(document, frames=4, size=size, settings=settings))) / 4
    stretch = min(_MOST_FRAMES, max(1, round(budget / TURNS / warm)))
    # Some more than are waited for: no stretch is the last, in which nothing is drawn any more.
    frames = renderer.turntable(document, frames=TURNS * stretch + 1 + _IN_FLIGHT, size=size, settings=settings)
    next(frames)
    return Spinning(first, [seconds(lambda: _drop(islice(frames, stretch))) / stretch for _ in range(TURNS)])


def _drop(frames: Iterable[Frame]) -> None:
    """Take frames and let each go, so that no more than one is in memory."""
    deque(frames, maxlen=0)
