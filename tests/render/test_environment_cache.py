"""Filtered light on disk: found again, bounded, and never in the way."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from forge3d.cache import default_folder
from forge3d.errors import InvalidAsset
from forge3d.render import Renderer, environment_cache
from forge3d.render.environment import Environment
from forge3d.render.environment_cache import EnvironmentCache
from forge3d.render.stowing import content_key, stowed

SKY = np.random.default_rng(5).random((16, 32, 3)).astype(np.float32)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FORGE3D_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "light" / "steps"


@pytest.fixture
def filtered(monkeypatch: pytest.MonkeyPatch) -> list[Environment]:
    """Which environments are filtered from now on."""
    asked: list[Environment] = []
    true = EnvironmentCache._filtered

    def counted(self: EnvironmentCache, environment: Environment) -> object:
        asked.append(environment)
        return true(self, environment)

    monkeypatch.setattr(EnvironmentCache, "_filtered", counted)
    return asked


def light(renderer: Renderer, environment: Environment, *, on_disk: bool = True) -> bytes:
    """The filtered light as one who starts anew gets it."""
    gpu = renderer._gpu
    gpu.device.check()
    fresh = EnvironmentCache(gpu.context, gpu.programs, gpu.capabilities, default_folder() if on_disk else None)
    return stowed(gpu.context, gpu.programs, fresh.get(environment))


@pytest.mark.parametrize("environment", ["dark", SKY])
def test_what_is_found_is_equal_to_the_bit(
    environment: Environment, renderer: Renderer, folder: Path, filtered: list[Environment]
) -> None:
    apart = light(renderer, environment, on_disk=False)
    assert not folder.exists()
    first, again = light(renderer, environment), light(renderer, environment)
    assert len(filtered) == 2
    assert apart == first == again
    assert np.frombuffer(again[4:], np.float16).astype(float).max() > 0.1


def test_a_damaged_file_is_made_again(renderer: Renderer, folder: Path, filtered: list[Environment]) -> None:
    expected = light(renderer, SKY)
    (entry,) = folder.glob("*/*")
    whole = entry.read_bytes()
    for damaged in (whole[:-9], whole[:100] + b"!" + whole[101:], b""):
        entry.write_bytes(damaged)
        assert light(renderer, SKY) == expected
        assert entry.read_bytes() == whole
    assert len(filtered) == 4


def test_a_folder_that_cannot_be_written_costs_time_alone(
    renderer: Renderer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, filtered: list[Environment]
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FORGE3D_CACHE", str(tmp_path / "file"))
    assert light(renderer, SKY) == light(renderer, SKY)
    assert len(filtered) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_renderer_takes_a_folder_or_none(tmp_path: Path, folder: Path) -> None:
    for cache, there in ((tmp_path / "own", tmp_path / "own" / "light"), (False, None), (True, folder.parent)):
        with Renderer(light_cache=cache) as renderer:
            light = renderer._gpu.environments._disk
            assert (light.folder if light is not None else None) == there


def test_what_was_used_longest_ago_makes_room(
    renderer: Renderer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(light(renderer, SKY)) + 64
    (first,) = folder.glob("*/*")
    os.utime(first, (1, 1))
    monkeypatch.setattr(environment_cache, "MAX_DISK_BYTES", 2 * size)
    for scale in (2, 3):
        light(renderer, SKY * np.float32(scale))
    kept = list(folder.glob("*/*"))
    assert first not in kept
    assert len(kept) == 2


def test_the_key_is_the_content(renderer: Renderer, tmp_path: Path) -> None:
    facts = renderer.capabilities
    first, second = tmp_path / "a.hdr", tmp_path / "b.hdr"
    first.write_bytes(b"light")
    second.write_bytes(b"light")
    assert content_key(first, facts) == content_key(str(second), facts)
    second.write_bytes(b"other")
    keys = [content_key(one, facts) for one in (first, second, "dark", "studio", SKY, SKY.T.copy().T, SKY * 2)]
    assert len(set(keys)) == 6  # an array is its values, however they lie in memory
    assert content_key(tmp_path / "missing.hdr", facts) is None
    assert content_key(tmp_path, facts) is None


def test_what_is_not_light_is_refused_with_the_cache_too(renderer: Renderer, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.hdr").write_bytes(b"not light")
    for _ in range(2):
        with pytest.raises(InvalidAsset, match="not a Radiance picture"):
            light(renderer, tmp_path / "a.hdr")
    assert not folder.exists()
