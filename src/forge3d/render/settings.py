"""How a picture is made, apart from what is on it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import RecipeError
from .quality import QUALITIES, Quality
from .tonemap import TONES, srgb_decoded

MOST_RASTERISED, MOST_TRACED = 64, 1 << 16  # samples a pixel


@dataclass(frozen=True, slots=True)
class RenderSettings:
    """Everything about a picture but the model, the camera and the light's picture.

    Args:
        tone: "neutral" (Khronos PBR Neutral, keeps product colours), "aces", "agx", or "none" (clip).
        exposure: in stops; 1 doubles the light.
        background: "transparent" (straight alpha), "white" (exactly 255, untouched by the tone map), or "#rrggbb".
        quality: "draft", "standard" (both rasterised), "high" or "reference" (both path traced, with real shadows and
            reflections of one part in another); see docs/quality.md for their cost and their distance to path tracing.
        samples: samples a pixel; default: the quality's. Rasterised ones share one shading up to the device's
            multisampling; above it (16 where the device has 4) the picture is also shaded at a higher resolution,
            which costs as many times more. Each traced one is a path of light of its own.
        max_seconds: take no more samples of a traced picture after so long. The picture then depends on the machine's
            speed; without it the same input gives the same bytes.
        environment_rotation: degrees about the vertical axis, counter-clockwise seen from above.
        environment_intensity: a factor on the environment's light.
        lights: whether the file's own lights (KHR_lights_punctual) shine.
        occlusion: whether surfaces hide the sky from each other and send each other light, at quality "standard".
        ground: whether the product stands on a floor, of which the picture shows nothing but the shadow: black, as
            opaque as the share of light that the product takes. It fades before the picture's edge.
    """

    tone: str = "neutral"
    exposure: float = 0.0
    background: str = "transparent"
    quality: str = "standard"
    samples: int | None = None
    max_seconds: float | None = None
    environment_rotation: float = 0.0
    environment_intensity: float = 1.0
    lights: bool = True
    occlusion: bool = True
    ground: bool = False

    def __post_init__(self) -> None:
        if self.tone not in TONES:
            raise RecipeError(f"tone={self.tone!r}: takes {', '.join(TONES)}")
        if self.quality not in QUALITIES:
            raise RecipeError(f"quality={self.quality!r}: takes {', '.join(QUALITIES)}")
        most = MOST_TRACED if self.plan.traced else MOST_RASTERISED
        if not 1 <= self.sample_count <= most:
            raise RecipeError(f"samples={self.samples}: takes 1 to {most:,} at this quality")
        if self.max_seconds is not None and not self.max_seconds > 0:
            raise RecipeError(f"max_seconds={self.max_seconds}: takes more than 0")
        for name in ("exposure", "environment_rotation", "environment_intensity"):
            if not abs(getattr(self, name)) < 1e6:
                raise RecipeError(f"{name}={getattr(self, name)}: takes a finite number")
        self.background_linear  # noqa: B018  judged here, so that the mistake shows where it was made

    @property
    def plan(self) -> Quality:
        """What the quality means."""
        return QUALITIES[self.quality]

    @property
    def baked(self) -> bool:
        """Whether light between surfaces is baked."""
        return self.plan.baked and self.occlusion

    @property
    def sample_count(self) -> int:
        """Samples a pixel."""
        return self.plan.samples if self.samples is None else self.samples

    @property
    def background_color(self) -> tuple[float, float, float, float]:
        """The background as it is written: sRGB and alpha, 0 to 1."""
        if self.background_linear is None:
            return (0.0, 0.0, 0.0, 0.0)
        code = "ffffff" if self.background == "white" else self.background[1:]
        red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (0, 2, 4))
        return (red, green, blue, 1.0)

    @property
    def background_linear(self) -> tuple[float, float, float] | None:
        """The background's colour, display-linear; None for transparent."""
        if self.background == "transparent":
            return None
        if self.background == "white":
            return (1.0, 1.0, 1.0)
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", self.background):
            raise RecipeError(f'background={self.background!r}: takes "transparent", "white" or "#rrggbb"')
        red, green, blue = (float(srgb_decoded(int(self.background[at : at + 2], 16) / 255)) for at in (1, 3, 5))
        return (red, green, blue)
