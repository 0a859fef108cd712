"""Policies of buckets and queues, and who may become a role: judged by ministack's evaluator, which others wrote."""

from __future__ import annotations

from typing import Any

import pytest
from ministack.core.iam_evaluator import EvalContext, evaluate, evaluate_resource_policy, parse_policy_document

from forge3d.aws import policies, resource_policies, trust
from forge3d.aws.deployment import Deployment, Place
from forge3d.errors import RecipeError

SHOP = Deployment("123456789012", "eu-central-1", Place("assets", "shop"), (Place("copies", "shop"),), "E1")
OBJECT, POINTER = "arn:aws:s3:::assets/shop/chair/a.glb", "arn:aws:s3:::assets/pointers/chair.json"


def request(action: str, resource: str, said: dict[str, Any] | None = None, *, tls: bool = True) -> EvalContext:
    """A request as S3 describes it to policies; `said` are its condition keys."""
    who = "arn:aws:iam::123456789012:user/anybody"
    keys = {name.lower(): value for name, value in (said or {}).items()}
    return EvalContext(
        who, "User", "123456789012", action, resource, "eu-central-1", secure_transport=tls, service_context=keys
    )


def bucket(said: dict[str, Any] | None, resource: str = OBJECT, action: str = "s3:PutObject", **more: bool) -> str:
    """What the bucket's policy says of a request."""
    policy = resource_policies.assets_bucket(SHOP)
    return str(evaluate_resource_policy(policy, request(action, resource, said, **more)).decision)


CREATES = {"s3:ObjectCreationOperation": "true"}
PART = {"s3:ObjectCreationOperation": "false"}


@pytest.mark.parametrize("key", [OBJECT, POINTER, "arn:aws:s3:::assets/shop/chair/versions/1.json"])
def test_nobody_overwrites_unseen(key: str) -> None:
    assert bucket(CREATES, key) == "Deny"
    assert bucket(CREATES | {"s3:if-none-match": "*"}, key) == "ImplicitDeny"  # others' policies may allow it
    assert bucket(CREATES | {"s3:if-match": '"etag"'}, key) == "ImplicitDeny"
    assert bucket(PART, key) == "ImplicitDeny"


def test_copies_are_made_within_the_place_only() -> None:
    for source in ("assets/shop/chair/a.glb", "/assets/shop/chair/a.glb?versionId=1", "assets/pointers/chair.json"):
        assert bucket(CREATES | {"s3:x-amz-copy-source": source}) == "ImplicitDeny"
    for source in ("assets/other/a.glb", "/somebody-elses/shop/a.glb"):
        assert bucket(CREATES | {"s3:x-amz-copy-source": source}) == "Deny"


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("s3:x-amz-storage-class", ("STANDARD", "INTELLIGENT_TIERING"), "GLACIER"),
        ("s3:x-amz-server-side-encryption", ("AES256", "aws:kms"), "aws:kms:dsse"),
    ],
)
def test_classes_and_encryptions_are_those_meant(name: str, good: tuple[str, ...], bad: str) -> None:
    writes = CREATES | {"s3:if-none-match": "*"}
    allowed = [parse_policy_document(policies.publisher(SHOP))]
    for value in good:
        assert bucket(writes | {name: value}) == "ImplicitDeny"
        assert evaluate(request("s3:PutObject", OBJECT, {name: value}), allowed).decision == "Allow"
    assert bucket(writes | {name: bad}) == "Deny"
    assert evaluate(request("s3:PutObject", OBJECT, {name: bad}), allowed).decision == "ImplicitDeny"
    assert evaluate(request("s3:PutObject", OBJECT), allowed).decision == "Allow"


def test_tls_only() -> None:
    everywhere = ((OBJECT, "s3:GetObject"), ("arn:aws:s3:::assets", "s3:ListBucket"))
    for resource, action in everywhere:
        assert bucket({}, resource, action, tls=False) == "Deny"
        assert bucket({}, resource, action) == "ImplicitDeny"
    upload = request("s3:PutObject", "arn:aws:s3:::forge3d-intake/incoming/a.glb", tls=False)
    assert evaluate_resource_policy(resource_policies.intake_bucket(SHOP), upload).decision == "Deny"


def test_cloudfront_reads_for_one_distribution() -> None:
    policy = resource_policies.assets_bucket(SHOP)

    def read(distribution: str, key: str) -> str:
        said = {"aws:sourcearn": f"arn:aws:cloudfront::123456789012:distribution/{distribution}"}
        context = request("s3:GetObject", key, said)
        return str(evaluate_resource_policy(policy, context, service="cloudfront.amazonaws.com").decision)

    assert read("E1", OBJECT) == read("E1", POINTER) == "Allow"
    assert read("E2", OBJECT) == read("E1", "arn:aws:s3:::assets/elsewhere") == "ImplicitDeny"
    alone = Deployment(SHOP.account, SHOP.region, SHOP.assets)
    assert "CloudFrontReads" not in str(resource_policies.assets_bucket(alone))


def test_replicas_are_held_to_the_same() -> None:
    assert str(resource_policies.replica_bucket(SHOP)).replace("copies", "assets") == str(
        resource_policies.assets_bucket(SHOP)
    )


def test_only_s3_tells_the_queue() -> None:
    policy, queue = resource_policies.uploads_queue(SHOP), "arn:aws:sqs:eu-central-1:123456789012:forge3d-uploads"

    def send(source: str, account: str) -> str:
        context = request("sqs:SendMessage", queue, {"aws:sourcearn": source, "aws:sourceaccount": account})
        return str(evaluate_resource_policy(policy, context, service="s3.amazonaws.com").decision)

    assert send("arn:aws:s3:::forge3d-intake", "123456789012") == "Allow"
    assert send("arn:aws:s3:::forge3d-intake", "999999999999") == "ImplicitDeny"
    assert send("arn:aws:s3:::somebody-elses", "123456789012") == "ImplicitDeny"
    configured = resource_policies.intake_notification(SHOP)["QueueConfigurations"][0]
    assert configured["QueueArn"] == queue
    assert configured["Filter"]["Key"]["FilterRules"] == [{"Name": "prefix", "Value": "incoming/"}]


def test_github_for_a_branch_or_an_environment() -> None:
    (statement,) = trust.github(SHOP, "acme/models", branch="main")["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": "repo:acme/models:ref:refs/heads/main",
            }
        },
    }
    (statement,) = trust.github(SHOP, "acme/models", environment="production")["Statement"]
    same = statement["Condition"]["StringEquals"]
    assert same["token.actions.githubusercontent.com:sub"] == "repo:acme/models:environment:production"


def test_gitlab_for_a_branch() -> None:
    (statement,) = trust.gitlab(SHOP, "acme/3d/models", branch="main", host="gitlab.acme.example")["Statement"]
    assert statement["Principal"]["Federated"].endswith(":oidc-provider/gitlab.acme.example")
    assert statement["Condition"]["StringEquals"] == {
        "gitlab.acme.example:aud": "https://gitlab.acme.example",
        "gitlab.acme.example:sub": "project_path:acme/3d/models:ref_type:branch:ref:main",
    }


@pytest.mark.parametrize(
    "given",
    [
        {"repository": "acme/*", "branch": "main"},
        {"repository": "acme", "branch": "main"},
        {"repository": "acme/models", "branch": "*"},
        {"repository": "acme/models", "branch": "main:environment:production"},
        {"repository": "acme/models"},
        {"repository": "acme/models", "branch": "main", "environment": "production"},
    ],
)
def test_inexact_trust_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(RecipeError):
        trust.github(SHOP, given.pop("repository"), **given)


def test_inexact_projects_are_refused() -> None:
    for project, branch, host in (("a/*", "main", "gitlab.com"), ("a/b", "", "gitlab.com"), ("a/b", "main", "h/x")):
        with pytest.raises(RecipeError):
            trust.gitlab(SHOP, project, branch=branch, host=host)
