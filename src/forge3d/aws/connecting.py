"""Clients of AWS, with the patience that publishing needs."""

from __future__ import annotations

import os
from typing import Any

ATTEMPTS = 8
"""How often a request is tried, later each time, after 5xx, slow-downs and lost connections; AWS_MAX_ATTEMPTS counts
instead where it is set."""


def connect(service: str, *, endpoint: str | None = None, region: str | None = None, profile: str | None = None) -> Any:
    """A client of boto3's, with the credentials that it finds. Raises botocore's errors: see `refusals.told`."""
    import boto3
    from botocore.config import Config

    limit = {} if "AWS_MAX_ATTEMPTS" in os.environ else {"total_max_attempts": ATTEMPTS}
    config = Config(
        retries={"mode": "standard", **limit},
        connect_timeout=10,
        read_timeout=60,
        max_pool_connections=64,
        # Bodies are hashed by ourselves, in both directions.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    session = boto3.Session(profile_name=profile, region_name=region)
    return session.client(service, endpoint_url=endpoint, config=config)
