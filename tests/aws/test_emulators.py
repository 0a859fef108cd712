"""The emulators do what the other tests of this room take for granted."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError
from tests.aws.emulators import Cloud, Emulator


def listeners(process: int) -> set[str]:
    """The addresses (hexadecimal, as the kernel has them) that a process accepts connections at."""
    sockets = {link.readlink().name for link in Path(f"/proc/{process}/fd").iterdir() if link.is_symlink()}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:  # 0A: listening
                found.add(fields[1].split(":")[0])
    return found


@pytest.mark.parametrize("name", ["moto", "ministack"])
def test_listens_on_this_machine_only(name: str, request: pytest.FixtureRequest) -> None:
    emulator: Emulator = request.getfixturevalue(name)
    assert listeners(emulator.process.pid) == {"0100007F"}  # 127.0.0.1


def test_a_client_without_an_emulator_reaches_nothing() -> None:
    client = boto3.client("s3", config=Config(retries={"total_max_attempts": 1}))
    with pytest.raises(EndpointConnectionError):
        client.list_buckets()


def test_versions_and_conditions(cloud: Cloud) -> None:
    s3 = boto3.client("s3")
    first = s3.put_object(Bucket=cloud.bucket, Key="shop/a", Body=b"1", IfNoneMatch="*")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=cloud.bucket, Key="shop/a", Body=b"2", IfNoneMatch="*")
    s3.put_object(Bucket=cloud.bucket, Key="shop/a", Body=b"2", IfMatch=first["ETag"])
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=cloud.bucket, Key="shop/a", Body=b"3", IfMatch=first["ETag"])
    old = s3.get_object(Bucket=cloud.bucket, Key="shop/a", VersionId=first["VersionId"])
    assert old["Body"].read() == b"1"


def test_each_test_has_a_bucket_of_its_own(cloud: Cloud) -> None:
    assert boto3.client("s3").list_objects_v2(Bucket=cloud.bucket)["KeyCount"] == 0
    assert cloud.url != cloud.replica() != cloud.replica()
