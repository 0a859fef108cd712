"""Publishers to be killed: forked from a process in which everything is imported already, so that a death costs little.

Run as a program, it reads lines of JSON, `{"bundle": …, "target": …, "replicas": […]}` or `{"sku": …, "to": …, …}`, and
for each forks a child that does so. It says the child's process number at once, and how it ended when it has.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


class Nursery:
    """The process that forks publishers."""

    def __init__(self, process: subprocess.Popen[str]):
        self._process = process

    def run(self, order: dict[str, Any], *, kill_after_s: float | None = None) -> tuple[int, float]:
        """Carry out an order in a child, and kill that after a while where asked to.

        Returns:
            Its exit status, negative where a signal ended it, and how long it lived, seconds.
        """
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(order), file=self._process.stdin, flush=True)
        child, start = int(self._process.stdout.readline()), time.monotonic()
        if kill_after_s is not None:
            with suppress(ProcessLookupError):  # it was quicker
                handle = os.pidfd_open(child)
                try:
                    time.sleep(kill_after_s)
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
                finally:
                    os.close(handle)
        status = int(self._process.stdout.readline())
        return os.waitstatus_to_exitcode(status), time.monotonic() - start


@contextmanager
def nursery(environment: dict[str, str]) -> Iterator[Nursery]:
    """A nursery that ends with the block; `environment` is added to ours."""
    command = [sys.executable, str(Path(__file__))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
    ) as process:
        try:
            yield Nursery(process)
        finally:
            assert process.stdin
            process.stdin.close()
            process.wait(30)


def moments(count: int, longest_s: float, seed: int) -> Iterator[float]:
    """Random moments in a life of `longest_s`, spread over all of it: one in each of `count` equal parts, shuffled."""
    source = random.Random(seed)
    parts = list(range(count))
    source.shuffle(parts)
    for part in parts:
        yield longest_s * (part + source.random()) / count


def _main() -> None:
    import boto3  # noqa: F401 - what children need is imported once
    import brotli  # noqa: F401

    from forge3d.aws import s3  # noqa: F401
    from forge3d.aws.history import rollback
    from forge3d.aws.publish import publish

    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                replicas = order.get("replicas", ())
                if "bundle" in order:
                    publish([order["bundle"]], order["target"], replicas=replicas)
                else:
                    rollback(order["target"], order["sku"], to=order["to"], replicas=replicas)
                os._exit(0)
            except BaseException as error:
                print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
                os._exit(1)
        print(child, flush=True)
        print(os.waitpid(child, 0)[1], flush=True)


if __name__ == "__main__":
    _main()
