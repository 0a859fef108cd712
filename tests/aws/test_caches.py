"""Readers behind two caches in a row, under load, while a product is published and rolled back."""

from __future__ import annotations

import hashlib
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from tests.aws.caches import nginx, varnish
from tests.aws.emulators import Cloud
from tests.aws.making import key_of, make_bundle

from forge3d.aws import records
from forge3d.aws.history import rollback
from forge3d.aws.layout import POINTER_HEADERS, REVALIDATED
from forge3d.aws.publish import publish
from forge3d.aws.store import open_store

Cache = Callable[[Path, str], AbstractContextManager[str]]
TTL_S = 2
"""In place of the 30 s that pointers live in caches."""
SLACK_S = 2.0
"""Caches count whole seconds, and this machine is busy."""


class Page(threading.Thread):
    """A reader: pointer, record, one file after another, each held against the one before."""

    def __init__(self, edge: str, bucket: str, pause_s: float) -> None:
        super().__init__(daemon=True)
        self.edge, self.bucket, self.pause_s = edge, bucket, pause_s
        self.wrong: list[str] = []
        self.seen: list[tuple[float, float, int]] = []
        """Of each read of the pointer: when it began and ended, and the generation."""
        self.requests, self.ended = 0, threading.Event()
        self.start()

    def run(self) -> None:
        while not self.ended.is_set() and not self.wrong:
            try:
                self.read()
                time.sleep(self.pause_s)
            except (AssertionError, OSError) as error:
                self.wrong.append(str(error))

    def get(self, key: str) -> bytes:
        self.requests += 1
        request = urllib.request.Request(f"{self.edge}/{self.bucket}/{key}", headers={"Accept-Encoding": "br"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            data: bytes = answer.read()
            encoded = answer.headers.get("Content-Encoding") == "br"
        if encoded:
            from brotli import decompress

            data = decompress(data)
        return data

    def read(self) -> None:
        began = time.monotonic()
        pointer = json.loads(self.get("pointers/chair.json"))
        self.seen.append((began, time.monotonic(), pointer["generation"]))
        record = json.loads(self.get(pointer["prefix"] + pointer["version"]))
        assert (record["generation"], record["key"]) == (pointer["generation"], pointer["key"]), "a mix of versions"
        for file in [*record["files"], record["manifest"]]:
            data = self.get(pointer["prefix"] + file["key"])
            assert hashlib.sha256(data).hexdigest() == file["sha256"], f"{file['key']} is another file"
        manifest = json.loads(data)
        assert manifest["key"] == record["key"], "a manifest of another version"


@pytest.fixture(params=["nginx", pytest.param("varnish", marks=pytest.mark.slow)])
def edge(request: pytest.FixtureRequest, one_cloud: Cloud, tmp_path: Path) -> Iterator[str]:
    """The address of a cache that stands before another, Varnish, before the cloud."""
    outer: Cache = {"nginx": nginx, "varnish": varnish}[request.param]
    with ExitStack() as stack:
        shield = stack.enter_context(varnish(tmp_path / "shield", one_cloud.endpoint))
        yield stack.enter_context(outer(tmp_path / "edge", shield))


def go(
    cloud: Cloud, edge: str, folder: Path, monkeypatch: pytest.MonkeyPatch, *, steps: int, readers: int, pause_s: float
) -> int:
    """Publish and roll back under readers' eyes, then judge what they saw; how many requests they made."""
    assert "s-maxage=30" in REVALIDATED
    brief = REVALIDATED.replace("s-maxage=30", f"s-maxage={TTL_S}")
    monkeypatch.setattr(records, "POINTER_HEADERS", replace(POINTER_HEADERS, cache_control=brief))
    store = open_store(cloud.url)
    publish([make_bundle(folder, seed=0)], store)
    pages = [Page(edge, cloud.bucket, pause_s) for _ in range(readers)]
    live: list[tuple[float, int]] = []
    for step in range(1, steps + 1):
        time.sleep(TTL_S / 2 if step % 2 else TTL_S + 0.5)
        if step % 3 == 0:
            done = rollback(store, "chair")
        else:
            [done] = publish([make_bundle(folder, seed=step)], store)
        live.append((time.monotonic(), done.generation))
    time.sleep(TTL_S + SLACK_S)
    for page in pages:
        page.ended.set()
    for page in pages:
        page.join(60)
    assert [page.wrong for page in pages] == [[]] * readers
    for page in pages:
        assert page.seen[-1][2] == live[-1][1]
        for began, _, generation in page.seen:
            due = max((number for when, number in live if when + TTL_S + SLACK_S < began), default=1)
            assert generation >= due, f"generation {generation} is shown {TTL_S} s after {due} went live"
    return sum(page.requests for page in pages)


def test_no_mix_of_versions_and_pointers_fresh(
    one_cloud: Cloud, edge: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert go(one_cloud, edge, tmp_path, monkeypatch, steps=2, readers=2, pause_s=0.05) > 20


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_same_for_long_under_load(
    one_cloud: Cloud, edge: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = go(one_cloud, edge, tmp_path, monkeypatch, steps=15, readers=12, pause_s=0)
    assert requests > 2_000
    print(f"{requests:,} requests")


def test_the_caches_do_cache(one_cloud: Cloud, edge: str, tmp_path: Path) -> None:
    publish([make_bundle(tmp_path)], one_cloud.url)
    page = Page.__new__(Page)
    page.edge, page.bucket, page.requests, page.seen = edge, one_cloud.bucket, 0, []
    page.read()
    generation = page.seen[-1][2]
    publish([make_bundle(tmp_path, seed=1)], one_cloud.url)
    page.read()  # the old one, whole, within the half minute that it may be shown
    assert page.seen[-1][2] == generation
    with pytest.raises(urllib.error.HTTPError, match="404"):
        page.get("shop/chair/none.webp")
    assert key_of(0) != key_of(1)
