"""What is wrong with a file, in the words of the Khronos validator."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from ..errors import Forge3DError, InvalidAsset, ResourceRefused, UnsupportedFeature


class Severity(IntEnum):
    """The Khronos validator's numbers: the smaller, the worse."""

    ERROR = 0
    WARNING = 1
    INFORMATION = 2
    HINT = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule.

    Attributes:
        code: the Khronos validator's name of the rule. These are ours, for what it does not judge: RESOURCE_REFUSED,
            LIMIT_EXCEEDED, UNSUPPORTED_FEATURE (a warning), DRACO_DATA_INVALID, DRACO_ACCESSOR_MISMATCH,
            MESHOPT_DATA_INVALID, MESHOPT_LAYOUT_INVALID.
        severity: as the Khronos validator ranks the code by default.
        pointer: JSON pointer of the object at fault; "" is the whole file.
        message: what is wrong and what was expected.
        offset: the byte in the GLB, for faults of the container.
    """

    code: str
    severity: Severity
    pointer: str
    message: str
    offset: int | None = None

    def error(self, file: str | None = None) -> InvalidAsset:
        """The exception that stands for this fault."""
        message = self.message if self.offset is None else f"{self.message} (byte {self.offset})"
        return InvalidAsset(message, file=file, pointer=self.pointer or None, code=self.code)


def fault_of(error: Forge3DError, pointer: str) -> Fault:
    """The fault that `error` reports; `pointer` is used where it carries none."""
    if isinstance(error, InvalidAsset):
        return Fault(error.code or "IO_ERROR", Severity.ERROR, error.pointer or pointer, error.message)
    if isinstance(error, UnsupportedFeature):
        return Fault("UNSUPPORTED_FEATURE", Severity.WARNING, pointer, str(error))
    code = "RESOURCE_REFUSED" if isinstance(error, ResourceRefused) else "LIMIT_EXCEEDED"
    return Fault(code, Severity.ERROR, pointer, str(error))
