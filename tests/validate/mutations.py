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

from .byte_mutations import mutate_bytes, mutate_container, mutate_image, mutate_text

ODD: list[Any] = [
    None, True, False, -1, 0, 1, 2, 3, 4, 1.5, -0.5, 1.0, 0.0, -0.0, 1e-300, 255, 256, 65535, 65536, 2**31, 2**32 - 1,
    2**53, 2**53 + 1, -(2**31), 10**18, 1e20, 1e308, 1e39, -1e39, "", "x", "_", "_X", "0", "1.0", "null", [], {}, [0],
    [None], [[]], [[[0]]], [1, 1], [1.0, 1], ["a", "a"], [{}], {"a": 1}, {"": 0}, 5121, 5123, 5125, 5126, 34962,
    "SCALAR", "VEC3", "MAT4", "data:,", "data:", "data:image/png;base64,", "data:application/octet-stream;base64,AAA",
    "data:application/octet-stream;base64,A===", "image/png", "image/jpeg", "%00", "%", "a b", "a\\b", "/a", "//a/b",
    "http://a/b", "file:///a", "a:b", ":", "?", "#", "./x.bin", "../x.bin", "\u00e9.bin", "\U0001f600", "\u0000",
    "n" * 300, "2.0", "2.1", "3.0", "2.", "KHR_materials_unlit", {"extensions": {}}, {"extras": 1}, {"extras": {}},
]  # fmt: skip
"""What stands where something else is expected: every type, the edges of numbers, broken URIs."""
NAMES = ["unknown", "extras", "extensions", "name", "a/b", "a~b", "\u00e9", "", "n" * 200, "0", "__proto__"]
PREFIX = "data:application/octet-stream;base64,"


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
        holder[rnd.choice(NAMES)] = copy.deepcopy(rnd.choice(ODD))
    elif holder:
        name = rnd.choice(sorted(holder))
        if choice < 0.45:
            del holder[name]
        elif choice < 0.48:
            holder[rnd.choice(known or NAMES)] = holder.pop(name)
        elif choice < 0.51:
            for entry in sorted(holder, key=lambda _: rnd.random()):
                holder[entry] = holder.pop(entry)
        else:
            holder[name] = _other(holder[name], rnd, name, pool)


def _mutate_list(entries: list[Any], rnd: random.Random, key: str, pool: Pool) -> None:
    place = rnd.randrange(len(entries))
    choice = rnd.random()
    if choice < 0.15:
        del entries[place]
    elif choice < 0.2:
        del entries[place:]
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
    if isinstance(value, int | float) and not isinstance(value, bool) and choice < 0.8:
        new = [value + 1, value - 1, -value, value * 2, value + 0.5, value // 2, 0, 1, str(value), [value]]
        return rnd.choice(new if abs(value) > 1e15 else [*new, float(value), value * 4, value + 2, value + 4])
    if isinstance(value, str) and choice < 0.6:
        cut = rnd.randrange(len(value) + 1)
        return rnd.choice([value[:cut], value[cut:], value.upper(), value.lower(), value + "_1", value + "\u00e9"])
    if isinstance(value, list) and choice < 0.5:
        return rnd.choice([value * 2, value[:-1], value[::-1], dict.fromkeys(map(str, value), 0), [value, value]])
    return copy.deepcopy(rnd.choice(ODD)) if choice < 0.95 else [value]


def move_extension(document: Any, rnd: random.Random, pool: Pool) -> None:
    """Put an extension's object where another object's extensions are, or declare fewer or others."""
    objects = [entry for entry, _ in containers(document) if isinstance(entry, dict)]
    owners = [entry["extensions"] for entry in objects if isinstance(entry.get("extensions"), dict)]
    names = [(name, value) for owner in owners for name, value in owner.items()]
    if not names and pool.values["extensions"]:
        known = rnd.choice([entry for entry in pool.values["extensions"] if isinstance(entry, dict)])
        names = [(name, value) for name, value in known.items()]
    if not names or not objects:
        mutate_json(document, rnd, pool)
        return
    name, value = rnd.choice(names)
    target = rnd.choice(objects).setdefault("extensions", {})
    if isinstance(target, dict):
        target[name] = copy.deepcopy(value)
    used = document.setdefault("extensionsUsed", []) if isinstance(document, dict) else None
    if isinstance(used, list) and name not in used and rnd.random() < 0.7:
        used.append(name)


def embedded(document: Any) -> list[tuple[str, dict[str, Any]]]:
    """Buffers and images whose data URI has base64, with the list they are in."""
    owners = [(name, entry) for name in ("buffers", "images") for entry in objects_of(document, name)]
    return [
        (name, owner) for name, owner in owners if isinstance(owner.get("uri"), str) and ";base64," in owner["uri"][:99]
    ]


def objects_of(document: Any, name: str) -> list[dict[str, Any]]:
    """The objects in the root's list `name`, whatever else is in there."""
    entries = document.get(name) if isinstance(document, dict) else None
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def mutate_embedded(document: Any, rnd: random.Random, pool: Pool) -> None:
    """Change the bytes in a data URI; now and then its text."""
    owners = embedded(document)
    if not owners:
        mutate_json(document, rnd, pool)
        return
    name, owner = rnd.choice(owners)
    head, _, body = owner["uri"].partition(",")
    if rnd.random() < 0.1:
        cut = rnd.randrange(min(len(owner["uri"]), 200) + 1)
        if rnd.random() < 0.3:
            cut = len(owner["uri"]) - min(cut, 4)
        middle = rnd.choice(["", "=", " ", "%", "!", "A", "\n", "%3D", "-", "_", ";", ",", "\u00e9", "AA"])
        owner["uri"] = owner["uri"][:cut] + middle + owner["uri"][cut if rnd.random() < 0.5 else len(owner["uri"]) :]
        return
    try:
        data = base64.b64decode(body)
    except ValueError:
        return
    changed = mutate_image(data, rnd) if name == "images" else mutate_bytes(data, rnd)
    owner["uri"] = f"{head},{base64.b64encode(changed).decode()}"


def mutate_image_view(document: Any, binary: bytes, rnd: random.Random) -> bytes:
    """`binary` with an image that lies in it changed, its length kept; unchanged where there is none."""
    views = objects_of(document, "bufferViews")
    numbers = [image.get("bufferView") for image in objects_of(document, "images")]
    own = [views[number] for number in numbers if type(number) is int and 0 <= number < len(views)]
    if not own:
        return mutate_bytes(binary, rnd)
    view = rnd.choice(own)
    start, length = view.get("byteOffset", 0), view.get("byteLength", 0)
    if type(start) is not int or type(length) is not int or not 0 <= start <= start + length <= len(binary):
        return mutate_bytes(binary, rnd)
    old = binary[start : start + length]
    new = mutate_image(old, rnd)
    if len(new) < length and rnd.random() < 0.5:
        view["byteLength"] = len(new)
    return binary[:start] + (new + old[len(new) :])[:length] + binary[start + length :]


def chunks_of(data: bytes) -> tuple[Any, bytes] | None:
    """JSON value and binary chunk of a sound GLB."""
    length = struct.unpack_from("<I", data, 12)[0] if data[:4] == b"glTF" and len(data) >= 20 else -1
    try:
        return json.loads(data[20 : 20 + length]), data[28 + length :]
    except ValueError:
        return None


def pack_glb(text: bytes, binary: bytes) -> bytes:
    """A GLB whose container is sound."""
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    tail = struct.pack("<II", len(binary), 0x004E4942) + binary if binary else b""
    return struct.pack("<IIIII", 0x46546C67, 2, 20 + len(text) + len(tail), len(text), 0x4E4F534A) + text + tail


def repack(document: Any, binary: bytes | None, rnd: random.Random) -> bytes | None:
    """Now and then the other container: buffer 0 from its data URI into a GLB's chunk, or out of it; the new chunk."""
    buffers = objects_of(document, "buffers")
    if rnd.random() > 0.15 or not buffers or buffers[0] is not document["buffers"][0]:
        return binary
    if binary is not None:
        buffers[0]["uri"] = PREFIX + base64.b64encode(binary).decode()
        return None
    if any(owner is buffers[0] for _, owner in embedded(document)):
        try:
            binary = base64.b64decode(buffers[0]["uri"].partition(",")[2])
        except ValueError:
            return None
        del buffers[0]["uri"]
        return binary
    return None


def mutated(data: bytes, rnd: random.Random, pool: Pool) -> bytes:
    """`data`, a .gltf or .glb, with one to eight things changed."""
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
    binary = repack(document, binary, rnd)
    for _ in range(rnd.choice([1, 1, 1, 2, 3, 8])):
        if binary and rnd.random() < 0.35:
            binary = mutate_image_view(document, binary, rnd) if rnd.random() < 0.5 else mutate_bytes(binary, rnd)
            continue
        change: Callable[[Any, random.Random, Pool], None]
        choice = rnd.random()
        change = mutate_embedded if choice < 0.3 else move_extension if choice < 0.38 else mutate_json
        change(document, rnd, pool)
    text = json.dumps(document, ensure_ascii=rnd.random() < 0.5).encode()
    if rnd.random() < 0.15:
        text = mutate_text(text, rnd)
    return text if binary is None else pack_glb(text, binary)
