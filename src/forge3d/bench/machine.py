"""What figures were measured on, without anything that identifies the machine."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import TypedDict


class Host(TypedDict):
    cpu: str
    cores: int
    memory_gib: int
    system: str
    python: str


def host() -> Host:
    """The processor, how many of its cores there are for us, memory, system and Python."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown CPU")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return Host(
        cpu=model,
        cores=os.cpu_count() or 1,
        memory_gib=round(memory),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
    )
