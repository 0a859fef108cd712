"""Emulators that ask who it is: policies are enforced, by two engines that were written apart.

moto (`reset-auth`) judges actions, and resources of S3 alone, and reads no conditions. ministack (`AUTH=true`) judges
all of it as far as it knows what a request says: TLS, prefixes of listings, encryption. It does not know of storage
classes and conditional headers, so `test_resource_policies` holds those against its evaluator directly.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from tests.aws.emulators import REGION, Emulator, running

from forge3d.aws.deployment import Deployment, Place
from forge3d.aws.policies import Policy

DENIED = {"AccessDenied", "AccessDeniedException", "403", "AccessDeniedFault"}
_ACCOUNTS = {"moto": "123456789012", "ministack": "000000000000"}


@dataclass
class Guarded:
    """An emulator that can be told to enforce policies, with everything that a shop has."""

    emulator: Emulator
    shop: Deployment
    keys: dict[str, str] = field(default_factory=dict)
    _users: Iterator[int] = field(default_factory=count)

    def root(self, service: str) -> Any:
        """A client that may do all; only outside `enforced` where moto is concerned."""
        return _over_tls(self.emulator.client(service))

    def user(self, policy: Policy) -> dict[str, str]:
        """The keys of somebody who may do what a policy says."""
        iam, name = self.root("iam"), f"somebody-{next(self._users)}"
        iam.create_user(UserName=name)
        if self.emulator.name == "moto":
            policy = {"Version": policy["Version"], "Statement": [_for_moto(each) for each in policy["Statement"]]}
        iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}

    def client(self, service: str, keys: dict[str, str], *, tls: bool = True) -> Any:
        """Somebody's client. The emulator is told, as by a proxy that ends TLS, how the request came."""
        import boto3

        client = boto3.client(service, endpoint_url=self.emulator.endpoint, region_name=REGION, **keys)
        return _over_tls(client) if tls else client

    @contextmanager
    def enforced(self) -> Iterator[None]:
        """Within, moto asks who it is; ministack always does."""
        self._reset("0")
        try:
            yield
        finally:
            self._reset("inf")

    def _reset(self, unasked: str) -> None:
        if self.emulator.name == "moto":
            url, kind = f"{self.emulator.endpoint}/moto-api/reset-auth", {"Content-Type": "text/plain"}
            urllib.request.urlopen(urllib.request.Request(url, unasked.encode(), kind), timeout=30).close()


def _for_moto(statement: dict[str, Any]) -> dict[str, Any]:
    """Outside S3 moto takes every request for one to `*`."""
    is_s3 = all(action.startswith("s3:") for action in statement["Action"])
    return statement if is_s3 else statement | {"Resource": "*"}


def _over_tls(client: Any) -> Any:
    client.meta.events.register(
        "before-sign.*", lambda request, **_: request.headers.add_header("X-Forwarded-Proto", "https")
    )
    return client


@contextmanager
def guarding(name: str, folder: Path) -> Iterator[Guarded]:
    """An emulator of its own that enforces, with a shop set up in it."""
    with running(name, folder, AUTH="true", MINISTACK_ACCOUNT_ID=_ACCOUNTS["ministack"]) as emulator:
        shop = Deployment(
            _ACCOUNTS[name],
            REGION,
            Place("assets-here", "shop"),
            (Place("assets-there", "shop"),),
            distribution="E1",
            intake="intake-here",
        )
        guarded = Guarded(emulator, shop)
        s3, sqs, dynamodb = (guarded.root(service) for service in ("s3", "sqs", "dynamodb"))
        for bucket in (shop.assets.bucket, shop.replicas[0].bucket, shop.intake, "somebody-elses"):
            s3.create_bucket(Bucket=bucket)
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        for queue in (shop.uploads_queue, shop.jobs_queue, "somebody-elses"):
            sqs.create_queue(QueueName=queue)
        for table, key in ((shop.jobs_table, "job"), (shop.memory_table, "id"), ("somebody-elses", "id")):
            dynamodb.create_table(
                TableName=table,
                KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
        for secret in (*shop.secrets, "somebody-elses"):
            guarded.root("secretsmanager").create_secret(Name=secret, SecretString="a secret")
        yield guarded
