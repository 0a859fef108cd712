"""Seeded mutations of glTF files: bytes flipped, cut and repeated, and JSON values replaced by hostile ones."""

from __future__ import annotations

import json
import random
import struct
from pathlib import Path
from typing import Any

HOSTILE: list[Any] = [
    -1, 0, 1, 2, 255, 65535, 65536, 2**31 - 1, 2**31, 2**32, 2**53, 2**63, 2**64, -(2**31), 0.5, 1e-45, 1e38, 1e308,
    float("nan"), float("inf"), True, False, None, "", "x", "a" * 300, "../../etc/passwd", "http://127.0.0.1:9/a.bin",
    "data:application/octet-stream;base64,AAAA", "data:,", [], {}, [0], [None], [[]], {"a": 1}, [1e308] * 16,
]  # fmt: skip


def mutated(data: bytes, seed: int) -> bytes:
    """One mutation of a GLB, the same for the same seed. Half change the JSON, half the bytes."""
    rng = random.Random(seed)
    if rng.random() < 0.5 and data[:4] == b"glTF":
        return _mutate_json(data, rng)
    return _mutate_bytes(bytearray(data), rng)


def _mutate_bytes(data: bytearray, rng: random.Random) -> bytes:
    match rng.randrange(6):
        case 0:
            return bytes(data[: rng.randrange(len(data))])
        case 1:
            start = rng.randrange(len(data))
            del data[start : start + rng.randrange(1, 64)]
        case 2:
            start = rng.randrange(len(data))
            data[start:start] = rng.randbytes(rng.randrange(1, 64))
        case 3:  # a header or a chunk header lies
            offset = rng.choice([0, 4, 8, 12, 16])
            data[offset : offset + 4] = struct.pack("<I", rng.choice([0, 1, 3, 0x7FFFFFFF, 0xFFFFFFFF, len(data) - 1]))
        case _:
            for _ in range(rng.choice([1, 1, 2, 8, 64])):
                data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def _mutate_json(data: bytes, rng: random.Random) -> bytes:
    length = struct.unpack_from("<I", data, 12)[0]
    asset = json.loads(data[20 : 20 + length])
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        holder, key = _random_place(asset, rng)
        match rng.randrange(4):
            case 0:
                del holder[key]
            case 1 if isinstance(holder[key], int) and not isinstance(holder[key], bool):
                holder[key] += rng.choice([-1, 1, 2, 1000])
            case _:
                holder[key] = rng.choice(HOSTILE)
    text = json.dumps(asset).encode()
    text += b" " * (-len(text) % 4)
    rest = data[20 + length :]
    return struct.pack("<4sIIII", b"glTF", 2, 20 + len(text) + len(rest), len(text), 0x4E4F534A) + text + rest


def _random_place(asset: Any, rng: random.Random) -> tuple[Any, Any]:
    """A random container in the JSON tree with one of its keys."""
    places: list[tuple[Any, Any]] = []
    stack = [asset]
    while stack:
        holder = stack.pop()
        keys = list(holder) if isinstance(holder, dict) else range(min(len(holder), 64))
        for key in keys:
            places.append((holder, key))
            if isinstance(holder[key], dict | list):
                stack.append(holder[key])
    return rng.choice(places) if places else ({"": 0}, "")


def corpus(folder: Path) -> list[Path]:
    """Real GLBs of at most 600 kB below `folder`, compressed ones among them."""
    return [path for path in sorted(folder.rglob("*.glb")) if path.stat().st_size <= 600_000]
