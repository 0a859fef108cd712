"""Explains why rendering does or does not work on this machine, and what to install."""

from __future__ import annotations

import ctypes
import os
import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ..errors import DependencyMissing, Forge3DError, GpuUnavailable
from ..images.ktx_program import find_ktx, ktx_version
from . import egl
from .advice import advice_for
from .device import Device

_VENDOR_FOLDERS = (Path("/usr/share/glvnd/egl_vendor.d"), Path("/etc/glvnd/egl_vendor.d"))
_NVIDIA_DRIVER = Path("/proc/driver/nvidia/version")
_NODES = Path("/dev")
_LIBRARY_FOLDERS = (Path("/usr/lib/x86_64-linux-gnu"), Path("/usr/lib64"), Path("/usr/lib"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact about this machine.

    Attributes:
        name: what was looked at.
        ok: True: in order; False: a fault that stops rendering; None: worth knowing.
        detail: what was found.
        advice: what to do about it; empty where nothing is to be done.
    """

    name: str
    ok: bool | None
    detail: str
    advice: str = ""


def doctor(device: str | int | None = None) -> list[Finding]:
    """Look at everything a context needs, from packages to permissions, then make one.

    Args:
        device: as for `Renderer`.
    """
    findings = [*_packages(), *_libraries(), *_environment_variables(), *_vendors(), *_nvidia(), *_nodes(), *_devices()]
    return [*findings, *_context(device), *_extras(), _ktx()]


def _packages() -> list[Finding]:
    missing = [name for name in ("moderngl", "glcontext") if find_spec(name) is None]
    if missing:
        return [Finding("packages", False, f"missing: {', '.join(missing)}", f"pip install {' '.join(missing)}")]
    return [Finding("packages", True, "moderngl and glcontext are installed")]


_LIBRARY_PACKAGES = {egl.LIBEGL: "libegl1", egl.LIBGL: "libgl1"}


def _libraries() -> list[Finding]:
    findings = []
    for library, package in _LIBRARY_PACKAGES.items():
        try:
            ctypes.CDLL(library)
            findings.append(Finding(library, True, "can be loaded"))
        except OSError as error:
            advice = f"install {package} (Debian, Ubuntu: apt install {package} libgl1-mesa-dri; Fedora: libglvnd-egl)"
            findings.append(Finding(library, False, str(error), advice))
    return findings


_MESA_VARIABLES = (
    "LIBGL_DRIVERS_PATH", "GALLIUM_DRIVER", "MESA_LOADER_DRIVER_OVERRIDE", "MESA_GL_VERSION_OVERRIDE",
)  # fmt: skip


def _environment_variables() -> list[Finding]:
    findings = [
        Finding(key, None, os.environ[key], "forge3d ignores it; choose with --device")
        for key in sorted(os.environ)
        if key.startswith("GLCONTEXT_")
    ]
    vendors = os.environ.get("__EGL_VENDOR_LIBRARY_FILENAMES")
    for name in vendors.split(":") if vendors else ():
        exists = Path(name).is_file()
        advice = "" if exists else "unset __EGL_VENDOR_LIBRARY_FILENAMES, or correct the path"
        findings.append(Finding("__EGL_VENDOR_LIBRARY_FILENAMES", exists, name, advice))
    if os.environ.get("LIBGL_ALWAYS_SOFTWARE", "0") not in ("", "0", "false"):
        findings.append(Finding("LIBGL_ALWAYS_SOFTWARE", None, "is set", "unset it to use a GPU through Mesa"))
    for name in _MESA_VARIABLES:
        if os.environ.get(name):
            advice = "it changes what Mesa draws with, or says it can; unset it where rendering fails"
            findings.append(Finding(name, None, os.environ[name], advice))
    if os.environ.get("CUDA_VISIBLE_DEVICES") is not None:
        advice = "it does not choose where OpenGL draws; choose with --device (index, UUID or name)"
        findings.append(Finding("CUDA_VISIBLE_DEVICES", None, os.environ["CUDA_VISIBLE_DEVICES"] or "empty", advice))
    granted = os.environ.get("NVIDIA_DRIVER_CAPABILITIES")
    if granted is not None and not {"all", "graphics"} & set(granted.split(",")):
        advice = "start the container with NVIDIA_DRIVER_CAPABILITIES=graphics,compute,utility,video"
        findings.append(Finding("NVIDIA_DRIVER_CAPABILITIES", False, f"{granted}: without graphics", advice))
    return findings


def _vendors() -> list[Finding]:
    """libEGL finds its drivers through small JSON files; without them it has no devices."""
    if os.environ.get("__EGL_VENDOR_LIBRARY_FILENAMES"):
        return []
    given = os.environ.get("__EGL_VENDOR_LIBRARY_DIRS")
    folders = [Path(folder) for folder in given.split(":")] if given else _VENDOR_FOLDERS
    files = [file for folder in folders if folder.is_dir() for file in sorted(folder.glob("*.json"))]
    if not files:
        advice = "install libegl-mesa0 or the NVIDIA driver's EGL"
        advice = f"unset __EGL_VENDOR_LIBRARY_DIRS ({given}), or correct it" if given else advice
        return [Finding("EGL vendors", False, "no driver is registered", advice)]
    findings = [Finding("EGL vendors", True, ", ".join(file.name for file in files))]
    if _NVIDIA_DRIVER.exists() and not any("nvidia" in file.name for file in files):
        findings.append(
            Finding(
                "NVIDIA EGL", False, "an NVIDIA driver is loaded but its EGL is not registered (10_nvidia.json)",
                "in a container set NVIDIA_DRIVER_CAPABILITIES=graphics,compute,utility,video; on a host install the "
                "driver with its OpenGL files (not the headless or compute-only package)",
            )
        )  # fmt: skip
    return findings


def _nvidia() -> list[Finding]:
    """The user-space driver must be of exactly the kernel module's version."""
    if not _NVIDIA_DRIVER.exists():
        return []
    text = _NVIDIA_DRIVER.read_text(errors="replace")
    match = re.search(r"Kernel Module\s+(?:for \S+\s+)?([\d.]+)", text)
    kernel = match[1] if match else "unknown"
    findings = [Finding("NVIDIA kernel driver", True, kernel)]
    try:
        ctypes.CDLL("libEGL_nvidia.so.0")
    except OSError as error:
        advice = "add `graphics` to NVIDIA_DRIVER_CAPABILITIES (containers), or install libnvidia-gl of this version"
        return [*findings, Finding("libEGL_nvidia.so.0", False, str(error), advice)]
    libraries = [file for folder in _LIBRARY_FOLDERS for file in folder.glob("libEGL_nvidia.so.*.*")]
    versions = {file.name.removeprefix("libEGL_nvidia.so.") for file in libraries}
    if versions and kernel not in versions:
        found = ", ".join(sorted(versions))
        advice = "install the same version on both sides, and reboot or reload the module"
        findings.append(Finding("NVIDIA versions", False, f"kernel module {kernel}, libraries {found}", advice))
    return findings


def _nodes() -> list[Finding]:
    nodes = [*(_NODES / "dri").glob("renderD*"), *_NODES.glob("nvidia[0-9]*"), *_NODES.glob("nvidiactl")]
    refused = [str(node) for node in sorted(nodes) if not os.access(node, os.R_OK | os.W_OK)]
    if refused:
        advice = "add this user to the groups `render` and `video`, or pass the devices to the container"
        return [Finding("device permissions", False, f"no access to {', '.join(refused)}", advice)]
    if nodes:
        return [Finding("device permissions", True, ", ".join(str(node) for node in sorted(nodes)))]
    if _NVIDIA_DRIVER.exists():
        advice = "start the container with its GPUs (docker run --gpus all; in Kubernetes ask for nvidia.com/gpu)"
        return [Finding("device nodes", False, "an NVIDIA driver is loaded, but no GPU is in /dev", advice)]
    return [Finding("device nodes", None, "no GPU in /dev", "pictures are made by the CPU (llvmpipe)")]


def _devices() -> list[Finding]:
    try:
        found = egl.devices()
    except egl.EglMissing as error:
        return [Finding("EGL devices", False, str(error), "install libegl1 and libegl-mesa0")]
    if not found:
        advice = "install libegl-mesa0 and libgl1-mesa-dri for the CPU, or see the findings above for a GPU"
        return [Finding("EGL devices", False, "EGL lists no device", advice)]
    return [
        Finding(f"EGL device {d.index}", True, " ".join(filter(None, (d.name, d.uuid, d.path)))) for d in found
    ]  # fmt: skip


def _context(choice: str | int | None) -> list[Finding]:
    try:
        device = Device(choice)
    except GpuUnavailable as error:
        return [Finding("OpenGL", False, str(error), advice_for(str(error)) or "see the findings above")]
    facts = device.capabilities
    device.release()
    where = "the CPU renders" if facts.software else "the GPU renders"
    sizes = f"textures to {facts.max_texture_size}, {facts.max_samples} samples"
    found = [Finding("OpenGL", True, f"{where}: {facts.renderer}, {facts.version}, {sizes}")]
    if facts.software and choice is None and (_NVIDIA_DRIVER.exists() or list((_NODES / "dri").glob("renderD*"))):
        advice = "see the findings above; --device gpu makes this an error instead of slow pictures"
        found.append(Finding("GPU", None, "there is one, and it is not used", advice))
    return found


_EXTRAS = {
    "flip_evaluator": ("FLIP", "flip-evaluator", "`forge3d compare`"),
    "av": ("video", "'forge3d[video]'", "MP4 and WebM"),
    "pxr": ("USDZ", "'forge3d[usdz]'", "AR files for iPhones"),
    "OpenEXR": ("EXR", "'forge3d[exr]'", ".exr environments and facts"),
}


def _extras() -> list[Finding]:
    """Packages that rendering does without."""
    return [
        Finding(name, None, f"not installed: no {what}", f"pip install {package}")
        if find_spec(module) is None
        else Finding(name, True, f"{what}: installed")
        for module, (name, package, what) in _EXTRAS.items()
    ]


def _ktx() -> Finding:
    """The program that writes KTX2 textures; they are read without it."""
    get = "install KTX-Software 4.3 or newer: github.com/KhronosGroup/KTX-Software, releases"
    try:
        program = find_ktx()
    except DependencyMissing:
        return Finding("ktx", None, "not on the PATH: no KTX2 textures are written", get)
    try:
        return Finding("ktx", True, "writes KTX2 textures: {}, version {}.{}".format(program, *ktx_version(program)))
    except Forge3DError as error:
        return Finding("ktx", None, f"writes no KTX2 textures: {error}", get)
