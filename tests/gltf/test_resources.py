from __future__ import annotations

import os
from pathlib import Path

import pytest

from forge3d.errors import Forge3DError, InvalidAsset, LimitExceeded, ResourceRefused
from forge3d.gltf import Limits
from forge3d.gltf.resources import DataUri, Resolver


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model's folder beside a secret."""
    folder = tmp_path / "model"
    (folder / "textures").mkdir(parents=True)
    (folder / "mesh 1.bin").write_bytes(b"mesh")
    (folder / "textures" / "größe.png").write_bytes(b"image")
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "model-2").mkdir()
    (tmp_path / "model-2" / "other.bin").write_bytes(b"secret")
    return folder


@pytest.mark.parametrize(
    ("uri", "data"),
    [
        ("mesh%201.bin", b"mesh"),
        ("mesh 1.bin", b"mesh"),
        ("./textures/../mesh%201.bin", b"mesh"),
        ("textures/gr%C3%B6%C3%9Fe.png", b"image"),
        ("textures/größe.png", b"image"),
    ],
)
def test_files_beside_the_model_are_read(model: Path, uri: str, data: bytes) -> None:
    assert Resolver(model, Limits()).read(uri) == data


@pytest.mark.parametrize(
    "uri",
    [
        "../secret", "../../../../../../etc/passwd", "%2e%2e/secret", "textures/%2E%2E/%2e%2e/secret", "..%2fsecret",
        "../model-2/other.bin", "/etc/passwd", "%2fetc%2fpasswd", "//host/share/a.bin", "file:///etc/passwd",
        "http://127.0.0.1:9/a.bin", "HTTPS://example.com/a.bin", "ftp://example.com/a.bin", "C:/Windows/win.ini",
        "..\\secret", "\\\\host\\share\\a.bin",
    ],
)  # fmt: skip
def test_the_policy_refuses_everything_else(model: Path, uri: str) -> None:
    with pytest.raises(ResourceRefused) as caught:
        Resolver(model, Limits()).read(uri)
    assert caught.value.policy


@pytest.mark.parametrize("uri", ["", "a\0b", "a%00b", "%ff%fe.bin", ":", "x" * 5000])
def test_what_cannot_be_a_file_name_is_an_invalid_uri(model: Path, uri: str) -> None:
    with pytest.raises(InvalidAsset) as caught:
        Resolver(model, Limits()).read(uri)
    assert caught.value.code in ("INVALID_URI", "IO_ERROR")
    assert len(str(caught.value)) < 200


def test_percent_decoding_happens_once(model: Path) -> None:
    with pytest.raises(InvalidAsset) as caught:
        Resolver(model, Limits()).read("%252e%252e/secret")
    assert caught.value.code == "IO_ERROR"


def test_symbolic_links_may_stay_inside_but_not_lead_out(model: Path) -> None:
    (model / "inside.bin").symlink_to("mesh 1.bin")
    (model / "outside.bin").symlink_to("../secret")
    (model / "folder").symlink_to("..", target_is_directory=True)
    (model / "loop").symlink_to("loop")
    resolver = Resolver(model, Limits())
    assert resolver.read("inside.bin") == b"mesh"
    for uri in ("outside.bin", "folder/secret"):
        with pytest.raises(ResourceRefused, match="out of the model's folder"):
            resolver.read(uri)
    with pytest.raises(Forge3DError):
        resolver.read("loop")


def test_a_linked_model_folder_is_still_the_folder(model: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(model, target_is_directory=True)
    assert Resolver(tmp_path / "link", Limits()).read("mesh%201.bin") == b"mesh"


def test_a_pipe_is_refused_without_waiting(model: Path) -> None:
    os.mkfifo(model / "pipe.bin")
    with pytest.raises(ResourceRefused, match="regular file"):
        Resolver(model, Limits()).read("pipe.bin")


@pytest.mark.parametrize("uri", ["none.bin", "textures", "."])
def test_a_missing_file_is_an_io_error(model: Path, uri: str) -> None:
    with pytest.raises(InvalidAsset, match=f"cannot read '{uri}'") as caught:
        Resolver(model, Limits()).read(uri)
    assert caught.value.code == "IO_ERROR"


def test_bytes_without_a_folder_open_nothing() -> None:
    with pytest.raises(ResourceRefused, match="base="):
        Resolver(None, Limits()).read("mesh.bin")
    assert Resolver(None, Limits()).read("data:,abc") == b"abc"


def test_limits_count_each_resource_once(model: Path) -> None:
    resolver = Resolver(model, Limits(max_resource_bytes=5, max_resources=2))
    for _ in range(3):
        assert resolver.read("mesh%201.bin") == b"mesh"
    with pytest.raises(LimitExceeded, match="max_resource_bytes"):
        resolver.read("textures/größe.png")
    few = Resolver(model, Limits(max_resources=1))
    few.read("mesh 1.bin")
    with pytest.raises(LimitExceeded, match="max_resources"):
        few.read("textures/größe.png")


@pytest.mark.parametrize(
    ("uri", "data"),
    [
        ("data:application/octet-stream;base64,AAEC", b"\0\1\2"),
        ("DATA:application/gltf-buffer;BASE64,AAEC", b"\0\1\2"),
        ("data:;base64,AA==", b"\0"),
        ("data:;base64,AA", b"\0"),
        ("data:;base64,AA%3D%3D", b"\0"),
        ("data:application/octet-stream;base64,AA\nEC", b"\0\1\2"),
        ("data:text/plain;charset=utf-8;base64,AAEC", b"\0\1\2"),
        ("data:,a%20b", b"a b"),
        ("data:;base64,", b""),
    ],
)
def test_data_uris(uri: str, data: bytes) -> None:
    assert DataUri.of(uri).decode() == data


@pytest.mark.parametrize("uri", ["data:", "data:;;base64,AA==", "data:image/png;base64,`", "data:;base64,A", "data:x"])
def test_broken_data_uris(uri: str) -> None:
    with pytest.raises(InvalidAsset) as caught:
        DataUri.of(uri).decode()
    assert caught.value.code == "INVALID_URI"


def test_media_types() -> None:
    assert DataUri.of("data:Image/PNG;base64,AA==").media_type == "image/png"
    assert DataUri.of("data:;base64,AA==").media_type is None


def test_a_data_uri_counts_against_the_limit_before_it_is_decoded() -> None:
    with pytest.raises(LimitExceeded, match="max_resource_bytes"):
        Resolver(None, Limits(max_resource_bytes=10)).read("data:;base64," + "AAAA" * 10)
