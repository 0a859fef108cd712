"""Radiance pictures: exact values, both encodings, every orientation, damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forge3d import images
from forge3d.errors import Forge3DError, InvalidAsset, LimitExceeded, UnsupportedFeature

RNG = np.random.default_rng(4)


def picture(body: bytes, resolution: str, lines: str = "") -> bytes:
    return f"#?RADIANCE\n{lines}FORMAT=32-bit_rle_rgbe\n\n{resolution}\n".encode() + body


def new_rle(rgbe: np.ndarray) -> bytes:
    """Rows in runs where two bytes or more are equal, in literals elsewhere."""
    out = bytearray()
    for row in rgbe:
        out += bytes((2, 2, rgbe.shape[1] >> 8, rgbe.shape[1] & 255))
        for plane in row.T:
            at = 0
            while at < len(plane):
                run = 1
                while at + run < len(plane) and run < 127 and plane[at + run] == plane[at]:
                    run += 1
                out += bytes((128 + run, plane[at])) if run > 1 else bytes((1, plane[at]))
                at += run
    return bytes(out)


def values(rgbe: np.ndarray) -> np.ndarray:
    return np.where(rgbe[..., 3:] > 0, rgbe[..., :3] * 2.0 ** (rgbe[..., 3:].astype(int) - 136), 0).astype(np.float32)


def test_flat_pixels_have_exact_values() -> None:
    rgbe = np.array([[[128, 64, 32, 129], [255, 0, 1, 136], [9, 9, 9, 0]]], np.uint8)
    decoded = images.read_hdr(picture(rgbe.tobytes(), "-Y 1 +X 3"))
    assert decoded.tolist() == [[[1, 0.5, 0.25], [255, 0, 1], [0, 0, 0]]]
    assert decoded.dtype == np.float32
    assert not decoded.flags.writeable


def test_new_run_length_rows() -> None:
    rgbe = np.repeat(RNG.integers(0, 256, (5, 70, 4), dtype=np.uint8), 4, axis=1)
    np.testing.assert_array_equal(images.read_hdr(picture(new_rle(rgbe), "-Y 5 +X 280")), values(rgbe))


def test_old_run_lengths_repeat_the_pixel_before_and_grow_by_digits() -> None:
    body = bytes((10, 20, 30, 130)) + bytes((1, 1, 1, 3)) + bytes((50, 60, 70, 128)) + bytes((1, 1, 1, 2, 1, 1, 1, 1))
    decoded = images.read_hdr(picture(body, "-Y 1 +X 263"))
    expected = np.array([[10, 20, 30, 130]] * 4 + [[50, 60, 70, 128]] * 259, np.uint8)[None]
    np.testing.assert_array_equal(decoded, values(expected))


@pytest.mark.parametrize("first", ["-Y", "+Y", "-X", "+X"])
@pytest.mark.parametrize("second", ["-", "+"])
def test_all_eight_orientations(first: str, second: str) -> None:
    upright = values(RNG.integers(100, 140, (3, 5, 4), dtype=np.uint8))
    axis = "X" if first[1] == "Y" else "Y"
    stored = upright if axis == "X" else upright.transpose(1, 0, 2)
    forward = {"Y": "-", "X": "+"}
    stored = stored[:: 1 if first[0] == forward[first[1]] else -1, :: 1 if second == forward[axis] else -1]
    mantissa, exponent = np.frexp(stored.max(axis=-1))
    rgbe = np.dstack([stored / 2.0 ** (exponent[..., None] - 8), exponent + 128]).astype(np.uint8)
    assert mantissa.all()
    resolution = f"{first} {stored.shape[0]} {second}{axis} {stored.shape[1]}"
    np.testing.assert_array_equal(images.read_hdr(picture(rgbe.tobytes(), resolution)), upright)


def test_exposure_is_divided_out() -> None:
    body = bytes((128, 128, 128, 129))
    lines = "EXPOSURE=2\nEXPOSURE= 4.0\nCOLORCORR=1 2 4\n"
    assert images.read_hdr(picture(body, "-Y 1 +X 1", lines)).tolist() == [[[0.125, 0.0625, 0.03125]]]
    for bad in ("EXPOSURE=0\n", "EXPOSURE=nan\n", "EXPOSURE=x\n", "COLORCORR=1 2\n", "EXPOSURE=\n"):
        with pytest.raises(InvalidAsset):
            images.read_hdr(picture(body, "-Y 1 +X 1", bad))


def test_bad_files(tmp_path: Path) -> None:
    good = picture(new_rle(RNG.integers(0, 256, (4, 20, 4), dtype=np.uint8)), "-Y 4 +X 20")
    for bad in (b"", b"P6", good[:30], good[:-1], picture(b"", "-Y 4 +Y 20"), picture(bytes(8), "-Y 2 +X 2")):
        with pytest.raises(InvalidAsset):
            images.read_hdr(bad)
    with pytest.raises(LimitExceeded):
        images.read_hdr(picture(b"", "-Y 99999 +X 99999"))
    with pytest.raises(UnsupportedFeature):
        images.read_hdr(good.replace(b"rgbe", b"xyze"))
    path = tmp_path / "cut.hdr"
    path.write_bytes(good[:-5])
    with pytest.raises(InvalidAsset, match=r"cut\.hdr"):
        images.read_hdr(path)
    for _ in range(300):
        damaged = np.frombuffer(good, np.uint8).copy()
        damaged[RNG.integers(10, len(good), 3)] = RNG.integers(0, 256, 3)
        try:
            assert np.isfinite(images.read_hdr(damaged.tobytes(), max_pixels=10_000)).all()
        except Forge3DError:
            continue  # refused in a typed way: the other outcome that is right


def test_real_environments(shared_assets: Path) -> None:
    for path in (shared_assets / "environments").glob("*.hdr"):
        radiance = images.read_hdr(path)
        assert radiance.shape == (512, 1024, 3)
        assert radiance.min() >= 0
        assert 0.1 < radiance.mean() < 10
