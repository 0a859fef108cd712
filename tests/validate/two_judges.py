"""One file, two judges: the Khronos validator and ours."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests import peers

from forge3d.errors import Forge3DError, InvalidAsset, LimitExceeded
from forge3d.gltf import Source
from forge3d.gltf.files import external_uris
from forge3d.validate import validate

from .byte_mutations import mutate_bytes, mutate_image
from .cases import Case, Place
from .mutations import Pool, chunks_of, mutated
from .seeds import LARGEST, Seed


class Khronos:
    """A process of npm gltf-validator that judges one file after the other."""

    def __init__(self, process: subprocess.Popen[str]):
        self._process = process

    def judge(self, file: Path, folder: Path) -> set[Place] | None:
        """The issues of `file`, whose resources are in `folder`; None where it gives up."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{file}\t{folder}\n")
        self._process.stdin.flush()
        report = json.loads(self._process.stdout.readline())
        return places(report) if "issues" in report else None


@contextmanager
def khronos() -> Iterator[Khronos]:
    peers.require_node()
    command = ["node", str(peers.FOLDER / "validate.mjs")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Khronos(process)
        process.kill()


def places(report: dict[str, Any]) -> set[Place]:
    messages = report["issues"]["messages"]
    return {(entry["code"], entry["severity"], entry.get("pointer", entry.get("offset"))) for entry in messages}


def ours(data: bytes, folder: Path) -> set[Place]:
    """What we say of `data`, whose resources are in `folder`."""
    try:
        source: Source | bytes = Source.open(data, base=folder)
    except (InvalidAsset, LimitExceeded):
        source = data
    return places(validate(source).to_dict())


def parsed(data: bytes) -> Any:
    """The JSON value of a .gltf or .glb; None where there is none to be had."""
    try:
        if data[:4] != b"glTF":
            return json.loads(data)
        parts = chunks_of(data)
    except ValueError:
        return None
    return parts[0] if parts else None


def make(number: int, seeds: list[Seed], pool: Pool, scratch: Path) -> tuple[Path, bytes, Path]:
    """Mutation `number`: its file in `scratch`, its bytes, and the folder of its resources."""
    rnd = random.Random(number)
    seed = seeds[rnd.randrange(len(seeds))]
    data = mutated(seed.data, rnd, pool)
    folder = seed.folder
    if rnd.random() < 0.5:
        folder = _other_resources(parsed(seed.data), seed.folder, scratch / "resources", rnd)
    file = scratch / f"mutated{seed.suffix}"
    file.write_bytes(data)
    return file, data, folder


def case_of(data: bytes, folder: Path, theirs: set[Place]) -> Case:
    """What both say of `data`."""

    def image(number: int) -> bytes | None:
        try:
            source = Source.open(data, base=folder)
            described = source.json["images"][number]
            if "uri" in described:
                return bytes(source.resource(described["uri"]))
            view = source.json["bufferViews"][int(described["bufferView"])]  # 1.0 is an index too
            start = int(view.get("byteOffset", 0))
            return bytes(source.stored_buffer(int(view["buffer"]))[start : start + int(view["byteLength"])])
        except (Forge3DError, LookupError, TypeError, ValueError, AttributeError):
            return None

    return Case(data, parsed(data), ours(data, folder), theirs, image)


def _other_resources(document: Any, folder: Path, copies: Path, rnd: random.Random) -> Path:
    """`copies` with the external resources of `document` in it, one of them changed; `folder` where that is much."""
    names = [unquote(uri) for uri in external_uris(document)]
    files = [(name, folder / name) for name in names if name and "/" not in name and len(name) < 100]
    files = [(name, path) for name, path in files if "\0" not in name and path.is_file()]
    if not files or sum(path.stat().st_size for _, path in files) > 10 * LARGEST:
        return folder
    chosen = rnd.randrange(len(files))
    copies.mkdir(exist_ok=True)
    for old in copies.iterdir():
        old.unlink()
    for place, (name, path) in enumerate(files):
        data = path.read_bytes()
        if place == chosen:
            change = mutate_bytes if path.suffix == ".bin" else mutate_image
            data = change(data, rnd)
        (copies / name).write_bytes(data)
    return copies
