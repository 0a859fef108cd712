from __future__ import annotations

import logging
import threading

import pytest

from forge3d.errors import GpuUnavailable
from forge3d.render import Renderer, device, doctor, egl
from forge3d.render.device import Device, choose
from forge3d.render.egl import EglDevice

from .shapes import placed

T4 = EglDevice(0, "Tesla T4", "GPU-1b2c", "/dev/dri/card0", software=False)
L4 = EglDevice(1, "NVIDIA L4", "GPU-77aa", "/dev/dri/card1", software=False)
CPU = EglDevice(2, "llvmpipe", "", "", software=True)
ALL = [CPU, T4, L4]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (None, [T4, L4, CPU]), ("gpu", [T4, L4]), ("cpu", [CPU]), (1, [L4]), ("1", [L4]),
        ("GPU-77aa", [L4]), ("gpu-1B2C", [T4]), ("tesla", [T4]), ("l4", [L4]),
    ],
)  # fmt: skip
def test_choosing(choice: str | int | None, expected: list[EglDevice]) -> None:
    assert choose(choice, ALL) == expected


@pytest.mark.parametrize("choice", ["gpu", 7, "Radeon"])
def test_what_is_not_there_is_said_with_what_is(choice: str | int) -> None:
    with pytest.raises(GpuUnavailable, match="2: llvmpipe"):
        choose(choice, [CPU])


def test_a_missing_libegl_is_a_typed_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(egl, "LIBEGL", "libEGL-that-is-not-there.so.1")
    with pytest.raises(GpuUnavailable, match=r"cannot be loaded.*forge3d doctor"):
        Device()
    faults = [finding for finding in doctor() if finding.ok is False]
    assert any("cannot be loaded" in fault.detail for fault in faults)


def test_a_context_that_cannot_be_made_lists_what_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(egl, "devices", lambda: [EglDevice(63, "ghost", "", "", software=False)])
    with pytest.raises(GpuUnavailable, match=r"device 63 \(ghost\)"):
        Device()


def test_gpu_never_means_the_cpu_in_silence(monkeypatch: pytest.MonkeyPatch, renderer: Renderer) -> None:
    """EGL may call a device a GPU and still hand out the software rasteriser."""
    if not renderer.capabilities.software:
        pytest.skip("this machine has a GPU")
    monkeypatch.setattr(egl, "devices", lambda: [EglDevice(0, "pretender", "", "", software=False)])
    with pytest.raises(GpuUnavailable, match="gave the software renderer"):
        Device("gpu")


def test_glcontext_variables_do_not_override_the_choice(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, renderer: Renderer
) -> None:
    monkeypatch.setenv("GLCONTEXT_DEVICE_INDEX", "63")
    with caplog.at_level(logging.WARNING, logger=device.__name__):
        made = Device(renderer._device.index)
    made.release()
    assert "GLCONTEXT_DEVICE_INDEX=63 is ignored" in caplog.text


def test_another_thread_is_refused(renderer: Renderer) -> None:
    raised: list[BaseException] = []

    def elsewhere() -> None:
        try:
            renderer.render(placed(), size=(4, 4))
        except GpuUnavailable as error:
            raised.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert "thread" in str(raised[0])


def test_the_doctor_finds_a_working_machine_well(renderer: Renderer) -> None:
    (context,) = (finding for finding in doctor() if finding.name == "OpenGL")
    assert context.ok
    assert renderer.capabilities.renderer in context.detail
