"""CloudFront: pointers are forgotten at the edge at once, instead of within half a minute."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from ..errors import RemoteError
from .refusals import told


def invalidate(distribution: str, keys: Sequence[str], *, profile: str | None = None) -> str | None:
    """Ask a distribution to forget objects.

    Returns:
        What went wrong, in words, or None: pointers become fresh by themselves, so nothing fails here.
    """
    import boto3
    from botocore.config import Config

    paths = [f"/{key}" for key in keys]
    try:
        with told(f"invalidating {', '.join(paths)} in distribution {distribution}"):
            client = boto3.Session(profile_name=profile).client(
                "cloudfront", config=Config(retries={"mode": "standard"}, connect_timeout=10, read_timeout=30)
            )
            client.create_invalidation(
                DistributionId=distribution,
                InvalidationBatch={
                    "Paths": {"Quantity": len(paths), "Items": paths},
                    "CallerReference": secrets.token_hex(16),  # the same in each retry, so that it is done once
                },
            )
    except RemoteError as error:
        return f"{error}. The pointer is fresh within its TTL all the same"
    return None
