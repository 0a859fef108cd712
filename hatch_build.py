"""Builds the native library where the package is built or installed; see src/forge3d/native."""

from __future__ import annotations

import compileall
import os
import shlex
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDER = Path(__file__).parent / "src" / "forge3d" / "native"
# No step may change what is computed: the same mesh gives the same levels on every machine.
FLAGS = [
    "-std=c++17",
    "-O3",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-ffp-contract=off",
    "-fPIC",
    "-pthread",
    "-shared",
    "-fvisibility=hidden",
    "-Wall",
    "-Wextra",
    "-Wl,-s",
]


class NativeLibrary(BuildHookInterface[Any]):
    """Compiles `native/*.cpp` into `native/libforge3d.so`, beside its sources, and packs it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        found = next(filter(None, map(shutil.which, ("c++", "g++", "clang++"))), None)
        compiler = shlex.split(os.environ.get("CXX", "")) or ([found] if found else [])
        if not compiler:
            raise SystemExit("forge3d needs a C++17 compiler to be built: apt-get install g++, or set CXX")
        target = FOLDER / "libforge3d.so"
        made = target.with_suffix(f".{os.getpid()}")
        sources = sorted(str(path) for path in FOLDER.glob("*.cpp"))
        subprocess.run([*compiler, *FLAGS, *sources, "-o", str(made)], check=True)
        made.replace(target)  # a library that is loaded somewhere stays as it is
        if version == "editable":  # pip compiles the modules that it installs, and not those of a checkout
            compileall.compile_dir(FOLDER.parent, quiet=1)
        build_data["pure_python"] = False
        build_data["tag"] = "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["artifacts"].append("src/forge3d/native/*.so")
