"""What the doctor says about machines that are not this one."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from typing import Any

import pytest

from forge3d.errors import GpuUnavailable
from forge3d.render import Finding, doctor, egl
from forge3d.render.egl import EglDevice

module: Any = sys.modules["forge3d.render.doctor"]
"""The package's attribute of this name is the function."""

CPU = EglDevice(0, "llvmpipe", "", "", software=True)


class Machine:
    """A machine with these files and libraries; `examine` asks the doctor about it."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch):
        self._root, self._patch = root, monkeypatch
        self.vendors, self.nodes, self.driver = root / "egl_vendor.d", root / "dev", root / "version"
        (self.nodes / "dri").mkdir(parents=True)
        self.vendors.mkdir()
        (self.vendors / "50_mesa.json").write_text("{}")
        self.missing: set[str] = set()
        self.error: str | None = None
        for name in ("CUDA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "__EGL_VENDOR_LIBRARY_FILENAMES"):
            monkeypatch.delenv(name, raising=False)

    def nvidia(self, version: str) -> None:
        self.driver.write_text(f"NVRM version: NVIDIA UNIX x86_64 Kernel Module  {version}  Thu Jul 1\n")

    def examine(self) -> dict[str, Finding]:
        def load(name: str) -> object:
            if name in self.missing:
                raise OSError(f"{name}: cannot open shared object file")
            return object()

        def open_device(choice: object) -> object:
            raise GpuUnavailable(self.error or "no OpenGL here")

        self._patch.setattr(module, "_VENDOR_FOLDERS", (self.vendors,))
        self._patch.setattr(module, "_NVIDIA_DRIVER", self.driver)
        self._patch.setattr(module, "_NODES", self.nodes)
        self._patch.setattr(module, "Device", open_device)
        self._patch.setattr(egl, "devices", lambda: [CPU])
        self._patch.setattr(ctypes, "CDLL", load)
        return {finding.name: finding for finding in doctor()}


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_missing_libraries_name_the_packages(machine: Machine) -> None:
    machine.missing = {"libEGL.so.1", "libGL.so.1"}
    found = machine.examine()
    assert "apt install libegl1" in found["libEGL.so.1"].advice
    assert "apt install libgl1" in found["libGL.so.1"].advice


def test_a_container_without_graphics(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NVIDIA_DRIVER_CAPABILITIES", "compute,utility")
    machine.nvidia("550.54.14")
    machine.missing = {"libEGL_nvidia.so.0"}
    found = machine.examine()
    assert found["NVIDIA_DRIVER_CAPABILITIES"].ok is False
    assert "graphics,compute" in found["NVIDIA_DRIVER_CAPABILITIES"].advice
    assert "10_nvidia.json" in found["NVIDIA EGL"].detail
    assert "graphics" in found["libEGL_nvidia.so.0"].advice
    assert "--gpus all" in found["device nodes"].advice
    monkeypatch.setenv("NVIDIA_DRIVER_CAPABILITIES", "all")
    assert "NVIDIA_DRIVER_CAPABILITIES" not in machine.examine()


def test_libraries_of_another_version_than_the_kernels(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.nvidia("550.54.14")
    monkeypatch.setattr(module, "_LIBRARY_FOLDERS", (tmp_path,))
    (tmp_path / "libEGL_nvidia.so.535.1.0").write_text("")
    found = machine.examine()["NVIDIA versions"]
    assert found.ok is False
    assert "550.54.14, libraries 535.1.0" in found.detail
    (tmp_path / "libEGL_nvidia.so.550.54.14").write_text("")
    assert "NVIDIA versions" not in machine.examine()


def test_no_driver_is_registered(machine: Machine) -> None:
    (machine.vendors / "50_mesa.json").unlink()
    assert "libegl-mesa0" in machine.examine()["EGL vendors"].advice


def test_nodes_that_this_user_may_not_open(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    (machine.nodes / "dri" / "renderD128").write_text("")
    (machine.nodes / "nvidia0").write_text("")
    monkeypatch.setattr(module.os, "access", lambda path, mode: "nvidia" in str(path))
    found = machine.examine()["device permissions"]
    assert found.ok is False
    assert "renderD128" in found.detail
    assert "nvidia0" not in found.detail
    assert "`render` and `video`" in found.advice


def test_variables_that_mislead(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    monkeypatch.setenv("LIBGL_ALWAYS_SOFTWARE", "1")
    monkeypatch.setenv("GLCONTEXT_DEVICE_INDEX", "2")
    monkeypatch.setenv("__EGL_VENDOR_LIBRARY_FILENAMES", "/no/such.json")
    monkeypatch.setenv("GALLIUM_DRIVER", "softpipe")
    found = machine.examine()
    assert "--device" in found["CUDA_VISIBLE_DEVICES"].advice
    assert "unset" in found["LIBGL_ALWAYS_SOFTWARE"].advice
    assert "--device" in found["GLCONTEXT_DEVICE_INDEX"].advice
    assert found["__EGL_VENDOR_LIBRARY_FILENAMES"].ok is False
    assert "unset" in found["GALLIUM_DRIVER"].advice


@pytest.mark.parametrize(
    ("message", "advice"),
    [
        ("0 (T4): eglInitialize failed (0x3001)", "OpenGL files"), ("eglCreateContext failed (0x3002)", "groups"),
        ("eglCreateContext failed (0x3003)", "MIG"), ("eglCreateContext failed (0x3009)", "4.3"),
        ("requested device index 3, but found 0 devices", "again"), ("no device matches 'gpu'", "--device cpu"),
        ("Not allowed to force software rendering when API explicitly selects …", "LIBGL_ALWAYS_SOFTWARE"),
        ("device 0 (T4): gave the software renderer llvmpipe", "NVIDIA"), ("something new", "findings above"),
    ],
)  # fmt: skip
def test_every_known_error_has_advice(machine: Machine, message: str, advice: str) -> None:
    machine.error = message
    found = machine.examine()["OpenGL"]
    assert found.ok is False
    assert advice in found.advice


def test_a_gpu_that_is_not_used_is_told(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    class Software:
        def __init__(self, choice: object):
            self.capabilities = type(
                "C",
                (),
                {"software": True, "renderer": "llvmpipe", "version": "4.5", "max_texture_size": 1, "max_samples": 4},
            )

        def release(self) -> None:
            pass

    (machine.nodes / "dri" / "renderD128").write_text("")
    machine.examine()
    monkeypatch.setattr(module, "Device", Software)
    found = {finding.name: finding for finding in doctor()}
    assert found["OpenGL"].ok is True
    assert "--device gpu" in found["GPU"].advice


def test_what_is_optional_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch, machine: Machine) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None if name in ("av", "OpenEXR") else object())
    found = machine.examine()
    assert found["video"].ok is None
    assert "forge3d[video]" in found["video"].advice
    assert "forge3d[exr]" in found["EXR"].advice
    assert found["FLIP"].ok is True


@pytest.mark.parametrize(
    ("prints", "ok", "detail"),
    [
        (None, None, "not on the PATH"),
        ("ktx version: v4.4.2", True, "version 4.4"),
        ("ktx version: v4.2.1", None, "not ktx 4.3 or newer"),
    ],
)
def test_the_program_for_ktx2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prints: str | None, ok: bool | None, detail: str
) -> None:
    if prints is not None:
        program = tmp_path / "ktx"
        program.write_text(f"#!/bin/sh\necho '{prints}'\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    finding = module._ktx()
    assert (finding.ok, detail in finding.detail) == (ok, True)
    assert ok or "KTX-Software" in finding.advice
