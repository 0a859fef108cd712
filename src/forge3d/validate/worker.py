"""The worker process of `pool`: judges one file after another."""

from __future__ import annotations

import json
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path


def main(connection: Connection) -> None:
    """Serve orders, each a judge's module, its options and a path, until the connection closes."""
    while True:
        module, options, path = json.loads(connection.recv_bytes())
        judge = import_module(module)
        connection.send_bytes(judge.write_verdict(judge.judge_with(options)(Path(path))))
