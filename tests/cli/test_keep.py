"""`forge3d verify`, `gc` and `sign` as programs see them."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.aws.making import make_bundle, read_product

from forge3d.aws.key_groups import new_key
from forge3d.aws.publish import publish
from forge3d.aws.store import open_store
from forge3d.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def forge3d(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["forge3d", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return run


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Twelve generations in a folder, all of them old."""
    for seed in range(12):
        publish([make_bundle(tmp_path / "dist", seed=seed, pictures=1, size=40)], (tmp_path / "served").as_uri())
    for path in (tmp_path / "served").rglob("*"):
        os.utime(path, (time.time() - 20 * 86400,) * 2)
    return tmp_path / "served"


def test_verify(forge3d: Run, shop: Path, tmp_path: Path) -> None:
    code, out, err = forge3d("verify", shop)
    assert (code, err) == (0, "")
    assert out.endswith("all whole\n")
    copy = tmp_path / "copy"
    publish([tmp_path / "dist"], copy.as_uri())
    record = read_product(open_store(shop.as_uri()))
    assert record
    model = record["files"][0]["key"]
    (shop / model).write_bytes(b"harm")
    code, out, _ = forge3d("verify", shop, "chair")
    assert (code, f"{model} is another file (generation 12): wrong" in out) == (1, True)
    code, out, _ = forge3d("verify", shop, "chair", "--json")
    found = json.loads(out)["findings"]
    assert (code, len(found), found[0]["key"], found[0]["repaired"]) == (1, 1, model, None)
    # The copy has one generation only, and is no replica in other ways; it has the file.
    code, out, _ = forge3d("verify", shop, "chair", "--replica", copy, "--repair", "--json")
    assert {each["key"]: each["repaired"] for each in json.loads(out)["findings"]}[model] == copy.as_uri()
    assert forge3d("verify", shop)[0] == 0
    code, out, err = forge3d("verify", shop, "lamp")
    assert (code, "not published" in err) == (5, True)


def test_gc(forge3d: Run, shop: Path) -> None:
    code, out, _ = forge3d("gc", shop, "--keep", "2", "--json")
    told = json.loads(out)
    # Ten generations of a manifest, a record and three files of their own; the picture is in all.
    assert (code, told["deleted"], told["garbage"], len(told["found"])) == (0, False, 50, 50)
    code, out, _ = forge3d("gc", shop, "--keep", "2")
    assert out.count("would delete") == 50
    assert "run again with --delete" in out
    code, out, _ = forge3d("gc", shop, "--keep", "2", "--delete")
    assert (code, out.count("deleted chair/")) == (0, 50)
    assert forge3d("gc", shop, "--keep", "2", "--json")[1].count('"garbage": 0')
    assert forge3d("verify", shop)[0] == 0
    assert forge3d("gc", shop, "--older-than", "7d")[0] == 2
    assert forge3d("gc", shop, "--older-than", "soon")[0] == 2


def test_sign(forge3d: Run, tmp_path: Path) -> None:
    (tmp_path / "K2JC.pem").write_bytes(new_key())
    url = "https://cdn.example/chair/0.glb"
    code, signed, _ = forge3d("sign", "url", url, "--keys", tmp_path, "--for", "30m")
    assert (code, signed.startswith(f"{url}?Expires=")) == (0, True)
    code, out, _ = forge3d("sign", "check", signed.strip(), "--keys", tmp_path)
    assert (code, out.startswith(f"holds for {url} until")) == (0, True)
    code, _, err = forge3d("sign", "check", signed.strip().replace("0.glb", "1.glb"), "--keys", tmp_path)
    assert (code, "does not fit" in err) == (1, True)
    private = tmp_path / "K2JC.pem"
    code, out, _ = forge3d(
        "sign", "url", url, "--keys", private, "--key-id", "K9", "--covers", "https://cdn.example/*", "--json"
    )
    assert (code, json.loads(out)["key"], "Policy=" in json.loads(out)["url"]) == (0, "K9", True)
    assert forge3d("sign", "url", url, "--keys", private)[0] == 2
    code, out, _ = forge3d("sign", "cookies", "https://cdn.example/chair/*", "--keys", tmp_path, "--in", "1h")
    assert out.count("Set-Cookie: CloudFront-") == 4


def test_sign_an_upload(forge3d: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.setenv(f"AWS_{name}", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    upload = ("sign", "upload", "s3://intake/in/chair.glb", "--type", "model/gltf-binary")
    code, out, _ = forge3d(*upload, "--size", "12MB")
    assert (code, out.startswith("curl -F 'Content-Type=model/gltf-binary'")) == (0, True)
    code, out, _ = forge3d(*upload, "--exactly", "7", "--json")
    assert json.loads(out)["key"] == "in/chair.glb"
    assert forge3d(*upload)[0] == 2
