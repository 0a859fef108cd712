"""What buffers and buffer views say about their use, where the use shows it."""

from __future__ import annotations

from ...errors import Forge3DError
from .draft import Draft, Left
from .fix import Fix, each

VERTICES, INDICES = 34962, 34963


def _view_at(draft: Draft, pointer: str) -> int:
    """The buffer view of the accessor that a reference names, or of an image or other owner."""
    value = draft.at(pointer)
    if isinstance(value, int):
        value = draft.at(f"/accessors/{value}")
    view = value.get("bufferView") if isinstance(value, dict) else None
    if not isinstance(view, int):
        raise Left("it has no buffer view")
    return view


def _accessors_of(draft: Draft, view: int) -> dict[int, set[int]]:
    """For each accessor in a buffer view, the targets that its uses ask for (0: none)."""
    users: dict[int, set[int]] = {}
    for number, pointer in draft.references("bufferViews"):
        if number == view:
            parts = pointer.split("/")
            key = int(parts[2]) if parts[1] == "accessors" and len(parts) == 4 else -1
            users.setdefault(key, set()).update({0} if key < 0 else ())
    for number, pointer in draft.references("accessors"):
        if number in users:
            users[number].add(_target(pointer))
    return users


def _target(pointer: str) -> int:
    if not pointer.startswith("/meshes/"):
        return 0
    return INDICES if pointer.endswith("/indices") else VERTICES


def _set_target(draft: Draft, pointer: str) -> str:
    number = _view_at(draft, pointer)
    asked = set().union(*_accessors_of(draft, number).values())
    if len(asked) != 1:
        raise Left(f"buffer view {number} is used in several ways; its data would have to be taken apart")
    view, (target,) = draft.at(f"/bufferViews/{number}"), asked
    if view.get("target", 0) == target:
        return ""
    if target:
        view["target"] = target
        return f"buffer view {number}: target is {target}"
    del view["target"]
    return f"buffer view {number}: target removed"


def _set_stride(draft: Draft, pointer: str) -> str:
    number = _view_at(draft, pointer)
    users = _accessors_of(draft, number)
    if any(asked != {VERTICES} for asked in users.values()):
        raise Left(f"buffer view {number} is used in several ways")
    try:
        strides = {draft.source.layout(accessor).element.stride for accessor in users}
    except Forge3DError as error:
        raise Left(f"an accessor in it cannot be read: {error}") from None
    if len(strides) != 1 or (stride := strides.pop()) % 4:
        raise Left(f"buffer view {number} holds elements of several sizes")
    view = draft.at(f"/bufferViews/{number}")
    if "byteStride" in view:
        return ""
    view["byteStride"] = stride
    return f"buffer view {number}: byteStride is {stride}"


def _set_length(draft: Draft, pointer: str) -> str:
    number = int(pointer.split("/")[2])
    buffer = draft.at(f"/buffers/{number}")
    try:
        there = len(draft.source.stored_buffer(number))
        views = [draft.source.place(index) for index in range(len(draft.entries("bufferViews")))]
    except Forge3DError as error:
        raise Left(f"the bytes cannot be read: {error}") from None
    declared = buffer["byteLength"]
    if not 0 < there < declared:
        raise Left(f"there are {there} bytes where {declared} are declared")
    if any(view.buffer == number and view.start + view.length > there for view in views):
        raise Left("bytes that buffer views read are missing: get the file again")
    buffer["byteLength"] = there
    return f"buffer {number}: byteLength is {there}, was {declared}"


TARGETS = Fix(
    ("BUFFER_VIEW_TARGET_MISSING", "BUFFER_VIEW_TARGET_OVERRIDE"),
    "`target` says what the view is used for, or is removed where that is neither vertices nor indices",
    "only where every use asks for the same",
    each(_set_target),
)
STRIDES = Fix(
    ("MESH_PRIMITIVE_ACCESSOR_WITHOUT_BYTESTRIDE",),
    "`byteStride` is the size of the elements",
    "only where all have the same size, at which packed data stand anyway",
    each(_set_stride),
)
LENGTHS = Fix(
    ("BUFFER_BYTE_LENGTH_MISMATCH",),
    "`byteLength` is that of the bytes that are there",
    "only where no buffer view reads a byte beyond them",
    each(_set_length),
    reveals=True,
)
