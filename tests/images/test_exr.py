from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from forge3d.errors import DependencyMissing, InvalidAsset, LimitExceeded
from forge3d.images import read_exr

OpenEXR = pytest.importorskip("OpenEXR")


def written(path: Path, **channels: np.ndarray) -> Path:
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    with OpenEXR.File(header, channels) as file:
        file.write(str(path))
    return path


def ramp(kind: type = np.float32) -> np.ndarray:
    return np.arange(12, dtype=kind).reshape(3, 4)


@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_colours_as_stored(tmp_path: Path, kind: type) -> None:
    path = written(tmp_path / "sky.exr", R=ramp(kind), G=ramp(kind) * 2, B=ramp(kind) * 100, A=ramp(kind))
    pixels = read_exr(path)
    assert (pixels.shape, pixels.dtype) == ((3, 4, 3), np.float32)
    np.testing.assert_array_equal(pixels[2, 3], [11, 22, 1100])
    np.testing.assert_array_equal(pixels[0, 1], [1, 2, 100])
    assert not pixels.flags.writeable


def test_luminance_is_grey(tmp_path: Path) -> None:
    np.testing.assert_array_equal(read_exr(written(tmp_path / "sky.exr", Y=ramp()))[1, 2], [6, 6, 6])


def test_what_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "depth.exr", Z=ramp())
    with pytest.raises(InvalidAsset, match=r"depth\.exr.*channels Z"):
        read_exr(path)
    with pytest.raises(LimitExceeded):
        read_exr(path, max_pixels=11)
    data = path.read_bytes()
    for damaged in (b"", b"#?RADIANCE\n", data[:60], data[: len(data) // 2], data[:4] + b"\xff" * 200):
        (tmp_path / "bad.exr").write_bytes(damaged)
        with pytest.raises(InvalidAsset, match=r"bad\.exr"):
            read_exr(tmp_path / "bad.exr")
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    with pytest.raises(DependencyMissing, match=r"forge3d\[exr\]"):
        read_exr(path)
