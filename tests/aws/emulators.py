"""AWS on this machine: moto and ministack, each a process of its own that speaks the real protocols over HTTP.

Both listen on 127.0.0.1 alone. What each of them only pretends is told where a test must know it; above all, moto takes
objects whose checksum is wrong, neither looks at signatures, and only ministack copies to a replica.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

REGION = "us-east-1"
NOWHERE = "http://127.0.0.1:9"
"""An endpoint that nothing listens on: where a test that names no emulator would end up."""

PATIENCE_S = 60.0
"""How long an emulator may take to start on a busy machine."""


def environment(endpoint: str, nowhere: Path) -> dict[str, str]:
    """The variables under which no AWS client can reach, or sign for, anything but `endpoint`.

    Args:
        nowhere: a path that does not exist; where the files with a user's own keys are said to be.
    """
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(nowhere),
        "AWS_SHARED_CREDENTIALS_FILE": str(nowhere),
        "AWS_MAX_ATTEMPTS": "3",
    }


@dataclass
class Emulator:
    """A running emulator: its name and where it listens."""

    name: str
    endpoint: str
    process: subprocess.Popen[bytes]
    log: Path
    _buckets: Iterator[int] = field(default_factory=count)

    def client(self, service: str = "s3", *, endpoint: str | None = None, region: str = REGION, **more: Any) -> Any:
        """A boto3 client that speaks to it, or to a proxy before it at `endpoint`."""
        import boto3

        return boto3.client(
            service,
            endpoint_url=endpoint or self.endpoint,
            region_name=region,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
            **more,
        )

    def bucket(self, *, region: str = REGION, versioned: bool = True) -> str:
        """Make an empty bucket and return its name, which no test before had."""
        s3, name = self.client(region=region), f"shop-{next(self._buckets)}-{region}"
        where = {} if region == REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, **where)
        if versioned:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name


@dataclass
class Cloud:
    """An emulator with a bucket of the test's own, versioned and empty."""

    emulator: Emulator
    bucket: str
    url: str

    @property
    def name(self) -> str:
        return self.emulator.name

    @property
    def endpoint(self) -> str:
        return self.emulator.endpoint

    def replica(self, region: str = "eu-west-1") -> str:
        """The URL of a second bucket, in another region, with the same prefix."""
        return f"s3://{self.emulator.bucket(region=region)}/shop"


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _program(name: str, port: int, folder: Path) -> tuple[list[str], dict[str, str]]:
    """The command that starts an emulator, and what it finds in its environment besides the usual."""
    if name == "moto":
        return [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], {}
    # Its own files under `folder`; without the listeners of services that are not used here.
    return [sys.executable, "-m", "ministack"], {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "TMPDIR": str(folder),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
    }


@contextmanager
def running(name: str, folder: Path, **variables: str) -> Iterator[Emulator]:
    """An emulator, `moto` or `ministack`, that ends with the block.

    Args:
        folder: for its log and its own files.
        variables: more of its environment, such as `INITIAL_NO_AUTH_ACTION_COUNT` for a moto that asks for keys.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for _ in range(3):  # another process may take the port between the probe and the start
        port = free_port()
        endpoint, log = f"http://127.0.0.1:{port}", folder / f"{name}.log"
        command, own = _program(name, port, folder)
        # Lambdas that an emulator runs are to find the emulator, too.
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        env = inherited | environment(endpoint, folder / "no-keys") | own | variables
        with log.open("wb") as out:
            process = subprocess.Popen(command, cwd=folder, env=env, stdout=out, stderr=subprocess.STDOUT)
        if _answers(endpoint, process):
            break
        _end(process)
    else:
        raise RuntimeError(f"{name} did not start:\n{log.read_text()[-2000:]}")
    try:
        yield Emulator(name, endpoint, process, log)
    finally:
        _end(process)


def _answers(endpoint: str, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(endpoint, timeout=5).close()
            return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.05)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
