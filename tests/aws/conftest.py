"""Two clouds on this machine, and a wall before the real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.aws.emulators import NOWHERE, REGION, Cloud, Emulator, environment, running

from forge3d.aws.store import Store, open_store


@pytest.fixture(autouse=True)
def no_real_aws(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reaches AWS, whatever this machine's user has configured; `cloud` names an emulator instead."""
    for name, value in environment(NOWHERE, tmp_path_factory.getbasetemp() / "no-keys").items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with running("moto", tmp_path_factory.mktemp("moto")) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with running("ministack", tmp_path_factory.mktemp("ministack")) as emulator:
        yield emulator


def _cloud(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
    bucket = emulator.bucket(region=REGION)
    return Cloud(emulator, bucket, f"s3://{bucket}/shop")


@pytest.fixture(params=["moto", "ministack"])
def cloud(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Each emulator in turn, with a bucket of the test's own; AWS clients find it by AWS_ENDPOINT_URL."""
    return _cloud(request.getfixturevalue(request.param), monkeypatch)


@pytest.fixture
def one_cloud(ministack: Emulator, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """One emulator, for what would only be run twice: ministack, which is the quicker and checks more."""
    return _cloud(ministack, monkeypatch)


@pytest.fixture(params=["folder", "moto", "ministack"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Each kind of store in turn, empty: what holds for one holds for all."""
    if request.param == "folder":
        return open_store((tmp_path / "served").as_uri())
    return open_store(_cloud(request.getfixturevalue(request.param), monkeypatch).url)
