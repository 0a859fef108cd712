"""The command line that `ktx` is given, and what becomes of its answers.

A program that records its arguments stands in for `ktx`: it proves the command line and nothing about encoding.
"""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forge3d import images
from forge3d.errors import DependencyMissing, WorkerLost
from forge3d.images.ktx_program import encode_ktx2, find_ktx

DATA = Path(__file__).parent / "data"
PIXELS = np.zeros((20, 24, 3), np.uint8)
PIXELS[..., 0], PIXELS[..., 1], PIXELS[..., 2] = 10 * np.arange(24), 12 * np.arange(20)[:, None], 64
PRIMARIES, TRANSFER = 13, 14  # bytes from the start of the descriptor

STAND_IN = """#!{python}
import json, pathlib, sys
here = pathlib.Path(__file__).parent
if sys.argv[1:] == ["--version"]:
    print("ktx version: v" + (here / "version").read_text())
    raise SystemExit
with open(here / "calls", "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
(here / "input.png").write_bytes(pathlib.Path(sys.argv[-2]).read_bytes())
answer = here / ("etc1s" if "basis-lz" in sys.argv else "uastc")
if not answer.exists():
    print("ktx fatal: it did not work", file=sys.stderr)
    raise SystemExit(2)
if answer.stat().st_size:
    pathlib.Path(sys.argv[-1]).write_bytes(answer.read_bytes())
"""


class StandIn:
    """A folder with the recording program and the files that it answers with."""

    def __init__(self, folder: Path):
        self.folder = folder
        program = folder / "ktx"
        program.write_text(STAND_IN.format(python=sys.executable))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        (folder / "version").write_text("4.4.2")
        self.answer("etc1s", (DATA / "rgb-etc1s-mips.ktx2").read_bytes())
        self.answer("uastc", described((DATA / "rgb-zstd.ktx2").read_bytes(), primaries=0, transfer=1))

    def answer(self, codec: str, data: bytes) -> None:
        (self.folder / codec).write_bytes(data)

    @property
    def calls(self) -> list[list[str]]:
        """The options of each call: without the program, `create` and the two files."""
        lines = (self.folder / "calls").read_text().splitlines()
        return [json.loads(line)[1:-2] for line in lines]


def described(data: bytes, *, primaries: int, transfer: int) -> bytes:
    """The KTX2 file with other words in its descriptor."""
    changed = bytearray(data)
    at = int.from_bytes(changed[48:52], "little")
    changed[at + PRIMARIES], changed[at + TRANSFER] = primaries, transfer
    return bytes(changed)


@pytest.fixture
def ktx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return StandIn(folder)


def test_colour_becomes_etc1s(ktx: StandIn) -> None:
    data = encode_ktx2(PIXELS, "etc1s", srgb=True, quality=80, effort=4)
    assert ktx.calls == [[
        "--format", "R8G8B8_SRGB", "--generate-mipmap", "--mipmap-wrap", "wrap",
        "--encode", "basis-lz", "--clevel", "3", "--qlevel", "204",
        "--assign-primaries", "bt709", "--assign-tf", "srgb",
    ]]  # fmt: skip
    np.testing.assert_array_equal(images.decode((ktx.folder / "input.png").read_bytes()), PIXELS)
    header = images.read_header(data)
    assert (header.codec, header.srgb, header.levels) == ("etc1s", True, 5)
    assert np.abs(images.decode(data)[..., :3].astype(int) - PIXELS).mean() < 12


def test_data_become_uastc_without_primaries(ktx: StandIn) -> None:
    data = encode_ktx2(PIXELS, "uastc", srgb=False, wrap=False, quality=80, effort=6)
    assert ktx.calls == [[
        "--format", "R8G8B8_UNORM", "--generate-mipmap", "--mipmap-wrap", "clamp",
        "--encode", "uastc", "--uastc-quality", "4", "--zstd", "22",
        "--uastc-rdo", "--uastc-rdo-l", "1", "--uastc-rdo-m",
        "--assign-primaries", "none", "--assign-tf", "linear",
    ]]  # fmt: skip
    assert images.read_header(data).srgb is False


@pytest.mark.parametrize("options", [{"normal_map": True}, {"quality": 100}])
def test_directions_and_the_best_quality_are_not_traded_for_bytes(ktx: StandIn, options: Any) -> None:
    encode_ktx2(PIXELS, "uastc", srgb=False, **options)
    assert not any("rdo" in option for option in ktx.calls[0])


def test_alpha_and_the_extremes_of_quality(ktx: StandIn) -> None:
    with pytest.raises(WorkerLost):  # the stand-in answers with a size of its own
        encode_ktx2(np.zeros((4, 4, 4), np.uint8), "etc1s", srgb=True, quality=1, effort=0)
    assert ktx.calls[0][1] == "R8G8B8A8_SRGB"
    assert ktx.calls[0][ktx.calls[0].index("--qlevel") + 1] == "3"
    encode_ktx2(PIXELS, "etc1s", srgb=True, quality=100)
    assert ktx.calls[1][ktx.calls[1].index("--qlevel") + 1] == "255"


def test_older_versions_have_another_word_for_the_transfer_function(ktx: StandIn) -> None:
    (ktx.folder / "version").write_text("4.3.2")
    encode_ktx2(PIXELS, "uastc", srgb=False)
    assert ktx.calls[0][-2:] == ["--assign-oetf", "linear"]
    (ktx.folder / "version").write_text("4.2.1")
    with pytest.raises(DependencyMissing, match="not ktx 4"):
        encode_ktx2(PIXELS, "uastc", srgb=False)


def test_without_the_program_the_error_says_where_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DependencyMissing, match=r"program ktx.*KTX-Software 4\.3"):
        find_ktx()


def test_its_last_words_are_passed_on(ktx: StandIn) -> None:
    (ktx.folder / "uastc").unlink()
    with pytest.raises(WorkerLost, match="create ended with 2: ktx fatal: it did not work"):
        encode_ktx2(PIXELS, "uastc", srgb=False)


@pytest.mark.parametrize("answer", [
    b"", b"no KTX2", (DATA / "rgb-etc1s.ktx2").read_bytes(), (DATA / "rgb-zstd.ktx2").read_bytes(),
    described((DATA / "rgb-zstd.ktx2").read_bytes(), primaries=1, transfer=1),
], ids=["nothing", "no KTX2", "other codec", "sRGB", "primaries"])  # fmt: skip
def test_what_it_wrote_is_checked(ktx: StandIn, answer: bytes) -> None:
    ktx.answer("uastc", answer)
    with pytest.raises(WorkerLost, match="ktx"):
        encode_ktx2(PIXELS, "uastc", srgb=False)
