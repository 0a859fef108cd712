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

_INSIDE = 0.005  # of what is worn: more of its vertices inside the body shows


def wear(work: Work) -> Result:
    """The dressed body, optimized as the product is; an error where the product cannot be worn."""
    wanted = work.recipe.wear
    try:
        dressed = dress(work.document(), Document.read(wanted.body), wanted)
    except NotWearable as why:
        return Result(findings=(_finding("error", "NOT_WEARABLE", str(why)),))
    error = error_of(dressed.document.apply(*transforms(work.recipe.optimize)))
    made = model(dressed.document, name="worn", role="worn", index=None, error=error)
    found = [_finding("warning", "WORN", text) for text in dressed.warnings]
    pose, share = max(dressed.inside.items(), key=lambda item: item[1])
    if share > _INSIDE:
        found.append(_finding("warning", "INSIDE_BODY", f"{share:.1%} of it lies inside the body ({pose})"))
    return Result((made,), findings=tuple(found))


def _finding(severity: Severity, code: str, message: str) -> Finding:
    return Finding(severity=severity, code=code, message=message, step="wear")
