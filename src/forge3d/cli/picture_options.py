"""Options of the commands that draw pictures, and what they mean to the renderer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from .options import pair

if TYPE_CHECKING:
    from ..document import Document
    from ..render import RenderSettings
    from ..render.presets import Preset

Size = Annotated[str, typer.Option("--size", help="Pixels, as WxH or one number for a square.")]
Environment = Annotated[str, typer.Option("--env", help="`studio`, or an .hdr or .exr file that lights the product.")]
Tone = Annotated[str, typer.Option("--tone", help="Tone map: neutral, aces, agx or none.")]
Exposure = Annotated[float, typer.Option("--exposure", help="Exposure in stops (EV).")]
Background = Annotated[str, typer.Option("--background", help="transparent, white (exactly 255) or #rrggbb.")]
Device = Annotated[str | None, typer.Option("--device", help="GPU: index, UUID, part of its name, gpu or cpu.")]
Fov = Annotated[float, typer.Option("--fov", help="Vertical field of view, degrees.")]
RenderQuality = Annotated[
    str, typer.Option("--quality", help="draft, standard (rasterised), high or reference (path traced).")
]
Ground = Annotated[
    bool,
    typer.Option("--ground", help="A floor that shows the shadow alone; for --quality high, reference."),
]
Rotation = Annotated[float, typer.Option("--env-rotation", help="Turn the light about the vertical axis, degrees.")]
Time = Annotated[
    float | None, typer.Option("--time", help="Seconds into the first animation; default: at rest.", show_default=False)
]
OneVariant = Annotated[
    str | None, typer.Option("--variant", help="A material variant by its name.", show_default=False)
]
PresetName = Annotated[
    str | None,
    typer.Option(
        "--preset", help="What a retailer asks for: amazon, amazon-360, google or shopify.", show_default=False
    ),
]
OwnSize = Annotated[
    str | None,
    typer.Option("--size", help="Pixels, as WxH or one number for a square.", show_default="1024, or the preset's"),
]
OwnBackground = Annotated[
    str | None,
    typer.Option(
        "--background", help="transparent, white (exactly 255) or #rrggbb.", show_default="transparent, or the preset's"
    ),
]
OwnFill = Annotated[
    float | None,
    typer.Option("--fill", help="Share of the frame that the product spans.", show_default="0.9, or the preset's"),
]
Format = Annotated[
    str | None, typer.Option("--format", help="webp, png, jpg or avif.", show_default="webp, or the preset's")
]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a command line says, what a preset says where it is silent, and else the usual.

    Attributes:
        preset: None where none was asked for.
    """

    preset: Preset | None
    size: tuple[int, int]
    background: str
    fill: float
    format: str

    @classmethod
    def of(
        cls,
        name: str | None,
        size: str | None = None,
        background: str | None = None,
        fill: float | None = None,
        format: str | None = None,
    ) -> Chosen:
        from ..render.presets import preset

        found = None if name is None else preset(name)
        return cls(
            found,
            pair(size, "--size") if size else found.size if found else (1024, 1024),
            background or (found.background if found else "transparent"),
            fill or (found.fill if found else 0.9),
            format or (found.format if found else "webp"),
        )


def settings_of(
    tone: str,
    exposure: float,
    background: str,
    quality: str = "standard",
    rotation: float = 0.0,
    ground: bool = False,
) -> RenderSettings:
    """The renderer's settings."""
    from ..render import RenderSettings

    return RenderSettings(
        tone=tone,
        exposure=exposure,
        background=background,
        quality=quality,
        environment_rotation=rotation,
        ground=ground,
    )


def variants_of(document: Document, names: list[str] | None) -> list[str | None]:
    """The variants that are named; for `all`, every one of the document, or the materials as they are."""
    if not names:
        return [None]
    if names == ["all"]:
        return [variant.name for variant in document.variants] or [None]
    return list(names)
