"""Every kind of bad input through every command: the design's exit code, words that help, nothing written, no wait."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forge3d.cli import main
from forge3d.document import Accessor, Document, Image, Material, Mesh, Node, Primitive, Scene, Texture, TextureInfo
from forge3d.gltf import glb

INPUT, MACHINE = 3, 4
TRIANGLE = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)


def good(image: bytes | None = None) -> bytes:
    """A triangle, with a picture where one is given."""
    attributes = {"POSITION": Accessor(TRIANGLE), "TEXCOORD_0": Accessor(TRIANGLE[:, :2])}
    material = Material(name="[red]paint[/bold]")  # what a terminal's markup must not stumble over
    if image is not None:
        material.base_color_texture = TextureInfo(texture=Texture(image=Image(image)))
    indices = Accessor(np.array([0, 1, 2], np.uint16))
    node = Node(mesh=Mesh(primitives=[Primitive(attributes=attributes, indices=indices, material=material)]))
    return Document(nodes=[node], scenes=[Scene(nodes=[node])]).to_bytes()


def changed(change: Callable[[dict[str, Any]], None], data: bytes | None = None) -> bytes:
    """The triangle with its JSON changed."""
    chunks = glb.parse(data or good())
    assert chunks.json is not None
    asset = json.loads(bytes(chunks.json))
    change(asset)
    return glb.pack(json.dumps(asset).encode(), bytes(chunks.bin or b""))


def png(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG of 8-bit grey that says this size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def floats(value: float) -> bytes:
    data = bytearray(good())
    at = data.index(TRIANGLE.tobytes())
    data[at : at + 36] = np.full(9, value, np.float32).tobytes()
    return bytes(data)


def far_index() -> bytes:
    data = good()
    return data.replace(struct.pack("<3H", 0, 1, 2), struct.pack("<3H", 0, 1, 9))


def setter(*path: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(asset: dict[str, Any]) -> None:
        at: Any = asset
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = value

    return change


def no_views(asset: dict[str, Any]) -> None:
    for accessor in asset["accessors"]:
        accessor.pop("bufferView")
        accessor["count"] = 3 << 29


def external(uri: str) -> bytes:
    """A .gltf whose geometry lies at `uri`."""
    chunks = glb.parse(good())
    assert chunks.json is not None
    asset = json.loads(bytes(chunks.json))
    asset["buffers"][0]["uri"] = uri
    return json.dumps(asset).encode()


def draco_bomb() -> bytes:
    """A Draco header that claims 2^31 faces in a dozen bytes."""
    payload = b"DRACO\2\2\1\0\0\0" + bytes([0xFF, 0xFF, 0xFF, 0xFF, 0x07]) * 2
    return compressed("KHR_draco_mesh_compression", payload)


def compressed(extension: str, payload: bytes) -> bytes:
    chunks = glb.parse(good())
    assert chunks.json is not None
    assert chunks.bin is not None
    asset, start = json.loads(bytes(chunks.json)), len(chunks.bin)
    asset["bufferViews"].append({"buffer": 0, "byteOffset": start, "byteLength": len(payload)})
    asset["buffers"][0]["byteLength"] = start + len(payload)
    asset["extensionsUsed"] = [extension]
    if extension == "KHR_draco_mesh_compression":
        for accessor in asset["accessors"]:
            accessor.pop("bufferView")
        view = {"bufferView": len(asset["bufferViews"]) - 1, "attributes": {"POSITION": 0, "TEXCOORD_0": 1}}
        asset["meshes"][0]["primitives"][0]["extensions"] = {extension: view}
    else:
        view = {"buffer": 0, "byteOffset": start, "byteLength": len(payload), "byteStride": 12, "count": 2**31}
        lie = {"byteLength": 12 * 2**31, "byteStride": 12, "extensions": {extension: {**view, "mode": "ATTRIBUTES"}}}
        asset["bufferViews"][asset["accessors"][0]["bufferView"]] |= lie
    return glb.pack(json.dumps(asset).encode(), bytes(chunks.bin) + payload)


# What is refused by every command: the file's name, its bytes, and words that the message must have.
REFUSED: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.glb", b"", "empty|no bytes|too short|0 bytes"),
    "truncated": ("a.glb", good()[:200], "length|bytes|truncated|end"),
    "wrong magic": ("a.glb", b"glTX" + good()[4:], "glTF|JSON"),
    "text": ("a.glb", b"Dear customer,\nplease find attached", "glTF|JSON"),
    "text as gltf": ("a.gltf", b"hello", "JSON"),
    "array": ("a.gltf", b"[]", "object"),
    "glTF 1.0 binary": ("a.glb", b"glTF" + struct.pack("<III", 1, 24, 4) + bytes(4) + b"{}  ", "1|version"),
    "glTF 1.0": ("a.gltf", b'{"asset":{"version":"1.0"},"techniques":{}}', "1.0.*gltf-pipeline"),
    "fbx": ("a.fbx", b"Kaydara FBX Binary  \0\x1a\0" + bytes(100), "FBX"),
    "chunk of 4 GiB": ("a.glb", b"glTF" + struct.pack("<4I", 2, 2**32 - 1, 2**32 - 16, 0x4E4F534A) + b"{}", "bytes"),
    "deep JSON": ("a.gltf", b'{"a":' + b"[" * 100_000, "depth|JSON|deep"),
    "count of 2^31": ("a.glb", changed(setter("accessors", 0, "count", value=2**31)), "/accessors/0|accessor|count"),
    "offset past the end": ("a.glb", changed(setter("bufferViews", 0, "byteOffset", value=2**40)), "/bufferViews/0"),
    "cyclic nodes": ("a.glb", changed(setter("nodes", 0, "children", value=[0])), "/nodes/0.*below itself"),
    "index past the list": ("a.glb", changed(setter("nodes", 0, "mesh", value=7)), "/nodes/0/mesh"),
    "required extension": ("a.glb", changed(setter("extensionsRequired", value=["X_unknown"])), "X_unknown"),
    "climbing URI": ("a.gltf", external("../../etc/passwd"), "etc/passwd.*out of the model's folder"),
    "climbing URI in disguise": ("a.gltf", external("%2e%2e/%2e%2e/etc/passwd"), "out of the model's folder"),
    "absolute URI": ("a.gltf", external("/etc/passwd"), "absolute"),
    "network URI": ("a.gltf", external("http://127.0.0.1:9/a.bin"), "network"),
    "file URI": ("a.gltf", external("file:///etc/passwd"), "scheme"),
    "missing file": ("a.gltf", external("gone.bin"), "gone.bin.*No such file"),
    "zeros without end": ("a.glb", changed(no_views), "max_zero_bytes"),
    "index past the vertices": ("a.glb", far_index(), "index 9 points past 3 vertices|index 9"),
    "Draco bomb": ("a.glb", draco_bomb(), "Draco.*cannot hold"),
    "meshopt bomb": ("a.glb", compressed("EXT_meshopt_compression", b"\xa0" + bytes(64)), "meshopt.*cannot hold"),
}  # fmt: skip

# What only the pictures refuse: the rest of the model is good.
UNDRAWABLE: dict[str, tuple[bytes, str]] = {
    "20,000 pixels each way, it says": (good(png(20_000, 20_000)), "max_image_pixels"),
    "2^31 pixels each way, it says": (good(png(2**31 - 1, 2**31 - 1)), "max_image_pixels|PNG"),
    "an image cut short": (good(png(64, 64, bytes(100))), "image"),
    "an image of no kind": (good(b"GIF89a but no more"), "image|GIF"),
}
# What needs care but is drawn.
DRAWABLE: dict[str, bytes] = {
    "20,000 pixels wide": good(png(20_000, 4, bytes(4 * 20_001))),
    "a bomb of 25 million pixels": good(png(5000, 5000, bytes(5000 * 5001))),
    "not a number": floats(float("nan")),
    "infinite": floats(float("inf")),
    "huge": floats(3e38),
}

QUICK = """
version = 1
"""

COMMANDS: dict[str, tuple[str, ...]] = {
    "info": (),
    "validate": (),
    "optimize": ("out.glb", "--preset", "web"),
    "lod": ("levels",),
    "render": ("out.png", "--size", "16"),
    "turntable": ("spin", "--frames", "2", "--size", "16"),
}
WRITES = ("optimize", "lod", "render", "turntable")

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the program in this process: its exit code, and all that it says."""

    def call(command: str, *arguments: str | Path) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["forge3d", command, *map(str, arguments)])
        code: Any = 0
        try:
            main()
        except SystemExit as exit:
            code = exit.code
        said = "".join(capsys.readouterr())
        assert "Traceback" not in said
        assert "fault of forge3d" not in said, said
        return int(code or 0), said

    return call


def attempt(run: Run, command: str, model: Path) -> tuple[int, str]:
    """Run a command on a model; on failure nothing may be new beside it."""
    folder = model.parent
    before = sorted(folder.iterdir())
    target, *options = COMMANDS[command] or ("",)
    code, said = run(command, model, *([folder / target, *options] if target else []))
    if code:
        assert sorted(folder.iterdir()) == before, "something was left behind"
    return code, said


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str, run: Run, tmp_path: Path) -> None:
    name, data, words = REFUSED[case]
    (tmp_path / name).write_bytes(data)
    for command in COMMANDS:
        code, said = attempt(run, command, tmp_path / name)
        if command == "validate":
            assert code in (0, 1, INPUT), said  # policy and limits are not the specification's
        else:
            assert code == INPUT, (command, said)
            assert re.search(words, said), said
    assert (tmp_path / name).read_bytes() == data


@pytest.mark.parametrize("case", UNDRAWABLE)
def test_refused_when_drawn(case: str, run: Run, tmp_path: Path) -> None:
    data, words = UNDRAWABLE[case]
    model = tmp_path / "a.glb"
    model.write_bytes(data)
    for command in COMMANDS:
        code, said = attempt(run, command, model)
        assert code in (0, 1, INPUT), said
        if command in ("render", "turntable"):
            assert code == INPUT, said
            assert re.search(words, said), said
    assert model.read_bytes() == data


@pytest.mark.parametrize("case", DRAWABLE)
def test_drawn_or_refused(case: str, run: Run, tmp_path: Path) -> None:
    model = tmp_path / "a.glb"
    model.write_bytes(DRAWABLE[case])
    for command in COMMANDS:
        code, said = attempt(run, command, model)
        assert code in (0, 1, INPUT), said
        assert "RuntimeWarning" not in said
        if command == "render" and case in ("not a number", "infinite"):
            assert "warning: a node without a name: vertices" in said


@pytest.mark.parametrize("name", ["missing.glb", "folder.glb", "pipe.glb", "pipe.obj", "device.glb", "x" * 300])
def test_what_is_no_file(name: str, run: Run, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "folder.glb":
        path.mkdir()
    elif name.startswith("pipe"):
        os.mkfifo(path)
    elif name == "device.glb":
        path.symlink_to("/dev/zero")
    for command in COMMANDS:
        code, said = attempt(run, command, path)
        assert code == INPUT, (command, said)
        assert name[:20] in said.replace("\n", "")


@pytest.mark.parametrize("where", ["file.txt/deep", "taken", "x" * 300])
@pytest.mark.parametrize("command", WRITES)
def test_output_that_cannot_be(where: str, command: str, run: Run, tmp_path: Path) -> None:
    model = tmp_path / "a.glb"
    model.write_bytes(good(png(4, 4, bytes(20))))
    (tmp_path / "file.txt").write_text("in the way")
    target, *options = COMMANDS[command]
    place = tmp_path / where / target
    if where == "taken":  # a folder where a file should be, and a file where a folder should be
        place.parent.mkdir()
        if Path(target).suffix:
            place.mkdir()
        else:
            place.write_text("in the way")
    before = sorted(tmp_path.rglob("*"))
    code, said = run(command, model, place, *options)
    if command == "lod":  # a triangle has no lower level, so that nothing is written
        assert code in (0, MACHINE), said
    else:
        assert code == MACHINE, said
    assert sorted(tmp_path.rglob("*")) == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system without room."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=8", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a file system")
    (disk / "filler").write_bytes(bytes(4096))
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("command", ["optimize", "render", "turntable"])
def test_a_full_disk(command: str, run: Run, tmp_path: Path, small_disk: Path) -> None:
    model = tmp_path / "a.glb"
    model.write_bytes(good())
    target, *options = COMMANDS[command]
    code, said = run(command, model, small_disk / target, *options)
    assert code == MACHINE
    assert "No space left" in said
    left = [path for path in small_disk.rglob("*") if path.is_file()]
    assert left == [small_disk / "filler"]


def test_build_names_each_bad_input_and_builds_the_others(run: Run, tmp_path: Path) -> None:
    recipe = tmp_path / "quick.toml"
    recipe.write_text(QUICK)
    bad = {f"bad{number}{Path(name).suffix}": data for number, (name, data, _) in enumerate(REFUSED.values())}
    for name, data in {**bad, "good.glb": good()}.items():
        (tmp_path / name).write_bytes(data)
    files = [tmp_path / name for name in (*bad, "good.glb")]
    output = tmp_path / "dist"
    code, said = run("build", *files, "-o", output, "--recipe", recipe, "--no-cache", "--json")
    assert code == INPUT
    facts = json.loads(said[: said.rindex("}") + 1])
    failed = {product["sku"]: product["error"] for product in facts["products"] if product["error"]}
    assert sorted(failed) == sorted(Path(name).stem for name in bad)
    assert {error["exit_code"] for error in failed.values()} == {INPUT}
    assert sorted(path.name for path in output.iterdir()) == ["good", "report.html", "summary.json"]


def test_build_into_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.glb").write_bytes(good())
    (tmp_path / "dist").write_text("in the way")
    code, said = run("build", tmp_path / "a.glb", "-o", tmp_path / "dist", "--no-cache")
    assert code == MACHINE, said
    assert (tmp_path / "dist").read_text() == "in the way"
