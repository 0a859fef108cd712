"""A GLB whose chunks can be read, written with the right lengths; JSON without a byte order mark."""

from __future__ import annotations

from ...gltf.json_text import has_bom
from .draft import Draft
from .fix import Fix, each


def _pack(draft: Draft, pointer: str) -> str:
    return "the GLB's chunks are written anew"


def _drop_mark(draft: Draft, pointer: str) -> str:
    return "the byte order mark is removed" if has_bom(draft.source.text) else ""


PACKING = Fix(
    ("GLB_LENGTH_MISMATCH", "GLB_CHUNK_TOO_BIG", "GLB_CHUNK_LENGTH_UNALIGNED", "GLB_EXTRA_DATA", "GLB_EMPTY_BIN_CHUNK"),
    "the chunks are written anew with their lengths, an empty one and what follows the last are left out",
    "only where every chunk is there to its end; what follows is no part of the model",
    each(_pack),
    reveals=True,
)
MARK = Fix(
    ("INVALID_JSON",),
    "the byte order mark before the JSON is removed",
    "it says nothing; text that is not JSON stays",
    each(_drop_mark),
    reveals=True,
)
