"""What the guides show works: policies are printed, pipelines are valid, and GitLab's variables are enough."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.aws.emulators import Cloud
from tests.aws.making import make_bundle

from forge3d.aws.deployment import Deployment, Place
from forge3d.aws.publish import publish
from forge3d.aws.trust import gitlab
from forge3d.cli import main

DOCS = Path(__file__).parents[2] / "docs"
CI, INTAKE = (DOCS / "publish-from-ci.md").read_text(), (DOCS / "intake.md").read_text()


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def commands() -> list[str]:
    shell = "\n".join(blocks(CI, "sh") + blocks(INTAKE, "sh")).replace("\\\n", " ")
    return [line.partition(">")[0].strip() for line in shell.splitlines() if line.strip().startswith("forge3d policy")]


@pytest.mark.parametrize("command", commands())
def test_policies_are_printed(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert json.loads(capsys.readouterr().out)


def test_there_are_as_many_as_are_meant() -> None:
    assert len(commands()) == 8


def test_pipelines_are_valid_and_ask_for_a_token() -> None:
    github, of_gitlab = (yaml.safe_load(block) for block in blocks(CI, "yaml"))
    assert github["permissions"] == {"contents": "read", "id-token": "write"}
    steps = github["jobs"]["publish"]["steps"]
    assert [step.get("run", "").split(" ")[1:2] for step in steps[-1:]] == [["publish"]]
    assert of_gitlab["publish"]["id_tokens"]["AWS_TOKEN"]["aud"] == "https://gitlab.com"


def test_gitlabs_variables_are_enough(one_cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 takes the role by itself, from the variables that the guide sets and the token's file."""
    variables: dict[str, Any] = yaml.safe_load(blocks(CI, "yaml")[1])["publish"]["variables"]
    shop = Deployment("000000000000", "eu-central-1", Place("assets", "shop"))
    trusted = json.dumps(gitlab(shop, "acme/models", branch="main"))
    iam = one_cloud.emulator.client("iam")
    iam.create_role(RoleName="forge3d-publisher", AssumeRolePolicyDocument=trusted)
    token = tmp_path / "aws-token"
    token.write_text("header.payload.signature")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    for name, value in variables.items():
        value = value.replace("123456789012", shop.account).replace("$CI_BUILDS_DIR", str(tmp_path))
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_REGION", "us-east-1")  # where the bucket is
    [done] = publish([make_bundle(tmp_path, seed=1)], one_cloud.url)
    assert done.status == "published"
