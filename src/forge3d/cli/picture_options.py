"""Options of the commands that draw pictures, and what they mean to the renderer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import pair

if TYPE_CHECKING:
    from ..document import Document
    from ..render import Renderer, RenderSettings
    from ..render.presets import Preset

_LOOK, _FRAMING = "Light and look", "Framing"

Device = Annotated[str | None, typer.Option("--device", help="GPU: index, UUID, part of its name, gpu or cpu.")]
OneVariant = Annotated[
    str | None, typer.Option("--variant", help="A material variant by its name.", show_default=False)
]
OwnSize = Annotated[
    str | None,
    typer.Option("--size", help="Pixels, as WxH or one number for a square.", show_default="1024, or the preset's"),
]
Format = Annotated[
    str | None, typer.Option("--format", help="webp, png, jpg or avif.", show_default="webp, or the preset's")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Light, quality and colours."""

    environment: Annotated[
        str,
        typer.Option(
            "--environment", "--env", rich_help_panel=_LOOK,
            help="What lights the product: studio, softbox, high-key, dark, or an .hdr or .exr file.",
        ),
    ] = "studio"  # fmt: skip
    rotation: Annotated[
        float,
        typer.Option("--env-rotation", rich_help_panel=_LOOK, help="Turn the light about the vertical axis, degrees."),
    ] = 0.0
    intensity: Annotated[
        float, typer.Option("--env-intensity", rich_help_panel=_LOOK, help="A factor on the environment's light.")
    ] = 1.0
    quality: Annotated[
        str,
        typer.Option(
            "--quality", rich_help_panel=_LOOK, help="draft, standard (rasterised), high or reference (path traced)."
        ),
    ] = "standard"
    samples: Annotated[
        int | None,
        typer.Option("--samples", rich_help_panel=_LOOK, help="Samples a pixel.", show_default="the quality's"),
    ] = None
    ground: Annotated[
        bool,
        typer.Option("--ground", rich_help_panel=_LOOK, help="A floor that shows the shadow alone."),
    ] = False
    tone: Annotated[
        str, typer.Option("--tone", rich_help_panel=_LOOK, help="Tone map: neutral, aces, agx or none.")
    ] = "neutral"
    exposure: Annotated[float, typer.Option("--exposure", rich_help_panel=_LOOK, help="Exposure in stops (EV).")] = 0.0
    background: Annotated[
        str | None,
        typer.Option(
            "--background", rich_help_panel=_LOOK, help="transparent, white (exactly 255) or #rrggbb.",
            show_default="transparent, or the preset's",
        ),
    ] = None  # fmt: skip

    def settings(self, usual: Preset | None = None) -> RenderSettings:
        """The renderer's settings; `usual` says what counts where the command line is silent."""
        from ..render import RenderSettings

        return RenderSettings(
            tone=self.tone,
            exposure=self.exposure,
            background=self.background or (usual.background if usual else "transparent"),
            quality=self.quality,
            samples=self.samples,
            environment_rotation=self.rotation,
            environment_intensity=self.intensity,
            ground=self.ground,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """What of the product is shown, and how large."""

    preset: Annotated[
        str | None,
        typer.Option(
            "--preset", rich_help_panel=_FRAMING, show_default=False,
            help="What a retailer asks for: amazon, amazon-360, google or shopify.",
        ),
    ] = None  # fmt: skip
    fov: Annotated[float, typer.Option("--fov", rich_help_panel=_FRAMING, help="Vertical field of view, degrees.")] = (
        30.0
    )
    fill: Annotated[
        float | None,
        typer.Option(
            "--fill", rich_help_panel=_FRAMING, help="Share of the frame that the product spans.",
            show_default="0.9, or the preset's",
        ),
    ] = None  # fmt: skip
    animation: Annotated[
        str | None,
        typer.Option(
            "--animation", rich_help_panel=_FRAMING, show_default="the first, with --time",
            help="Show this animation: its name, or its place from 0.",
        ),
    ] = None  # fmt: skip
    time: Annotated[
        float | None,
        typer.Option(
            "--time", rich_help_panel=_FRAMING, show_default=False,
            help="Seconds into the animation; default: at rest, or the begin of --animation.",
        ),
    ] = None  # fmt: skip

    @property
    def usual(self) -> Preset:
        """What counts where the command line is silent."""
        from ..render.presets import NO_PRESET, preset

        return NO_PRESET if self.preset is None else preset(self.preset)

    @property
    def share(self) -> float:
        return self.usual.fill if self.fill is None else self.fill

    def size(self, text: str | None) -> tuple[int, int]:
        return pair(text, "--size") if text else self.usual.size

    @property
    def moment(self) -> dict[str, Any]:
        """`time` and `animation` as the renderer takes them."""
        name = self.animation
        return {"time": self.time, "animation": int(name) if name and name.isdecimal() else name}


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What draws."""

    device: Device = None
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Filter the light anew, and keep nothing of it on disk.")
    ] = False

    def renderer(self) -> Renderer:
        from ..render import Renderer

        return Renderer(self.device, light_cache=not self.no_cache)


def variants_of(document: Document, names: list[str] | None) -> list[str | None]:
    """The variants that are named; for `all`, every one of the document, or the materials as they are."""
    if not names:
        return [None]
    if names == ["all"]:
        return [variant.name for variant in document.variants] or [None]
    return list(names)
