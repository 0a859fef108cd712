"""Real caches before an emulator: Varnish as the shield at the origin, nginx or a second Varnish as the edge.

A chain keeps a pointer fresh within its own TTL only when the outer cache counts the time that it spent in the inner.
Varnish does (`Age`); nginx does not, so that the inner one tells it what is left as `X-Accel-Expires`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.aws.emulators import free_port

_PATH = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin"

_VCL = """vcl 4.1;
backend origin {{ .host = "{host}"; .port = "{port}"; }}
sub vcl_recv {{ unset req.http.Cookie; return (hash); }}
sub vcl_backend_response {{
    set beresp.grace = 0s;
    if (beresp.status >= 400) {{ set beresp.ttl = 0s; }}
}}
sub vcl_deliver {{ set resp.http.X-Accel-Expires = regsub("" + obj.ttl, "\\..*", ""); }}
"""

_NGINX = """daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/temp;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    proxy_cache_path {folder}/cache keys_zone=objects:4m;
    server {{
        listen 127.0.0.1:{own};
        location / {{
            proxy_pass http://{host}:{port};
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_cache objects;
            proxy_cache_lock on;
            add_header X-Cache $upstream_cache_status;
        }}
    }}
}}
"""


def _program(name: str) -> str:
    found = shutil.which(name, path=_PATH)
    if found is None:
        pytest.skip(f"{name} is not installed: tools/setup.sh installs it")
    return found


@contextmanager
def varnish(folder: Path, upstream: str) -> Iterator[str]:
    """Varnish before `upstream`; the address that it listens at."""
    program, where, port = _program("varnishd"), urlsplit(upstream), free_port()
    folder.mkdir(parents=True)
    (folder / "shop.vcl").write_text(_VCL.format(host=where.hostname, port=where.port))
    command = [program, "-F", "-j", "none", "-n", str(folder / "work"), "-a", f"127.0.0.1:{port}", "-T", "none",
               "-f", str(folder / "shop.vcl"), "-s", "malloc,64m", "-p", "thread_pool_min=20"]  # fmt: skip
    with _running(command, folder, f"http://127.0.0.1:{port}") as endpoint:
        yield endpoint


@contextmanager
def nginx(folder: Path, upstream: str) -> Iterator[str]:
    """Nginx before `upstream`; the address that it listens at."""
    program, where, port = _program("nginx"), urlsplit(upstream), free_port()
    folder.mkdir(parents=True)
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, own=port, host=where.hostname, port=where.port))
    command = [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(config)]
    with _running(command, folder, f"http://127.0.0.1:{port}") as endpoint:
        yield endpoint


@contextmanager
def _running(command: list[str], folder: Path, endpoint: str) -> Iterator[str]:
    log = folder / "output.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 60  # Varnish compiles its configuration
        while not _answers(endpoint):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start:\n{log.read_text()}")
            time.sleep(0.05)
        yield endpoint
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(endpoint: str) -> bool:
    try:
        urllib.request.urlopen(endpoint, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
