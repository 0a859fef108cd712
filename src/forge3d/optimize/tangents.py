"""Give primitives the tangents that their normal maps were baked against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..document import Change, Context, Document, Fidelity, Material, Primitive, Skip, Transform
from ..surface.tangents import tangents
from .corners import corners_of, draws_triangles, set_by_corner
from .materials import materials_of, needs_tangents
from .vertices import VertexStream, streams


@dataclass(frozen=True, slots=True)
class Tangents(Transform):
    """Make MikkTSpace tangents where normal maps or anisotropy need them and there are none. Invisible.

    They are the ones that viewers must use in their absence (§3.7.2.1), and that normal maps are baked against; many
    viewers make coarser ones. The file grows by 16 bytes a vertex, or 4 once quantized. They follow the texture
    coordinates of the normal map, of the primitive's own material if variants differ. Vertices are split where
    mirrored halves of a texture meet.

    Args:
        overwrite: make new ones in place of old ones as well, which changes the look where those were others.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.INVISIBLE

    overwrite: bool = False

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("tangents")
        ready, skipped = streams(document)
        change.skipped = skipped
        made = 0
        for number, stream in enumerate(ready):
            context.report(number / len(ready), "tangents")
            has = "TANGENT" in stream.primitives[0].attributes
            name = next((name for name in map(_coordinates, stream.primitives) if name), None)
            if name is None or (has and not self.overwrite):
                continue
            why = _blocked(stream, name)
            if why:
                change.skipped.append(Skip(stream.label, why))
                continue
            _make(stream, name)
            made += 1
        change.notes += [f"tangents made for {made} meshes' vertices"] if made else []
        return change


def _coordinates(primitive: Primitive) -> str | None:
    """The texture coordinates that the tangents follow; None where no material needs tangents."""
    needing = [material for material in materials_of(primitive) if needs_tangents(material)]
    return f"TEXCOORD_{_uv_set(needing[0])}" if needing else None


def _uv_set(material: Material) -> int:
    """Of the normal map, else of the clearcoat's, else of the anisotropy's."""
    slots = {slot.path: slot.info.uv_set for slot in material.textures()}
    order = ("normal_texture", "clearcoat.normal_texture", "anisotropy.texture")
    return next((slots[path] for path in order if path in slots), 0)


def _blocked(stream: VertexStream, name: str) -> str | None:
    attributes = stream.primitives[0].attributes
    if not draws_triangles(stream.primitives):
        return "draws no triangles"
    missing = [semantic for semantic in ("NORMAL", name) if semantic not in attributes]
    return f"has no {missing[0]}, which tangents need" if missing else None


def _make(stream: VertexStream, name: str) -> None:
    corners, attributes = corners_of(stream), stream.primitives[0].attributes
    made = tangents(*(attributes[semantic].floats[corners] for semantic in ("POSITION", "NORMAL", name)))
    for primitive in stream.primitives:
        primitive.attributes = {n: a for n, a in primitive.attributes.items() if n != "TANGENT"}
        primitive.targets = [{n: a for n, a in t.items() if n != "TANGENT"} for t in primitive.targets]
    set_by_corner(stream, {"TANGENT": made})
