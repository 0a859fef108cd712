"""glTF files: bytes to JSON, binary data and arrays, under a policy and limits; and the codecs.

`Source` opens a file; `json_access` reads JSON that nobody has checked; `glb.pack` writes the container.
`Source` is imported on first use: the container, the limits and the faults need neither NumPy nor a JSON parser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .faults import Fault, Severity
from .limits import Limits

if TYPE_CHECKING:
    from .source import Source

__all__ = ["Fault", "Limits", "Severity", "Source"]


def __getattr__(name: str) -> Any:
    if name != "Source":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .source import Source

    globals()[name] = Source
    return Source
