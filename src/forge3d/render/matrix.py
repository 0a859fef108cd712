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
    """

    angles: dict[str, tuple[float, float]]
    sizes: Sequence[tuple[int, int]] = ((1024, 1024),)
    variants: Sequence[str | None] = (None,)
    fov: float = 30.0
    fill: float = 0.9

    def __post_init__(self) -> None:
        if not self.angles or not self.sizes or not self.variants:
            raise RecipeError("angles, sizes and variants take at least one each")
        shapes = {round(width / height, 2) for width, height in self.sizes}
        if len(shapes) > 1:
            raise RecipeError(f"sizes={list(self.sizes)}: take one shape, since they are made from one picture")


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One of them; `pixels` `(h, w, 4)` as in `Frame`."""

    variant: str | None
    angle: str
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
        options: environment, settings and time, see `Renderer.render`.

    Raises:
        InvalidAsset, RecipeError: see `Renderer.render`.
    """
    sizes = sorted({*matrix.sizes}, reverse=True)
    cameras = {
        name: renderer.fit(
            document,
            Orbit(yaw=yaw, pitch=pitch, fov=matrix.fov, fill=matrix.fill),
            sizes[0],
            time=options.get("time"),
        )
        for name, (yaw, pitch) in matrix.angles.items()
    }
    for variant in matrix.variants:
        for name, camera in cameras.items():
            frame = renderer.render(document, camera=camera, size=sizes[0], variant=variant, **options).detach()
            for size in sizes:
                pixels = frame.pixels if size == sizes[0] else images.resize(frame.pixels, size, srgb=True)
                yield Picture(variant, name, size, pixels, frame.warnings)


def _plain(text: str) -> str:
    return re.sub(r"[^\w.]+", "_", text).strip("_").lower() or "_"
