"""Clean-up against publication, again and again, at the worst moments: nothing that anybody needs is lost.

In a folder the ages are those of production, since a folder's times can be set. On an emulated cloud, which dates
objects itself, the same code runs with days as seconds.
"""

from __future__ import annotations

import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from tests.aws.emulators import Cloud
from tests.aws.making import make_bundle, read_product

from forge3d.aws import gc as gc_module
from forge3d.aws import placing, records
from forge3d.aws.gc import Sweep, gc
from forge3d.aws.history import rollback
from forge3d.aws.layout import FRESH_FOR, KEPT_FOR
from forge3d.aws.publish import publish
from forge3d.aws.store import Store, open_store
from forge3d.aws.verify import verify
from forge3d.errors import RemoteError


def race(store: Store, sku: str, folder: Path, seed: int, **limits: timedelta) -> Sweep:
    """A publication or a rollback, and two clean-ups that begin at about the same moment."""
    noise, start = random.Random(seed), Barrier(3)

    def clean(delay: float) -> Sweep:
        start.wait(30)
        time.sleep(delay)
        return gc(store, dry_run=False, keep=1, jobs=2, **limits)

    def publishing() -> None:
        start.wait(30)
        time.sleep(noise.uniform(0, 0.01))
        if seed % 3:
            # What was published first, and named by nothing since: its objects are there, and old enough to go.
            publish([make_bundle(folder / str(seed), sku, seed=1, pictures=1, size=60)], store)
        else:
            # What it wants may be gone already, or go: then it says so, and what is live stays.
            with suppress(RemoteError):
                rollback(store, sku)

    with ThreadPoolExecutor(3) as pool:
        done = pool.submit(publishing)
        swept = [pool.submit(clean, noise.uniform(0, 0.02)) for _ in range(2)]
        done.result()
        return swept[0].result() + swept[1].result()


def check(store: Store, sku: str) -> None:
    assert read_product(store, sku), "a reader finds something missing"
    assert verify(store, sku).is_sound


@pytest.mark.parametrize("count", [25, pytest.param(100, marks=pytest.mark.slow)])
def test_races_in_a_folder(tmp_path: Path, count: int) -> None:
    deleted = 0
    for seed in range(count):
        place, sku = tmp_path / "served" / str(seed), "chair"
        store = open_store(place.as_uri())
        for content in (1, 2, 3):
            publish([make_bundle(tmp_path / "dist", sku, seed=content, pictures=1, size=60)], store)
        noise = random.Random(seed)
        for path in place.rglob("*.*"):
            # On both sides of the ages at which objects are made young again, and at which they may go.
            # Records are old, so that clean-up takes what it can.
            age = 20 if path.parent.name == "versions" else noise.choice([6.99, 7.01, 13.99, 14.01, 20])
            os.utime(path, (time.time() - age * 86400,) * 2)
        deleted += race(store, sku, tmp_path / "again", seed).garbage
        check(store, sku)
    assert deleted > 2 * count


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_hundred_races_on_an_emulated_cloud(
    one_cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh, kept = timedelta(seconds=15), timedelta(seconds=30)
    for module in (gc_module, placing, records):
        monkeypatch.setattr(module, "FRESH_FOR", fresh)
    # A prefix each, so that a clean-up looks at one product.
    stores = {f"chair-{number}": open_store(f"s3://{one_cloud.bucket}/shop-{number}") for number in range(20)}
    deleted = 0
    for turn in range(5):
        for sku, store in stores.items():
            for seed in (1, turn + 2):
                publish([make_bundle(tmp_path / "dist", sku, seed=seed, pictures=1, size=60)], store)
        time.sleep(kept.total_seconds() * turn / 4)
        for number, (sku, store) in enumerate(stores.items()):
            deleted += race(store, sku, tmp_path / "again", 20 * turn + number, older_than=kept).garbage
            check(store, sku)
    assert deleted > 100
    assert KEPT_FOR == 2 * FRESH_FOR  # the same proportion as here
