"""Keys: what decides bytes is in them, programs and the codecs inside packages too."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import features

from forge3d.pipeline import keys


def test_codecs_are_named_with_their_versions() -> None:
    made = keys.tools()
    assert made["webp"] == features.version("webp")
    assert all(made[name] for name in (*keys.NATIVE, *keys.CODECS))


def test_another_build_of_ktx_or_its_library_is_another_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, library = tmp_path / "bin" / "ktx", tmp_path / "lib" / "libktx.so.4"
    for path in (program, library):
        path.parent.mkdir()
    monkeypatch.setenv("PATH", str(program.parent))
    keys.tools.cache_clear()
    found = [keys.tools()["ktx"]]
    for build in (b"#!/bin/sh\n# 1\n", b"#!/bin/sh\n# 2\n"):
        program.write_bytes(build)
        program.chmod(0o755)
        keys.tools.cache_clear()
        found.append(keys.tools()["ktx"])
    library.write_bytes(b"3")
    keys.tools.cache_clear()
    found.append(keys.tools()["ktx"])
    keys.tools.cache_clear()
    assert found[0] == "absent"
    assert len(set(found)) == 4
