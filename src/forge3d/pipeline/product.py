"""One product, from its input to its bundle in the output folder. Runs in a worker process."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from .. import gltf
from ..cache import Cache
from ..errors import InvalidAsset
from . import bundle, graph, inputs, keys
from .events import Failure, ProductResult
from .graph import Result, Step
from .manifest import File, Manifest, Source
from .recipe import Recipe

if TYPE_CHECKING:
    from ..document import Document
    from ..render import Renderer

# Members of the manifest that steps give in `Result.values`.
_GIVEN = ("before", "after", "size", "placement", "view", "likeness", "level_likeness", "validation")


class Job(Struct, frozen=True, kw_only=True):
    """An order for one product.

    Attributes:
        plan: dotted name `module:function` of what turns a recipe into steps.
        tools: what `keys.tools` says; taken once for a whole build.
        cache: folder, or None to keep nothing.
        force: build even what is there, and take nothing from the cache.
    """

    sku: str
    path: str
    output: str
    recipe: Recipe
    plan: str
    tools: dict[str, str]
    cache: str | None = None
    force: bool = False


class Work:
    """What a step may use: the input, the recipe, the results of earlier steps, and the process's renderer.

    Attributes:
        results: of the steps so far, by name.
        spent: seconds of each of them.
        place: name of the step at hand, its index, and the number of steps.
        device: class of the render device, where a step needs it.
    """

    def __init__(
        self,
        path: Path,
        recipe: Recipe,
        *,
        renderer: Callable[[], Renderer],
        device: str | None = None,
        report: Callable[[str, float], None] = lambda step, fraction: None,
    ):
        self.path, self.recipe, self.device, self._report = path, recipe, device, report
        self.results: dict[str, Result] = {}
        self.place = ("", 0, 1)
        self.spent: dict[str, float] = {}
        self._renderer = renderer
        self._documents: dict[tuple[str, str], Document] = {}

    def advance(self, part: float) -> None:
        """Say how much of the step at hand is done, 0–1."""
        step, index, count = self.place
        self._report(step, (index + part) / count)

    @cached_property
    def data(self) -> bytes:
        """The input file's bytes, as they were when the build began."""
        try:
            gltf.Limits().check("max_file_bytes", self.path.stat().st_size, str(self.path))
            if not self.path.is_file():  # a pipe would wait for its writer
                raise InvalidAsset("is not a file", file=str(self.path))
            return self.path.read_bytes()
        except OSError as error:
            raise InvalidAsset(f"cannot be read: {error.strerror}", file=str(self.path)) from error

    @cached_property
    def source(self) -> gltf.Source:
        """The input, opened."""
        return gltf.Source.open(self.data, base=self.path.parent, name=self.path.name)

    @cached_property
    def described(self) -> Source:
        """The input's digests, taken once."""
        return inputs.describe(self.source, self.data)

    def hold(self) -> None:
        """Raise where a file that the input refers to is no longer what its digest says."""
        if self.described.resources and inputs.describe(self.source, self.data) != self.described:
            raise InvalidAsset("a file it refers to was changed during the build; build it again", file=str(self.path))

    @property
    def renderer(self) -> Renderer:
        """The renderer of this process; made on first use."""
        return self._renderer()

    def document(self, step: str = "", artifact: str = "") -> Document:
        """The input as a document, or a GLB that a step made. Shared: copy it before changing it."""
        from ..document import Document

        if (step, artifact) not in self._documents:
            source = self.results[step][artifact].data if step else self.source
            self._documents[step, artifact] = Document.read(source)
        return self._documents[step, artifact]


def build_product(
    job: Job,
    *,
    renderer: Callable[[], Renderer],
    device: Callable[[], str],
    report: Callable[[str, float], None],
) -> ProductResult:
    """Carry out a job. Every failure is a result; nothing is raised.

    Args:
        renderer, device: the process's renderer and the class of its device, asked for only where a step needs them.
        report: called with each step's name and the fraction of steps done.
    """
    start = time.monotonic()
    work = Work(Path(job.path), job.recipe, renderer=renderer, report=report)
    cache = Cache(Path(job.cache)) if job.cache is not None else None

    def ended(**members: Any) -> ProductResult:
        findings = tuple(finding for result in work.results.values() for finding in result.findings)
        notes = (cache.trouble,) if cache is not None and cache.trouble else ()
        seconds = time.monotonic() - start
        given = {"findings": findings, "steps": work.spent, "notes": notes, "seconds": seconds, **members}
        return ProductResult(sku=job.sku, input=job.path, **given)

    try:
        steps = plan(job.plan)(job.recipe)
        source = work.described
        work.device = device() if any(step.device for step in steps) else None
        key = build_key(job, source, steps, work.device)
        output = Path(job.output)
        whole = None if job.force else bundle.is_whole(output / job.sku, key)
        if whole is not None:
            return ended(ok=whole.ok, manifest=whole, findings=whole.findings, reused=True)
        base = {"source": source, "tools": job.tools}
        graph.run(steps, work, cache, base=base, fresh=job.force)
        if any(result.refused for result in work.results.values()):
            message = f"{job.path}: has faults that the recipe does not allow; see the findings"
            return ended(error=Failure(kind="InvalidAsset", message=message, exit_code=InvalidAsset.exit_code))
        manifest, files = assemble(job, key, source, work)
        bundle.commit(manifest, files, output=output)
        return ended(ok=manifest.ok, manifest=manifest)
    except Exception as error:  # the process goes on with the next product, whatever this one did
        return ended(error=Failure.of(error, job.path))


def plan(name: str) -> Callable[[Recipe], Sequence[Step]]:
    """The function of a dotted name `module:function`."""
    module, _, function = name.partition(":")
    found: Callable[[Recipe], Sequence[Step]] = getattr(importlib.import_module(module), function)
    return found


def build_key(job: Job, source: Source, steps: Sequence[Step], device: str | None) -> str:
    """SHA-256 of everything that decides the manifest: input, steps with versions and settings, tools, device class."""
    described = [[step.name, step.version, step.settings, step.needs] for step in steps]
    order = {"sku": job.sku, "source": source, "steps": described, "tools": job.tools, "device": device}
    return keys.key_of(order)


def assemble(job: Job, key: str, source: Source, work: Work) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest of what the steps gave, and the bytes of its files by path."""
    artifacts = [artifact for result in work.results.values() for artifact in result.artifacts if artifact.role]
    files = [
        File(
            path=artifact.path,
            role=artifact.role or "",
            bytes=len(artifact.data),
            sha256=keys.sha256(artifact.data),
            media_type=artifact.media_type,
            **msgspec.structs.asdict(artifact.facts),
        )
        for artifact in artifacts
    ]
    findings = [finding for result in work.results.values() for finding in result.findings]
    members: dict[str, Any] = {
        name: result.values[name] for result in work.results.values() for name in _GIVEN if name in result.values
    }
    settings = msgspec.structs.replace(job.recipe, limits=Recipe().limits, skus={})
    manifest = msgspec.convert(
        {
            "sku": job.sku,
            "key": key,
            "ok": not any(finding.severity == "error" for finding in findings),
            "source": msgspec.to_builtins(source),
            "files": msgspec.to_builtins(files),
            "findings": msgspec.to_builtins(findings),
            "recipe": keys.key_of(settings),
            "tools": job.tools,
            "device": work.device,
            **members,
        },
        Manifest,
    )
    # As it will be read: the order of its mappings must not tell whether the cache gave them.
    return Manifest.decode(manifest.encode()), {artifact.path: artifact.data for artifact in artifacts}
