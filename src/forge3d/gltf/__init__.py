"""glTF files: bytes to JSON, binary data and arrays, under a policy and limits; and the codecs.

`Source` opens a file; `json_access` reads JSON that nobody has checked; `glb.pack` writes the container.
"""

from .faults import Fault, Severity
from .limits import Limits
from .source import Source

__all__ = ["Fault", "Limits", "Severity", "Source"]
