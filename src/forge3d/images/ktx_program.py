"""KTX2 encoding through the program `ktx` of KTX-Software, where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Literal

import numpy as np

from ..errors import DependencyMissing, InvalidAsset, WorkerLost
from .decoding import Pixels
from .encoding import encode
from .headers import read_header
from .ktx2_header import TRANSFER_LINEAR, TRANSFER_SRGB, Ktx2Header

Codec = Literal["etc1s", "uastc"]

_DEADLINE = 1800.0  # seconds; UASTC of 4096² at its slowest takes minutes
_CLEVEL = (0, 1, 1, 2, 3, 4, 5)
_UASTC_LEVEL = (0, 1, 2, 2, 2, 3, 4)
_ZSTD = (1, 5, 10, 15, 18, 20, 22)
_PRIMARIES_BT709 = 1


def find_ktx() -> str:
    """The program's path.

    Raises:
        DependencyMissing: it is not installed.
    """
    path = shutil.which("ktx")
    if path is None:
        raise DependencyMissing(
            "KTX2 textures are encoded by the program ktx, which is not on the PATH: install KTX-Software 4.3 or newer "
            "(github.com/KhronosGroup/KTX-Software, releases), or choose webp, avif, jpeg or png"
        )
    return path


def encode_ktx2(
    pixels: Pixels,
    codec: Codec,
    *,
    srgb: bool,
    normal_map: bool = False,
    wrap: bool = True,
    quality: int = 80,
    effort: int = 4,
) -> bytes:
    """Encode a KTX2 texture with all its mip levels, as KHR_texture_basisu wants it.

    Args:
        pixels: `(height, width, 3 or 4)` uint8; both sides multiples of four.
        codec: "etc1s" (small; for colour) or "uastc" (4 × 4 blocks of 16 bytes under Zstandard; for all else).
        srgb: the descriptor says sRGB with the primaries of BT.709; otherwise linear, with none.
        normal_map: no rate-distortion optimization, which pulls directions to one another.
        wrap: mip levels are filtered across the borders, as a repeating texture is sampled.
        quality: 1 to 100: ETC1S 3 to 255; UASTC trades bytes for likeness below 100.
        effort: 0 (fast) to 6 (small).

    Raises:
        DependencyMissing: the program is not installed.
        WorkerLost: it failed, or what it wrote is not what it was told to.
    """
    program = find_ktx()
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "texture.png", Path(folder) / "texture.ktx2"
        source.write_bytes(encode(pixels, "png", effort=0, srgb=srgb))
        options = _options(pixels.shape[2], codec, srgb, normal_map, wrap, quality, effort)
        transfer = "--assign-tf" if ktx_version(program) >= (4, 4) else "--assign-oetf"
        options += [transfer, "srgb" if srgb else "linear"]
        _run([program, "create", *options, str(source), str(target)])
        try:
            data = target.read_bytes()
        except FileNotFoundError as error:
            raise WorkerLost("ktx create ended well but wrote nothing") from error
    _check(data, pixels, codec, srgb)
    return data


def _options(
    channels: int, codec: Codec, srgb: bool, normal_map: bool, wrap: bool, quality: int, effort: int
) -> list[str]:
    """The command line, but for the option whose name depends on the version, and the files."""
    options = ["--format", f"R8G8B8{'A8' * (channels == 4)}_{'SRGB' if srgb else 'UNORM'}"]
    options += ["--generate-mipmap", "--mipmap-wrap", "wrap" if wrap else "clamp"]
    if codec == "etc1s":
        options += ["--encode", "basis-lz", "--clevel", str(_CLEVEL[effort])]
        options += ["--qlevel", str(max(1, round(quality * 2.55)))]
    else:
        options += ["--encode", "uastc", "--uastc-quality", str(_UASTC_LEVEL[effort]), "--zstd", str(_ZSTD[effort])]
        if quality < 100 and not normal_map:  # on one thread: more give other bytes each time
            options += ["--uastc-rdo", "--uastc-rdo-l", f"{(100 - quality) / 20:g}", "--uastc-rdo-m"]
    return [*options, "--assign-primaries", "bt709" if srgb else "none"]


def ktx_version(program: str) -> tuple[int, int]:
    """The program's version.

    Raises:
        DependencyMissing: it is older than 4.3, or something else.
        WorkerLost: it does not run.
    """
    found = re.search(r"v?(\d+)\.(\d+)", _run([program, "--version"]))
    if found is None or (int(found[1]), int(found[2])) < (4, 3):
        raise DependencyMissing(f"{program} is not ktx 4.3 or newer: install KTX-Software 4.3 or newer")
    return int(found[1]), int(found[2])


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, timeout=_DEADLINE, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as error:
        raise WorkerLost(f"{command[0]} took longer than {_DEADLINE:.0f} s") from error
    except OSError as error:
        raise DependencyMissing(f"{command[0]} cannot be run: {error.strerror}") from error
    said = (done.stdout + done.stderr).decode(errors="replace").strip()
    if done.returncode:
        raise WorkerLost(f"{' '.join(command[:2])} ended with {done.returncode}: {said[-500:] or 'no message'}")
    return said


def _check(data: bytes, pixels: Pixels, codec: Codec, srgb: bool) -> None:
    """Hold what the program wrote against what it was told to: viewers trust the descriptor."""
    try:
        read_header(data)
    except InvalidAsset as error:
        raise WorkerLost(f"ktx wrote a file that is not KTX2: {error}") from error
    header = Ktx2Header.parse(memoryview(data))
    height, width = pixels.shape[:2]
    wanted: tuple[str, int, int, int] = (codec, width, height, int(np.log2(max(width, height))) + 1)
    found = (header.codec.removesuffix("-zstd"), header.width, header.height, len(header.levels))
    colour = (header.transfer, header.primaries)
    if found != wanted or colour != ((TRANSFER_SRGB, _PRIMARIES_BT709) if srgb else (TRANSFER_LINEAR, 0)):
        raise WorkerLost(
            f"ktx wrote {found[0]} of {found[1]} × {found[2]}, {found[3]} levels, transfer {colour[0]}, primaries "
            f"{colour[1]}, which is not what it was told to"
        )
