"""Replication between two regions as S3 does it: later, in any order, pointers left out.

S3 promises neither a time nor an order, so a replica may have the newer of two objects first. Neither emulator is like
that (one copies nothing, the other at once), so a thread here watches the first bucket and copies each new version
after a delay of its own.
"""

from __future__ import annotations

import heapq
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.aws.emulators import Emulator


class Replication:
    """Copies what is new in one bucket to another until it is stopped.

    Args:
        delay_s: least and most seconds between a write and its copy; each object draws its own.
        excluded: a part of the keys that are not copied: the pointers.
    """

    def __init__(
        self, emulator: Emulator, source: str, target: str, *, seed: int = 0,
        delay_s: tuple[float, float] = (0.0, 0.5), excluded: str = "pointers/",
    ) -> None:  # fmt: skip
        self.s3: Any = emulator.client()
        self.source, self.target, self.delay_s, self.excluded = source, target, delay_s, excluded
        self.copied: list[str] = []
        self._random = random.Random(seed)
        self._seen: set[tuple[str, str]] = set()
        self._due: list[tuple[float, str, str]] = []
        self._stop = threading.Event()

    def run(self) -> None:
        """Watch and copy; ends after `stop`."""
        while not self._stop.wait(0.01):
            self._notice()
            while self._due and self._due[0][0] <= time.monotonic():
                _, key, version = heapq.heappop(self._due)
                self._copy(key, version)

    def stop(self) -> None:
        self._stop.set()

    def _notice(self) -> None:
        for page in self.s3.get_paginator("list_object_versions").paginate(Bucket=self.source):
            for version in page.get("Versions", ()):
                name = version["Key"], version["VersionId"]
                if name not in self._seen:
                    self._seen.add(name)
                    if self.excluded not in version["Key"]:
                        heapq.heappush(self._due, (time.monotonic() + self._random.uniform(*self.delay_s), *name))

    def _copy(self, key: str, version: str) -> None:
        try:
            found = self.s3.get_object(Bucket=self.source, Key=key, VersionId=version)
        except self.s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchVersion"):
                return  # deleted before its turn came
            raise
        names = ("CacheControl", "ContentType", "ContentEncoding", "Metadata", "StorageClass")
        kept = {name: found[name] for name in names if found.get(name)}
        self.s3.put_object(Bucket=self.target, Key=key, Body=found["Body"].read(), **kept)
        self.copied.append(key)


@contextmanager
def replicating(emulator: Emulator, source: str, target: str, **how: Any) -> Iterator[Replication]:
    """A `Replication` in a thread that ends with the block."""
    replication = Replication(emulator, source, target, **how)
    thread = threading.Thread(target=replication.run, daemon=True)
    thread.start()
    try:
        yield replication
    finally:
        replication.stop()
        thread.join(10)
