"""The build graph: steps that depend on one another, each run once or taken from the cache.

A step is a plain function of a `Work`. Its key covers its name and version, the settings it reads, the tools, and the
content of what it needs; so changing the spin's size renders again, but does not optimize again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from ..cache import Cache
from .keys import key_of, sha256
from .manifest import Finding

if TYPE_CHECKING:
    from .product import Work

EXTENSIONS = {
    "model/gltf-binary": "glb",
    "model/vnd.usdz+zip": "usdz",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/jpeg": "jpg",
    "image/png": "png",
}


class Facts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a file beside its bytes; the manifest's `File` says what each means."""

    index: int | None = None
    triangles: int | None = None
    error: float | None = None
    width: int | None = None
    height: int | None = None
    columns: int | None = None
    frames: int | None = None
    decoders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file that a step made. `role` None keeps it out of the bundle: it is there for later steps."""

    name: str
    data: bytes
    media_type: str
    role: str | None = None
    facts: Facts = Facts()

    @property
    def path(self) -> str:
        """Its name in a bundle."""
        return f"{sha256(self.data)}.{EXTENSIONS[self.media_type]}"


@dataclass(frozen=True, slots=True)
class Result:
    """What a step gave.

    Attributes:
        artifacts: files.
        values: anything else that JSON can hold.
        findings: what the user should know.
        refused: the product cannot be built; `findings` say why. No later step runs.
    """

    artifacts: tuple[Artifact, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    refused: bool = False

    def __getitem__(self, name: str) -> Artifact:
        return next(artifact for artifact in self.artifacts if artifact.name == name)


@dataclass(frozen=True, slots=True)
class Step:
    """One node of the graph.

    Args:
        run: makes the result; raises `Forge3DError` where it cannot.
        needs: names of steps whose content this one reads through `work.results`.
        settings: everything else it reads, as JSON; part of its key.
        version: rises whenever the same inputs would give another result.
        device: whether the result depends on the render device.
    """

    name: str
    run: Callable[[Work], Result]
    needs: tuple[str, ...] = ()
    settings: Any = None
    version: int = 1
    device: bool = False


class _File(Struct, frozen=True):
    name: str
    sha256: str
    media_type: str
    role: str | None
    facts: Facts


class _Record(Struct, frozen=True):
    files: tuple[_File, ...]
    values: dict[str, Any]
    findings: tuple[Finding, ...]
    refused: bool


def run(steps: Sequence[Step], work: Work, cache: Cache | None, *, base: Any, fresh: bool = False) -> None:
    """Run `steps` in order into `work.results`, with the seconds of each in `work.spent`: 0 for what the cache gave.

    Stops after a result that is `refused`.

    Args:
        base: what every key covers: the source's digest and the tools.
        fresh: do not take results from the cache, but store them.
    """
    digests: dict[str, str] = {}
    for index, step in enumerate(steps):
        work.place = (step.name, index, len(steps))
        work.advance(0.0)
        key = key_of(
            {
                "base": base,
                "step": step.name,
                "version": step.version,
                "settings": step.settings,
                "needs": {name: digests[name] for name in step.needs},
                "device": work.device if step.device else None,
            }
        )
        recalled = _recall(cache, key) if cache is not None and not fresh else None
        start = time.monotonic()
        result = recalled or step.run(work)
        work.spent[step.name] = 0.0 if recalled else time.monotonic() - start
        record, files = _recorded(result)
        if cache is not None and recalled is None:
            work.hold()
            cache.store(key, record, files)
        digests[step.name] = sha256(record)
        work.results[step.name] = result
        if result.refused:
            break


def _recorded(result: Result) -> tuple[bytes, dict[str, bytes]]:
    """A result as a cache record and its files by digest."""
    digests = [sha256(artifact.data) for artifact in result.artifacts]
    files = tuple(
        _File(artifact.name, digest, artifact.media_type, artifact.role, artifact.facts)
        for artifact, digest in zip(result.artifacts, digests, strict=True)
    )
    record = _Record(files, result.values, result.findings, result.refused)
    return msgspec.json.encode(record, order="deterministic"), dict(
        zip(digests, (artifact.data for artifact in result.artifacts), strict=True)
    )


def _recall(cache: Cache, key: str) -> Result | None:
    """The cached result of a key, or None where any part of it is missing or damaged."""
    stored = cache.record(key)
    if stored is None:
        return None
    record = msgspec.json.decode(stored, type=_Record)
    artifacts = []
    for file in record.files:
        data = cache.file(file.sha256)
        if data is None:
            return None
        artifacts.append(Artifact(file.name, data, file.media_type, file.role, file.facts))
    return Result(tuple(artifacts), record.values, record.findings, record.refused)
