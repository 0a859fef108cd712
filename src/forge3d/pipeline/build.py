"""The main job: products in, bundles and one report out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from .. import errors
from ..cache import Cache, default_folder
from . import bundle
from .events import Event, Failure, ProductResult
from .inputs import find_products
from .keys import tools
from .pool import run_jobs
from .product import Job
from .product import plan as find_plan
from .recipe import Recipe
from .summary import Summary

PLAN = "forge3d.pipeline.steps:plan"


@dataclass(frozen=True, slots=True)
class BuildResult:
    """How a build ended.

    Attributes:
        products: one result for each, by SKU.
        output: the folder of the bundles, with `report.html` and `summary.json`.
    """

    products: list[ProductResult]
    output: Path

    @property
    def ok(self) -> bool:
        """Whether every product was built and none has an error among its findings."""
        return all(product.ok for product in self.products)

    @property
    def report(self) -> Path:
        return self.output / "report.html"

    @property
    def summary(self) -> Path:
        return self.output / "summary.json"


def build(
    inputs: Iterable[str | os.PathLike[str]],
    output: str | os.PathLike[str],
    *,
    recipe: Recipe | str | os.PathLike[str] | dict[str, Any] | None = None,
    cache: str | os.PathLike[str] | Literal[False] | None = None,
    jobs: int | None = None,
    progress: Callable[[Event], None] | None = None,
    force: bool = False,
    plan: str = PLAN,
) -> BuildResult:
    """Build a bundle of each product, and a report of them all.

    What is already there with the same build key is left alone; what was interrupted goes on from its finished steps.
    Products are built in worker processes: one that crashes, or asks for too much, fails alone.

    Args:
        inputs: model files, and folders that are searched for them.
        output: folder of the bundles; made where it is missing.
        recipe: a recipe, its file, or a mapping as TOML gives it; None for the defaults.
        cache: folder of finished steps; None for the user's cache folder, False for none.
        jobs: worker processes; None for one for every two processors.
        progress: called, in this thread, with each `Event`; an exception it raises stops the build.
        force: build everything anew.
        plan: `module:function` that turns the recipe into the list of `Step`s; it must be importable by name.

    Raises:
        RecipeError: of the recipe, or of two inputs with one SKU.
        InvalidAsset: an input is not there. (What is wrong inside one fails that product, in the result.)
        OutputError, GpuUnavailable, DependencyMissing: nothing could be built on this machine as it is.
    """
    target = Path(output).absolute()
    chosen = _recipe(recipe)
    find_plan(plan)(chosen)  # a recipe that cannot be carried out is told before any work
    ordered = find_products(inputs, chosen, output=target)
    store = None if cache is False else Cache(default_folder() if cache is None else Path(cache).absolute())
    tell = progress or (lambda event: None)
    with bundle.working_folder(target):
        orders = [
            Job(
                sku=product.sku,
                path=str(product.path),
                output=str(target),
                recipe=chosen,
                plan=plan,
                tools=tools(),
                cache=str(store.folder) if store else None,
                force=force,
            )
            for product in ordered
        ]
        results = _carry_out(orders, jobs, tell)
        _conclude(results, target)
        if store is not None and not all(result.reused for result in results):
            store.prune()
    return BuildResult(results, target)


def _carry_out(orders: list[Job], jobs: int | None, tell: Callable[[Event], None]) -> list[ProductResult]:
    """Run the orders; results by SKU, as the orders are."""
    results: dict[str, ProductResult] = {}
    workers = min(len(orders), jobs or max(1, len(os.sched_getaffinity(0)) // 2))
    with closing(run_jobs(orders, workers=max(1, workers), on_event=tell)) as coming:
        for result in coming:
            _stop_if_hopeless(result.error)
            results[result.sku] = result
            for note in result.notes:
                tell(Event(kind="note", sku=result.sku, message=note))
            tell(_end(result, done=len(results), total=len(orders)))
    return [results[order.sku] for order in orders]


def _end(result: ProductResult, *, done: int, total: int) -> Event:
    message = result.error.message if result.error else ""
    return Event(
        kind="end",
        sku=result.sku,
        fraction=1.0,
        done=done,
        total=total,
        ok=result.ok,
        reused=result.reused,
        message=message,
    )


def _stop_if_hopeless(failure: Failure | None) -> None:
    """Raise what is wrong with the machine (disk, GPU, package): the next product would fail the same way."""
    if failure is not None and failure.exit_code == errors.OutputError.exit_code:
        kind = getattr(errors, failure.kind, errors.OutputError)
        raise kind(failure.message)


def _conclude(results: list[ProductResult], output: Path) -> None:
    """Write the summary and the report, where they change."""
    from .report import page

    path = output / "summary.json"
    summary = Summary.of(results, before=Summary.read(path))
    bundle.write_if_changed(path, summary.encode())
    bundle.write_if_changed(output / "report.html", page(summary, results, output))


def _recipe(given: Recipe | str | os.PathLike[str] | dict[str, Any] | None) -> Recipe:
    if given is None:
        return Recipe()
    if isinstance(given, Recipe):
        return given
    return Recipe.of(given, folder=Path.cwd()) if isinstance(given, dict) else Recipe.read(given)
