"""`forge3d.audit` is a room and a function, whatever was imported first."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "first", ["import forge3d", "import forge3d.audit", "from forge3d.audit import Profile", "import forge3d.cli.audit"]
)
def test_it_can_be_called_whatever_was_imported_first(first: str) -> None:
    code = f"""{first}
import forge3d
assert "audit" in dir(forge3d)
data = b'{{"asset": {{"version": "2.0"}}}}'
assert forge3d.audit(data).passed
from forge3d import audit
assert audit(data, "amazon").profile == "Amazon"
assert forge3d.audit.Report is type(audit(data))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
