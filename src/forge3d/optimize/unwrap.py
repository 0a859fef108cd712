"""Give surfaces texture coordinates that do not overlap."""

from __future__ import annotations

from collections.abc import Iterator
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
_TRIES, _MARGIN, _LEAST = 4, 0.98, 0.9  # to fit charts into a square: how often, by which part less, how full


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
        resolution: texels along the side of the texture that is to be made.
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
        atlas, charts, pack = _xatlas()
        charts.fix_winding = True
        pack.resolution = 0 if self.density else self.resolution
        pack.texels_per_unit = self.density or 0.0
        pack.padding, pack.bilinear = self.padding, True
        pack.rotate_charts = False  # it swaps u and v, and so mirrors
        for stream in members:
            base = stream.primitives[0].attributes["POSITION"].floats
            scale = max(scales.get(id(primitive), 1.0) for primitive in stream.primitives)
            atlas.add_mesh(base * np.float32(scale), corners_of(stream))
        side = _generate(atlas, charts, pack, self.resolution if self.density is None else None)
        stretch = np.array([atlas.width / side, atlas.height / side], np.float32)
        for number, stream in enumerate(members):
            _, corners, uvs = atlas.get_mesh(number)
            self._set(stream, _upright(uvs * stretch)[corners])
        return f"{atlas.chart_count} charts in {side} × {side} texels, {atlas.texels_per_unit:.4g} a metre"

    def _set(self, stream: VertexStream, uvs: Floats) -> None:
        materials = [material for primitive in stream.primitives for material in materials_of(primitive)]
        stale = any(needs_tangents(material) and self.set in uv_sets(material) for material in materials)
        old = {self._name} | ({"TANGENT"} if stale and self._name in _names(stream) else {*()})
        for primitive in stream.primitives:
            primitive.attributes = {n: a for n, a in primitive.attributes.items() if n not in old}
            primitive.targets = [{n: a for n, a in target.items() if n not in old} for target in primitive.targets]
        set_by_corner(stream, {self._name: uvs})


def _generate(atlas: Any, charts: Any, pack: Any, resolution: int | None) -> int:
    """Unfold and pack; the side of the square in texels. xatlas only guesses at the density that fills a resolution."""
    atlas.generate(charts, pack)
    for _ in range(_TRIES if resolution else 0):
        side = max(atlas.width, atlas.height, 1)
        if _LEAST * (resolution or side) <= side <= (resolution or side):
            break
        pack.resolution, pack.texels_per_unit = 0, atlas.texels_per_unit * (resolution or side) / side * _MARGIN
        atlas.generate(charts, pack)
    return int(max(atlas.width, atlas.height, resolution or 1))


def _xatlas() -> tuple[Any, Any, Any]:
    import xatlas

    return xatlas.Atlas(), xatlas.ChartOptions(), xatlas.PackOptions()


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
