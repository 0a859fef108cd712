"""What a run of the suite found. These types are its definition; the JSON Schema beside this file is made of them.

A result names the machine's parts but nothing that identifies the machine, so that it can be shown to anybody.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from msgspec import Meta, Struct

from ..errors import InvalidAsset

VERSION: Literal[1] = 1

Positive = Annotated[float, Meta(gt=0)]
Unit = Literal["frames/s", "pictures/s", "pixels/s", "bytes/s", "s"]
Fact = int | float | str


class _Object(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An object of a result; readers ignore members they do not know."""


class Machine(_Object, frozen=True):
    """What it was measured on."""

    gpu: Annotated[str, Meta(description="GL_RENDERER.")]
    vendor: str
    gl: Annotated[str, Meta(description="GL_VERSION, in which drivers name themselves.")]
    software: Annotated[bool, Meta(description="The pixels are made by the CPU.")]
    cpu: str
    cores: Annotated[int, Meta(ge=1)]
    memory_gib: Annotated[int, Meta(ge=0)]
    system: str
    python: str


class Settings(_Object, frozen=True):
    """How it was measured."""

    suite: Literal["quick", "full"]
    size: Annotated[int, Meta(ge=1, description="Pixels a side of the pictures, where nothing else is said.")]
    budget: Annotated[Positive, Meta(description="Seconds for each measurement.")]
    model: Annotated[str | None, Meta(description="Name of the user's own model, measured too.")] = None


class Measurement(_Object, frozen=True):
    """One figure: the median of some repetitions, and where the middle eight tenths of them lie."""

    name: Annotated[
        str,
        Meta(
            pattern="^[a-z0-9-]+/[a-z0-9-]+(/[a-z0-9-]+)?$",
            description="`family/point` or `family/axis/point`, such as `frames/resolution/1024`.",
        ),
    ]
    unit: Unit
    value: Annotated[Positive, Meta(description="The median.")]
    low: Annotated[Positive, Meta(description="The tenth percentile.")]
    high: Annotated[Positive, Meta(description="The ninetieth percentile.")]
    samples: Annotated[tuple[float, ...], Meta(min_length=1, description="Every repetition, in the order taken.")]
    work: Annotated[dict[str, Fact], Meta(description="What was done: pixels, triangles, …")] = {}
    readback_share: Annotated[
        float | None,
        Meta(description="Of the bytes a second that this device gives back, how many these pictures are."),
    ] = None

    @classmethod
    def of(cls, name: str, unit: Unit, samples: list[float], **others: Any) -> Measurement:
        """A measurement from its repetitions."""
        low, value, high = (float(found) for found in np.percentile(samples, (10, 50, 90)))
        return cls(name=name, unit=unit, value=value, low=low, high=high, samples=tuple(samples), **others)

    @property
    def group(self) -> str:
        """The name without its last part: what one chart shows."""
        return self.name.rpartition("/")[0]

    @property
    def point(self) -> str:
        """The name's last part: where on its axis this is."""
        return self.name.rpartition("/")[2]

    @property
    def less_is_better(self) -> bool:
        return self.unit == "s"


class Skipped(_Object, frozen=True):
    """What was not measured, and why."""

    name: str
    reason: str


class Result(_Object, frozen=True):
    """One run of the suite. `complete` is false where it was interrupted: what was measured until then stands."""

    machine: Machine
    settings: Settings
    forge3d: Annotated[str, Meta(description="The version that measured.")]
    measurements: tuple[Measurement, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    complete: bool = True
    version: Literal[1] = VERSION

    def groups(self) -> dict[str, list[Measurement]]:
        """The measurements by group, in the order taken."""
        found: dict[str, list[Measurement]] = {}
        for one in self.measurements:
            found.setdefault(one.group, []).append(one)
        return found

    def find(self, name: str) -> Measurement | None:
        """A measurement by its name."""
        return next((one for one in self.measurements if one.name == name), None)

    def encode(self) -> bytes:
        """As JSON, indented. The version is written even at its default: readers go by it."""
        members = {"version": self.version, **msgspec.to_builtins(self)}
        return msgspec.json.format(msgspec.json.encode(members), indent=1) + b"\n"

    @classmethod
    def decode(cls, data: bytes, *, file: str | None = None) -> Result:
        """Read a result.

        Raises:
            InvalidAsset: it is none, or one of a version that this forge3d does not read.
        """
        try:
            members = msgspec.json.decode(data, type=dict[str, Any])
            if members.get("version") != VERSION:
                found = members.get("version")
                raise InvalidAsset(
                    f"version {found!r} of a result is not one this forge3d reads ({VERSION})", file=file
                )
            return msgspec.convert(members, cls)
        except msgspec.DecodeError as error:
            raise InvalidAsset(f"is not a result of `forge3d bench`: {error}", file=file) from error

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Result:
        """A result's file, or the folder that `forge3d bench -o` wrote. Raises InvalidAsset."""
        file = Path(path) / "bench.json" if Path(path).is_dir() else Path(path)
        try:
            data = file.read_bytes()
        except OSError as error:
            raise InvalidAsset(f"cannot be read: {error.strerror}", file=str(file)) from error
        return cls.decode(data, file=str(file))


def schema() -> bytes:
    """The JSON Schema of results, as committed in `result.schema.json`."""
    members = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "forge3d bench result"}
    return msgspec.json.format(msgspec.json.encode(members | msgspec.json.schema(Result)), indent=2) + b"\n"
