"""forge3d: validate, compress, make levels of detail of and render glTF/GLB products.

Names are imported on first use, so that `import forge3d` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from . import errors as errors

__version__ = "0.1.0"

_HOME = {
    "Document": "document",
    "Accessor": "document",
    "Context": "document",
    "Limits": "gltf",
    "Renderer": "render",
    "Orbit": "render",
    "RenderSettings": "render",
    "build": "pipeline",
    "Source": "gltf",
}


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'forge3d' has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
