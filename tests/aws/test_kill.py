"""SIGKILL at random moments: readers see the old product or the new one, and the next run finishes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.aws.emulators import Emulator, environment
from tests.aws.making import key_of, make_bundle, read_product
from tests.aws.nursery import moments, nursery
from tests.aws.replication import replicating

from forge3d.aws.history import rollback, versions
from forge3d.aws.publish import publish
from forge3d.aws.store import open_store


@pytest.fixture(params=["folder", "moto", "ministack", pytest.param("replicated", marks=pytest.mark.slow)])
def stores(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, list[str], dict[str, str]]]:
    """Target, replicas, and the environment in which they are reached."""
    if request.param == "folder":
        yield (tmp_path / "served").as_uri(), [], {}
        return
    name = "ministack" if request.param == "replicated" else request.param
    emulator: Emulator = request.getfixturevalue(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
    bucket = emulator.bucket()
    replicas = [emulator.bucket(region="eu-west-1")] if request.param == "replicated" else []
    with ExitStack() as stack:
        for replica in replicas:
            stack.enter_context(replicating(emulator, bucket, replica, delay_s=(0.0, 0.3)))
        urls = [f"s3://{replica}/shop" for replica in replicas]
        yield f"s3://{bucket}/shop", urls, environment(emulator.endpoint, tmp_path / "no-keys")


@pytest.mark.parametrize("count", [3, pytest.param(50, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
def test_killed_at_any_moment(count: int, stores: tuple[str, list[str], dict[str, str]], tmp_path: Path) -> None:
    target, replicas, reached = stores
    primary, others = open_store(target), [open_store(url) for url in replicas]

    def bundle(seed: int) -> str:
        return str(make_bundle(tmp_path / "dist", seed=seed, pictures=4, size=4_000))

    publish([bundle(0)], target, replicas=replicas)
    with nursery(reached) as children:
        status, lifetime = children.run({"bundle": bundle(1), "target": target, "replicas": replicas})
        assert status == 0
        old, outcomes = 1, set[str]()
        for number, moment in enumerate(moments(count, 1.2 * lifetime, seed=7), start=2):
            # Every third one is a rollback.
            new = old - 1 if number % 3 == 0 else number
            order = {"bundle": bundle(new)} if new == number else {"sku": "chair", "to": generation(target, new)}
            children.run({**order, "target": target, "replicas": replicas}, kill_after_s=moment)
            seen = [record["key"] if (record := read_product(each)) else None for each in (primary, *others)]
            assert set(seen) <= {key_of(old), key_of(new)}
            outcomes.add("new" if seen[0] == key_of(new) else "old")
            if new == number:
                publish([bundle(new)], target, replicas=replicas)
            else:
                rollback(target, "chair", to=generation(target, new), replicas=replicas)
            for each in (primary, *others):
                record = read_product(each)
                assert record
                assert record["key"] == key_of(new)
            old = new
    if count == 50:
        assert outcomes == {"old", "new"}
    numbers = [version.generation for version in versions(target, "chair")]
    assert numbers == sorted(set(numbers), reverse=True)


def generation(target: str, seed: int) -> int:
    """The youngest generation with a seed's content."""
    return next(version.generation for version in versions(target, "chair") if version.key == key_of(seed))
