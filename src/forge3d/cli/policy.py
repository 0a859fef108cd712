"""`policy`: what each part of a shop may do on AWS, as JSON to attach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import print_json

if TYPE_CHECKING:
    from ..aws.deployment import Deployment


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_HELP)(policy)


_HELP = """Print one of the policies that a shop on AWS is run with, as JSON.

    forge3d policy publisher s3://assets/shop --account 123456789012 --region eu-central-1

    forge3d policy github s3://assets/shop --account … --repository acme/models --branch main

Permissions of roles: publisher, keeper (repairs and deletes), worker, service, ingest.
Who may become one: github, gitlab. Of buckets and queues themselves: assets-bucket, replica-bucket,
intake-bucket, uploads-queue; and intake-notification, which the intake bucket is configured with.
"""


def policy(
    document: Annotated[str, typer.Argument(help="Which one.", show_default=False)],
    target: Annotated[str, typer.Argument(help="s3://bucket/prefix that bundles are published to.")],
    account: Annotated[str, typer.Option("--account", help="The AWS account, twelve digits.")],
    region: Annotated[str, typer.Option("--region", envvar="AWS_REGION", help="The primary region.")],
    replica: Annotated[
        list[str] | None, typer.Option("--replica", help="s3://bucket/prefix in another region.")
    ] = None,
    distribution: Annotated[str | None, typer.Option("--distribution", help="CloudFront's, by id.")] = None,
    intake: Annotated[
        str | None, typer.Option("--intake", help="The bucket of uploads.", show_default="forge3d-intake")
    ] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option("--secret", help="Of the service, by name.", show_default="forge3d/signing-key"),
    ] = None,
    kms_key: Annotated[
        str | None, typer.Option("--kms-key", help="ARN of the buckets' key, where it is not S3's own.")
    ] = None,
    repository: Annotated[
        str | None, typer.Option("--repository", help="For github and gitlab: owner/name, group/project.")
    ] = None,
    branch: Annotated[str | None, typer.Option("--branch", help="That may publish.")] = None,
    environment: Annotated[
        str | None, typer.Option("--environment", help="That may publish, instead of a branch (github).")
    ] = None,
    host: Annotated[str, typer.Option("--host", help="Of GitLab.")] = "gitlab.com",
) -> None:
    from ..aws.deployment import Deployment, Place

    named = {"intake": intake, "secrets": tuple(secret) if secret else None, "kms_key": kms_key}
    shop = Deployment(
        account,
        region,
        Place.parse(target),
        tuple(Place.parse(url) for url in replica or ()),
        distribution,
        **{name: value for name, value in named.items() if value is not None},  # type: ignore[arg-type]
    )
    if document in ("github", "gitlab"):
        print_json(_trust(document, shop, repository, branch, environment, host))
    else:
        print_json(_document(document)(shop))


def _trust(
    kind: str, shop: Deployment, repository: str | None, branch: str | None, environment: str | None, host: str
) -> Any:
    from ..aws import trust

    if repository is None:
        raise typer.BadParameter("say which repository may publish", param_hint="--repository")
    if kind == "github":
        return trust.github(shop, repository, branch=branch, environment=environment)
    if branch is None:
        raise typer.BadParameter("say which branch may publish", param_hint="--branch")
    return trust.gitlab(shop, repository, branch=branch, host=host)


def _document(name: str) -> Any:
    from ..aws.policies import ROLES
    from ..aws.resource_policies import DOCUMENTS

    known = ROLES | DOCUMENTS
    if name not in known:
        listed = ", ".join([*known, "github", "gitlab"])
        raise typer.BadParameter(f"{name!r} is not one of {listed}", param_hint="DOCUMENT")
    return known[name]
