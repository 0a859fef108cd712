"""JPEG files made smaller without touching a coefficient: better Huffman tables, progressive scans, no metadata."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from ..errors import InvalidAsset
from .decoding import decode

_DEADLINE = 120.0  # seconds; a picture of 8192² takes 10
_WORK = (
    "import sys; from mozjpeg_lossless_optimization import optimize; "
    "sys.stdout.buffer.write(optimize(sys.stdin.buffer.read()))"
)


def recompress_jpeg(data: bytes) -> bytes:
    """The same picture in fewer bytes: every coefficient stays, so every decoded pixel does.

    MozJPEG does it, in a process of its own, because it ends the process on damaged coefficients. Profiles, EXIF and
    comments are left out; glTF ignores them (§3.8.3).

    Returns:
        The smaller file, or `data` itself where there is none.

    Raises:
        InvalidAsset: not a JPEG that decodes, or MozJPEG does not take it.
    """
    before = decode(data)
    try:
        done = subprocess.run([sys.executable, "-c", _WORK], input=data, capture_output=True, timeout=_DEADLINE)
    except subprocess.TimeoutExpired as error:
        raise InvalidAsset(f"the JPEG could not be recompressed in {_DEADLINE:.0f} s") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise InvalidAsset(f"the JPEG cannot be recompressed: {said[-1] if said else f'exit {done.returncode}'}")
    if len(done.stdout) >= len(data) or not np.array_equal(decode(done.stdout), before):
        return data
    return done.stdout
