"""The asset as an object graph with NumPy arrays."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .accessor import Accessor
from .animation import Animation
from .copying import copied
from .material import Material
from .pinning import Pinned
from .property import Property, XmpPacket
from .scene import Asset, Camera, Light, Mesh, Node, Scene, Skin, Variant
from .texture import Image, Sampler, Texture
from .transform import Change, Context, Transform

if TYPE_CHECKING:
    from ..gltf import Limits, Source
    from .encoding import Encoding


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Document(Property):
    """A glTF asset: lists of objects that refer to each other directly.

    The lists keep file order and hold unused objects too. An object that is referred to but not listed is written all
    the same, after the listed ones.

    Attributes:
        scene: the default scene, or None.
        accessors: those of the file it was read from, in order, used or not. New data need not be listed.
        extensions_used, extensions_required: names that the file declared; the writer adds what it needs to.
        buffer: name, extras and extensions of the file's first buffer, where it has any.
        encoding: how the writer compresses geometry (set by `Compress`); None writes plain arrays.
        pinned: the numbering to keep, where an extension that forge3d does not know may point into it.
        source_files: the files it was read from, which `write` spares.
    """

    asset: Asset = field(default_factory=Asset)
    scene: Scene | None = None
    scenes: list[Scene] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    meshes: list[Mesh] = field(default_factory=list)
    materials: list[Material] = field(default_factory=list)
    textures: list[Texture] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    samplers: list[Sampler] = field(default_factory=list)
    skins: list[Skin] = field(default_factory=list)
    animations: list[Animation] = field(default_factory=list)
    cameras: list[Camera] = field(default_factory=list)
    lights: list[Light] = field(default_factory=list)
    variants: list[Variant] = field(default_factory=list)
    accessors: list[Accessor] = field(default_factory=list)
    xmp_packets: list[XmpPacket] = field(default_factory=list)
    extensions_used: list[str] = field(default_factory=list)
    extensions_required: list[str] = field(default_factory=list)
    buffer: dict[str, Any] = field(default_factory=dict)
    encoding: Encoding | None = None
    pinned: Pinned | None = None
    source_files: tuple[str, ...] = ()

    @classmethod
    def read(cls, source: str | os.PathLike[str] | bytes | Source, *, limits: Limits | None = None) -> Document:
        """Read a .glb, .gltf, .obj, .stl or .ply path, bytes, or an opened `Source`; see `document.reader.read`.

        Raises:
            InvalidAsset: at the first fault that cannot be read past.
            UnsupportedFeature, ResourceRefused, LimitExceeded: see `forge3d.errors`.
        """
        from .reader import read

        return read(source, limits=limits)

    def write(self, path: str | os.PathLike[str], **options: Any) -> None:
        """Write a .glb, or a .gltf with its .bin and images beside it; see `document.writer.write` for options."""
        from .writer import write

        write(self, path, **options)

    def to_bytes(self, **options: Any) -> bytes:
        """The document as GLB bytes; the same document always gives the same bytes."""
        from .writer import to_glb

        return to_glb(self, **options)

    def apply(self, *transforms: Transform, context: Context | None = None) -> list[Change]:
        """Run transforms in order on this document, and return what each did."""
        from .statistics import statistics

        context = context or Context()
        changes: list[Change] = []
        before = statistics(self)
        for index, transform in enumerate(transforms):
            context.report(index / len(transforms), type(transform).__name__)
            change = transform(self, context)
            change.before, change.after = before, statistics(self)
            before = change.after
            changes.append(change)
        context.report(1.0, "done")
        return changes

    def copy(self) -> Document:
        """An independent document that shares the immutable arrays and encoded images."""
        return copied(self)
