"""Machines that lack a library, for real: a process of its own in which the loader finds something else, or nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from forge3d.render import Renderer

PROGRAM = """
from forge3d.errors import GpuUnavailable
from forge3d.render import Renderer, doctor
try:
    Renderer()
except GpuUnavailable as error:
    print(error)
for finding in doctor():
    if finding.ok is False:
        print("doctor:", finding.name, finding.advice)
"""


@pytest.fixture
def without(tmp_path: Path, renderer: Renderer) -> Callable[..., str]:
    """What is said where these variables hold; `FOLDER` in them is a folder to fill."""
    if not renderer.capabilities.software:
        pytest.skip("this machine has a GPU, whose driver does not look at all of these variables")

    def run(**variables: str) -> str:
        changed = {name: value.replace("FOLDER", str(tmp_path)) for name, value in variables.items()}
        made = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, **changed}, capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        return made.stdout

    return run


def test_no_libegl(without: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "libEGL.so.1").write_bytes(b"")
    said = without(LD_LIBRARY_PATH="FOLDER")
    assert "libEGL.so.1 cannot be loaded" in said
    assert "install libegl1" in said
    assert "doctor: libEGL.so.1 install libegl1" in said


def test_a_libegl_that_is_none(without: Callable[..., str], tmp_path: Path) -> None:
    import _ctypes

    (tmp_path / "libEGL.so.1").symlink_to(_ctypes.__file__)
    assert "libEGL.so.1 cannot be loaded" in without(LD_LIBRARY_PATH="FOLDER")


def test_no_libgl(without: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "libGL.so.1").write_bytes(b"")
    said = without(LD_LIBRARY_PATH="FOLDER")
    assert "install libgl1" in said
    assert "doctor: libGL.so.1 install libgl1" in said


def test_no_vendor(without: Callable[..., str]) -> None:
    said = without(__EGL_VENDOR_LIBRARY_DIRS="FOLDER")
    assert "EGL lists no device: install libegl-mesa0" in said
    assert "doctor: EGL vendors unset __EGL_VENDOR_LIBRARY_DIRS" in said


def test_no_drivers_of_mesa(without: Callable[..., str]) -> None:
    said = without(LIBGL_DRIVERS_PATH="FOLDER")
    assert "Mesa's drivers cannot be loaded: install libgl1-mesa-dri" in said


def test_an_old_opengl(without: Callable[..., str]) -> None:
    assert "offers less than OpenGL 4.3" in without(MESA_GL_VERSION_OVERRIDE="3.3")
