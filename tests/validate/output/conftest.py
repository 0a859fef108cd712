from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from forge3d.gltf import Severity
from forge3d.validate import Issue, Report
from forge3d.validate.many import Verdict
from forge3d.validate.output import FORMATS
from forge3d.validate.selection import Selection

NASTY = "\x1b[2J\r\n::error::<b>|`\ud800\u202e%0A]]>&\x00"


def verdicts() -> list[Verdict]:
    """A file with every severity, one with names that mean harm, a faultless one, and one that cannot be read."""
    chair = [
        Issue("ACCESSOR_INVALID_FLOAT", Severity.ERROR, "3 numbers are not finite", "/accessors/2", count=3),
        Issue("ACCESSOR_INVALID_FLOAT", Severity.ERROR, "1 number is not finite", "/accessors/5"),
        Issue("NODE_EMPTY", Severity.INFORMATION, "a node with nothing on it and no purpose", "/nodes/0"),
        Issue("BUFFER_VIEW_TARGET_MISSING", Severity.HINT, "its target is missing", "/bufferViews/0"),
    ]
    nasty = [
        Issue("UNEXPECTED_PROPERTY", Severity.WARNING, f"there is no {NASTY}", f"/asset/{NASTY}"),
        Issue("GLB_EXTRA_DATA", Severity.WARNING, "bytes follow the last chunk", None, 120),
    ]
    # A file's name may hold bytes that are no text; Python shows them as these surrogates.
    nasty_path = Path(f"bad/{NASTY}.glb".replace("\ud800", "\udc80"))
    return [
        Verdict(Path("chair one.glb"), Report("chair one.glb", "model/gltf-binary", chair), seconds=0.25),
        Verdict(
            nasty_path,
            Report("nasty.glb", "model/gltf-binary", nasty),
            seconds=0.5,
        ),
        Verdict(Path("good.glb"), Report("good.glb", "model/gltf-binary"), seconds=0.125),
        Verdict(Path("lost.glb"), error=f"lost.glb: cannot be read {NASTY}", kind="InvalidAsset", exit_code=3),
    ]


@pytest.fixture
def written() -> Callable[..., str]:
    """`written(format, verdicts, selection)`: the text."""

    def write(name: str, given: list[Verdict] | None = None, selection: Selection | None = None) -> str:
        file = StringIO()
        FORMATS[name](verdicts() if given is None else given, selection or Selection(), file)
        return file.getvalue()

    return write


@pytest.fixture
def nasty() -> str:
    return NASTY
