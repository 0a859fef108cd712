"""What shops are told: their fields, the published addresses, and nothing that has to be guessed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from examples.shop_payloads import SHOPS, links

from forge3d.pipeline.manifest import NAME, File, Manifest, Source

ROOT = Path(__file__).parents[2]
BASE = "https://assets.example/shop/"


def file(letter: str, role: str, extension: str, media: str, **more: Any) -> File:
    return File(
        path=f"{letter * 64}.{extension}", role=role, bytes=1000, sha256=letter * 64, media_type=media, **more
    )  # fmt: skip


MANIFEST = Manifest(
    sku="chair",
    key="0" * 64,
    ok=True,
    source=Source(name="chair.glb", bytes=1, sha256="f" * 64),
    files=(
        file("a", "model", "glb", "model/gltf-binary", decoders=("EXT_meshopt_compression",)),
        file("b", "level", "glb", "model/gltf-binary", index=1),
        file("c", "usdz", "usdz", "model/vnd.usdz+zip"),
        file("e", "scene-viewer", "glb", "model/gltf-binary"),
        file("d", "poster", "webp", "image/webp"),
    ),
)
MODEL, POSTER = (
    f"https://assets.example/shop/chair/{'a' * 64}.glb",
    f"https://assets.example/shop/chair/{'d' * 64}.webp",
)


def test_links_are_published_addresses() -> None:
    told = links(MANIFEST, BASE)
    assert (told["model"], told["poster"]) == (MODEL, POSTER)
    assert json.loads(told["levels"]) == [MODEL.replace("a" * 64, "b" * 64)]
    assert told["scene_viewer"] == MODEL.replace("a" * 64, "e" * 64)
    assert json.loads(told["decoders"]) == ["EXT_meshopt_compression"]
    assert "spin_sheet" not in told
    assert all(isinstance(value, str) for value in told.values())


def test_shopify_gets_the_model_and_the_poster() -> None:
    stage, update = SHOPS["shopify"](MANIFEST, BASE, "gid://shopify/Product/1")
    assert stage["variables"]["input"] == [
        {
            "filename": "chair.glb", "mimeType": "model/gltf-binary", "resource": "MODEL_3D", "httpMethod": "POST",
            "fileSize": "1000",
        }
    ]  # fmt: skip
    assert [each["mediaContentType"] for each in update["variables"]["media"]] == ["MODEL_3D", "IMAGE"]
    assert update["variables"]["media"][1]["originalSource"] == POSTER
    fields = {each["key"]: each for each in update["variables"]["product"]["metafields"]}
    assert fields["usdz"]["type"] == "url"
    assert (fields["levels"]["type"], fields["build"]["type"]) == ("json", "single_line_text_field")
    for each in fields.values():  # Shopify's rules for them
        assert re.fullmatch(r"[\w-]{2,64}", each["key"])
        assert 3 <= len(each["namespace"]) <= 255


def test_saleor_gets_the_poster_as_media_and_the_model_as_metadata() -> None:
    media, metadata = SHOPS["saleor"](MANIFEST, BASE, "UHJvZHVjdDox")
    assert media["variables"]["input"] == {"product": "UHJvZHVjdDox", "alt": "chair", "mediaUrl": POSTER}
    assert metadata["variables"]["id"] == "UHJvZHVjdDox"
    assert {"key": "forge3d.model", "value": MODEL} in metadata["variables"]["input"]
    assert all(set(each) == {"key", "value"} for each in metadata["variables"]["input"])


def test_medusa_gets_metadata_and_a_thumbnail() -> None:
    (request,) = SHOPS["medusa"](MANIFEST, BASE, "prod_1")
    assert (request["method"], request["path"]) == ("POST", "/admin/products/prod_1")
    assert request["body"]["thumbnail"] == POSTER
    assert request["body"]["metadata"]["forge3d"]["model"] == MODEL


@pytest.mark.parametrize("shop", SHOPS)
def test_variables_are_those_that_the_query_declares(shop: str) -> None:
    for request in SHOPS[shop](MANIFEST, BASE, "1"):
        if "query" in request:
            head = request["query"].partition("{")[0]
            assert set(re.findall(r"\$(\w+):", head)) == set(request["variables"])


def test_the_command(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(MANIFEST.encode())
    command = [sys.executable, "-m", "examples.shop_payloads", "saleor", str(tmp_path), BASE, "UHJvZHVjdDox"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert json.loads(done.stdout) == SHOPS["saleor"](MANIFEST, BASE, "UHJvZHVjdDox"), done.stderr
