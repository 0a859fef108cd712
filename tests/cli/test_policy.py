"""`forge3d policy`: every document that it prints, and what it says to mistakes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from forge3d.cli import main

PLACE = ("s3://assets/shop", "--account", "123456789012", "--region", "eu-central-1")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command; its exit code and what it printed."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["forge3d", "policy", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return (int(ended.value.code or 0), *capsys.readouterr())

    return call


@pytest.fixture
def printed(run: Callable[..., tuple[int, str, str]]) -> Callable[..., Any]:
    def call(*arguments: str) -> Any:
        code, out, err = run(*arguments)
        assert code == 0, err
        return json.loads(out)

    return call


def test_a_role(printed: Callable[..., Any]) -> None:
    told = json.dumps(printed("publisher", *PLACE, "--replica", "s3://copies/shop", "--distribution", "E1"))
    for name in ("arn:aws:s3:::assets/shop/*", "arn:aws:s3:::copies/pointers/*", "distribution/E1"):
        assert name in told
    assert "Delete" not in told


def test_a_bucket_and_who_may_publish(printed: Callable[..., Any]) -> None:
    assert printed("assets-bucket", *PLACE)["Statement"][0]["Sid"] == "TlsOnly"
    trusted = json.dumps(printed("github", *PLACE, "--repository", "acme/models", "--branch", "main"))
    assert "repo:acme/models:ref:refs/heads/main" in trusted
    trusted = json.dumps(printed("gitlab", *PLACE, "--repository", "acme/models", "--branch", "main"))
    assert "project_path:acme/models:ref_type:branch:ref:main" in trusted


def test_names_are_taken_over(printed: Callable[..., Any]) -> None:
    told = json.dumps(printed("service", *PLACE, "--intake", "my-intake", "--secret", "a", "--secret", "b"))
    for name in ("my-intake/incoming/*", "secret:a-??????", "secret:b-??????"):
        assert name in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nobody", *PLACE), "is not one of publisher"),
        (("publisher", "assets", *PLACE[1:]), "give s3://bucket/prefix"),
        (("replica-bucket", *PLACE), "no replica was named"),
        (("github", *PLACE), "which repository"),
        (("gitlab", *PLACE, "--repository", "a/b"), "which branch"),
        (("publisher", PLACE[0], "--account", "1", "--region", "eu-central-1"), "twelve digits"),
    ],
)
def test_mistakes(run: Callable[..., tuple[int, str, str]], arguments: tuple[str, ...], said: str) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert said in " ".join(err.replace("│", " ").split())
