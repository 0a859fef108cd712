"""Try-on: the product on the recipe's body, as it stands and moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...document import Document
from ...dress import dress
from ...errors import NotWearable
from ..graph import Result
from ..manifest import Finding, Severity
from .optimize import error_of, model, transforms

if TYPE_CHECKING:
    from ..product import Work


def wear(work: Work) -> Result:
    """The dressed body, optimized as the product is; an error where the product cannot be worn."""
    wanted = work.recipe.wear
    try:
        dressed = dress(work.document(), Document.read(wanted.body), wanted)
    except NotWearable as why:
        return Result(findings=(_finding("error", "NOT_WEARABLE", str(why)),))
    error = error_of(dressed.document.apply(*transforms(work.recipe.optimize)))
    made = model(dressed.document, name="worn", role="worn", index=None, error=error)
    return Result((made,), findings=tuple(_finding("warning", "WORN", text) for text in dressed.warnings))


def _finding(severity: Severity, code: str, message: str) -> Finding:
    return Finding(severity=severity, code=code, message=message, step="wear")
