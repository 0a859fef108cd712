"""The manifest: what a bundle holds. These types are its definition; the JSON Schema beside this file is made of them.

A manifest has no timestamps and no paths of the machine that made it: the same build key gives the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from ..errors import InvalidAsset

NAME = "manifest.json"
VERSION: Literal[1] = 1

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Meta(ge=0)]
Positive = Annotated[int, Meta(ge=1)]
NonNegative = Annotated[float, Meta(ge=0)]
Severity = Literal["error", "warning", "information", "hint"]


class _Object(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An object of the manifest; readers ignore members they do not know."""


class Finding(_Object, frozen=True):
    """Something the user should know about a product."""

    severity: Severity
    code: str
    message: str
    step: Annotated[str, Meta(description="The step of the build that found it.")]
    file: Annotated[str | None, Meta(description="Which file: the input's name, or the name of an output.")] = None
    pointer: Annotated[str | None, Meta(description="JSON pointer of the object at fault (RFC 6901).")] = None


class File(_Object, frozen=True):
    """One file of the bundle; `path` is its name in the bundle's folder."""

    path: Annotated[str, Meta(pattern="^[0-9a-f]{64}\\.[a-z0-9]+$", description="<sha256>.<extension>")]
    role: Annotated[
        str,
        Meta(
            description="model: the optimized GLB. level: a lower level of detail, by index from 1. usdz: the model "
            "for AR Quick Look. scene-viewer: the model for Android's Scene Viewer, a GLB that needs no extension. "
            "worn: the product on the recipe's body. poster: the main picture. spin: one picture of the spin, by index "
            "from 0. spin-sheet: the whole spin, small, in rows. reference: the input as received, seen as in the "
            "poster. level-poster: the model (index 0) and each level by index, small. Readers skip roles they do not "
            "know."
        ),
    ]
    bytes: Count
    sha256: Sha256
    media_type: str
    index: Count | None = None
    triangles: Count | None = None
    error: Annotated[
        NonNegative | None, Meta(description="Largest measured distance from the model's surface, metres.")
    ] = None
    width: Count | None = None
    height: Count | None = None
    columns: Annotated[Positive | None, Meta(description="Pictures in each row of a sheet.")] = None
    frames: Annotated[Positive | None, Meta(description="Pictures on a sheet.")] = None
    decoders: Annotated[
        tuple[str, ...], Meta(description="glTF extensions that a viewer must decode to show this file.")
    ] = ()


class Resource(_Object, frozen=True):
    """An external file of the input."""

    uri: str
    bytes: Count
    sha256: Annotated[str, Meta(description="Empty where the file could not be read.")]


class Source(_Object, frozen=True):
    """The input: its file and what that refers to."""

    name: str
    bytes: Count
    sha256: Sha256
    resources: tuple[Resource, ...] = ()

    @property
    def total_bytes(self) -> int:
        """The input with everything it refers to."""
        return self.bytes + sum(resource.bytes for resource in self.resources)


class Counts(_Object, frozen=True):
    """What a model costs to show."""

    triangles: Count
    vertices: Count
    draw_calls: Count
    materials: Count
    textures: Count
    gpu_bytes: Annotated[int, Meta(ge=0, description="Estimate: geometry as stored, textures with their mips.")]


class Verdict(_Object, frozen=True):
    """Numbers of validator issues."""

    errors: Count = 0
    warnings: Count = 0
    information: Count = 0
    hints: Count = 0


class View(_Object, frozen=True):
    """The poster's camera, so that a viewer can start where the poster is. Degrees and metres."""

    yaw: float
    pitch: float
    fov: float
    distance: float | None = None
    target: tuple[float, float, float] | None = None


class Manifest(_Object, frozen=True):
    """One product's bundle.

    `ok` is false when a finding is an error: such a bundle is there to be looked at, not to be published.
    """

    sku: str
    key: Annotated[Sha256, Meta(description="Build key: the same key means the same manifest.")]
    ok: bool
    source: Source
    files: tuple[File, ...]
    version: Literal[1] = VERSION
    before: Counts | None = None
    after: Counts | None = None
    size: Annotated[tuple[float, float, float] | None, Meta(description="Extent along x, y (up) and z, metres.")] = None
    placement: Annotated[
        Literal["floor", "wall"] | None, Meta(description="What the product stands on or hangs on in AR.")
    ] = None
    view: View | None = None
    likeness: Annotated[
        float | None, Meta(description="PSNR of the poster against the reference over the product's pixels, dB.")
    ] = None
    level_likeness: Annotated[
        tuple[float | None, ...], Meta(description="The same of each level against the model, at a small size, dB.")
    ] = ()
    validation: Annotated[
        dict[str, Verdict],
        Meta(description="The validator's verdict on `source` and on each GLB of `files`, USD's own on the USDZ."),
    ] = {}
    findings: tuple[Finding, ...] = ()
    recipe: Annotated[str, Meta(description="SHA-256 of what the recipe says about the result.")] = ""
    tools: Annotated[dict[str, str], Meta(description="Versions of what made it.")] = {}
    device: Annotated[str | None, Meta(description="Class of the render device.")] = None

    def of(self, role: str) -> list[File]:
        """The files with a role, by index."""
        return sorted((file for file in self.files if file.role == role), key=lambda file: file.index or 0)

    def encode(self) -> bytes:
        """The manifest's bytes: JSON, indented, always the same for the same content."""
        # Mappings are sorted, as a result that the cache gave has them in another order than one just made. The version
        # is written even at its default: readers go by it.
        members = msgspec.json.decode(msgspec.json.encode(self, order="deterministic"))
        members = {"version": self.version, **members}
        return msgspec.json.format(msgspec.json.encode(members), indent=2) + b"\n"

    @classmethod
    def decode(cls, data: bytes, *, file: str | None = None) -> Manifest:
        """Read a manifest of this version or the one before.

        Raises:
            InvalidAsset: it is not a manifest, or one of a version that this forge3d does not read.
        """
        try:
            members = msgspec.json.decode(data, type=dict[str, Any])
            return msgspec.convert(_current(members, file), cls)
        except msgspec.DecodeError as error:
            raise InvalidAsset(f"is not a bundle manifest: {error}", file=file) from error

    @classmethod
    def read(cls, folder: str | os.PathLike[str]) -> Manifest:
        """The manifest of a bundle's folder. Raises InvalidAsset."""
        path = Path(folder) / NAME
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InvalidAsset(f"cannot be read: {error.strerror}", file=str(path)) from error
        return cls.decode(data, file=str(path))


# From a version to the next: a function of the decoded members. Readers accept the version before, and writers write
# the newest only.
UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def _current(members: dict[str, Any], file: str | None) -> dict[str, Any]:
    version = members.get("version")
    if isinstance(version, int) and version in UPGRADES:
        members = UPGRADES[version](members)
    elif version != VERSION:
        known = ", ".join(map(str, [*UPGRADES, VERSION]))
        raise InvalidAsset(f"manifest version {version!r} is not one this forge3d reads ({known})", file=file)
    return members


def schema() -> bytes:
    """The JSON Schema of the manifest, as committed in `manifest.schema.json`."""
    described = msgspec.json.schema(Manifest)
    members = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "forge3d bundle manifest"}
    return msgspec.json.format(msgspec.json.encode(members | described), indent=2) + b"\n"
