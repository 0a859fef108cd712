"""What is audited: the document, its file, the product's data, and what several checks need of them, made once."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from ..document import Document, Image, Mesh, Node, importers
from ..document.bounds import Bounds, bounds
from ..document.geometry import triangles
from ..document.members import members
from ..document.scene import Matrix
from ..document.skinning import world_positions
from ..document.statistics import Statistics, statistics
from ..document.traversal import MeshInstance, instance_matrices, walk
from ..errors import InvalidAsset
from ..gltf import Source
from ..gltf.files import external_uris
from ..images.headers import ImageHeader
from .edges import EdgeCounts, edge_counts
from .layout import Layout, layouts
from .product import Product
from .report import Place
from .shown import Shown

Thing = TypeVar("Thing")


class Subject:
    """A model under audit.

    Attributes:
        product: what is known of the product, or None.
        source: the glTF file; None for a document in memory and for other formats.
        bytes: of all the model's files; None for a document in memory.
    """

    def __init__(self, model: str | os.PathLike[str] | bytes | Source | Document, product: Product | None = None):
        self.product = product
        self.source: Source | None = None
        self.bytes: int | None = None
        self.name: str | None = None
        if isinstance(model, Document):
            self.document = model
        elif isinstance(model, str | os.PathLike) and Path(model).suffix.lower() in importers.FORMATS:
            self.document = Document.read(model)
            self.bytes, self.name = Path(model).stat().st_size, str(model)
        else:
            self.source = _opened(model)
            self.document = Document.read(self.source)
            self.bytes, self.name = self._file_bytes(self.source, model), self.source.name

    @staticmethod
    def _file_bytes(source: Source, model: str | os.PathLike[str] | bytes | Source) -> int:
        """The file and everything that it refers to outside itself."""
        if isinstance(model, bytes):
            own = len(model)
        elif source.path is not None:
            own = source.path.stat().st_size
        else:
            own = len(source.text) + len(source.glb_bin or b"")
        return own + sum(len(source.resource(uri)) for uri in external_uris(source.json))

    @cached_property
    def statistics(self) -> Statistics:
        return statistics(self.document)

    @cached_property
    def bounds(self) -> Bounds | None:
        return bounds(self.document)

    @cached_property
    def shown(self) -> list[Shown]:
        """Primitives with triangles that the scene shows, each once. Lower levels of MSFT_lod are not among them."""
        places: dict[Mesh, list[tuple[Node, Matrix]]] = {}
        for node, world in walk(self.document, hidden=False):
            if node.mesh is not None:
                worlds = world[None] if node.instancing is None else world @ instance_matrices(node.instancing)
                places.setdefault(node.mesh, []).append((node, worlds))
        found = []
        for mesh, at in places.items():
            worlds = np.concatenate([matrices for _, matrices in at])
            for number, primitive in enumerate(mesh.primitives):
                corners = triangles(primitive)
                if len(corners) and "POSITION" in primitive.attributes and len(worlds):
                    found.append(Shown(mesh, number, primitive, at[0][0], worlds, corners))
        return found

    @cached_property
    def edges(self) -> dict[Mesh, EdgeCounts]:
        """The edges of each mesh that the scene shows, in mesh space, at rest."""
        parts: dict[Mesh, list[Any]] = {}
        for shown in self.shown:
            positions = shown.primitive.attributes["POSITION"].floats
            parts.setdefault(shown.mesh, []).append((positions, shown.triangles))
        return {mesh: edge_counts(given) for mesh, given in parts.items()}

    @cached_property
    def layouts(self) -> list[Layout]:
        """UV layouts: one for each material, of everything that the scene shows with it."""
        return layouts(self.shown)

    @cached_property
    def headers(self) -> list[tuple[Image, ImageHeader, Place]]:
        """Every image that has data, with its header."""
        found = []
        for number, image in enumerate(self.all(Image)):
            if image.data:
                header = image.header
                detail = f"{header.width} × {header.height} {header.format}"
                found.append((image, header, Place(f"/images/{number}", image.name or image.uri, detail)))
        return found

    def positions(self, shown: Shown) -> list[npt.NDArray[np.float64]]:
        """Where the vertices stand in the world, but for translation, in each appearance that differs in size.

        Of many differing ones, the smallest and the largest.
        """
        if shown.node.skin is not None:
            world = dict(walk(self.document))
            at = MeshInstance(shown.node, shown.mesh, world[shown.node])
            return [world_positions(shown.primitive, at, world, None).astype(np.float64)]
        linear = np.unique(shown.worlds[:, :3, :3].round(9), axis=0)
        if len(linear) > 4:
            order = np.argsort(np.abs(np.linalg.det(linear)))
            linear = linear[order[[0, -1]]]
        local = shown.primitive.attributes["POSITION"].floats.astype(np.float64)
        return [local @ matrix.T for matrix in linear]

    def all(self, kind: type[Thing]) -> list[Thing]:
        """Every object of one class in the document, listed ones first and in order, as the writer numbers them."""
        return self._members.get(kind, [])

    @cached_property
    def _members(self) -> dict[type, list[Any]]:
        return members(self.document)

    @cached_property
    def _numbers(self) -> dict[int, int]:
        return {id(one): number for kind in (Mesh, Node) for number, one in enumerate(self._members.get(kind, []))}

    def place(self, thing: Shown | Mesh | Node, detail: str = "") -> Place:
        """Where something stands in the file."""
        if isinstance(thing, Shown):
            return Place(f"{self.place(thing.mesh).pointer}/primitives/{thing.number}", thing.mesh.name, detail)
        kind = "meshes" if isinstance(thing, Mesh) else "nodes"
        return Place(f"/{kind}/{self._numbers[id(thing)]}", thing.name, detail)


def _opened(model: str | os.PathLike[str] | bytes | Source) -> Source:
    try:
        return Source.open(model)
    except InvalidAsset:
        if not isinstance(model, Source):
            importers.refuse_foreign(model)  # with advice, where it is a known format
        raise
