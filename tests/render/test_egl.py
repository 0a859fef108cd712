"""The machine's devices as EGL tells them, and what NVIDIA's kernel driver adds where EGL says little."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge3d.errors import GpuUnavailable
from forge3d.render import Renderer, egl
from forge3d.render.device import Device


def test_devices_count_from_zero_and_one_of_them_draws(renderer: Renderer) -> None:
    found = egl.devices()
    assert [device.index for device in found] == list(range(len(found)))
    assert all(device.name for device in found)
    assert renderer._gpu.device.index in range(len(found))


def test_a_context_by_index_by_name_and_by_kind(renderer: Renderer) -> None:
    """For real, on whatever this machine has."""
    (mine,) = (device for device in egl.devices() if device.index == renderer._gpu.device.index)
    kind = "cpu" if renderer.capabilities.software else "gpu"
    for choice in (mine.index, str(mine.index), mine.name.upper(), kind, *([mine.uuid] if mine.uuid else [])):
        made = Device(choice)
        assert made.index == mine.index
        assert made.capabilities.renderer == renderer.capabilities.renderer
        made.release()
    with pytest.raises(GpuUnavailable, match=f"{mine.index}: {mine.name}"):
        Device("no such name")


def gpu(folder: Path, address: str, model: str, uuid: str) -> None:
    (folder / address).mkdir(parents=True)
    (folder / address / "information").write_text(f"Model: \t\t {model}\nIRQ:   \t\t 35\nGPU UUID: \t {uuid}\n")


@pytest.fixture
def nvidia(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    gpus = tmp_path / "gpus"
    gpu(gpus, "0000:07:00.0", "Tesla T4", "GPU-1b2c3d4e-aaaa")
    gpu(gpus, "0000:65:00.0", "NVIDIA L4", "GPU-77aa8899-bbbb")
    monkeypatch.setattr(egl, "_NVIDIA_GPUS", gpus)
    return gpus


def test_the_kernel_driver_names_gpus_by_their_cuda_number(nvidia: Path) -> None:
    assert egl._nvidia_facts("", 1)["Model"] == "NVIDIA L4"
    assert egl._nvidia_facts("", 0)["GPU UUID"] == "GPU-1b2c3d4e-aaaa"
    assert egl._nvidia_facts("", 2) == egl._nvidia_facts("", None) == {}


def test_the_kernel_driver_names_gpus_by_the_bus_address_of_their_node(
    nvidia: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus = tmp_path / "bus" / "0000:65:00.0"
    bus.mkdir(parents=True)
    (tmp_path / "drm" / "card1").mkdir(parents=True)
    (tmp_path / "drm" / "card1" / "device").symlink_to(bus)
    monkeypatch.setattr(egl, "_DRM", tmp_path / "drm")
    assert egl._nvidia_facts("/dev/dri/card1", 0)["Model"] == "NVIDIA L4"
    assert egl._nvidia_facts("/dev/dri/card0", 0) == {}


def test_without_the_driver_there_is_nothing_to_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(egl, "_NVIDIA_GPUS", tmp_path / "none")
    assert egl._nvidia_facts("", 0) == {}
