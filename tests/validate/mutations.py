"""Seeded mutations of glTF files that know their structure: what is wrong with the result is for validators to say."""

from __future__ import annotations

import base64
import copy
import json
import random
import struct
from collections import defaultdict
from collections.abc import Callable
from typing import Any

ODD: list[Any] = [
    None, True, False, -1, 0, 1, 2, 3, 4, 1.5, -0.5, 255, 256, 65535, 2**31, 2**53, 1e308, 1e39, "", "x", "_", [], {},
    [0], [None], [[]], [1, 1], {"a": 1}, 5121, 5123, 5125, 5126, "SCALAR", "VEC3", "data:,", "image/png", "%00",
]  # fmt: skip
PREFIX = "data:application/octet-stream;base64,"
FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -3.5, 1e30, float("nan"), float("inf"), 1e-40]


class Pool:
    """Values by the key that they stand under, over many files: what is likely to mean something there."""

    def __init__(self) -> None:
        self.values: dict[str, list[Any]] = defaultdict(list)
        self.keys: dict[str, list[str]] = defaultdict(list)

    def add(self, value: Any, key: str = "") -> None:
        """Take in a JSON value with everything below."""
        if isinstance(value, dict):
            for name, entry in value.items():
                self.keys[key].append(name)
                if len(json.dumps(entry)) < 2000:
                    self.values[name].append(entry)
                self.add(entry, name)
        elif isinstance(value, list):
            for entry in value:
                self.add(entry, key)


def containers(value: Any, key: str = "") -> list[tuple[Any, str]]:
    """Every object and array that is not empty, with the key above it."""
    found: list[tuple[Any, str]] = []
    if isinstance(value, dict | list) and value:
        found.append((value, key))
        for name, entry in value.items() if isinstance(value, dict) else ((key, entry) for entry in value):
            found += containers(entry, name)
    return found


def mutate_json(document: Any, rnd: random.Random, pool: Pool) -> None:
    """Change one thing in place: drop, retype, renumber, reorder, repeat, or put in what stands elsewhere."""
    holder, key = rnd.choice(containers(document) or [({}, "")])
    if isinstance(holder, list):
        _mutate_list(holder, rnd, key, pool)
        return
    choice = rnd.random()
    known = pool.keys.get(key)
    if (choice < 0.25 or not holder) and known:
        name = rnd.choice(known)
        holder[name] = copy.deepcopy(rnd.choice(pool.values.get(name) or ODD))
    elif choice < 0.3:
        holder["unknown"] = rnd.choice(ODD)
    elif holder:
        name = rnd.choice(sorted(holder))
        if choice < 0.45:
            del holder[name]
        else:
            holder[name] = _other(holder[name], rnd, name, pool)


def _mutate_list(entries: list[Any], rnd: random.Random, key: str, pool: Pool) -> None:
    place = rnd.randrange(len(entries))
    choice = rnd.random()
    if choice < 0.2:
        del entries[place]
    elif choice < 0.4:
        entries.append(copy.deepcopy(entries[place]))
    elif choice < 0.6:
        rnd.shuffle(entries)
    else:
        entries[place] = _other(entries[place], rnd, key, pool)


def _other(value: Any, rnd: random.Random, key: str, pool: Pool) -> Any:
    choice = rnd.random()
    if choice < 0.3 and pool.values.get(key):
        return copy.deepcopy(rnd.choice(pool.values[key]))
    if isinstance(value, int | float) and not isinstance(value, bool) and choice < 0.85:
        return rnd.choice([value + 1, value - 1, -value, value * 2, value + 0.5, value // 2, 0, 1])
    return rnd.choice(ODD) if choice < 0.9 else [value]


def mutate_bytes(data: bytes, rnd: random.Random) -> bytes:
    """Change bytes: one of them, a float, a run of zeros, or cut the end off."""
    if not data:
        return data
    changed = bytearray(data)
    choice = rnd.random()
    if choice < 0.15:
        return bytes(changed[: rnd.randrange(len(changed))])
    if choice < 0.25:
        return data + bytes(rnd.randrange(1, 9))
    for _ in range(rnd.choice([1, 1, 1, 4, 16])):
        place = rnd.randrange(len(changed))
        if choice < 0.6 and len(changed) >= 4:
            place = min(place // 4 * 4, len(changed) - 4)
            changed[place : place + 4] = struct.pack("<f", rnd.choice(FLOATS))
        else:
            changed[place] = rnd.choice([0, 1, 2, 127, 128, 255, rnd.randrange(256)])
    return bytes(changed)


def _embedded(document: Any) -> list[dict[str, Any]]:
    owners = [entry for name in ("buffers", "images") for entry in _list(document, name)]
    uris = [(owner, owner.get("uri")) for owner in owners if isinstance(owner, dict)]
    return [owner for owner, uri in uris if isinstance(uri, str) and ";base64," in uri[:100]]


def _list(document: Any, name: str) -> list[Any]:
    entries = document.get(name) if isinstance(document, dict) else None
    return entries if isinstance(entries, list) else []


def mutate_embedded(document: Any, rnd: random.Random, pool: Pool) -> None:
    """Change the bytes in a data URI; now and then its text."""
    owners = _embedded(document)
    if not owners:
        mutate_json(document, rnd, pool)
        return
    owner = rnd.choice(owners)
    head, _, body = owner["uri"].partition(",")
    if rnd.random() < 0.1:
        cut = rnd.randrange(len(owner["uri"]) + 1)
        owner["uri"] = owner["uri"][:cut] + rnd.choice(["", "=", " ", "%", "!", "A", "\n"])
        return
    try:
        data = base64.b64decode(body)
    except ValueError:
        return
    owner["uri"] = f"{head},{base64.b64encode(mutate_bytes(data, rnd)).decode()}"


def chunks_of(data: bytes) -> tuple[Any, bytes] | None:
    """JSON value and binary chunk of a sound GLB."""
    length = struct.unpack_from("<I", data, 12)[0] if data[:4] == b"glTF" and len(data) >= 20 else -1
    try:
        return json.loads(data[20 : 20 + length]), data[28 + length :]
    except ValueError:
        return None


def pack_glb(document: Any, binary: bytes) -> bytes:
    """A GLB whose container is sound."""
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    tail = struct.pack("<II", len(binary), 0x004E4942) + binary if binary else b""
    return struct.pack("<IIIII", 0x46546C67, 2, 20 + len(text) + len(tail), len(text), 0x4E4F534A) + text + tail


def mutate_container(data: bytes, rnd: random.Random) -> bytes:
    """Change a GLB's own structure, or cut the file off anywhere."""
    changed = bytearray(data)
    choice = rnd.random()
    if choice < 0.3 or len(data) < 20:
        return bytes(changed[: rnd.randrange(len(changed) + 1)])
    json_end = 20 + struct.unpack_from("<I", data, 12)[0]
    places = [0, 4, 8, 12, 16, json_end, json_end + 4]
    place = min(rnd.choice(places), len(data) - 4)
    value = struct.unpack_from("<I", data, place)[0]
    new = rnd.choice([0, 1, 2, 3, value + 1, value + 4, value - 4, 0x4E4F534A, 0x004E4942, 2**31, 2**32 - 1])
    struct.pack_into("<I", changed, place, new % 2**32)
    if choice > 0.8:
        changed += struct.pack("<II", 4, rnd.choice([0x4E4F534A, 0x004E4942, 7])) + b"    "
    if choice > 0.9:
        struct.pack_into("<I", changed, 8, len(changed))
    return bytes(changed)


def mutated(data: bytes, rnd: random.Random, pool: Pool) -> bytes:
    """`data`, a .gltf or .glb, with one to three things changed."""
    binary: bytes | None = None
    if data[:4] == b"glTF":
        parts = chunks_of(data)
        if parts is None or rnd.random() < 0.2:
            return mutate_container(data, rnd)
        document, binary = parts
    else:
        try:
            document = json.loads(data)
        except ValueError:
            return mutate_bytes(data, rnd)
        if rnd.random() < 0.02:
            return mutate_bytes(data, rnd)
    for _ in range(rnd.choice([1, 1, 2, 3])):
        if binary and rnd.random() < 0.35:
            binary = mutate_bytes(binary, rnd)
            continue
        change: Callable[[Any, random.Random, Pool], None]
        change = mutate_embedded if rnd.random() < 0.3 else mutate_json
        change(document, rnd, pool)
    return json.dumps(document).encode() if binary is None else pack_glb(document, binary)
