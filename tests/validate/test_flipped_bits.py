"""A thousand flipped bits in compressed payloads: always a report, soon, and most of the time the fault is named."""

from __future__ import annotations

import base64
import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from forge3d.gltf.codecs import meshopt

from .payloads import KTX2, draco_document, meshopt_document, picture, textured, uri
from .test_rules import judged

FLIPS = 200
SECONDS = 2.0
"""Processor time that one file may take; a payload of these sizes takes milliseconds."""


def in_buffer(document: dict[str, Any], flip: Callable[[bytes], bytes]) -> dict[str, Any]:
    buffer = document["buffers"][0]
    data = base64.b64decode(buffer["uri"].partition(",")[2])
    return {**document, "buffers": [{**buffer, "uri": uri(flip(data))}, *document["buffers"][1:]]}


def in_image(data: bytes, kind: str, flip: Callable[[bytes], bytes]) -> dict[str, Any]:
    return textured(flip(data), kind)


KTX_FILES = [(KTX2 / f"{name}.ktx2").read_bytes() for name in ("rgba-zstd", "rgba-etc1s", "rgba-uastc")]
AVIF = picture("RGBA", "avif")
MAKERS: dict[str, tuple[Callable[[random.Random, Callable[[bytes], bytes]], dict[str, Any]], float]] = {
    "draco": (lambda rnd, flip: in_buffer(draco_document(), flip), 0.35),
    "meshopt": (lambda rnd, flip: in_buffer(meshopt_document(rnd.choice(meshopt.EXTENSIONS)), flip), 0.6),
    "ktx2": (lambda rnd, flip: in_image(rnd.choice(KTX_FILES), "ktx2", flip), 0.4),
    "avif": (lambda rnd, flip: in_image(AVIF, "avif", flip), 0.1),
    "webp": (lambda rnd, flip: in_image(picture("RGBA", "webp"), "webp", flip), 0.0),
}
"""By format: a document with one bit flipped, and the least share of such files that is told from a good one.

A bit that still decodes to legal data cannot be told: a position inside the bounds, most of a texel's bits. The pixels
of AVIF and WebP are not decoded here, so that only flips in the containers count.
"""


def flipped(rnd: random.Random) -> Callable[[bytes], bytes]:
    def flip(data: bytes) -> bytes:
        out = bytearray(data)
        out[rnd.randrange(len(out))] ^= 1 << rnd.randrange(8)
        return bytes(out)

    return flip


@pytest.mark.parametrize("kind", MAKERS)
def test_flipped_bits(kind: str) -> None:
    make, share = MAKERS[kind]
    rnd = random.Random(kind)
    good = {str(issue) for seed in range(20) for issue in judged(make(random.Random(seed), bytes)).issues}
    told = 0
    for _ in range(FLIPS):
        document = make(rnd, flipped(rnd))
        start = time.process_time()
        issues = judged(document).issues
        assert time.process_time() - start < SECONDS
        told += any(str(issue) not in good for issue in issues)
    assert told >= share * FLIPS, f"{told} of {FLIPS}"
