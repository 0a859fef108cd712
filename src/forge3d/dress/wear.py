"""How a product is worn."""

from __future__ import annotations

from math import isfinite
from typing import Annotated, Literal

from msgspec import Meta, Struct

from ..errors import RecipeError
from .bones import PARENT

Vector = tuple[float, float, float]
_WEIGHTS = ("auto", "own", "body")


class Wear(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a product attaches to a body: what `dress` takes, the options of `forge3d dress`, and a recipe's `[wear]`.

    Raises:
        RecipeError: a value is out of its range.
    """

    attach: Annotated[
        str,
        Meta(
            description="The bone, by VRM's names, that it hangs on without bending, such as head for a visor; empty: "
            "cloth that bends with the body."
        ),
    ] = ""
    offset: Annotated[
        Vector,
        Meta(
            description="Metres from its place (of what hangs on a bone and has no node of that name: its origin from "
            "the joint): to the body's left, up, and to its front."
        ),
    ] = (0.0, 0.0, 0.0)
    rotation: Annotated[Vector, Meta(description="Degrees about x, then y, then z, about the product's origin.")] = (
        0.0,
        0.0,
        0.0,
    )
    scale: Annotated[
        float,
        Meta(description="Of what hangs on a bone; 0: as large as it is, or as little larger as keeps the body out."),
    ] = 0.0
    clearance: Annotated[float, Meta(description="Metres between skin and cloth, at least.")] = 0.003
    weights: Annotated[
        Literal["auto", "own", "body"],
        Meta(
            description="How cloth follows the joints: own as its file says, body as the skin under it, auto its own "
            "where it has any."
        ),
    ] = "auto"
    hide: Annotated[bool, Meta(description="Whether skin that cloth covers from all sides is removed.")] = True
    joints: Annotated[
        dict[str, str],
        Meta(
            description="Joints of product or body, by name, that are not understood, as humanoid bones.",
            examples=[{"jacket_arm_L": "leftUpperArm"}],
        ),
    ] = {}

    def __post_init__(self) -> None:
        for name in (*self.joints.values(), *([self.attach] if self.attach else [])):
            if name not in PARENT:
                raise RecipeError(f"wear: {name!r} is no humanoid bone; takes {', '.join(PARENT)}")
        for name in ("offset", "rotation"):
            if not all(map(isfinite, getattr(self, name))):
                raise RecipeError(f"wear.{name} = {getattr(self, name)}, but it takes finite numbers")
        if not 0 <= self.clearance <= 0.1:
            raise RecipeError(f"wear.clearance = {self.clearance}, but it takes 0 to 0.1 metres")
        if not 0 <= self.scale <= 1000:
            raise RecipeError(f"wear.scale = {self.scale}, but it takes more than 0, or 0 to fit")
        if self.weights not in _WEIGHTS:
            raise RecipeError(f"wear.weights = {self.weights!r}, but it takes one of {', '.join(_WEIGHTS)}")
