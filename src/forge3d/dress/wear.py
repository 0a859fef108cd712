"""How a product is worn."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from ..errors import RecipeError

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Wear:
    """How a product attaches to a body. The same fields are the `[wear]` table of a recipe.

    Args:
        attach: a humanoid bone (VRM's names: head, leftLowerArm, …) that the product hangs on without bending, such as
            a visor or a watch; empty: it is cloth that bends with the body.
        offset: metres, where the product is put from its place: of what hangs on a bone without a skeleton of its own,
            the product's origin from the bone's joint. x to the body's left, y up, z to its front.
        rotation: degrees about x, then y, then z, about the product's origin.
        scale: of what hangs on a bone; 0: as large as it is, or as little larger as keeps the body out of it.
        clearance: metres between skin and cloth, at least.
        weights: how cloth follows the joints: "own" as its file says, "body" as the skin under it, "auto" its own where
            it has any.
        hide: remove skin that the cloth covers from all sides.
        joints: names of the product's joints, or the body's, that are not understood → humanoid bones.
    """

    attach: str = ""
    offset: Vector = (0.0, 0.0, 0.0)
    rotation: Vector = (0.0, 0.0, 0.0)
    scale: float = 0.0
    clearance: float = 0.003
    weights: Literal["auto", "own", "body"] = "auto"
    hide: bool = True
    joints: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        from .bones import PARENT

        for name in (*self.joints.values(), *([self.attach] if self.attach else [])):
            if name not in PARENT:
                raise RecipeError(f"{name!r} is no humanoid bone; takes {', '.join(PARENT)}")
        if not 0 <= self.clearance <= 0.1:
            raise RecipeError(f"clearance={self.clearance}: takes 0 to 0.1 metres")
        if not 0 <= self.scale <= 1000:
            raise RecipeError(f"scale={self.scale}: takes more than 0, or 0 to fit")
        if self.weights not in ("auto", "own", "body"):
            raise RecipeError(f"weights={self.weights!r}: takes auto, own or body")

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Wear:
        """The `[wear]` table of a TOML file; without one, the defaults.

        Raises:
            RecipeError: the file cannot be read, or a key or value is not one.
        """
        try:
            table = tomllib.loads(Path(path).read_text("utf-8")).get("wear", {})
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise RecipeError(f"{path}: cannot be read as TOML: {error}") from error
        return cls.of(table, origin=f"{path}: [wear]")

    @classmethod
    def of(cls, table: Any, *, origin: str = "wear") -> Wear:
        """From a mapping as TOML gives it.

        Raises:
            RecipeError: a key or value is not one; it names the key and what it takes.
        """
        import msgspec

        known = [entry.name for entry in fields(cls)]
        unknown = [key for key in table if key not in known] if isinstance(table, dict) else []
        if unknown:
            raise RecipeError(f"{origin}: {unknown[0]!r} is no key; takes {', '.join(known)}")
        try:
            return msgspec.convert(table, cls)
        except msgspec.ValidationError as error:
            raise RecipeError(f"{origin}: {error}") from error
