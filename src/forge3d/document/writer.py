"""Documents to .glb and .gltf: deterministic bytes, and files that appear whole or not at all."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Collection, Iterable
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, unquote

from ..errors import InvalidAsset, OutputError
from ..gltf import glb
from . import checks, opaque
from .document import Document
from .encoding import Encoding
from .layout import Json
from .numbering import LISTS, ROOT_EXTENSIONS
from .output import write_files
from .serialize import Serializer
from .storage import Storage
from .texture import Image

_FROM_DOCUMENT: Any = object()
_SUFFIXES = {
    "image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/avif": ".avif", "image/ktx2": ".ktx2",
    "image/vnd-ms.dds": ".dds",
}  # fmt: skip


def to_glb(
    document: Document, *, encoding: Encoding | None = _FROM_DOCUMENT, drop_extensions: Collection[str] = ()
) -> bytes:
    """The document as one GLB with everything inside.

    Args:
        encoding: how to compress geometry that has no payload of its own; by default `document.encoding`.
        drop_extensions: names of extensions to leave out.

    Raises:
        InvalidAsset: the document holds something that glTF cannot express, such as NaN, an empty accessor or a node
            below itself.
        UnsupportedFeature: an extension that forge3d does not know may point to something that has been removed.
        LimitExceeded: more than the 4 GiB of a GLB.
    """
    storage = _assemble(document, encoding, drop_extensions)
    for image, entry in storage.serializer.image_json.items():
        _embed(image, entry, storage)
    root = _root(storage)
    binary = None
    for number, (entry, data) in enumerate(storage.buffers):
        if number == 0:
            binary = data
        elif data is not None:
            entry["uri"] = "data:application/octet-stream;base64," + base64.b64encode(data).decode()
    return glb.pack(_text(root), binary)


def to_gltf(
    document: Document,
    stem: str,
    *,
    encoding: Encoding | None = _FROM_DOCUMENT,
    drop_extensions: Collection[str] = (),
    embed_images: bool = False,
) -> dict[str, bytes]:
    """The document as file name → bytes: the buffers and images first, `<stem>.gltf` last.

    Args:
        embed_images: put the images into the buffer too. Otherwise they become files under the names they had.
    """
    storage = _assemble(document, encoding, drop_extensions)
    files: dict[str, bytes] = {}
    taken = {f"{stem}.gltf".lower(), f"{stem}.bin".lower()}
    for image, entry in storage.serializer.image_json.items():
        if embed_images:
            _embed(image, entry, storage)
        elif image.data:
            name = _file_name(image, stem, taken)
            files[name] = image.data
            entry["uri"] = quote(name)
            if image.uri is None and image.mime_type is not None:
                entry["mimeType"] = image.mime_type
    root = _root(storage)
    buffers = {}
    for number, (entry, data) in enumerate(storage.buffers):
        if data is not None:
            name = f"{stem}.bin" if number == 0 else _unused(f"{stem}-{number}.bin", taken)
            entry["uri"] = quote(name)
            buffers[name] = bytes(data)
    return {**buffers, **files, f"{stem}.gltf": _text(root)}


def write(document: Document, path: str | os.PathLike[str], *, overwrite: bool = False, **options: Any) -> None:
    """Write `document` to a .glb, or to a .gltf with its .bin and images beside it.

    Everything is written under other names and renamed at the end, the .gltf last; on an error nothing is left behind.

    Args:
        overwrite: allow to replace files that the document was read from.
        options: see `to_glb` and `to_gltf`.

    Raises:
        OutputError: a file could not be written, or is one that the document was read from.
    """
    path = Path(path)
    if path.suffix.lower() == ".glb":
        files = {path: to_glb(document, **options)}
    elif path.suffix.lower() == ".gltf":
        files = {path.parent / name: data for name, data in to_gltf(document, path.stem, **options).items()}
    else:
        raise OutputError(f"{path} must end in .glb or .gltf: the suffix chooses the format")
    if not overwrite:
        _spare_sources(document, path, files)
    write_files(files)


def _spare_sources(document: Document, path: Path, files: dict[Path, bytes]) -> None:
    """Refuse to write over an input; an image beside it may stay where it is, if it is the same."""
    sources = {os.path.realpath(source) for source in document.source_files}
    for target, data in files.items():
        if os.path.realpath(target) not in sources:
            continue
        if target == path or not (target.is_file() and target.read_bytes() == data):
            raise OutputError(
                f"{target} is a file that this document was read from; choose another (in Python: overwrite=True)"
            )


# Assembling.


def _assemble(document: Document, encoding: Encoding | None, drop: Collection[str]) -> Storage:
    """The document with every object written and all geometry placed; the container decides about the images."""
    checks.tree(document)
    pinned = document.pinned
    if pinned is not None and set(pinned.extensions) <= set(drop):
        pinned = None
    serializer = Serializer(document, drop, pinned)
    serializer.run()
    storage = Storage(document, serializer, document.encoding if encoding is _FROM_DOCUMENT else encoding, pinned)
    storage.run()
    return storage


def _embed(image: Image, entry: Json, storage: Storage) -> None:
    if image.data:
        if image.mime_type is not None:
            entry["mimeType"] = image.mime_type
        entry["bufferView"] = storage.image_view(image)


def _root(storage: Storage) -> Json:
    """The root object, its keys in the order in which they are written."""
    serializer = storage.serializer
    storage.finish()
    opening: Json = {"asset": serializer.asset}
    lists: dict[str, list[Any]] = {kind: serializer.lists[kind] for kind in LISTS if kind not in ROOT_EXTENSIONS}
    lists |= {
        "accessors": storage.accessors, "bufferViews": storage.views, "buffers": [json for json, _ in storage.buffers],
    }  # fmt: skip
    used, required = _declared(serializer)
    opening |= {key: names for key, names in (("extensionsUsed", used), ("extensionsRequired", required)) if names}
    if serializer.scene is not None:
        opening["scene"] = serializer.scene
    return {**opening, **{key: entries for key, entries in lists.items() if entries}, **serializer.root}


def _declared(serializer: Serializer) -> tuple[list[str], list[str]]:
    """`extensionsUsed` and `extensionsRequired`: what is written, and names of unknown extensions as they were."""
    document, written = serializer.document, serializer.extensions
    managed = opaque.TYPED | opaque.FORMATS | set(serializer.drop)
    used = [name for name in document.extensions_used if name in written or name not in managed]
    used += sorted(written.keys() - set(used))
    required = [name for name in document.extensions_required if name in used]
    required += sorted(name for name, must in written.items() if must and name not in required)
    return used, required


def _text(root: Json) -> bytes:
    try:
        return json.dumps(root, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # a lone surrogate, which only an escape can express
        return json.dumps(root, allow_nan=False, separators=(",", ":")).encode()
    except ValueError as error:
        raise InvalidAsset(f"a number is not finite, which glTF cannot express: {error}") from error
    except TypeError as error:
        raise InvalidAsset(f"extras or extensions hold something that is not JSON: {error}") from error


# Names of image files.


def _file_name(image: Image, stem: str, taken: set[str]) -> str:
    suffix = _SUFFIXES.get(image.mime_type or "", ".bin")
    kept = _safe(unquote(image.uri)) if image.uri else None
    if kept is not None and (not image.replaced or kept.lower().endswith((suffix, ".jpeg"))):
        return _unused(kept, taken)
    label = PurePosixPath(kept).stem if kept else re.sub(r"[^\w-]+", "_", image.name or f"{stem}_image").strip("_")
    return _unused((label or "image")[:80] + suffix, taken)


def _safe(name: str) -> str | None:
    """`name` where it is a relative path that stays below the folder, else None."""
    parts = PurePosixPath(name).parts
    climbing = any(part in ("..", "/") or "\\" in part or ":" in part or "\0" in part for part in parts)
    return None if climbing or not parts else str(PurePosixPath(*parts))


def _unused(name: str, taken: set[str]) -> str:
    path = PurePosixPath(name)
    candidates: Iterable[str] = (
        str(path if number == 0 else path.with_name(f"{path.stem}-{number}{path.suffix}")) for number in range(1 << 20)
    )
    chosen = next(candidate for candidate in candidates if candidate.lower() not in taken)
    taken.add(chosen.lower())
    return chosen
