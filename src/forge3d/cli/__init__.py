"""The command line: parses, calls the library, prints. One file per command group, no logic of its own."""

from __future__ import annotations

import atexit
import gc
import os

__all__ = ["main"]


def main() -> None:
    """Run `forge3d` and exit with its code."""
    # Most of what a command makes lives until it ends: look for waste seldom, and at the end not at all.
    gc.set_threshold(100_000, 50, 100)
    atexit.register(gc.freeze)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # products of small matrices: its threads only cost their start
    from .app import run

    run()
