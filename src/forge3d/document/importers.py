"""Files that are not glTF 2: OBJ, STL and PLY become documents; others are refused with advice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from ..errors import Forge3DError, InvalidAsset, UnsupportedFeature
from ..gltf import Limits
from ..gltf.files import read_file
from ..gltf.resources import Resolver
from .document import Document
from .scene import Node

FORMATS = {".obj": "obj", ".stl": "stl", ".ply": "ply"}
"""Suffixes that `read` takes, with trimesh's name of the format."""

_ADVICE = {
    ".fbx": ("FBX", "convert it with Blender or FBX2glTF first"),
    ".blend": ("Blender files", "export glTF 2.0 from Blender"),
    ".dae": ("COLLADA", "convert it with COLLADA2GLTF or Blender first"),
    ".3ds": ("3DS", "convert it with Blender first"),
    ".usdz": ("USDZ", "forge3d writes it, but reads glTF 2.0 only"),
    ".usd": ("USD", "convert it with Blender first"),
    ".vrml": ("VRML", "convert it with Blender first"),
    ".step": ("STEP", "tessellate and export it as glTF 2.0 from a CAD program first"),
    ".stp": ("STEP", "tessellate and export it as glTF 2.0 from a CAD program first"),
}


def refuse_foreign(source: str | os.PathLike[str] | bytes) -> None:
    """Raise `UnsupportedFeature` with advice where a path's suffix, or the first bytes, tell of another format."""
    if isinstance(source, bytes):
        name, suffix = "the file", ".fbx" if source.startswith(b"Kaydara FBX") else ""
    else:
        name, suffix = Path(source).name, Path(source).suffix.lower()
    label, advice = _ADVICE.get(suffix, ("", ""))
    if advice:
        raise UnsupportedFeature(label, f"{name} is not glTF 2.0: {advice}")


def read(
    path: str | os.PathLike[str],
    *,
    metres_per_unit: float = 1.0,
    up: Literal["y", "z"] = "y",
    limits: Limits | None = None,
) -> Document:
    """Read an .obj, .stl or .ply file, with the materials and textures beside it.

    These formats do not say how long a unit is, nor which way is up: a root node turns and scales what is read, the
    vertices stay as they are.

    Args:
        metres_per_unit: 0.001 for millimetres.
        up: which axis points up in the file.
        limits: how much the files may ask for.

    Raises:
        InvalidAsset: the file cannot be read as what its suffix says, or holds no triangles.
        LimitExceeded: max_file_bytes, and the limits of resources.
    """
    import trimesh

    from .bridges import from_trimesh

    path, limits = Path(path), limits or Limits()
    file_type = FORMATS[path.suffix.lower()]
    data = read_file(path, limits)
    beside = _Beside(Resolver(path.parent, limits))
    try:
        scene = trimesh.load_scene(BytesIO(data), file_type=file_type, resolver=beside, process=False)
        document = from_trimesh(scene)
    except InvalidAsset as error:
        error.file = str(path)
        raise
    except Forge3DError:
        raise
    except Exception as error:  # trimesh raises whatever its parsers meet
        message = f"is not a {file_type.upper()} file that can be read: {error}"
        raise InvalidAsset(message, file=str(path)) from error
    document.source_files = (os.path.realpath(path), *beside.opened)
    return _placed(document, path.stem, metres_per_unit, up)


def _placed(document: Document, name: str, metres_per_unit: float, up: str) -> Document:
    """Put everything below one root node that turns and scales it."""
    assert document.scene is not None
    half = 0.5**0.5
    root = Node(name=name, children=document.scene.nodes, scale=(metres_per_unit,) * 3)
    if up == "z":
        root.rotation = (-half, 0.0, 0.0, half)
    document.scene.nodes = [root]
    document.nodes.insert(0, root)
    return document


class _Beside:
    """What trimesh asks for files beside the model, answered under the policy of `gltf.resources`."""

    def __init__(self, resolver: Resolver):
        self._resolver = resolver
        self.opened: list[str] = []

    def get(self, name: str) -> bytes:
        uri = quote(name.strip().replace("\\", "/"))
        data = bytes(self._resolver.read(uri))
        self.opened.append(str(self._resolver.locate(uri)))
        return data

    def keys(self) -> Iterator[str]:
        return iter(())

    def namespaced(self, namespace: str) -> Any:
        return self

    def write(self, name: str, data: bytes) -> None:
        raise InvalidAsset(f"reading a model must not write {name!r}")

    __getitem__ = get
