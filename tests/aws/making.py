"""Small bundles made by hand, and a reader that does what a web page does."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from typing import Any

from forge3d.aws.layout import pointer_key
from forge3d.aws.store import Store
from forge3d.pipeline.manifest import NAME, File, Finding, Manifest, Source

_MEDIA = {"glb": "model/gltf-binary", "webp": "image/webp", "usdz": "model/vnd.usdz+zip"}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def make_bundle(
    folder: Path,
    sku: str = "chair",
    *,
    seed: int = 0,
    pictures: int = 3,
    size: int = 2_000,
    shared: int = 1,
    ok: bool = True,
) -> Path:
    """A bundle at `folder/sku`, with other content and another build key for every seed.

    Args:
        pictures: of the spin, the first `shared` of them the same for every seed.
        size: of each file, bytes; half of the model is zeros, so that it can be compressed.
    """
    target = folder / sku
    target.mkdir(parents=True, exist_ok=True)
    for old in target.iterdir():
        old.unlink()
    noise = random.Random(f"{sku} {seed}")
    contents = [("model", "glb", None, noise.randbytes(size // 2) + bytes(size - size // 2))]
    contents += [("level", "glb", 1, noise.randbytes(size // 4) + bytes(size // 4))]
    contents += [("usdz", "usdz", None, noise.randbytes(size // 4) + bytes(size // 4))]
    for index in range(pictures):
        source = random.Random(f"{sku} shared {index}") if index < shared else noise
        contents.append(("spin", "webp", index, source.randbytes(size)))
    files = []
    for role, extension, index, data in contents:
        path = f"{sha(data)}.{extension}"
        (target / path).write_bytes(data)
        media = _MEDIA[extension]
        files.append(File(path=path, role=role, bytes=len(data), sha256=sha(data), media_type=media, index=index))
    findings = () if ok else (Finding(severity="error", code="LOOKS_WRONG", message="it does", step="audit"),)
    manifest = Manifest(
        sku=sku,
        key=sha(f"{sku} {seed}".encode()),
        ok=ok,
        source=Source(name=f"{sku}.glb", bytes=1, sha256=sha(b"source")),
        files=tuple(files),
        findings=findings,
    )
    (target / NAME).write_bytes(manifest.encode())
    return target


def key_of(seed: int, sku: str = "chair") -> str:
    """The build key of a seed's bundle."""
    return sha(f"{sku} {seed}".encode())


def read_product(store: Store, sku: str = "chair") -> dict[str, Any] | None:
    """The version record of what is live, after fetching everything it leads to; None where there is no pointer.

    Raises:
        AssertionError: something is missing, damaged, or of another version.
    """
    from brotli import decompress

    stored = store.read(pointer_key(sku))
    if stored is None:
        return None
    pointer = json.loads(stored.data)
    told = store.read(pointer["version"])
    assert told is not None, f"{pointer['version']} is missing"
    record: dict[str, Any] = json.loads(told.data)
    assert (record["generation"], record["key"]) == (pointer["generation"], pointer["key"])
    for file in [*record["files"], record["manifest"]]:
        found = store.read(file["key"])
        assert found is not None, f"{file['key']} is missing"
        data = decompress(found.data) if found.head.encoding == "br" else found.data
        assert sha(data) == file["sha256"], f"{file['key']} is damaged"
        assert len(data) == file["bytes"]
    return record
