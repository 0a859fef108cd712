"""What the JSON says twice, not at all, or in vain."""

from __future__ import annotations

import re

from .draft import Draft, Left
from .fix import Fix, each

# Lists in which the order of equal entries, and their number, mean nothing.
_SETS = re.compile(r"/extensions(Used|Required)|/scenes/\d+/nodes|/nodes/\d+/children")


def _add(draft: Draft, name: object, key: str) -> str:
    listed = draft.json.setdefault(key, [])
    if not isinstance(name, str) or not isinstance(listed, list):
        raise Left(f"{key} is not a list of names")
    if name in listed:
        return ""
    listed.append(name)
    return f"{name} added to {key}"


def _use(draft: Draft, pointer: str) -> str:
    if pointer.startswith("/extensionsRequired/"):
        return _add(draft, draft.at(pointer), "extensionsUsed")
    return _add(draft, draft.find(pointer)[1], "extensionsUsed")


def _require(draft: Draft, pointer: str) -> str:
    value = draft.at(pointer)
    return _add(draft, value if isinstance(value, str) else draft.find(pointer)[1], "extensionsRequired")


def _drop_repeated(draft: Draft, pointer: str) -> str:
    place = pointer.rpartition("/")[0]
    if not _SETS.fullmatch(place):
        raise Left("the list's numbering would change")
    holder, key = draft.find(place)
    kept = list(dict.fromkeys(holder[key]))
    removed = len(holder[key]) - len(kept)
    holder[key] = kept
    return f"{place}: {removed} repeated entries removed" if removed else ""


def _drop(draft: Draft, pointer: str) -> str:
    holder, key = draft.find(pointer)
    if not isinstance(holder, dict):
        raise Left("the list's numbering would change")
    del holder[key]
    return f"{key} removed"


def _drop_normalized(draft: Draft, pointer: str) -> str:
    accessor = draft.at("/".join(pointer.split("/")[:3]))
    if accessor.get("componentType") != 5126:
        raise Left("it is not clear whether its integers are meant as numbers from 0 to 1")
    return "normalized removed" if accessor.pop("normalized", None) else ""


USED = Fix(
    ("UNDECLARED_EXTENSION", "UNUSED_EXTENSION_REQUIRED"),
    "the extension is added to `extensionsUsed`",
    "the file uses or requires it already",
    each(_use),
    reveals=True,
)
REQUIRED = Fix(
    ("NON_REQUIRED_EXTENSION",),
    "the extension is added to `extensionsRequired`",
    "its own specification asks for that: the file cannot be read without it",
    each(_require),
)
REPEATED = Fix(
    ("DUPLICATE_ELEMENTS",),
    "each entry is kept once",
    "only in `extensionsUsed`, `extensionsRequired`, a scene's `nodes` and a node's `children`, which are sets",
    each(_drop_repeated),
)
EMPTY = Fix(
    ("EMPTY_ENTITY", "NODE_MATRIX_DEFAULT", "UNUSED_MESH_WEIGHTS"),
    "the property is removed: an empty list or object, a matrix that changes nothing, weights of no morph target",
    "leaving it out means the same; a property that must be there stays",
    each(_drop),
)
NORMALIZED = Fix(
    ("ACCESSOR_NORMALIZED_INVALID",),
    "`normalized` is removed",
    "only from floats, which it does not change",
    each(_drop_normalized),
)
