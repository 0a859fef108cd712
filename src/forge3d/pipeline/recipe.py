"""The recipe: what a product's bundle holds, and which limits it must keep. TOML, `forge3d.toml`.

These types are the one definition: they give the keys, defaults and bounds, the comments that `forge3d init` writes,
the error messages, and what of the recipe goes into a build key.
"""

from __future__ import annotations

import os
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from ..dress.wear import Wear
from ..errors import RecipeError

if TYPE_CHECKING:
    from ..validate.selection import Selection

NAME = "forge3d.toml"

Pixels = Annotated[int, Meta(ge=16, le=8192)]
Angle = Annotated[float, Meta(ge=-360, le=360)]
Level = Literal["error", "warning", "information", "hint"]


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the recipe: frozen, and unknown keys are errors."""


class Validate(_Table, frozen=True):
    """What is demanded of the input file."""

    allow: Annotated[
        tuple[str, ...],
        Meta(description="Codes of validator errors that do not stop a product, such as ACCESSOR_INDEX_OOB."),
    ] = ()
    ignore: Annotated[
        tuple[str, ...], Meta(description="Rules that do not count, by code; * and ? stand for other letters.")
    ] = ()
    severity: Annotated[
        dict[str, Level],
        Meta(
            description="Rules' severities to set otherwise: error, warning, information or hint, by code.",
            examples=[{"NODE_EMPTY": "warning"}],
        ),
    ] = {}
    fail_on: Annotated[Level, Meta(description="The least grave severity that fails a file.")] = "error"

    def selection(self) -> Selection:
        """The choice of rules that these keys make.

        Raises:
            RecipeError: a code fits no rule.
        """
        from ..validate.selection import Selection, severity_of

        severity = {code: severity_of(name) for code, name in self.severity.items()}
        return Selection(ignore=self.ignore, severity=severity, allow=self.allow, fail_on=severity_of(self.fail_on))


class Optimize(_Table, frozen=True):
    """How the model is made smaller."""

    preset: Annotated[str, Meta(description="A named list of transforms; `forge3d optimize --help` lists them.")] = (
        "web"
    )
    effort: Annotated[
        Literal["fast", "normal", "max"], Meta(description="How much time may be spent on fewer bytes.")
    ] = "normal"
    steps: Annotated[
        tuple[str, ...],
        Meta(description='Transforms in place of the preset, in order, such as ["dedup", "weld"].'),
    ] = ()
    change: Annotated[
        dict[str, dict[str, Any]],
        Meta(
            description="Options of the preset's transforms to set otherwise: a table for each, by its name.",
            examples=[{"textures": {"max_size": 1024}}],
        ),
    ] = {}


class Levels(_Table, frozen=True):
    """Lower levels of detail, one GLB each."""

    ratios: Annotated[
        tuple[Annotated[float, Meta(gt=0, lt=1)], ...],
        Meta(max_length=8, description="Triangles that each level keeps, as a part of the model's. Empty: no levels."),
    ] = (0.5, 0.25, 0.15)
    textures: Annotated[
        tuple[Pixels, ...],
        Meta(max_length=8, description="Largest texture side of each level, pixels; the last one counts for the rest."),
    ] = (1024, 512, 256)


class Images(_Table, frozen=True):
    """The poster and the spin."""

    poster: Annotated[bool, Meta(description="Whether to make a poster.")] = True
    poster_size: Annotated[Pixels, Meta(description="Side of the poster, pixels.")] = 1200
    spin_frames: Annotated[int, Meta(ge=0, le=360, description="Pictures in the spin; 0 makes none.")] = 36
    spin_size: Annotated[Pixels, Meta(description="Side of each picture of the spin, pixels.")] = 640
    preview_size: Annotated[Pixels, Meta(description="Side of the spin's small frames, on one sheet, pixels.")] = 320
    format: Annotated[Literal["webp", "avif", "jpeg", "png"], Meta(description="Format of poster and spin.")] = "webp"
    quality: Annotated[int, Meta(ge=1, le=100, description="Quality of lossy formats.")] = 84
    environment: Annotated[
        str,
        Meta(
            min_length=1,
            description='"studio", "softbox", "high-key", "dark", or an .hdr or .exr file, relative to this recipe.',
        ),
    ] = "studio"
    background: Annotated[
        str, Meta(pattern="^(transparent|white|#[0-9a-fA-F]{6})$", description="transparent, white or #rrggbb.")
    ] = "transparent"
    tone: Annotated[
        Literal["neutral", "aces", "agx", "none"], Meta(description="How light becomes colour on a screen.")
    ] = "neutral"
    exposure: Annotated[float, Meta(ge=-10, le=10, description="Exposure, stops.")] = 0.0
    yaw: Annotated[Angle, Meta(description="Where the poster is seen from: degrees around the product.")] = 30.0
    pitch: Annotated[float, Meta(ge=-90, le=90, description="Where it is seen from: degrees above the horizon.")] = 15.0
    fov: Annotated[float, Meta(ge=1, le=120, description="Vertical field of view, degrees.")] = 30.0


class Quality(_Table, frozen=True):
    """What the optimized model must not lose. A product that does is a finding."""

    psnr: Annotated[
        float,
        Meta(ge=0, le=100, description="Least likeness of its poster to the input's, dB over the product's pixels."),
    ] = 28.0
    level_psnr: Annotated[
        float, Meta(ge=0, le=100, description="The same of each level against the model, at 320 pixels; a warning.")
    ] = 15.0
    bytes: Annotated[int, Meta(ge=0, description="Most bytes of the optimized GLB; 0 sets no limit.")] = 0
    triangles: Annotated[int, Meta(ge=0, description="Most triangles of the optimized GLB; 0 sets no limit.")] = 0


class Ar(_Table, frozen=True):
    """Augmented reality: files for the viewers of iPhones and Android, and how a product is placed."""

    usdz: Annotated[
        Literal["auto", "always", "never"],
        Meta(
            description="Whether to make a USDZ: auto does where usd-core is installed (forge3d[usdz]) and warns where "
            "not, always refuses to build without."
        ),
    ] = "auto"
    scene_viewer: Annotated[
        bool,
        Meta(
            description="Whether to make a GLB for Android's Scene Viewer, which shows neither compressed geometry nor "
            "WebP."
        ),
    ] = True
    placement: Annotated[Literal["floor", "wall"], Meta(description="What the products stand on or hang on.")] = "floor"
    wall: Annotated[
        tuple[str, ...],
        Meta(description='Input files that hang on a wall whatever placement says, such as "mirror-*.glb".'),
    ] = ()
    triangles: Annotated[
        int, Meta(ge=0, description="Most triangles of these files, which are simplified to that many; 0: all.")
    ] = 100_000
    texture_size: Annotated[Pixels, Meta(description="Their largest texture side, pixels.")] = 2048

    def place(self, name: str) -> Literal["floor", "wall"]:
        """What the product of an input file of this name stands on or hangs on."""
        return "wall" if any(fnmatchcase(name, pattern) for pattern in self.wall) else self.placement


class Worn(Wear, frozen=True):
    """How garments and wearables attach to a body; `forge3d dress --recipe` reads the same."""

    body: Annotated[
        str,
        Meta(
            description="A rigged body, .glb or .gltf, relative to this recipe: every bundle gets the product on it. "
            "Empty: none."
        ),
    ] = ""


class Limits(_Table, frozen=True):
    """What one product may use while it is built. These do not change the result."""

    seconds: Annotated[float, Meta(gt=0, le=86400, description="Longest time for one product.")] = 900.0
    memory: Annotated[int, Meta(ge=256, le=1 << 20, description="Most memory of one worker process, MiB.")] = 6144


class Recipe(_Table, frozen=True):
    """What is made of each product."""

    version: Annotated[Literal[1], Meta(description="Version of this file's format.")] = 1
    validate: Validate = Validate()
    optimize: Optimize = Optimize()
    levels: Levels = Levels()
    ar: Ar = Ar()
    wear: Worn = Worn()
    images: Images = Images()
    quality: Quality = Quality()
    limits: Limits = Limits()
    skus: Annotated[
        dict[str, Annotated[str, Meta(min_length=1)]],
        Meta(description='SKUs by file name where they differ, such as "chair-final2.glb" = "CH-100".'),
    ] = {}

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Recipe:
        """Read a TOML file.

        Raises:
            RecipeError: the file cannot be read, or a key or value is not one; it names the key and what it takes.
        """
        path = Path(path)
        try:
            table = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise RecipeError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
        except tomllib.TOMLDecodeError as error:
            raise RecipeError(f"{path}: is not TOML: {error}") from error
        return cls.of(table, origin=str(path), folder=path.parent)

    @classmethod
    def of(cls, table: dict[str, Any], *, origin: str = "recipe", folder: Path | None = None) -> Recipe:
        """A recipe from a mapping as TOML gives it. `folder` is what relative paths start from.

        Raises:
            RecipeError: see `read`.
        """
        from .recipe_text import explain

        try:
            recipe = msgspec.convert(table, cls)
        except msgspec.ValidationError as error:
            raise RecipeError(f"{origin}: {explain(error, cls, table)}") from error
        from ..render.studio import STUDIOS

        environment = recipe.images.environment
        if folder is not None and environment not in STUDIOS:
            images = msgspec.structs.replace(recipe.images, environment=str((folder / environment).resolve()))
            recipe = msgspec.structs.replace(recipe, images=images)
        if folder is not None and recipe.wear.body:
            wear = msgspec.structs.replace(recipe.wear, body=str((folder / recipe.wear.body).resolve()))
            recipe = msgspec.structs.replace(recipe, wear=wear)
        return recipe
