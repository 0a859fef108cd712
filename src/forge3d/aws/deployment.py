"""The names of everything that a shop has on AWS, said once: policies, and whatever sets it up, are made from this."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..errors import RecipeError
from .layout import POINTERS


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket, and what its published objects' keys begin with: empty, or a path without slashes at its ends."""

    bucket: str
    prefix: str = ""

    @classmethod
    def parse(cls, url: str) -> Place:
        """The place that `s3://bucket/prefix` names. Raises RecipeError."""
        parts = urlsplit(url)
        prefix = parts.path.strip("/")
        if parts.scheme != "s3" or not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", parts.netloc):
            raise RecipeError(f"{url!r} is not a place on S3: give s3://bucket/prefix")
        if parts.query or parts.fragment or any(letter in prefix for letter in "*?$"):
            raise RecipeError(
                f"{url!r}: a prefix is a plain path, without * ? $ and #, which mean something in policies"
            )
        return cls(parts.netloc, prefix)

    @property
    def objects(self) -> str:
        """What the keys of files and version records are like."""
        return f"{self.prefix}/*" if self.prefix else "*"

    @property
    def pointers(self) -> str:
        """What the keys of pointers are like."""
        return f"{POINTERS}*"

    @property
    def keys(self) -> list[str]:
        """What all keys are like that belong to this place."""
        return [self.objects, self.pointers] if self.prefix else ["*"]


@dataclass(frozen=True, slots=True)
class Deployment:
    """One shop's resources in one account, its primary region's; replicas are in other regions.

    Attributes:
        account, region: twelve digits, and as in `eu-central-1`.
        assets: where bundles are published.
        replicas: where S3 copies them to; publishing writes only the pointers there.
        distribution: id of the CloudFront distribution before them.
        intake: the bucket that models are uploaded to.
        uploads_queue: of S3's messages to the intake function; jobs_queue: of jobs for workers.
        jobs_table: of job records; memory_table: what the intake function has dealt with.
        function: the intake function's name.
        secrets: names of secrets that the service reads, such as that of the signing key.
        kms_key: ARN of the key that the buckets are encrypted with, where it is not S3's own.
    """

    account: str
    region: str
    assets: Place
    replicas: tuple[Place, ...] = ()
    distribution: str | None = None
    intake: str = "forge3d-intake"
    uploads_queue: str = "forge3d-uploads"
    jobs_queue: str = "forge3d-jobs"
    jobs_table: str = "forge3d-jobs"
    memory_table: str = "forge3d-intake"
    function: str = "forge3d-intake"
    secrets: tuple[str, ...] = ("forge3d/signing-key",)
    kms_key: str | None = None
    partition: str = "aws"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\d{12}", self.account):
            raise RecipeError(f"{self.account!r} is not an AWS account: twelve digits")
        if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", self.region):
            raise RecipeError(f"{self.region!r} is not a region such as eu-central-1")

    def arn(self, service: str, resource: str, *, everywhere: bool = False) -> str:
        """The name of a resource; `everywhere` for services that know no regions."""
        region = "" if everywhere else self.region
        return f"arn:{self.partition}:{service}:{region}:{self.account}:{resource}"

    def bucket_arn(self, bucket: str, keys: str | None = None) -> str:
        """A bucket, or the objects in it whose keys are like `keys`."""
        return f"arn:{self.partition}:s3:::{bucket}" + (f"/{keys}" if keys else "")
