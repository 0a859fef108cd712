"""`forge3d publish`, `versions` and `rollback` as programs see them: JSON, exit codes, what is told where."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.aws.making import key_of, make_bundle, read_product

from forge3d.aws.publish import publish
from forge3d.aws.records import read_live
from forge3d.aws.store import open_store
from forge3d.cli import main


@pytest.fixture
def target(tmp_path: Path) -> str:
    return (tmp_path / "served").as_uri()


def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: object
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["forge3d", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


@pytest.fixture
def forge3d(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    return lambda *arguments: run(capsys, monkeypatch, *arguments)


def test_the_whole_way(forge3d: Any, target: str, tmp_path: Path) -> None:
    dist = make_bundle(tmp_path / "dist", seed=1).parent
    code, out, err = forge3d("publish", dist, target)
    assert (code, err) == (0, "chair: published\n")
    assert "published  7 files" in out
    make_bundle(dist, seed=2)
    code, out, _ = forge3d("publish", dist, target, "--dry-run")
    assert "planned  6 files" in out
    code, out, err = forge3d("publish", dist, target, "--json")
    told = json.loads(out)
    assert (code, err, told["ok"]) == (0, "", True)
    assert told["products"][0]["generation"] == 2
    code, out, _ = forge3d("versions", target, "chair", "--json")
    assert [each["generation"] for each in json.loads(out)["versions"]] == [2, 1]
    code, out, _ = forge3d("rollback", target, "chair")
    assert (code, "brings back 1" in out) == (0, True)
    code, out, _ = forge3d("versions", target, "chair")
    assert out.splitlines()[1].split()[:2] == ["3", "live"]
    record = read_product(open_store(target))
    assert record
    assert record["key"] == key_of(1)
    code, out, _ = forge3d("rollback", target, "chair", "--to", 2, "--json")
    assert (json.loads(out)["generation"], json.loads(out)["restores"]) == (4, 2)


def test_one_bad_bundle_does_not_hold_the_others_up(forge3d: Any, target: str, tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    make_bundle(dist, "chair", ok=False)
    make_bundle(dist, "lamp")
    code, out, err = forge3d("publish", dist, target)
    assert code == 3
    assert "LOOKS_WRONG" in err
    assert "lamp" in out
    code, out, _ = forge3d("publish", dist, target, "--json")
    told = json.loads(out)
    assert (code, told["ok"]) == (3, False)
    assert told["products"][0]["error"]["type"] == "InvalidAsset"
    assert told["products"][1]["status"] == "unchanged"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["publish", "{dist}", "ftp://somewhere"], 2),
        (["publish", "{dist}", "s3://"], 2),
        (["publish", "{dist}"], 2),
        (["publish", "{dist}", "{target}", "--jobs", "0"], 2),
        (["publish", "nowhere", "{target}"], 3),
        (["versions", "{target}", "chair"], 5),
        (["versions", "{target}", "../chair"], 2),
        (["rollback", "{target}", "chair"], 5),
        (["rollback", "{target}", "chair", "--to", "0"], 2),
    ],
)
def test_exit_codes(forge3d: Any, arguments: list[str], code: int, target: str, tmp_path: Path) -> None:
    dist = make_bundle(tmp_path / "dist").parent
    filled = [argument.format(dist=dist, target=target) for argument in arguments]
    found, _, err = forge3d(*filled)
    assert found == code
    assert err
    found, out, _ = forge3d(*filled, "--json")
    assert found == code
    assert json.loads(out)["error"]["message"]


def test_who_comes_too_late_is_told_with_code_5(target: str, tmp_path: Path) -> None:
    """The other publishes while this one's process is stopped between its look at the pointer and its own."""
    publish([make_bundle(tmp_path / "old", seed=0)], target)
    code = (
        "import sys\n"
        "from forge3d.aws import publish\n"
        "place = publish._place\n"
        "def waiting(*arguments):\n"
        "    print('sending', flush=True); sys.stdin.readline()\n"
        "    return place(*arguments)\n"
        "publish._place = waiting\n"
        "from forge3d.cli import main; main()"
    )
    command = [sys.executable, "-c", code, "publish", str(make_bundle(tmp_path / "late", seed=1)), target]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as late:
        assert late.stdout
        assert late.stdout.readline() == "sending\n"
        publish([make_bundle(tmp_path / "early", seed=2)], target)
        _, err = late.communicate("go\n", timeout=60)
    assert late.returncode == 5
    assert "somebody else published first" in err
    live = read_live(open_store(target), "chair")
    assert live
    assert live.pointer.key == key_of(2)
