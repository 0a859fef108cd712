"""Publish: bundles to a store, so that every reader sees the old product or the new one, whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import Forge3DError, OutputError, RemoteError
from .bundles import Bundle, find_bundles
from .layout import Generation, is_compressible, now
from .placing import Done, Placed, Placing
from .records import Live, generations, read_live, read_record
from .release import Publication, Target, catch_up, release
from .replicas import TIMEOUT_S, Report
from .store import Store

JOBS = 8
"""Objects under way at the same time."""
_SENT = 0.8
"""The part of a publication's progress that is sending; the rest is waiting and the last steps."""


def publish(
    bundles: Iterable[str | os.PathLike[str]],
    target: str | Store | Target,
    *,
    replicas: Sequence[str | Store] = (),
    wait: bool = True,
    timeout_s: float = TIMEOUT_S,
    distribution: str | None = None,
    dry_run: bool = False,
    jobs: int = JOBS,
    progress: Report | None = None,
) -> list[Publication]:
    """Publish bundles, one after the other; each stands on its own.

    What is there already is not sent again, so a publication that was cut off goes on where it stopped.

    Args:
        bundles: their folders, or folders of them as `forge3d build` writes.
        target: `s3://bucket/prefix` or `file:///folder`.
        replicas: buckets that S3 replicates the target to. Their pointers follow when everything is there.
        wait: for the replicas. Where not, those that lack something keep what they have, until the next run.
        timeout_s: how long to wait for them.
        distribution: CloudFront's, so that the edge forgets the old pointer at once instead of within 30 s.
        dry_run: say what would be done, and write nothing.
        jobs: objects under way at the same time.
        progress: called with the part done and a label.

    Raises:
        InvalidAsset: a bundle is damaged, or its build found errors; nothing of it was sent.
        PublishConflict: somebody else published the product meanwhile; nothing was overwritten.
        RemoteError: the store could not be reached or refused. What is live stays live.
    """
    if not isinstance(target, Target):
        target = Target.of(target, replicas, wait=wait, timeout_s=timeout_s, distribution=distribution)
    done = []
    for result in publish_each(bundles, target, dry_run=dry_run, jobs=jobs, progress=progress):
        if isinstance(result, Refused):
            raise result.error
        done.append(result)
    return done


@dataclass(frozen=True, slots=True)
class Refused:
    """A bundle that was not published, and why."""

    folder: Path
    error: Forge3DError

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"bundle": str(self.folder), "error": {"type": type(self.error).__name__, "message": str(self.error)}}


def publish_each(
    bundles: Iterable[str | os.PathLike[str]],
    target: Target,
    *,
    dry_run: bool = False,
    jobs: int = JOBS,
    progress: Report | None = None,
) -> Iterator[Publication | Refused]:
    """As `publish`, but one bundle's trouble does not end the others. That of the store or the network does.

    Raises:
        InvalidAsset: a folder has no bundle in it.
    """
    folders = find_bundles(bundles)
    with ThreadPoolExecutor(jobs) as pool, tempfile.TemporaryDirectory(prefix="forge3d-") as work:
        for number, folder in enumerate(folders):

            def report(part: float, label: str, start: int = number, name: str = folder.name) -> None:
                if progress:
                    progress((start + part) / len(folders), f"{name}: {label}")

            try:
                result = _publish(Bundle.open(folder), target, Path(work), dry_run=dry_run, pool=pool, report=report)
            except Forge3DError as error:
                yield Refused(folder, error)
                if isinstance(error, RemoteError | OutputError):
                    return
                continue
            yield result
            report(1.0, result.status)


def _publish(
    bundle: Bundle, target: Target, work: Path, *, dry_run: bool, pool: Executor, report: Report
) -> Publication:
    manifest, store = bundle.manifest, target.store
    report(0.0, "checking the bundle")
    bundle.check()
    live = read_live(store, manifest.sku)  # before anything is sent: what it says now must still be so at the end
    placings = [
        Placing(file, bundle.path(file), is_compressible(manifest.files, file.path), work)
        for file in {file.key: file for file in (*bundle.files, bundle.manifest_file)}.values()
    ]
    if dry_run:
        return _planned(bundle, store, live, placings, pool)
    placed = _place(placings, store, pool, report)
    objects = {each.head.key: each.head for each in placed}

    def last(part: float, label: str) -> None:
        report(_SENT + part * (1 - _SENT), label)

    if live is not None and _is_live(store, live, manifest.key):
        publication = catch_up(target, live, objects, pool=pool, report=last)
    else:
        record = Generation(
            sku=manifest.sku,
            # Where the pointer is lost, too, no number comes again: caches keep its record for a year.
            generation=1 + live.pointer.generation if live else max(generations(store, manifest.sku), default=1),
            key=manifest.key,
            manifest=bundle.manifest_file,
            files=bundle.files,
            previous=live.pointer.generation if live else None,
            created=now().isoformat(timespec="seconds"),
        )
        publication = release(target, record, objects, live, pool=pool, report=last)
    return replace(
        publication,
        sent=sum(each.done is Done.SENT for each in placed),
        sent_bytes=sum(each.head.size for each in placed if each.done is Done.SENT),
        reused=sum(each.done is not Done.SENT for each in placed),
        refreshed=sum(each.done is Done.REFRESHED for each in placed),
    )


def _place(placings: list[Placing], store: Store, pool: Executor, report: Report) -> list[Placed]:
    """Make every object be there, many at a time; the first that cannot be ends it."""
    futures = {pool.submit(placing, store): placing.file for placing in placings}
    whole, ready, placed = sum(file.bytes for file in futures.values()) or 1, 0, []
    try:
        for future in as_completed(futures):
            placed.append(future.result())
            ready += futures[future].bytes
            report(_SENT * ready / whole, f"{len(placed)} of {len(placings)} files")
    finally:
        for future in futures:  # where one failed, or we are interrupted, those that wait are not begun
            future.cancel()
    return placed


def _is_live(store: Store, live: Live, key: str) -> bool:
    """Whether a build is what is live, with a record that can be read."""
    if live.pointer.key != key:
        return False
    try:
        return read_record(store, live.pointer.version).key == key
    except RemoteError:
        return False  # the record is gone or damaged: a new generation takes its place


def _planned(bundle: Bundle, store: Store, live: Live | None, placings: list[Placing], pool: Executor) -> Publication:
    """What would be done, without a word to the store."""
    usable = [usable for _, usable in pool.map(lambda placing: placing.find(store), placings)]
    missing = [placing.file for placing, there in zip(placings, usable, strict=True) if not there]
    manifest, generation = bundle.manifest, live.pointer.generation if live else 0
    done = live is not None and not missing and _is_live(store, live, manifest.key)
    return Publication(
        manifest.sku,
        store.url,
        "unchanged" if done else "planned",
        manifest.key,
        generation,
        sent=len(missing),
        sent_bytes=sum(file.bytes for file in missing),
        reused=sum(usable),
    )
