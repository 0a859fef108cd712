"""What a build says while it runs, and how it ends."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Struct

from ..errors import Forge3DError, LimitExceeded
from .manifest import Finding, Manifest


class Event(Struct, frozen=True, kw_only=True, tag=True):
    """One line of progress.

    Attributes:
        kind: "start" (of a product), "step", "end" (of a product), or "note" (`message` is for the user).
        sku: the product; empty for the build as a whole.
        step: the step that begins.
        fraction: of the product's steps done, 0–1.
        done, total: products finished and ordered.
        ok, reused: how the product ended.
    """

    kind: Literal["start", "step", "end", "note"]
    sku: str = ""
    step: str = ""
    fraction: float = 0.0
    done: int = 0
    total: int = 0
    ok: bool = True
    reused: bool = False
    message: str = ""


class Failure(Struct, frozen=True, kw_only=True):
    """Why a product could not be built. `exit_code` is what `forge3d.errors` gives this kind of error."""

    kind: str
    message: str
    exit_code: int

    @classmethod
    def of(cls, error: Exception, path: str) -> Failure:
        """A failure of the product at `path` from any exception; those not of forge3d's kinds are its own fault."""
        if isinstance(error, MemoryError):
            message = f"{path}: needs more memory than limits.memory in the recipe allows"
            return cls(kind=LimitExceeded.__name__, message=message, exit_code=LimitExceeded.exit_code)
        if isinstance(error, Forge3DError):
            return cls(kind=type(error).__name__, message=str(error), exit_code=error.exit_code)
        text = f"{path}: {type(error).__name__}: {error}; this is a fault of forge3d, please report it"
        return cls(kind="InternalError", message=text, exit_code=Forge3DError.exit_code)


class ProductResult(Struct, frozen=True, kw_only=True, tag=True):
    """How one product ended.

    Attributes:
        ok: built, and no finding is an error.
        manifest: of the bundle in the output; None where the build failed (a bundle of an earlier build stays).
        findings: what was found, also of a product that failed.
        seconds: spent on it in this run; `steps` says on what.
        reused: the bundle was already there with the same key; nothing was done.
    """

    sku: str
    input: str
    ok: bool = False
    manifest: Manifest | None = None
    findings: tuple[Finding, ...] = ()
    error: Failure | None = None
    seconds: float = 0.0
    steps: dict[str, float] = {}
    reused: bool = False
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON, the manifest inside."""
        members: dict[str, Any] = msgspec.to_builtins(self)
        return members
