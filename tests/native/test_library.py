"""A library that is missing or old is named, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge3d.errors import DependencyMissing
from forge3d.native import library


@pytest.fixture(autouse=True)
def _fresh() -> object:
    library.library.cache_clear()
    yield
    library.library.cache_clear()


def test_a_library_that_was_not_built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(library, "PATH", tmp_path / "libforge3d.so")
    with pytest.raises(DependencyMissing, match=r"cannot be loaded.*pip install"):
        library.library()


def test_a_library_that_is_older_than_its_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "VERSION", 999)
    with pytest.raises(DependencyMissing, match="must have 999"):
        library.library()
