"""The worker process of `many`: judges one file after another. Messages are JSON."""

from __future__ import annotations

import json
from multiprocessing.connection import Connection
from pathlib import Path

from ..gltf import Limits
from .many import judge_file
from .pool import write_verdict


def main(connection: Connection) -> None:
    """Serve orders, a path and the limits each, until the connection closes."""
    while True:
        path, limits = json.loads(connection.recv_bytes())
        verdict = judge_file(Path(path), None if limits is None else Limits(**limits))
        connection.send_bytes(write_verdict(verdict))
