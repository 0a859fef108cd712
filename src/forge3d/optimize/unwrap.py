"""Give surfaces texture coordinates that do not overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from ..document import Change, Context, Document, Fidelity, Node, Skip, Transform
from .corners import corners_of, draws_triangles, set_by_corner
from .graph import world_matrices
from .materials import materials_of, needs_tangents, uv_sets
from .options import between, one_of
from .quantization.placement import magnification
from .vertices import VertexStream, streams

Floats = npt.NDArray[np.float32]
_Surface = tuple[Floats, npt.NDArray[np.uint32]]
_MANY = 10_000  # charts take long to pack, and are packed once
_TRIES, _MARGIN, _LEAST = 6, 0.98, 0.9  # to fit charts into a square: how often, by which part less, how full


@dataclass(frozen=True, slots=True)
class Unwrap(Transform):
    """Unfold surfaces into charts, and pack these side by side into a square of texture coordinates (xatlas). Lossy.

    For baking and light maps, and for models without texture coordinates. Other sets stay as they are. Vertices are
    split along the borders of charts, with all that they carry; triangles stay where they are and as many. Charts are
    never mirrored, and in one square all have the same texels per metre (but for rounding to whole texels), at the
    largest scale that a mesh is used at.
    What a texture shows changes only where a material reads the set.

    Args:
        set: number of the set to write, TEXCOORD_0 and so on. Where it exists it stays, without overwrite.
        group: what shares a square: each primitive, all of a mesh, or the whole document.
        resolution: texels along the side of the texture that is to be made; more than 10,000 charts fill about so many.
        padding: texels between charts, for filtering and mip levels.
        density: texels per metre, in place of a resolution; none fills the square. The side of the square that holds
            the charts, in texels, is in the notes.
        overwrite: replace the set where it exists. Tangents that were made for it go.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.LOSSY

    set: int = 0
    group: Literal["primitive", "mesh", "document"] = "mesh"
    resolution: int = 1024
    padding: int = 4
    density: float | None = None
    overwrite: bool = False

    def __post_init__(self) -> None:
        between(self, "set", 0, 7)
        between(self, "resolution", 16, 16384)
        between(self, "padding", 0, 256)
        between(self, "density", 0, 1e9, above=True)
        one_of(self, "group")

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("unwrap")
        ready, skipped = streams(document)
        change.skipped = skipped
        wanted: list[VertexStream] = []
        for stream in ready:
            why = self._blocked(stream)
            if why:
                change.skipped.append(Skip(stream.label, why))
            elif draws_triangles(stream.primitives) and (self.overwrite or self._name not in _names(stream)):
                wanted.append(stream)
        scales = _scales(document)
        groups = list(self._groups(document, wanted))
        for number, members in enumerate(groups):
            context.report(number / len(groups), "unwrap")
            change.notes.append(self._unwrap(members, scales))
        return change

    @property
    def _name(self) -> str:
        return f"TEXCOORD_{self.set}"

    def _blocked(self, stream: VertexStream) -> str | None:
        names = _names(stream)
        missing = [n for n in range(self.set) if f"TEXCOORD_{n}" not in names]
        if missing:
            return f"has no TEXCOORD_{missing[0]}: sets count up from 0"
        if not np.isfinite(stream.primitives[0].attributes["POSITION"].floats).all():
            return "has positions that are not finite numbers"
        return None

    def _groups(self, document: Document, wanted: list[VertexStream]) -> Iterator[list[VertexStream]]:
        if self.group == "document":
            yield from [wanted] if wanted else []
            return
        if self.group == "primitive":
            yield from ([stream] for stream in wanted)
            return
        mesh_of = {id(p): number for number, mesh in enumerate(document.meshes) for p in mesh.primitives}
        by_mesh: dict[int, list[VertexStream]] = {}
        for stream in wanted:
            by_mesh.setdefault(mesh_of[id(stream.primitives[0])], []).append(stream)
        yield from by_mesh.values()

    def _unwrap(self, members: list[VertexStream], scales: dict[int, float]) -> str:
        """One square for the triangles of all members; a sentence about it."""
        surfaces = []
        for stream in members:
            base = stream.primitives[0].attributes["POSITION"].floats
            scale = max(scales.get(id(primitive), 1.0) for primitive in stream.primitives)
            surfaces.append((base * np.float32(scale), corners_of(stream)))
        resolution = self.resolution if self.density is None else None
        packed = _unfolded(surfaces, self.padding, resolution, self.density)
        if resolution is not None:
            packed = _fitted(packed, self.padding, resolution)
        side = max(packed.side, resolution or 1)
        for stream, (uvs, corners) in zip(members, packed.parts, strict=True):
            self._set(stream, _upright(uvs / np.float32(side))[corners])
        return f"{packed.charts} charts in {side} × {side} texels, {packed.density:.4g} a metre"

    def _set(self, stream: VertexStream, uvs: Floats) -> None:
        materials = [material for primitive in stream.primitives for material in materials_of(primitive)]
        stale = any(needs_tangents(material) and self.set in uv_sets(material) for material in materials)
        old = {self._name} | ({"TANGENT"} if stale and self._name in _names(stream) else frozenset())
        for primitive in stream.primitives:
            primitive.attributes = {n: a for n, a in primitive.attributes.items() if n not in old}
            primitive.targets = [{n: a for n, a in target.items() if n not in old} for target in primitive.targets]
        set_by_corner(stream, {self._name: uvs})


@dataclass(frozen=True, slots=True)
class _Packed:
    """Charts side by side: of each surface its coordinates in texels `(n, 2)`, and the triangles `(t, 3)` of these."""

    parts: list[tuple[Floats, npt.NDArray[np.uint32]]]
    side: int
    charts: int
    density: float


def _unfolded(surfaces: Sequence[_Surface], padding: int, resolution: int | None, density: float | None) -> _Packed:
    """Positions `(n, 3)` and triangles of each surface, unfolded and packed; a resolution is only come near to."""
    import xatlas

    atlas, charts, pack = xatlas.Atlas(), xatlas.ChartOptions(), _pack_options(padding)
    charts.fix_winding = True
    pack.resolution, pack.texels_per_unit = resolution or 0, density or 0.0
    for points, corners in surfaces:
        atlas.add_mesh(points, corners)
    atlas.generate(charts, pack)
    return _packed(atlas, len(surfaces), atlas.texels_per_unit)


def _fitted(packed: _Packed, padding: int, resolution: int) -> _Packed:
    """The same charts, packed again until they fill the resolution; only their size changes."""
    import xatlas

    for _ in range(_TRIES if packed.charts <= _MANY else 0):
        if _LEAST * resolution <= packed.side <= resolution:
            break
        factor = resolution / max(packed.side, 1) * _MARGIN
        atlas, pack = xatlas.Atlas(), _pack_options(padding)
        pack.texels_per_unit = 1.0
        for uvs, corners in packed.parts:
            atlas.add_uv_mesh(uvs * np.float32(factor), corners)
        atlas.generate(xatlas.ChartOptions(), pack)
        packed = _packed(atlas, len(packed.parts), packed.density * factor)
    return packed


def _pack_options(padding: int) -> Any:
    import xatlas

    pack = xatlas.PackOptions()
    pack.padding, pack.bilinear = padding, True
    pack.rotate_charts = False  # it swaps u and v, and so mirrors
    return pack


def _packed(atlas: Any, count: int, density: float) -> _Packed:
    meshes = [atlas.get_mesh(number) for number in range(count)]
    size = np.array([atlas.width, atlas.height], np.float32)
    parts = [(uvs * size, corners) for _, corners, uvs in meshes]
    return _Packed(parts, max(atlas.width, atlas.height), atlas.chart_count, density)


def _upright(uvs: Floats) -> Floats:
    """glTF's v grows downwards; charts that are seen from their front there are mirrored otherwise."""
    return np.stack([uvs[:, 0], np.float32(1) - uvs[:, 1]], axis=1)


def _names(stream: VertexStream) -> dict[str, Any]:
    return dict(stream.primitives[0].attributes)


def _scales(document: Document) -> dict[int, float]:
    """`id(primitive)` → the largest scale from its mesh to the world."""
    worlds = world_matrices(document)
    found: dict[int, float] = {}
    nodes: list[Node] = [node for node in document.nodes if node.mesh is not None]
    for node in nodes:
        scale = magnification(node, worlds)
        for primitive in node.mesh.primitives if node.mesh is not None and scale > 0 and np.isfinite(scale) else ():
            found[id(primitive)] = max(found.get(id(primitive), 0.0), scale)
    return found
