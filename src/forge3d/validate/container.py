"""The GLB container and the JSON text (specification §2.7, §4); found by `forge3d.gltf.glb` and `json_text`."""

from __future__ import annotations

from .rules import ERROR, INFORMATION, WARNING, rule

INVALID_JSON = rule("INVALID_JSON", ERROR, "2.7", "the text is not JSON")
GLB = [
    rule("GLB_CHUNK_LENGTH_UNALIGNED", ERROR, "4.4", "a chunk's length is not a multiple of 4"),
    rule("GLB_CHUNK_TOO_BIG", ERROR, "4.4", "a chunk ends after the file's declared length"),
    rule("GLB_DUPLICATE_CHUNK", ERROR, "4.4.3", "there are two chunks of one type"),
    rule("GLB_EMPTY_BIN_CHUNK", INFORMATION, "4.4.3.3", "the binary chunk is empty"),
    rule("GLB_EMPTY_CHUNK", ERROR, "4.4.3", "a chunk is empty"),
    rule("GLB_EXTRA_DATA", WARNING, "4.4.2", "bytes follow the last chunk"),
    rule("GLB_INVALID_MAGIC", ERROR, "4.4.2", "the file does not begin with glTF"),
    rule("GLB_INVALID_VERSION", ERROR, "4.4.2", "the container's version is not 2"),
    rule("GLB_LENGTH_MISMATCH", ERROR, "4.4.2", "the declared length is not the file's"),
    rule("GLB_LENGTH_TOO_SMALL", ERROR, "4.4.2", "the declared length leaves no room for a chunk"),
    rule("GLB_UNEXPECTED_BIN_CHUNK", ERROR, "4.4.3.3", "the binary chunk is not the second"),
    rule("GLB_UNEXPECTED_END_OF_CHUNK_DATA", ERROR, "4.4.3", "the file ends inside a chunk"),
    rule("GLB_UNEXPECTED_END_OF_CHUNK_HEADER", ERROR, "4.4.3", "the file ends inside a chunk's header"),
    rule("GLB_UNEXPECTED_END_OF_HEADER", ERROR, "4.4.2", "the file ends inside its header"),
    rule("GLB_UNEXPECTED_FIRST_CHUNK", ERROR, "4.4.3.2", "the first chunk is not JSON"),
    rule("GLB_UNKNOWN_CHUNK_TYPE", WARNING, "4.4.3", "a chunk is of unknown type"),
]
