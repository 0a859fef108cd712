"""Repair what a validator finds and what has one right answer: `forge3d optimize IN OUT --step repair`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from ..document import Accessor, Change, Context, Document, Fidelity, Mode, Node, Primitive, Skip, Transform
from ..errors import Forge3DError
from .fixes import Placement
from .fixes.placement import Z_UP
from .fixes.triangles import drawn
from .fixes.vectors import UNIT_TOLERANCE, unit_rows
from .fixes.weights import mend_influences
from .graph import reachable, substitute
from .prune import Prune
from .vertices import index_accessor, payload_kept, primitives, with_array


@dataclass(frozen=True, slots=True)
class Repair(Transform):
    """Correct declared bounds, vectors that are not of unit length, joint weights, image types; drop what is unused.

    Only what has one right answer is changed; the notes list each change, and what is left is skipped with the
    reason. Compressed geometry stays as it is: run Decompress first to have it repaired. Bounds that are missing are
    written anyway wherever the specification asks for them.

    Args:
        degenerate: remove triangles that use a vertex twice; they are drawn by nobody.
        unused: remove objects that nothing refers to.
        metres: what one unit of the file is, such as 0.01 where it was made in centimetres; glTF's is 1.
        up: the axis that points up in the file; glTF's is y.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.LOSSY

    degenerate: bool = False
    unused: bool = True
    metres: float = 1.0
    up: Literal["y", "z"] = "y"

    def __post_init__(self) -> None:
        Placement(self.metres, self.up)  # refuses what means nothing

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("repair")
        ready = _plain(document, change)
        for number, (label, primitive) in enumerate(ready):
            context.report(number / len(ready), "repair")
            _repair_vectors(label, primitive, document, change)
            _repair_weights(label, primitive, change)
            if self.degenerate:
                _drop_degenerate(label, primitive, change)
        _repair_rotations(document, change)
        _repair_bounds(document, change)
        _repair_types(document, change)
        if self.metres != 1 or self.up != "y":
            _place(document, self.metres, self.up, change)
        if self.unused:
            pruned = Prune(attributes=False, leaves=False)(document, context)
            change.notes += pruned.notes
            change.skipped += pruned.skipped
        return change


def _plain(document: Document, change: Change) -> list[tuple[str, Primitive]]:
    """Primitives whose data can be changed."""
    ready = []
    for label, primitive in primitives(document):
        if payload_kept(primitive):
            change.skipped.append(Skip(label, "is compressed; run Decompress first to have it repaired"))
        else:
            ready.append((label, primitive))
    return ready


def _repair_vectors(label: str, primitive: Primitive, document: Document, change: Change) -> None:
    for name in ("NORMAL", "TANGENT"):
        accessor = primitive.attributes.get(name)
        if accessor is None or accessor.array.ndim != 2 or accessor.array.shape[1] != (3 if name == "NORMAL" else 4):
            continue
        mended = unit_rows(accessor.array, 3)
        if mended.lost:
            change.skipped.append(Skip(label, f"{mended.lost} of its {name} vectors have no direction"))
        if mended.rows:
            substitute(document, {id(accessor): with_array(accessor, mended.array)})
            change.notes.append(f"{label}: {mended.rows} {name} vectors normalized")


def _repair_weights(label: str, primitive: Primitive, change: Change) -> None:
    """All sets of a vertex together; joints that have no weight become 0."""
    names = [name for name in _numbered(primitive, "WEIGHTS") if f"JOINTS{name[7:]}" in primitive.attributes]
    weights = {name: primitive.attributes[name] for name in names}
    joints = {f"JOINTS{name[7:]}": primitive.attributes[f"JOINTS{name[7:]}"] for name in names}
    if not names or len({(accessor.shape, accessor.dtype) for accessor in weights.values()}) != 1:
        return
    if any(accessor.shape != weights[names[0]].shape for accessor in joints.values()):
        return
    mended = mend_influences(*([accessor.array for accessor in part.values()] for part in (joints, weights)))
    if mended.lost:
        change.skipped.append(Skip(label, f"{mended.lost} vertices have no joint weight at all"))
    if mended.scaled:
        change.notes.append(f"{label}: the joint weights of {mended.scaled} vertices made to sum up to 1")
    if mended.idle:
        change.notes.append(f"{label}: {mended.idle} joints without weight set to 0")
    for part, arrays in ((joints, mended.joints), (weights, mended.weights)):
        for (name, accessor), array in zip(part.items(), arrays, strict=True):
            if not np.array_equal(accessor.array, array):
                primitive.attributes[name] = with_array(accessor, array)


def _numbered(primitive: Primitive, base: str) -> Iterator[str]:
    number = 0
    while f"{base}_{number}" in primitive.attributes:
        yield f"{base}_{number}"
        number += 1


def _drop_degenerate(label: str, primitive: Primitive, change: Change) -> None:
    if primitive.indices is None or primitive.mode != Mode.TRIANGLES:
        return
    kept = drawn(primitive.indices.array)
    removed = len(primitive.indices) // 3 - len(kept)
    if removed and not len(kept):
        change.skipped.append(Skip(label, "has degenerate triangles only"))
    elif removed:
        primitive.indices = index_accessor(kept.ravel(), primitive.indices)
        change.notes.append(f"{label}: {removed} degenerate triangles removed")


def _repair_rotations(document: Document, change: Change) -> None:
    count = 0
    for node in document.nodes:
        length = float(np.linalg.norm(node.rotation))
        if 0 < length < float("inf") and abs(length - 1) > UNIT_TOLERANCE:
            x, y, z, w = (component / length for component in node.rotation)
            node.rotation = (x, y, z, w)
            count += 1
    if count:
        change.notes.append(f"{count} node rotations normalized")


def _repair_bounds(document: Document, change: Change) -> None:
    """Forget declared bounds that are wrong: the writer declares those of the data where there must be some."""
    replacements: dict[int, Any] = {}
    for accessor in reachable([document]).values():
        if not isinstance(accessor, Accessor) or accessor.bounds is None or accessor.payload is not None:
            continue
        array = accessor.array.swapaxes(1, 2) if accessor.array.ndim == 3 else accessor.array
        flat = array.reshape(len(array), -1)
        actual = (flat.min(axis=0), flat.max(axis=0)) if len(flat) else ([], [])
        for declared, bound in zip(accessor.bounds, actual, strict=True):
            kind = flat.dtype if flat.dtype.kind == "f" else np.float64
            if declared and not np.array_equal(np.asarray(declared, kind), bound):
                replacements[id(accessor)] = with_array(accessor, accessor.array)
    if replacements:
        substitute(document, replacements)
        change.notes.append(f"wrong bounds of {len(replacements)} accessors corrected")


def _repair_types(document: Document, change: Change) -> None:
    for number, image in enumerate(document.images):
        name = f"image {image.name!r}" if image.name else f"image {number}"
        try:
            found = image.header.mime_type
        except Forge3DError as error:
            change.skipped.append(Skip(name, f"its header cannot be read: {error}"))
            continue
        declared = image.mime_type
        if declared != found:
            image.mime_type = found
            change.notes.append(f"{name}: declared as {declared}, is {found}")


def _place(document: Document, metres: float, up: str, change: Change) -> None:
    """Put a node above the roots; those that the same scenes show share one."""
    shown: dict[int, tuple[int, ...]] = {}
    for number, scene in enumerate(document.scenes):
        for root in scene.nodes:
            shown[id(root)] = (*shown.get(id(root), ()), number)
    above: dict[tuple[int, ...], Node] = {}
    for scene in document.scenes:
        tops: list[Node] = []
        for root in scene.nodes:
            top = above.get(shown[id(root)])
            if top is None:
                top = above[shown[id(root)]] = Node(scale=(metres, metres, metres))
                top.rotation = Z_UP if up == "z" else top.rotation
                document.nodes.append(top)
            if all(root is not child for child in top.children):
                top.children.append(root)
            if all(top is not other for other in tops):
                tops.append(top)
        scene.nodes = tops
    if not above:
        change.skipped.append(Skip("units and up-axis", "there is no scene to place"))
    else:
        change.notes.append(
            f"one unit taken as {metres:g} m, {up} as up: {len(above)} nodes put above the scenes' roots"
        )
