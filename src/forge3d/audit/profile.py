"""Profiles: what a marketplace or a shop demands of a model. TOML; one table for each check.

These types are the one definition: they give the keys, bounds, the documentation and the error messages. A check that
a profile does not name is not tested.
"""

from __future__ import annotations

import os
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from ..errors import RecipeError
from .auditor_schema import profile_table

Count = Annotated[float, Meta(ge=0)]
Percent = Annotated[float, Meta(ge=0, le=1000)]
Placement = Literal["floor", "wall"]


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a profile: frozen, and unknown keys are errors."""


class Limit(_Table, frozen=True, kw_only=True):
    """What every limit says of itself."""

    source: Annotated[str, Meta(description="Who set the figure, and where.")] = ""
    date: Annotated[str, Meta(description="When it was read there, YYYY-MM-DD.")] = ""
    third_party: Annotated[bool, Meta(description="It was read in somebody else's account of the source.")] = False

    @property
    def origin(self) -> str:
        """Source, date and whether it is third-party, in one line."""
        parts = [self.source, f"read {self.date}" if self.date else "", "third-party" if self.third_party else ""]
        return ", ".join(part for part in parts if part)

    @property
    def wanted(self) -> bool:
        """Whether there is anything to test."""
        return True

    def __str__(self) -> str:
        return "required"


class Range(Limit, frozen=True, kw_only=True):
    """Bounds of a number, themselves allowed."""

    minimum: Annotated[float | None, Meta(description="The least that is allowed.")] = None
    maximum: Annotated[float | None, Meta(description="The most that is allowed.")] = None
    recommended: Annotated[float | None, Meta(description="More than this passes, but is told.")] = None

    @property
    def wanted(self) -> bool:
        return (self.minimum, self.maximum, self.recommended) != (None, None, None)

    def __str__(self) -> str:
        given = (("at least", self.minimum), ("at most", self.maximum), ("recommended", self.recommended))
        return ", ".join(f"{word} {number:,.10g}" for word, number in given if number is not None)


class Required(Limit, frozen=True, kw_only=True):
    """Something that must be so."""

    required: Annotated[bool, Meta(description="false switches the check off.")] = True

    @property
    def wanted(self) -> bool:
        return self.required


class Gutter(Limit, frozen=True, kw_only=True):
    """Free texels between UV islands."""

    pixels: Annotated[float, Meta(gt=0, le=1024, description="Texels that must lie between two islands.")]
    resolution: Annotated[int, Meta(ge=16, le=16384, description="Side of the texture that they are counted in.")]

    def __str__(self) -> str:
        return f"at least {self.pixels:g} of {self.resolution} pixels"


class Span(_Table, frozen=True, kw_only=True):
    """Bounds of a length in metres."""

    minimum: Count | None = None
    maximum: Count | None = None

    def __str__(self) -> str:
        low, high = ("" if bound is None else f"{bound:g}" for bound in (self.minimum, self.maximum))
        return f"{low or '0'} to {high or 'any'} m"


class Dimensions(Limit, frozen=True, kw_only=True):
    """Bounds of the model's box."""

    length: Annotated[Span, Meta(description="Along x, metres.")] = Span()
    width: Annotated[Span, Meta(description="Along z, metres.")] = Span()
    height: Annotated[Span, Meta(description="Along y, metres.")] = Span()

    def __str__(self) -> str:
        return f"length {self.length}, width {self.width}, height {self.height}"


class Tolerance(Limit, frozen=True, kw_only=True):
    """How far each side of the model's box may be from the product's."""

    length: Annotated[Percent, Meta(description="Percent, along x.")] = 3.0
    width: Annotated[Percent, Meta(description="Percent, along z.")] = 3.0
    height: Annotated[Percent, Meta(description="Percent, along y.")] = 3.0

    def __str__(self) -> str:
        return f"±{self.length:g} % length, ±{self.width:g} % width, ±{self.height:g} % height"


class Formats(Limit, frozen=True, kw_only=True):
    """File formats of textures."""

    allowed: Annotated[tuple[Literal["png", "jpeg", "webp", "avif", "ktx2"], ...], Meta(min_length=1)]

    def __str__(self) -> str:
        return ", ".join(self.allowed)


class Viewers(Limit, frozen=True, kw_only=True):
    """Viewers that shall be able to show the model in augmented reality."""

    viewers: Annotated[tuple[Literal["scene-viewer", "quick-look", "webxr"], ...], Meta(min_length=1)]
    placement: Annotated[Placement, Meta(description="What the product stands on or hangs on.")] = "floor"

    def __str__(self) -> str:
        return f"for {', '.join(self.viewers)}{'' if self.placement == 'floor' else ', on a wall'}"


class Profile(_Table, frozen=True, kw_only=True):
    """What is demanded of a model. Every key is a check; its table is the limit."""

    version: Annotated[Literal[1], Meta(description="Version of this file's format.")] = 1
    title: str = ""
    note: Annotated[str, Meta(description="What the profile is for, and what it leaves out.")] = ""
    valid: Required | None = None
    file_size: Range | None = None
    triangles: Range | None = None
    vertices: Range | None = None
    nodes: Range | None = None
    meshes: Range | None = None
    primitives: Range | None = None
    draw_calls: Range | None = None
    materials: Range | None = None
    gpu_memory: Range | None = None
    levels_of_detail: Range | None = None
    texture_width: Range | None = None
    texture_height: Range | None = None
    textures_power_of_two: Required | None = None
    textures_square: Required | None = None
    texture_formats: Formats | None = None
    color_range: Range | None = None
    uv_range: Required | None = None
    uv_inverted: Required | None = None
    uv_overlap: Required | None = None
    uv_gutter: Gutter | None = None
    uv_sets: Range | None = None
    texel_density: Range | None = None
    manifold_edges: Required | None = None
    beveled_edges: Required | None = None
    clean_root: Required | None = None
    hidden_geometry: Range | None = None
    dimensions: Dimensions | None = None
    product_dimensions: Tolerance | None = None
    animation_seconds: Range | None = None
    joint_influences: Range | None = None
    ar_ready: Viewers | None = None

    def with_tolerance(self, percent: float) -> Profile:
        """This profile, but with `percent` that every side may be off from the product's."""
        sides = Tolerance(length=percent, width=percent, height=percent)
        return msgspec.structs.replace(self, product_dimensions=sides)

    def with_placement(self, placement: Placement) -> Profile:
        """This profile, but for a product on the floor or on a wall; the same where readiness for AR is not tested."""
        if self.ar_ready is None:
            return self
        return msgspec.structs.replace(self, ar_ready=msgspec.structs.replace(self.ar_ready, placement=placement))

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Profile:
        """Read a TOML file, or a schema file (.json) of the Khronos asset auditor.

        Raises:
            RecipeError: the file cannot be read, or a key or value is not one; it names the key and what it takes.
        """
        path = Path(path)
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise RecipeError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
        if path.suffix.lower() != ".json":
            return cls.parse(text, origin=str(path))
        try:
            table = profile_table(text.encode(), path.name)
        except msgspec.DecodeError as error:
            raise RecipeError(f"{path}: is not a schema of the asset auditor: {error}") from error
        return cls.of(table, origin=str(path))

    @classmethod
    def parse(cls, text: str, *, origin: str = "profile") -> Profile:
        """A profile from TOML text.

        Raises:
            RecipeError: see `read`.
        """
        try:
            return cls.of(tomllib.loads(text), origin=origin)
        except tomllib.TOMLDecodeError as error:
            raise RecipeError(f"{origin}: is not TOML: {error}") from error

    @classmethod
    def of(cls, table: dict[str, Any], *, origin: str = "profile") -> Profile:
        """A profile from a mapping as TOML gives it.

        Raises:
            RecipeError: see `read`.
        """
        try:
            return msgspec.convert(table, cls)
        except msgspec.ValidationError as error:
            key = str(error).partition("`$.")[2].rstrip("`").partition(".")[0]
            raise RecipeError(f"{origin}: {error}. {_takes(key)}") from error

    @classmethod
    def named(cls, name: str) -> Profile:
        """A profile of the package by its name, or a file by its path: TOML, or an asset auditor's schema.

        Raises:
            RecipeError: there is neither; or see `read`.
        """
        built_in = profiles()
        if name in built_in:
            return built_in[name]
        if name.lower().endswith((".toml", ".json")) or os.sep in name:
            return cls.read(name)
        known = ", ".join(built_in)
        raise RecipeError(f"there is no profile {name!r}; built in are {known}; or give a .toml or .json file")


def profiles() -> dict[str, Profile]:
    """The profiles of the package, by name."""
    folder = files(__package__) / "profiles"
    found = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return {
        name.removesuffix(".toml"): Profile.parse((folder / name).read_text("utf-8"), origin=name) for name in found
    }


def limit_types() -> dict[str, type[Limit]]:
    """Check name → the type of its limit, in the profile's order."""
    return {
        field.name: kind
        for field in msgspec.structs.fields(Profile)
        for kind in getattr(field.type, "__args__", ())
        if isinstance(kind, type) and issubclass(kind, Limit)
    }


def _takes(key: str) -> str:
    """The keys of a table, in words."""
    kinds = limit_types()
    if key in kinds:
        return f"[{key}] takes: {', '.join(field.name for field in msgspec.structs.fields(kinds[key]))}"
    return f"Checks are: {', '.join(kinds)}"
