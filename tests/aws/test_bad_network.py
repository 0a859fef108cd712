"""Publishing, verification and clean-up over networks that fail: survived, or told; never published."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest
from tests.aws.emulators import Cloud
from tests.aws.faults import AFTER, BEFORE, BODIES, FaultProxy, Kind, faulty
from tests.aws.making import key_of, make_bundle, read_product

from forge3d.aws.gc import gc
from forge3d.aws.layout import pointer_key
from forge3d.aws.publish import publish
from forge3d.aws.store import Store, open_store
from forge3d.aws.verify import verify
from forge3d.errors import PublishConflict, RemoteError


def patient(url: str, proxy: FaultProxy) -> Store:
    return open_store(url, endpoint=proxy.endpoint)


FAULTS: dict[str, dict[Kind, float]] = {
    "refused": dict.fromkeys(BEFORE, 0.07),
    "unanswered": dict.fromkeys(AFTER, 0.1),
    "spoiled": dict.fromkeys(BODIES, 0.2),
    "silent": {"hang": 0.2},
}


def survive(cloud: Cloud, folder: Path, chances: dict[Kind, float], seeds: range) -> None:
    """Whatever becomes of publications over a bad network, readers see whole products, and the next run finishes."""
    plain, injected = open_store(cloud.url), 0
    publish([make_bundle(folder, seed=0)], plain)
    for seed in seeds:
        with faulty(cloud.endpoint, seed=seed, chances=chances, hang_s=0.2) as proxy:
            with suppress(RemoteError, PublishConflict):  # told, and nothing is half done
                publish([make_bundle(folder, seed=seed)], patient(cloud.url, proxy))
            injected += proxy.injected.total()
        record = read_product(plain)
        assert record
        assert record["key"] in {key_of(each) for each in range(seed + 1)}
        publish([make_bundle(folder, seed=seed)], plain)
        record = read_product(plain)
        assert record
        assert record["key"] == key_of(seed)
    assert injected
    assert verify(plain, deep=True).is_sound


@pytest.mark.parametrize("kind", FAULTS)
def test_a_bad_network_is_survived_or_told(one_cloud: Cloud, tmp_path: Path, kind: str) -> None:
    survive(one_cloud, tmp_path, FAULTS[kind], range(1, 2))


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", FAULTS)
def test_a_bad_network_is_survived_or_told_for_long(cloud: Cloud, tmp_path: Path, kind: str) -> None:
    survive(cloud, tmp_path, FAULTS[kind], range(2, 8))


def test_what_always_fails_is_told_and_nothing_is_live(
    one_cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, bundle = open_store(one_cloud.url), make_bundle(tmp_path)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    for kind in ("slow down", "drop", "corrupt upload", "truncated upload"):
        with faulty(one_cloud.endpoint, chances={kind: 1.0}, only=lambda method, path: method == "PUT") as proxy:
            with pytest.raises(RemoteError) as error:
                publish([bundle], patient(one_cloud.url, proxy))
            assert "s3://" in str(error.value)
            assert "testing" not in str(error.value)  # the secret key
        assert plain.read(pointer_key("chair")) is None
        assert read_product(plain) is None


def test_verification_and_clean_up_over_a_bad_network(one_cloud: Cloud, tmp_path: Path) -> None:
    plain = open_store(one_cloud.url)
    for content in (1, 2):
        publish([make_bundle(tmp_path, seed=content)], plain)
    record = read_product(plain)
    assert record
    plain.delete(record["files"][0]["key"])
    with faulty(one_cloud.endpoint, seed=5, chances={"error": 0.05, "drop": 0.05, "corrupt answer": 0.1}, most=1,
                only=lambda method, path: "?" not in path) as proxy:  # fmt: skip
        assert verify(patient(one_cloud.url, proxy), "chair", repair=True).is_sound
        assert gc(patient(one_cloud.url, proxy)).garbage == 0
        assert proxy.injected
    assert read_product(plain)
