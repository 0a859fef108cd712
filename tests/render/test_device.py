from __future__ import annotations

import gc
import itertools
import logging
import os
import subprocess
import sys
import threading

import pytest

from forge3d.errors import GpuUnavailable, RecipeError
from forge3d.render import Renderer, RenderSettings, device, doctor, egl
from forge3d.render.device import ContextLost, Device, choose
from forge3d.render.egl import EglDevice
from forge3d.render.targets import Targets

from .shapes import node, placed, sphere

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
        made = Device(renderer._gpu.device.index)
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


def test_what_is_made_while_its_context_is_not_current_is_refused(renderer: Renderer) -> None:
    """It would be made in what another renderer left behind, and be freed by its number here."""
    with Renderer():
        pass
    with pytest.raises(Exception, match="cannot create"):
        renderer._gpu.context.texture((4, 4), 4)
    renderer._gpu.device.check()
    assert renderer._gpu.context.texture((4, 4), 4).glo


def test_a_context_that_does_not_become_current_is_not_used(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = egl.current_context
    monkeypatch.setattr(egl, "current_context", lambda: 1)
    with pytest.raises(ContextLost, match="make a new renderer"):
        renderer._gpu.device.check()
    monkeypatch.setattr(egl, "current_context", true)
    renderer._gpu.device.check()


@pytest.mark.parametrize("when", range(8))
def test_a_context_that_goes_between_or_within_pictures_is_made_anew(
    monkeypatch: pytest.MonkeyPatch, when: int
) -> None:
    document, plain = placed(node(sphere(rings=8))), RenderSettings(samples=1, occlusion=False)
    with Renderer() as renderer:
        expected = [
            frame.detach().pixels for frame in renderer.turntable(document, frames=3, size=(9, 9), settings=plain)
        ]
        before, true, calls = renderer._gpu.device, device._entered, itertools.count()

        def entered(context: object, handle: int | None) -> bool:
            return true(context, handle) and (context is not before.context or next(calls) != when)

        monkeypatch.setattr(device, "_entered", entered)
        frames = [
            frame.detach().pixels for frame in renderer.turntable(document, frames=3, size=(9, 9), settings=plain)
        ]
        assert renderer._gpu.device is not before or next(calls) <= when
        for frame, other in zip(frames, expected, strict=True):
            assert (frame == other).all()


def test_what_was_dropped_and_not_closed_is_freed_when_it_is_safe() -> None:
    dropped, kept = Device(), Device()
    context, handle = dropped.context, dropped._handle
    del dropped
    gc.collect()
    assert [abandoned for _, _, abandoned in device._abandoned] == [context]
    assert egl.current_context() == kept._handle != handle
    kept.check()
    assert not device._abandoned
    assert egl.current_context() == kept._handle
    with pytest.raises(AttributeError):  # there is nothing left to enter
        context.__enter__()
    kept.release()
    assert egl.current_context() is None


FORK = """
import os
from forge3d.render import Renderer
from forge3d.render.device import Device
renderer = Renderer()
for make in (Device, renderer._gpu.device.check):
    if os.fork() == 0:
        try:
            make()
        except Exception as error:
            print(type(error).__name__, error, flush=True)
        os._exit(0)
    os.wait()
renderer.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_process_is_told_to_spawn_and_does_not_hang(renderer: Renderer) -> None:
    told = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, check=True, timeout=60).stdout
    assert told.count("GpuUnavailable this process was forked") == 2


def test_the_doctor_finds_a_working_machine_well(renderer: Renderer) -> None:
    (context,) = (finding for finding in doctor() if finding.name == "OpenGL")
    assert context.ok
    assert renderer.capabilities.renderer in context.detail


def lose(renderer: Renderer, monkeypatch: pytest.MonkeyPatch, times: int) -> list[Device]:
    """From now on the driver says so many times that the context is lost; returns the devices it was said of."""
    lost: list[Device] = []
    true = Device.verify

    def verify(self: Device) -> None:
        if len(lost) < times:
            lost.append(self)
            raise ContextLost("reset")
        true(self)

    monkeypatch.setattr(Device, "verify", verify)
    return lost


def test_a_lost_context_is_made_anew_and_every_frame_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    document = placed(node(sphere(rings=8)))
    with Renderer() as renderer:
        expected = [frame.detach().pixels for frame in renderer.turntable(document, frames=6, size=(16, 16))]
        before = renderer._gpu.device
        lost = lose(renderer, monkeypatch, 1)
        frames = [frame.detach().pixels for frame in renderer.turntable(document, frames=6, size=(16, 16))]
        assert lost == [before]
        assert renderer._gpu.device is not before
        for frame, other in zip(frames, expected, strict=True):
            assert (frame == other).all()
        assert renderer.render(document, size=(16, 16)).depth.min() < 100


def test_a_context_that_is_lost_between_the_parts_of_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    document = placed(node(sphere(rings=8)))
    monkeypatch.setattr(Targets, "tile_side", lambda *_, **__: 32)
    with Renderer() as renderer:
        older = renderer.render(document, size=(60, 50))
        lose(renderer, monkeypatch, 1)
        again = renderer.render(document, size=(60, 50))
        assert (again.pixels == older.pixels).all()
        assert again.depth.min() < 100
        with pytest.raises(RecipeError, match="reset since this frame"):
            older.depth  # noqa: B018


def test_what_an_older_frame_did_not_ask_for_is_gone_with_the_context(monkeypatch: pytest.MonkeyPatch) -> None:
    document = placed(node(sphere(rings=8)))
    with Renderer() as renderer:
        older = renderer.render(document, size=(8, 8))
        lose(renderer, monkeypatch, 1)
        assert renderer.render(document, size=(8, 8)).depth.min() < 100
        with pytest.raises(RecipeError, match="reset since this frame"):
            older.depth  # noqa: B018


def test_a_context_that_is_lost_again_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with Renderer() as renderer:
        lose(renderer, monkeypatch, 2)
        with pytest.raises(GpuUnavailable):
            renderer.render(placed(node(sphere(rings=8))), size=(8, 8))


@pytest.mark.parametrize(
    ("error", "kind", "why"),
    [
        ("GL_UNKNOWN_ERROR", ContextLost, "reset or went away"),
        ("GL_OUT_OF_MEMORY", GpuUnavailable, "memory is full.*smaller picture"),
    ],
)
def test_what_the_driver_says_becomes_an_error(error: str, kind: type[Exception], why: str, renderer: Renderer) -> None:
    made = object.__new__(Device)
    made.context = type("Context", (), {"error": error})()
    with pytest.raises(kind, match=why):
        made.verify()
    renderer._gpu.device.verify()
