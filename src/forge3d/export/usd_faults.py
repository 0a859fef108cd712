"""What USD's own validators find in a package."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from .usd import libraries

Severity = Literal["error", "warning", "information"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding of a validator.

    Attributes:
        code: its name in USD, such as `usdValidation:StageMetadataChecker.MissingDefaultPrim`.
    """

    severity: Severity
    code: str
    message: str


def faults(package: bytes) -> list[Fault]:
    """Hold a USDZ against every validator that USD has; the empty list means that they find nothing.

    Raises:
        DependencyMissing: usd-core is not installed.
    """
    usd = libraries()
    from pxr import UsdValidation

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.usdz"
        path.write_bytes(package)
        try:
            stage = usd.Usd.Stage.Open(str(path))
        except usd.Tf.ErrorException:
            return [Fault("error", "CannotBeOpened", "USD cannot open it")]
        every = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
        found = UsdValidation.ValidationContext(every).Validate(stage)
        return [_fault(one, folder) for one in found]


def _fault(error: Any, folder: str) -> Fault:
    """A `UsdValidation.ValidationError` without the folder that the package is in for now."""
    from pxr import UsdValidation

    found: dict[object, Severity] = {
        UsdValidation.ValidationErrorType.Warn: "warning",
        UsdValidation.ValidationErrorType.Info: "information",
    }
    severity: Severity = found.get(error.GetType(), "error")
    message: str = error.GetMessage()
    return Fault(severity, error.GetIdentifier(), message.replace(f"{folder}/", ""))
