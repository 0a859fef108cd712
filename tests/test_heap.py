"""In a process of its own, whose heap nobody else uses."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

SCATTERED = """
import os
from forge3d.heap import give_back

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

warm = bytearray(24 << 20)  # from now on blocks of this size are cut from the heap
del warm
before = resident()
blocks = [bytearray(4 << 20) for _ in range(32)]
between = blocks[::2] + [bytearray(1 << 16)]
del blocks
grown = resident() - before
del between[:-1]
kept = resident() - before
give_back()
print(grown, kept, resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_what_was_freed_goes_back_to_the_system() -> None:
    told = subprocess.run([sys.executable, "-c", SCATTERED], capture_output=True, text=True, check=True).stdout
    grown, kept, left = map(int, told.split())
    assert grown > 32 << 20
    assert kept > 8 << 20
    assert left < 2 << 20


AGAIN = """
import resource
from forge3d.heap import reuse

def faults(count):
    begin = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(count):
        block = bytearray(8 << 20)
        del block
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - begin

reuse()
faults(1)
print(faults(8))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="what glibc keeps")
def test_blocks_that_were_freed_are_taken_again() -> None:
    told = subprocess.run([sys.executable, "-c", AGAIN], capture_output=True, text=True, check=True, timeout=60)
    assert int(told.stdout) < 8 * 2048 / 10  # pages of 4 KiB
