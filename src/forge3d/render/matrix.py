"""Every variant of a product from every angle in every size: what a product page shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .. import images
from ..document import Document
from ..errors import RecipeError
from .camera import Orbit
from .closeups import CloseUps, close_ups

if TYPE_CHECKING:
    from .renderer import Renderer

ANGLES = {
    "front": (0.0, 10.0), "hero": (35.0, 15.0), "side": (90.0, 10.0), "back": (180.0, 10.0), "top": (0.0, 70.0),
}  # fmt: skip
"""Yaw and pitch of angles with names, degrees."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Which pictures are made.

    Args:
        angles: yaw and pitch by name, degrees.
        sizes: width and height; each picture is drawn in the largest, and the others are made from it.
        variants: names of material variants; None: the materials as they are.
        fov, fill: see `Orbit`. All variants are seen from the same place.
        close_ups: further pictures of parts, seen from the angle "hero", or else from the first.
    """

    angles: dict[str, tuple[float, float]]
    sizes: Sequence[tuple[int, int]] = ((1024, 1024),)
    variants: Sequence[str | None] = (None,)
    fov: float = 30.0
    fill: float = 0.9
    close_ups: CloseUps | None = None

    @property
    def most(self) -> int:
        """How many pictures there are, where every part of a grid shows something."""
        near = self.close_ups
        cells = near.grid[0] * near.grid[1] if near is not None and near.grid is not None else 0
        views = len(self.angles) + cells + (len(near.nodes) if near is not None else 0)
        return views * len({*self.sizes}) * len(self.variants)

    def __post_init__(self) -> None:
        if not self.angles or not self.sizes or not self.variants:
            raise RecipeError("angles, sizes and variants take at least one each")
        shapes = {round(width / height, 2) for width, height in self.sizes}
        if len(shapes) > 1:
            raise RecipeError(f"sizes={list(self.sizes)}: take one shape, since they are made from one picture")


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One of them, of an angle or a close-up; `pixels` `(h, w, 4)` as in `Frame`."""

    variant: str | None
    angle: str
    camera: Orbit
    size: tuple[int, int]
    pixels: npt.NDArray[np.uint8]
    warnings: tuple[str, ...]

    @property
    def name(self) -> str:
        """For a file, without suffix: `forest-hero-1024`."""
        parts = [self.variant, self.angle, str(self.size[0])]
        return "-".join(_plain(part) for part in parts if part)


def pictures(renderer: Renderer, document: Document, matrix: Matrix, **options: Any) -> Iterator[Picture]:
    """All pictures, the largest of each variant and angle first.

    Args:
        options: environment, settings, time and animation, see `Renderer.render`.

    Raises:
        InvalidAsset, RecipeError: see `Renderer.render`.
    """
    sizes = sorted({*matrix.sizes}, reverse=True)
    moment = {name: options.get(name) for name in ("time", "animation")}
    angles = {
        name: Orbit(yaw=yaw, pitch=pitch, fov=matrix.fov, fill=matrix.fill)
        for name, (yaw, pitch) in matrix.angles.items()
    }
    cameras = {name: renderer.fit(document, camera, sizes[0], **moment) for name, camera in angles.items()}
    if matrix.close_ups is not None:
        first = angles.get("hero") or next(iter(angles.values()))
        cameras |= close_ups(renderer, document, first, matrix.close_ups, sizes[0], **moment)
    for variant in matrix.variants:
        for name, camera in cameras.items():
            frame = renderer.render(document, camera=camera, size=sizes[0], variant=variant, **options).detach()
            for size in sizes:
                pixels = frame.pixels if size == sizes[0] else images.resize(frame.pixels, size, srgb=True)
                yield Picture(variant, name, camera, size, pixels, frame.warnings)


def _plain(text: str) -> str:
    return re.sub(r"[^\w.]+", "_", text).strip("_").lower() or "_"
