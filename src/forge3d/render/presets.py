"""What retailers ask of product pictures: sizes, backgrounds, framing and spins, each with its source.

Their pages change and some are seen through third parties: `source` says whose word it is, `date` when it was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..errors import RecipeError


@dataclass(frozen=True, slots=True)
class Preset:
    """Values that options take where none are given.

    Attributes:
        size: pixels.
        background: see `RenderSettings`.
        format: "png", "jpg" or "webp".
        fill: share of the frame that the product spans where it is tightest.
        frames, pitch: of a spin; a still is seen from that pitch too.
        yaw: of a still.
        clockwise: the way a spin turns, seen from above.
        limits: what else the retailer asks for, for people.
    """

    title: str
    size: tuple[int, int]
    background: str
    format: Literal["png", "jpg", "webp"]
    fill: float
    frames: int
    pitch: float
    yaw: float
    clockwise: bool
    limits: str
    source: str
    date: str


NO_PRESET = Preset("", (1024, 1024), "transparent", "webp", 0.9, 36, 15.0, 30.0, False, "", "", "")
"""What options are where nobody asks for more."""

PRESETS = {
    "amazon": Preset(
        "Amazon main picture",
        (2000, 2000), "white", "jpg", 0.9, 72, 15.0, 30.0, False,
        "background exactly 255, at least 85 % of the frame, long side 1,000 to 10,000 pixels (zoom from 1,000; 1,600 "
        "advised), no shadow, text or props; some categories want photographs for the first picture",
        "sellercentral.amazon.com, product image requirements, through third-party guides",
        "2026-11-22",
    ),
    "amazon-360": Preset(
        "Amazon 360° view",
        (2000, 2000), "white", "png", 0.9, 72, 15.0, 0.0, False,
        "24, 48 or 72 frames counter-clockwise from the front, 10 to 30° above, square, 1,500 to 2,500 pixels, axis "
        "in the middle, 85 % of the frame in at least one; one archive for each ASIN",
        "sellercentral.amazon.com/forums/t/591376, 360 Image Rotation Requirements and Instructions",
        "2026-11-22",
    ),
    "google": Preset(
        "Google Merchant Center",
        (1500, 1500), "white", "jpg", 0.85, 36, 15.0, 30.0, False,
        "at least 500 × 500 from 2027-01-31, 1,500 advised, at most 64 megapixels and 16 MB, 75 to 90 % of the frame, "
        "no text over it; GIF, BMP and TIFF are taken too",
        "support.google.com/merchants/answer/6324350; sizes from 2027 through emberfeed.com/specs",
        "2026-11-22",
    ),
    "shopify": Preset(
        "Shopify product media",
        (2048, 2048), "white", "webp", 0.9, 36, 15.0, 30.0, False,
        "square 2,048 × 2,048 advised, zoom from 800, at most 5,000 × 5,000 and 20 MB; one shape for a whole shop",
        "help.shopify.com, product media types, through photoroom.com and dresma.com guides",
        "2026-11-22",
    ),
}  # fmt: skip


def preset(name: str) -> Preset:
    """A preset by its name.

    Raises:
        RecipeError: there is no such one; the message lists them.
    """
    if name not in PRESETS:
        raise RecipeError(f"preset={name!r}: takes {', '.join(PRESETS)}")
    return PRESETS[name]
