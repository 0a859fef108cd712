"""The names that `import forge3d` promises, in whatever order rooms are imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

import forge3d

PROMISED = [
    "load", "save", "Document", "validate", "validate_many", "Renderer", "build", "compare", "errors", "Recipe",
    "Orbit", "RenderSettings", "Source", "Limits", "levels", "PRESETS", "Dedup", "Prune", "Weld", "Reorder", "Simplify",
    "Quantize", "Compress", "Decompress", "Textures", "Unweld", "Flatten", "Join", "Instance", "Uninstance",
    "Palette", "AtlasMaterials", "Center", "Pivot", "RemoveHidden", "merge", "merge_variants", "partition",
]  # fmt: skip


@pytest.mark.parametrize("name", PROMISED)
def test_promised_names_are_there(name: str) -> None:
    assert getattr(forge3d, name) is not None
    assert name in dir(forge3d)


@pytest.mark.parametrize(
    "first",
    ["import forge3d", "import forge3d.validate", "import forge3d.pipeline", "from forge3d.validate import Report"],
)
def test_validate_can_be_called_whatever_was_imported_first(first: str) -> None:
    code = f"""{first}
import forge3d
assert forge3d.validate(b'{{"asset": {{"version": "2.0"}}}}').errors == []
from forge3d import validate
assert validate(b"nothing").errors
assert forge3d.validate.Report is type(validate(b"nothing"))
import forge3d.validate
assert forge3d.validate(b"nothing").errors
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_like_it"):
        forge3d.nothing_like_it  # noqa: B018
