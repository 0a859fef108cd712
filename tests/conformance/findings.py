"""What the Khronos validator holds against a file: codes of its errors and warnings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.peers import khronos_reports

WARNING = 1
UNKNOWN_KTX2 = "Invalid value 'image/ktx2'."
"""The validator does not know KHR_texture_basisu, by which a GLB must name this media type."""


def findings(files: Sequence[Path]) -> list[set[str]]:
    """Of each file, `severity code` of every error and warning; a validator that gave up is a finding too."""
    return [
        {
            f"{'warning' if message['severity'] else 'error'} {message['code']}"
            for message in report["issues"]["messages"]
            if message["severity"] <= WARNING and UNKNOWN_KTX2 not in message["message"]
        }
        if "issues" in report
        else {f"failed {report['failed']}"}
        for report in khronos_reports(files)
    ]
