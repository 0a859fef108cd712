"""Mutations below JSON: bytes of buffers, headers of images, the GLB's container, ways to write a JSON text."""

from __future__ import annotations

import random
import re
import struct

FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -3.5, 1e30, float("nan"), float("inf"), -float("inf"), 1e-40]
NUMBERS = [
    b"1e400", b"-1e400", b"1.0", b"1e0", b"0.1e1", b"-0", b"-0.0", b"1E2", b"01", b"+1", b"1.", b".5", b"1e", b"0x1",
    b"NaN", b"Infinity", b"-Infinity", b"18446744073709551616", b"9007199254740993", b"4294967296.0", b"1e-400",
    b"1" * 400, b"-", b"1e2147483648", b"3.0", b"2.0000000000000001", b"'1'", b"undefined", b"True",
]  # fmt: skip
"""Ways to write numbers, and what looks like one."""
INSERTS = [
    b",", b"{", b"}", b"[", b"]", b'"', b":", b"\\", b" ", b"\n", b"\t", b"\0", b"\x01", b"\x7f", b"\xff", b"\xc3",
    b"\xef\xbb\xbf", b"//x\n", b"/**/", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x80\xa8", b"\xc0\x80", b"null",
    b'"a":1,', b'"a":1,"a":1,', b"\\ud800", b"\\u0000", b"\\x", b"\\u12", b"[" * 40, b'{"a":' * 40, b"\xc2\xa0",
]  # fmt: skip
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[{}\[\],:]')


def mutate_bytes(data: bytes, rnd: random.Random) -> bytes:
    """Change bytes: one of them, a float, a bit, a run, or cut the end off."""
    if not data:
        return data
    changed = bytearray(data)
    choice = rnd.random()
    if choice < 0.12:
        return bytes(changed[: rnd.randrange(len(changed))])
    if choice < 0.15:
        return bytes(changed[: -rnd.randrange(1, 9)])
    if choice < 0.25:
        return data + bytes(rnd.randrange(1, 9))
    if choice < 0.3:
        start = rnd.randrange(len(changed))
        length = rnd.randrange(1, 65)
        changed[start : start + length] = bytes([rnd.choice([0, 255, 128])]) * len(changed[start : start + length])
        return bytes(changed)
    for _ in range(rnd.choice([1, 1, 1, 4, 16])):
        place = rnd.randrange(len(changed))
        if choice < 0.6 and len(changed) >= 4:
            place = min(place // 4 * 4, len(changed) - 4)
            changed[place : place + 4] = struct.pack("<f", rnd.choice(FLOATS))
        elif choice < 0.75:
            changed[place] ^= 1 << rnd.randrange(8)
        else:
            changed[place] = rnd.choice([0, 1, 2, 127, 128, 255, rnd.randrange(256)])
    return bytes(changed)


def mutate_image(data: bytes, rnd: random.Random) -> bytes:
    """Change the header of an image, where validators look; or cut it off there."""
    changed = bytearray(data)
    if not changed or rnd.random() < 0.1:
        return mutate_bytes(data, rnd)
    near = min(len(changed), rnd.choice([16, 32, 64, 256, 1024]))
    choice = rnd.random()
    if choice < 0.25:
        return bytes(changed[: rnd.randrange(near)])
    if choice < 0.35:
        start = rnd.randrange(near)
        return bytes(changed[:start] + changed[start + rnd.randrange(1, 5) :])
    if choice < 0.45:
        start = rnd.randrange(near)
        return bytes(changed[:start] + bytes(rnd.choices([0, 1, 255, rnd.randrange(256)], k=2)) + changed[start:])
    for _ in range(rnd.choice([1, 1, 2, 4, 8])):
        place = rnd.randrange(near)
        if choice < 0.6:
            changed[place] ^= 1 << rnd.randrange(8)
        else:
            changed[place] = rnd.choice([0, 1, 2, 3, 4, 8, 0xFF, 0xC0, 0xD8, 0xDA, 0xE0, rnd.randrange(256)])
    return bytes(changed)


def mutate_text(text: bytes, rnd: random.Random) -> bytes:
    """Change a JSON text in what no parsed value shows: ways to write numbers, repeated keys, odd characters."""
    tokens = list(_TOKEN.finditer(text))
    numbers = [token for token in tokens if token.group()[:1] in b"-0123456789"]
    choice = rnd.random()
    if choice < 0.35 and numbers:
        token = rnd.choice(numbers)
        new = rnd.choice([*NUMBERS, token.group() + b".0", token.group() + b"e0", b"-" + token.group()])
        return text[: token.start()] + new + text[token.end() :]
    if choice < 0.6 and numbers:
        braces = [token for token in tokens if token.group() == b"{" and text[token.end() : token.end() + 1] == b'"']
        brace = rnd.choice(braces) if braces else None
        key = _TOKEN.match(text, brace.end()) if brace else None
        if brace is not None and key is not None:
            value = rnd.choice([b"0", b"null", b"{}", b"[]", b'"x"', rnd.choice(numbers).group()])
            return text[: brace.end()] + key.group() + b":" + value + b"," + text[brace.end() :]
    if choice < 0.75:
        place = rnd.choice(tokens).start() if tokens else 0
        return text[:place] + rnd.choice(INSERTS) + text[place:]
    if choice < 0.9:
        place = rnd.randrange(len(text) + 1)
        return text[:place] + rnd.choice(INSERTS) + text[place + rnd.randrange(2) :]
    return rnd.choice([text + rnd.choice(INSERTS), b"\xef\xbb\xbf" + text, b" \n" + text, text[:-1], b"", b"[]", b"1"])


def mutate_container(data: bytes, rnd: random.Random) -> bytes:
    """Change a GLB's own structure, or cut the file off anywhere."""
    changed = bytearray(data)
    choice = rnd.random()
    if choice < 0.3 or len(data) < 20:
        return bytes(changed[: rnd.randrange(len(changed) + 1)])
    json_end = 20 + struct.unpack_from("<I", data, 12)[0]
    for _ in range(rnd.choice([1, 1, 2])):
        places = [0, 4, 8, 12, 16, json_end, json_end + 4]
        place = min(rnd.choice(places), len(data) - 4)
        value = struct.unpack_from("<I", data, place)[0]
        new = rnd.choice([0, 1, 2, 3, value + 1, value + 4, value - 4, 0x4E4F534A, 0x004E4942, 2**31, 2**32 - 1])
        struct.pack_into("<I", changed, place, new % 2**32)
    if choice > 0.8:
        changed += struct.pack("<II", 4, rnd.choice([0x4E4F534A, 0x004E4942, 7])) + b"    "
    if choice > 0.9:
        struct.pack_into("<I", changed, 8, len(changed))
    if choice > 0.97:
        changed += bytes(rnd.randrange(1, 12))
    if 0.3 < choice < 0.36:
        changed[rnd.randrange(20, max(21, min(json_end, len(changed))))] = rnd.choice([0, 0xFF, 0xC3, 0x22, 0x5C])
    return bytes(changed)
