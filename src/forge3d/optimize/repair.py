"""Repair what a validator finds and what has one right answer: `forge3d optimize IN OUT --step repair`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from ..document import Accessor, Change, Context, Document, Fidelity, Mode, Node, Primitive, Skip, Transform
from ..document.accessor import Array
from ..errors import Forge3DError, RecipeError
from .graph import reachable, substitute
from .prune import Prune
from .vertices import index_accessor, payload_kept, primitives, with_array

UNIT_TOLERANCE = 0.00674
"""How far a vector's length may be from 1 before it counts as faulty: the worst of three signed normalized bytes."""

Z_UP = (-(0.5**0.5), 0.0, 0.0, 0.5**0.5)
"""The rotation (quaternion) that makes +Z point where glTF's +Y does."""


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
        if not 0 < self.metres < float("inf"):
            raise RecipeError(f"metres={self.metres}: a unit is more than 0 m and finite")
        if self.up not in ("y", "z"):
            raise RecipeError(f"up={self.up!r}: it is y or z")

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
        values = accessor.floats.astype(np.float64)
        lengths = np.linalg.norm(values[:, :3], axis=1)
        wrong = ~(np.abs(lengths - 1) <= UNIT_TOLERANCE)
        signless = np.abs(values[:, 3]) != 1 if name == "TANGENT" else np.zeros(len(values), bool)
        possible = wrong & np.isfinite(lengths) & (lengths > 0)
        if (wrong & ~possible).any():
            count = int(np.count_nonzero(wrong & ~possible))
            change.skipped.append(Skip(label, f"{count} of its {name} vectors have no direction"))
        if not (possible.any() or signless.any()):
            continue
        values[possible, :3] /= lengths[possible, None]
        if name == "TANGENT":
            values[signless, 3] = np.where(values[signless, 3] < 0, -1, 1)
        rows = possible | signless
        substitute(document, {id(accessor): with_array(accessor, _stored(values, accessor, rows))})
        change.notes.append(f"{label}: {int(np.count_nonzero(rows))} {name} vectors normalized")


def _stored(values: npt.NDArray[np.float64], accessor: Accessor, rows: npt.NDArray[np.bool_]) -> Array:
    """`values` in the accessor's own type in these rows; the others stay to the bit."""
    result: Array = accessor.array.copy()
    scale = np.iinfo(accessor.dtype).max if accessor.dtype.kind in "iu" else None
    result[rows] = (values[rows] if scale is None else np.rint(values[rows] * scale)).astype(accessor.dtype)
    return result


def _repair_weights(label: str, primitive: Primitive, change: Change) -> None:
    """All sets of a vertex together; joints that have no weight become 0."""
    names = [name for name in _numbered(primitive, "WEIGHTS") if f"JOINTS{name[7:]}" in primitive.attributes]
    weights = [primitive.attributes[name] for name in names]
    joints = [primitive.attributes[f"JOINTS{name[7:]}"] for name in names]
    if not names or len({(accessor.shape, accessor.dtype) for accessor in weights}) != 1:
        return
    if any(accessor.shape != weights[0].shape for accessor in joints):
        return
    values = np.concatenate([accessor.floats for accessor in weights], axis=1).astype(np.float64)
    clean = np.where(np.isfinite(values) & (values > 0), values, 0)
    totals = clean.sum(axis=1)
    wrong = ~(np.abs(values.sum(axis=1) - 1) <= 2e-7 * np.maximum(np.count_nonzero(values, axis=1), 1))
    wrong |= (values < 0).any(axis=1)
    lost = wrong & (totals <= 0)
    if lost.any():
        change.skipped.append(Skip(label, f"{int(np.count_nonzero(lost))} vertices have no joint weight at all"))
    rows = wrong & ~lost
    if rows.any():
        clean[rows] /= totals[rows, None]
        stored = _weights_of(clean, rows, weights)
        for name, accessor, part in zip(names, weights, stored, strict=True):
            primitive.attributes[name] = with_array(accessor, part)
        change.notes.append(f"{label}: the joint weights of {int(np.count_nonzero(rows))} vertices made to sum up to 1")
    count = 0
    for name, accessor in zip(names, joints, strict=True):
        idle = (primitive.attributes[name].array == 0) & (accessor.array != 0)
        count += int(np.count_nonzero(idle))
        if idle.any():
            primitive.attributes[f"JOINTS{name[7:]}"] = with_array(accessor, np.where(idle, 0, accessor.array))
    if count:
        change.notes.append(f"{label}: {count} joints without weight set to 0")


def _numbered(primitive: Primitive, base: str) -> Iterator[str]:
    number = 0
    while f"{base}_{number}" in primitive.attributes:
        yield f"{base}_{number}"
        number += 1


def _weights_of(values: npt.NDArray[np.float64], rows: npt.NDArray[np.bool_], weights: list[Accessor]) -> list[Array]:
    """Weights in their accessors' type. Integers are rounded so that each vertex's still sum up to exactly 1."""
    width = weights[0].shape[1]
    if weights[0].dtype.kind == "f":
        return [
            np.where(rows[:, None], values[:, at : at + width], accessor.array).astype(accessor.dtype)
            for at, accessor in zip(range(0, values.shape[1], width), weights, strict=True)
        ]
    top = int(np.iinfo(weights[0].dtype).max)
    scaled = values * top
    whole = np.floor(scaled)
    missing = np.rint(top - whole.sum(axis=1)).astype(np.int64)
    rank = np.argsort(np.argsort(whole - scaled, axis=1, kind="stable"), axis=1)  # largest fractions first
    whole += (rank < missing[:, None]) & rows[:, None]
    return [
        np.where(rows[:, None], whole[:, at : at + width], accessor.array).astype(accessor.dtype)
        for at, accessor in zip(range(0, values.shape[1], width), weights, strict=True)
    ]


def _drop_degenerate(label: str, primitive: Primitive, change: Change) -> None:
    if primitive.indices is None or primitive.mode != Mode.TRIANGLES:
        return
    corners = primitive.indices.array
    triangles = corners[: len(corners) // 3 * 3].reshape(-1, 3)
    a, b, c = triangles.T
    good = (a != b) & (b != c) & (a != c)
    if good.all():
        return
    if not good.any():
        change.skipped.append(Skip(label, "has degenerate triangles only"))
        return
    primitive.indices = index_accessor(triangles[good].ravel(), primitive.indices)
    change.notes.append(f"{label}: {int(np.count_nonzero(~good))} degenerate triangles removed")


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
