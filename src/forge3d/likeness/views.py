"""Two models, drawn from the same places in the same light."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from ..compare import Thresholds, difference
from ..compare.flip import PIXELS_PER_DEGREE
from ..compare.picture import Pixels
from ..document import Document
from ..errors import RecipeError
from ..render import Orbit, Renderer, RenderSettings
from .comparison import Pair

if TYPE_CHECKING:
    from ..render import Environment

MAX_SIDES = 360
_ABOVE, _BELOW = (45.0, 60.0), (225.0, -30.0)
_FILL = 0.92
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Drawing:
    """How both models are drawn.

    Args:
        sides: how many, see `sides`.
        size: of each picture, pixels.
        environment, settings: see `Renderer.render`.
        times: of the first animation, seconds; None: at rest. Every side is drawn at each.
        variants: names of material variants; None: the materials as they are. Every side is drawn with each.
    """

    sides: int = 6
    size: tuple[int, int] = (512, 512)
    environment: Environment = "studio"
    settings: RenderSettings | None = None
    times: Sequence[float | None] = (None,)
    variants: Sequence[str | None] = (None,)


def sides(count: int) -> list[tuple[float, float]]:
    """Yaw and pitch of so many sides, degrees: around the product at equal angles, level with it; from five on, one of
    them is from above and one from below.

    Raises:
        RecipeError: fewer than 1 or more than 360.
    """
    if not 1 <= count <= MAX_SIDES:
        raise RecipeError(f"sides={count}: takes 1 to {MAX_SIDES}")
    around = count if count < 5 else count - 2
    found = [(360.0 * side / around, 0.0) for side in range(around)]
    return found if count < 5 else [*found, _ABOVE, _BELOW]


def compare_models(
    renderer: Renderer,
    reference: Document,
    test: Document,
    drawing: Drawing | None = None,
    *,
    thresholds: Thresholds | None = None,
    pixels_per_degree: float = PIXELS_PER_DEGREE,
    keep: bool = False,
    progress: Progress | None = None,
) -> Iterator[Pair]:
    """A pair for each side, time and variant. The camera of each fits the reference, and both are drawn from there.

    Args:
        keep: the pairs hold their pictures.
        progress: called with (pairs done, pairs in all, name of the last).

    Raises:
        InvalidAsset, RecipeError: see `Renderer.render`.
    """
    drawing, thresholds = drawing or Drawing(), thresholds or Thresholds()
    wanted = list(product(drawing.variants, drawing.times, sides(drawing.sides)))
    for done, (variant, time, (yaw, pitch)) in enumerate(wanted, 1):
        camera = renderer.fit(reference, Orbit(yaw=yaw, pitch=pitch, fill=_FILL), drawing.size, time=time)
        first, second = (_drawn(renderer, model, camera, drawing, time, variant) for model in (reference, test))
        found = difference(first, second, pixels_per_degree=pixels_per_degree)
        missed = thresholds.missed(found)
        name = _name(yaw, pitch, time, variant)
        yield Pair(name, found, missed, exit_code=int(bool(missed)), pictures=(first, second) if keep else None)
        if progress:
            progress(done, len(wanted), name)


def _drawn(
    renderer: Renderer, model: Document, camera: Orbit, drawing: Drawing, time: float | None, variant: str | None
) -> Pixels:
    frame = renderer.render(
        model,
        camera=camera,
        environment=drawing.environment,
        size=drawing.size,
        settings=drawing.settings,
        time=time,
        variant=variant,
    )
    return frame.detach().pixels


def _name(yaw: float, pitch: float, time: float | None, variant: str | None) -> str:
    side = f"{yaw:g}°" + (f", {pitch:g}° {'above' if pitch > 0 else 'below'}".replace("-", "") if pitch else "")
    return " · ".join(filter(None, (variant, None if time is None else f"{time:g} s", side)))
