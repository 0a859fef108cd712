"""The four qualities: what each is made of. What they cost and how near they come: docs/quality.md."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """How much work a picture is worth.

    Attributes:
        samples: of each pixel.
        bounces: how often light may turn on its way from the sky to the camera: 0 means that the picture is rasterised,
            else it is path traced, on the processor.
        baked: whether a rasterised picture knows what hides the sky from what, and what light surfaces send each other.
        clean: whether noise is filtered out of what was traced.
    """

    samples: int
    bounces: int = 0
    baked: bool = False
    clean: bool = False

    @property
    def traced(self) -> bool:
        return self.bounces > 0


QUALITIES = {
    "draft": Quality(samples=1),
    "standard": Quality(samples=4, baked=True),
    "high": Quality(samples=16, bounces=6, clean=True),
    "reference": Quality(samples=64, bounces=16, clean=True),
}
