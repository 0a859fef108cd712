"""Who may become a role: trust policies for CI systems that bring a token instead of keys.

The conditions are the whole protection: without the one on `sub`, every repository of the provider could take the role.
"""

from __future__ import annotations

import re

from ..errors import RecipeError
from .deployment import Deployment
from .policies import Policy

GITHUB = "token.actions.githubusercontent.com"


def github(shop: Deployment, repository: str, *, branch: str | None = None, environment: str | None = None) -> Policy:
    """GitHub Actions, running on a branch or in an environment of a repository.

    Args:
        repository: `owner/name`.
        branch, environment: exactly one. A job that names an environment says that in its token, and not the branch.

    Raises:
        RecipeError: an argument is not exact: wildcards would let others in.
    """
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository, re.ASCII):
        raise RecipeError(f"{repository!r} is not a repository: give owner/name")
    if (branch is None) == (environment is None):
        raise RecipeError("say either which branch or which environment may publish")
    place = f"ref:refs/heads/{_exact(branch)}" if branch is not None else f"environment:{_exact(environment or '')}"
    return _web_identity(shop, GITHUB, "sts.amazonaws.com", f"repo:{repository}:{place}")


def gitlab(shop: Deployment, project: str, *, branch: str, host: str = "gitlab.com") -> Policy:
    """GitLab CI, running on a branch of a project; the job asks for a token whose `aud` is `https://<host>`.

    Raises:
        RecipeError: as for `github`.
    """
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)+", project, re.ASCII):
        raise RecipeError(f"{project!r} is not a project: give group/project, with all groups")
    if not re.fullmatch(r"[a-z0-9.-]+(:\d+)?", host):
        raise RecipeError(f"{host!r} is not a host such as gitlab.com")
    subject = f"project_path:{project}:ref_type:branch:ref:{_exact(branch)}"
    return _web_identity(shop, host, f"https://{host}", subject)


def _web_identity(shop: Deployment, provider: str, audience: str, subject: str) -> Policy:
    principal = {"Federated": shop.arn("iam", f"oidc-provider/{provider}", everywhere=True)}
    same = {f"{provider}:aud": audience, f"{provider}:sub": subject}
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": same},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _exact(name: str) -> str:
    if not re.fullmatch(r"[\w./ -]+", name, re.ASCII):
        raise RecipeError(f"{name!r} cannot be part of a condition: letters, digits, . _ / - and spaces")
    return name
