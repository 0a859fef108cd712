"""The worker process of `many`, and how worker processes are bound: to their memory, and to their parent's life."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from ..gltf import Limits
from .many import judge_file, write_verdict

_PR_SET_PDEATHSIG = 1


def main(handle: int) -> None:
    """Serve paths from the connection with this file descriptor until it closes."""
    connection = Connection(handle)
    setup = json.loads(connection.recv_bytes())
    confine(setup["parent"], setup["memory"])
    limits = None if setup["limits"] is None else Limits(**setup["limits"])
    try:
        while True:
            path = Path(json.loads(connection.recv_bytes()))
            connection.send_bytes(write_verdict(judge_file(path, limits)))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def confine(parent: int, memory: int) -> None:
    """Bound this process to `memory` MiB, and tie its life to its parent's."""
    # RLIMIT_DATA counts private writable memory. RLIMIT_AS would also count what GPU drivers merely reserve.
    resource.setrlimit(resource.RLIMIT_DATA, (memory << 20, memory << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before that was in force
        sys.exit(0)
