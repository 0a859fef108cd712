"""What every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests leave the user's cache alone, and find nothing in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORGE3D_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def shared_assets() -> Path:
    """Real models, environments and the validator corpus, where this machine has them."""
    folder = Path(os.environ.get("FORGE3D_ASSETS", REPOSITORY.parent / "shared" / "assets"))
    if not folder.is_dir():
        pytest.skip("real models are not on this machine: set FORGE3D_ASSETS to their folder")
    return folder
