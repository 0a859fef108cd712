"""Give primitives the normals that they lack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..document import Change, Context, Document, Fidelity, Primitive, Transform
from ..document.accessor import FloatArray
from ..surface.normals import flat_normals, smooth_normals
from .corners import corners_of, draws_triangles, set_by_corner
from .fixes.vectors import unit_rows
from .materials import materials_of
from .options import between
from .vertices import VertexStream, streams, with_array


@dataclass(frozen=True, slots=True)
class Normals(Transform):
    """Make normals where triangles have none and a material is lit, and bring others to length one. Invisible.

    Without normals, viewers must draw flat faces (§3.7.2.1): by default these become explicit, with a delta for each
    morph target that moves points; half way to a target they are a little off, as morphed normals are. Tangents that
    counted for nothing without normals go. Vertices on edges are split; Weld afterwards merges what is equal.

    Args:
        crease: degrees; round the surface off, but for edges whose faces meet at more than so much. That changes the
            look. none makes flat faces.
        overwrite: make new normals in place of old ones as well. That changes the look, too.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.INVISIBLE

    crease: float | None = None
    overwrite: bool = False

    def __post_init__(self) -> None:
        between(self, "crease", 0.0, 180.0)

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("normals")
        ready, skipped = streams(document)
        change.skipped = skipped
        made = righted = 0
        for number, stream in enumerate(ready):
            context.report(number / len(ready), "normals")
            if not draws_triangles(stream.primitives):
                continue
            has = "NORMAL" in stream.primitives[0].attributes
            if self.overwrite or (not has and any(is_lit(primitive) for primitive in stream.primitives)):
                self._make(stream)
                made += 1
            elif has:
                righted += _to_unit_length(stream)
        change.notes += [f"normals made for {made} meshes' vertices"] if made else []
        change.notes += [f"{righted} normals brought to length one"] if righted else []
        return change

    def _make(self, stream: VertexStream) -> None:
        first = stream.primitives[0]
        for primitive in stream.primitives:
            primitive.attributes = {n: a for n, a in primitive.attributes.items() if n not in ("NORMAL", "TANGENT")}
            primitive.targets = [
                {n: a for n, a in target.items() if n not in ("NORMAL", "TANGENT")} for target in primitive.targets
            ]
        corners, base = corners_of(stream), first.attributes["POSITION"].floats
        normals = self._of(base[corners])
        deltas = []
        for target in first.targets:
            moved = target.get("POSITION")
            delta = {"NORMAL": self._of((base + moved.floats)[corners]) - normals} if moved is not None else {}
            deltas.append(delta)
        set_by_corner(stream, {"NORMAL": normals}, deltas)

    def _of(self, positions: FloatArray) -> FloatArray:
        if self.crease is not None:
            return smooth_normals(positions, float(np.radians(self.crease)))
        return np.repeat(flat_normals(positions)[:, None], 3, axis=1)


def is_lit(primitive: Primitive) -> bool:
    """Whether light falls on it under any variant: no material is a lit one, too."""
    found = materials_of(primitive)
    return primitive.material is None or not all(material.unlit is not None for material in found)


def _to_unit_length(stream: VertexStream) -> int:
    """Scale normals to length one, where they are off; those without a direction stay. How many there were."""
    old = stream.primitives[0].attributes["NORMAL"]
    mended = unit_rows(old.array, 3)
    if mended.rows:
        new = with_array(old, mended.array)
        stream.replace(lambda accessor: new if accessor is old else accessor)
    return mended.rows
