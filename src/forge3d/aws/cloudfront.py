"""CloudFront: pointers are forgotten at the edge at once, instead of within half a minute."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from ..errors import RemoteError
from .connecting import connect
from .refusals import told


def invalidate(distribution: str, keys: Sequence[str], *, profile: str | None = None) -> str | None:
    """Ask a distribution to forget objects.

    Returns:
        What went wrong, in words, or None: pointers become fresh by themselves, so nothing fails here.
    """
    paths = [f"/{key}" for key in keys]
    try:
        with told(f"invalidating {', '.join(paths)} in distribution {distribution}"):
            client = connect("cloudfront", profile=profile)
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
