"""A disk that is full: each kind of output says so with exit code 4, and leaves nothing half-written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from examples import small

resource = pytest.importorskip("resource")

# No file may grow beyond so many bytes, which fails writes as a full disk does.
PROGRAM = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
from forge3d.cli import main
sys.argv = ["forge3d", *sys.argv[2:]]
main()
"""


@pytest.mark.parametrize(
    ("most", "arguments"),
    [
        (900, ["render", "MODEL", "OUT/a.png", "--size", "96"]),
        (2000, ["render", "MODEL", "OUT/a.jpg", "--size", "32", "--facts", "OUT/a.npz"]),
        (2500, ["render", "MODEL", "OUT/a.jpg", "--size", "32", "--facts", "OUT/a.exr"]),
        (900, ["turntable", "MODEL", "OUT/spin", "--size", "96", "--frames", "2", "--format", "png"]),
        (2500, ["turntable", "MODEL", "OUT/spin", "--size", "48", "--frames", "8", "--video", "OUT/a.mp4"]),
        (2500, ["turntable", "MODEL", "OUT/spin", "--size", "48", "--frames", "8", "--video", "OUT/a.webp"]),
        (900, ["pictures", "MODEL", "OUT/page", "--size", "96", "--format", "png", "--angle", "hero"]),
    ],
)  # fmt: skip
def test_a_full_disk(most: int, arguments: list[str], tmp_path: Path) -> None:
    for suffix, package in ((".exr", "OpenEXR"), (".mp4", "av")):
        if arguments[-1].endswith(suffix):
            pytest.importorskip(package)
    model, out = tmp_path / "chair.glb", tmp_path / "out"
    small().write(model)
    out.mkdir()
    given = [text.replace("MODEL", str(model)).replace("OUT", str(out)) for text in arguments]
    made = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(most), *given],
        env={**os.environ, "TMPDIR": str(tmp_path)}, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert made.returncode == 4, made.stderr
    assert "could not be written: " in made.stderr
    assert "File too large" in made.stderr
    whole = [path for path in out.rglob("*") if path.is_file()]
    assert all(path.suffix in (".jpg", ".webp") and path.stat().st_size <= most for path in whole)
    assert not [path for path in whole if path.name.startswith((".", "a.")) and path.suffix != ".jpg"]
