"""forge3d: validate, compress, make levels of detail of and render glTF/GLB products.

    import forge3d

    document = forge3d.load("chair.glb")
    document.apply(forge3d.Weld(), forge3d.Simplify(ratio=0.5), forge3d.Compress())
    forge3d.save(document, "small.glb")

    with forge3d.Renderer() as renderer:
        renderer.render(document).save("poster.webp")

Names are imported on first use, so that `import forge3d` stays quick.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import errors as errors

if TYPE_CHECKING:
    from .audit import audit as audit
    from .document import Accessor as Accessor
    from .document import Context as Context
    from .document import Document as Document
    from .gltf import Limits as Limits
    from .gltf import Source as Source
    from .judging import validate as validate
    from .judging import validate_many as validate_many
    from .likeness import compare as compare
    from .lod.levels import levels as levels
    from .optimize import PRESETS as PRESETS
    from .optimize import AtlasMaterials as AtlasMaterials
    from .optimize import Center as Center
    from .optimize import Compress as Compress
    from .optimize import Decompress as Decompress
    from .optimize import Dedup as Dedup
    from .optimize import Flatten as Flatten
    from .optimize import Instance as Instance
    from .optimize import Join as Join
    from .optimize import Palette as Palette
    from .optimize import Pivot as Pivot
    from .optimize import Prune as Prune
    from .optimize import Quantize as Quantize
    from .optimize import RemoveHidden as RemoveHidden
    from .optimize import Reorder as Reorder
    from .optimize import Repair as Repair
    from .optimize import Simplify as Simplify
    from .optimize import Textures as Textures
    from .optimize import Uninstance as Uninstance
    from .optimize import Unweld as Unweld
    from .optimize import Weld as Weld
    from .optimize.merge import merge as merge
    from .optimize.merge import merge_variants as merge_variants
    from .optimize.partition import partition as partition
    from .pipeline import Recipe as Recipe
    from .pipeline.build import build as build
    from .render import Orbit as Orbit
    from .render import Renderer as Renderer
    from .render import RenderSettings as RenderSettings

__version__ = "0.1.0"

_HOME = {
    "document": ("Accessor", "Context", "Document"),
    "gltf": ("Limits", "Source"),
    "optimize": (
        "PRESETS", "AtlasMaterials", "Center", "Compress", "Decompress", "Dedup", "Flatten", "Instance", "Join",
        "Palette", "Pivot", "Prune", "Quantize", "RemoveHidden", "Reorder", "Repair", "Simplify", "Textures",
        "Uninstance", "Unweld", "Weld", "merge", "merge_variants", "partition",
    ),
    "lod": ("levels",),
    "pipeline": ("Recipe", "build"),
    "render": ("Orbit", "RenderSettings", "Renderer"),
    "validate": ("validate",),
    "judging": ("validate_many",),
    "audit": ("audit",),
    "compare": ("compare",),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOME.items() for name in names}


def load(source: str | os.PathLike[str] | bytes | Source, *, limits: Limits | None = None) -> Document:
    """Read a .glb, .gltf, .obj, .stl or .ply file, the bytes of a glTF, or a `Source`. See `Document.read`."""
    from .document import Document

    return Document.read(source, limits=limits)


def save(document: Document, path: str | os.PathLike[str], **options: Any) -> None:
    """Write a document as .glb, or as .gltf with its files beside it. See `Document.write`."""
    document.write(path, **options)


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'forge3d' has no attribute {name!r}")
    room = import_module(f".{home}", __name__)
    # `forge3d.validate` and `forge3d.audit` name a room and a function each: the room, which can be called, is both in
    # any order of imports.
    value = room if name == home else getattr(room, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME_OF])
