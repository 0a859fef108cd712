"""`verify` and `gc`: what is published stays whole, and what nothing needs goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .groups import grouped
from .options import AsJson, duration, print_json, size_text
from .progress import progress_bar
from .publish import Account, TargetArgument
from .tables import say

if TYPE_CHECKING:
    from ..aws.checking import Finding
    from ..aws.gc import Garbage, Sweep
    from ..aws.store import Store

_SHOWN = 1_000
"""Finds of a clean-up that its JSON names; its sums are of all."""


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_VERIFY_HELP)(grouped(verify))
    app.command(help=_GC_HELP)(grouped(gc))


Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, max=64, help="Products under way at the same time.")]

_VERIFY_HELP = """Look whether all that is published is there and whole, in every region; with --repair, mend it.

    forge3d verify s3://assets/shop

    forge3d verify s3://assets/shop chair --replica s3://assets-eu/shop --repair

    forge3d verify s3://assets/shop --deep --json

From each product's pointer to the record of every generation that it can be rolled back to, and to every file of those.
What is lost or damaged comes back from the bucket's older versions or from another region. Exit code 1 where something
is wrong still.
"""


def verify(
    target: TargetArgument,
    account: Account,
    sku: Annotated[str | None, typer.Argument(help="The product; every one without it.", show_default=False)] = None,
    replica: Annotated[
        list[str] | None,
        typer.Option("--replica", metavar="URL", help="A bucket that S3 replicates the target to; may be repeated."),
    ] = None,
    repair: Annotated[bool, typer.Option("--repair", help="Bring back what can be brought back.")] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="Read every file, also where S3 vouches for its checksum.")
    ] = False,
    jobs: Jobs = 8,
    as_json: AsJson = False,
) -> None:
    from ..aws.verify import verify

    stores = [_open(url, account) for url in (target, *(replica or ()))]
    with progress_bar("Verifying", quiet=as_json) as report:
        seen = verify(
            stores[0], sku, replicas=stores[1:], repair=repair, deep=deep, jobs=jobs,
            progress=lambda sum: report(0.0, f"{sum.products:,} products, {sum.objects:,} objects"),
        )  # fmt: skip
    if as_json:
        print_json(seen.to_dict())
    else:
        for finding in seen.findings:
            _show(finding)
        say(f"{seen.products:,} products, {seen.objects:,} objects, {size_text(seen.bytes)}: ", _verdict(seen.findings))
        if not seen.is_sound:
            say(
                "what is wrong still comes back by publishing its bundle again"
                if repair
                else "with --repair it is mended, where a whole copy is left"
            )
    raise typer.Exit(seen.exit_code)


def _show(finding: Finding) -> None:
    needed = ", ".join(map(str, finding.generations))
    state = (f"brought back from {finding.repaired}", "green") if finding.repaired else ("wrong", "red")
    say(f"{finding.url}: {finding.key} {finding.problem}", f" (generation {needed}): " if needed else ": ", state)


def _verdict(findings: tuple[Finding, ...]) -> tuple[str, str]:
    wrong = sum(finding.repaired is None for finding in findings)
    if wrong:
        return f"{wrong:,} wrong", "red"
    return (f"all whole, {len(findings):,} of them again", "green") if findings else ("all whole", "green")


_GC_HELP = """Delete what nothing needs any more: files that no kept generation names, and old versions of objects.

    forge3d gc s3://assets/shop

    forge3d gc s3://assets/shop --keep 20 --older-than 30d --delete

Without --delete it is told and nothing is done. Kept are the live generation, those that it followed, and everything
that is younger than 14 days; publications may go on meanwhile. Each replica is cleaned up for itself. Exit code 1 where
a product must be repaired first, and is left alone.
"""


def gc(
    target: TargetArgument,
    account: Account,
    delete: Annotated[bool, typer.Option("--delete", help="Delete it, for good.")] = False,
    keep: Annotated[int, typer.Option("--keep", min=1, help="Generations to keep, the live one among them.")] = 10,
    older_than: Annotated[str, typer.Option("--older-than", help="8d or more, as in 30d.")] = "14d",
    jobs: Jobs = 8,
    as_json: AsJson = False,
) -> None:
    from ..aws.gc import gc

    age = duration(older_than, "--older-than")
    found: list[Garbage] = []

    def report(garbage: Garbage) -> None:
        if len(found) < _SHOWN:
            found.append(garbage)
        if not as_json:
            did = "deleted" if delete else "would delete"
            say(f"{did} {garbage.key} ({garbage.kind}, {size_text(garbage.bytes)}, {garbage.modified:%Y-%m-%d})")

    with progress_bar("Cleaning up", quiet=as_json) as bar:
        sweep = gc(
            _open(target, account), dry_run=not delete, older_than=age, keep=keep, jobs=jobs, report=report,
            progress=lambda sum: bar(0.0, f"{sum.products:,} products, {sum.seen:,} versions of objects"),
        )  # fmt: skip
    if as_json:
        print_json(sweep.to_dict() | {"found": [garbage.to_dict() for garbage in found]})
    else:
        _show_sweep(sweep)
    raise typer.Exit(sweep.exit_code)


def _show_sweep(sweep: Sweep) -> None:
    for left in sweep.left_alone:
        say((f"{left.sku} is left alone: ", "yellow"), left.why)
    if sweep.spared:
        say(f"{sweep.spared:,} were written anew meanwhile, and stay")
    size = size_text(sweep.bytes)
    say(f"{sweep.products:,} products, {sweep.seen:,} versions of objects: nothing needs {sweep.garbage:,} ({size})")
    if sweep.garbage and not sweep.deleted:
        say("nothing was deleted: run again with --delete")


def _open(url: str, account: Account) -> Store:
    from ..aws.store import open_store

    return open_store(url, region=account.region, profile=account.profile, endpoint=account.endpoint)
