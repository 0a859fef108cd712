"""`summary.json`: the whole build in numbers, for machines.

It says what the bundles are and what it took to make them. A build that does nothing does not change it: the timings of
a product that was reused are those of when it was built.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from .events import Failure, ProductResult
from .manifest import Finding

VERSION = 1


class Line(Struct, frozen=True, kw_only=True):
    """One product.

    Attributes:
        key: its build key; empty where it failed.
        bytes_before, bytes_after: of the input with its resources, and of the optimized GLB.
        bundle_bytes: of all files of the bundle.
        seconds: what building it took; `steps` says on what, 0 for steps that the cache gave.
    """

    sku: str
    input: str
    ok: bool
    key: str = ""
    bytes_before: int = 0
    bytes_after: int = 0
    bundle_bytes: int = 0
    findings: tuple[Finding, ...] = ()
    error: Failure | None = None
    seconds: float = 0.0
    steps: dict[str, float] = {}

    @classmethod
    def of(cls, result: ProductResult) -> Line:
        manifest = result.manifest
        files = manifest.files if manifest else ()
        return cls(
            sku=result.sku,
            input=result.input,
            ok=result.ok,
            key=manifest.key if manifest else "",
            bytes_before=manifest.source.total_bytes if manifest else 0,
            bytes_after=sum(file.bytes for file in files if file.role == "model"),
            bundle_bytes=sum(file.bytes for file in files),
            findings=result.findings,
            error=result.error,
            seconds=round(result.seconds, 3),
            steps={name: round(seconds, 3) for name, seconds in result.steps.items()},
        )

    def untimed(self) -> Line:
        """The line without its timings, to see whether it says the same."""
        return msgspec.structs.replace(self, seconds=0.0, steps={})


class Summary(Struct, frozen=True, kw_only=True):
    """A build of one or more products."""

    version: int = VERSION
    ok: bool
    products: tuple[Line, ...]

    @classmethod
    def of(cls, results: Sequence[ProductResult], *, before: Summary | None = None) -> Summary:
        """The summary of a build; timings of lines that say the same as in `before` are kept."""
        known = {line.sku: line for line in before.products} if before else {}
        lines = []
        for result in results:
            line = Line.of(result)
            old = known.get(line.sku)
            idle = not any(result.steps.values())
            lines.append(old if idle and old is not None and old.untimed() == line.untimed() else line)
        return cls(ok=all(line.ok for line in lines), products=tuple(lines))

    @classmethod
    def read(cls, path: Path) -> Summary | None:
        """The summary at `path`; None where there is none that can be read, for it can be made again."""
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError):
            return None

    def encode(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"
