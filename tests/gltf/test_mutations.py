"""Broken files: typed errors only, in bounded time and memory, and no error that `faults()` did not list."""

from __future__ import annotations

import json
import resource
import time
from pathlib import Path

import numpy as np
import pytest
from tests.robustness.mutate import mutated

from forge3d.errors import Forge3DError
from forge3d.gltf import Limits, Severity, Source, glb
from forge3d.gltf.codecs import meshopt

from .build import grid
from .codecs.test_draco import draco_source
from .codecs.test_meshopt import compressed_source

LIMITS = Limits(max_decoded_bytes=1 << 26, codec_seconds=1.0)


def judge(data: bytes) -> None:
    try:
        asset = Source.open(data, name="mutated", limits=LIMITS)
    except Forge3DError:
        return
    faults = asset.faults()
    accessors = asset.json.get("accessors")
    for number in range(len(accessors) if isinstance(accessors, list) else 0):
        try:
            array = asset.array(number)
        except Forge3DError:
            assert any(fault.severity is Severity.ERROR for fault in faults)
        else:
            assert not array.flags.writeable
            np.count_nonzero(array)  # touches every byte


def built() -> list[bytes]:
    """Small files of our own that use everything this room decodes."""
    positions, _, _ = grid()
    padded = np.column_stack([positions, positions[:, :1]])
    sources = [
        draco_source(),
        compressed_source(meshopt.KHR, meshopt.encode_attributes(padded.astype("<u2"), version=1)),
        compressed_source(meshopt.EXT, meshopt.encode_attributes(padded.astype("<u2"), version=0)),
    ]
    return [glb.pack(json.dumps(asset.json).encode(), bytes(asset.buffer(0))) for asset in sources]


@pytest.mark.parametrize("which", range(3))
def test_mutations_of_compressed_files(which: int) -> None:
    data = built()[which]
    Source.open(data)
    for seed in range(150):
        start = time.monotonic()
        judge(mutated(data, seed))
        assert time.monotonic() - start < 8, seed


def test_mutations_of_real_files(shared_assets: Path) -> None:
    paths = [path for path in sorted((shared_assets / "models").rglob("*.glb")) if path.stat().st_size < 100_000]
    assert len(paths) > 20
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for seed in range(500):
        start = time.monotonic()
        judge(mutated(paths[seed % len(paths)].read_bytes(), seed))
        assert time.monotonic() - start < 8, seed
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 512 * 1024
