"""`publish`, `versions` and `rollback`: bundles to S3 or a folder, and back to what was."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .groups import grouped
from .options import AsJson, print_json, size_text
from .progress import progress_bar
from .tables import say, show_table

if TYPE_CHECKING:
    from ..aws.publish import Refused
    from ..aws.release import Publication, Target


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_PUBLISH_HELP)(grouped(publish))
    app.command(help=_VERSIONS_HELP)(grouped(versions))
    app.command(help=_ROLLBACK_HELP)(grouped(rollback))


TargetArgument = Annotated[str, typer.Argument(help="s3://bucket/prefix or file:///folder.", show_default=False)]
Sku = Annotated[str, typer.Argument(help="The product.", show_default=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")]


@dataclass(frozen=True)
class Account:
    """Where AWS is and who asks; otherwise from the environment, as for the AWS command line."""

    region: Annotated[str | None, typer.Option("--region", help="Of the bucket.")] = None
    profile: Annotated[str | None, typer.Option("--profile", help="Of the AWS configuration.")] = None
    endpoint: Annotated[str | None, typer.Option("--endpoint", help="Of something else that speaks S3.")] = None


@dataclass(frozen=True)
class Regions:
    """Who else is to show it."""

    replica: Annotated[
        list[str] | None,
        typer.Option("--replica", metavar="URL", help="A bucket that S3 replicates the target to; may be repeated."),
    ] = None
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Replicas that lack something keep what they have, until the next run.")
    ] = False
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", min=0, help="Seconds to wait for replicas; default: a quarter of an hour."),
    ] = None
    distribution: Annotated[
        str | None,
        typer.Option("--distribution", metavar="ID", help="CloudFront's, to forget the old pointer at once."),
    ] = None


_PUBLISH_HELP = """Publish bundles: to S3 behind CloudFront, or to a folder behind any web server.

    forge3d publish dist/ s3://assets/shop --distribution E123

    forge3d publish dist/chair dist/lamp s3://assets/shop --replica s3://assets-eu/shop

    forge3d publish dist/ file:///srv/www/assets --dry-run

Readers see the old product or the new one, whole, at every moment. What was cut off goes on where it stopped: run it
again. Exit code 5 where somebody else published first, or where the store could not be reached.
"""


def publish(
    bundles: Annotated[
        list[Path], typer.Argument(help="Bundles, or folders of them as `forge3d build` writes.", show_default=False)
    ],
    target: TargetArgument,
    regions: Regions,
    account: Account,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, max=64, help="Objects under way at the same time.")
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    from ..aws.publish import JOBS, Refused, publish_each

    results: list[Publication | Refused] = []
    with progress_bar("Publishing", quiet=as_json) as report:
        for result in publish_each(
            bundles, _target(target, regions, account), dry_run=dry_run, jobs=jobs or JOBS, progress=report
        ):
            results.append(result)
            if not as_json and not sys.stderr.isatty():
                name = result.folder.name if isinstance(result, Refused) else result.sku
                print(f"{name}: {'failed' if isinstance(result, Refused) else result.status}", file=sys.stderr)
    refused = [result for result in results if isinstance(result, Refused)]
    if as_json:
        print_json({"ok": not refused, "products": [result.to_dict() for result in results]})
    else:
        _show([result for result in results if not isinstance(result, Refused)], dry_run=dry_run)
        for each in refused:
            print(f"forge3d: {each.error}", file=sys.stderr)
    raise typer.Exit(max((each.error.exit_code for each in refused), default=0))


_VERSIONS_HELP = """List a product's generations, the youngest first.

    forge3d versions s3://assets/shop chair
"""


def versions(target: TargetArgument, sku: Sku, account: Account, as_json: AsJson = False) -> None:
    from ..aws.history import versions
    from ..aws.store import open_store

    found = versions(open_store(target, region=account.region, profile=account.profile, endpoint=account.endpoint), sku)
    if as_json:
        print_json({"sku": sku, "versions": [version.to_dict() for version in found]})
        return
    rows = []
    for version in found:
        state = "live" if version.live else "" if version.was_live else "never live"
        back = f"brings back {version.restores}" if version.restores else ""
        size = size_text(version.bytes)
        rows.append([str(version.generation), state, back, version.created, version.key[:12], str(version.files), size])
    show_table(("generation", "", "", "made", "build key", "files", "size"), rows)


_ROLLBACK_HELP = """Bring an old generation back: as a new generation that names the old files.

    forge3d rollback s3://assets/shop chair

    forge3d rollback s3://assets/shop chair --to 12

Without --to it is what was live before. Rolling back once more goes one step further.
"""


def rollback(
    target: TargetArgument,
    sku: Sku,
    regions: Regions,
    account: Account,
    to: Annotated[int | None, typer.Option("--to", min=1, metavar="GENERATION", help="Which one.")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    from ..aws.history import rollback

    with progress_bar("Rolling back", quiet=as_json) as report:
        result = rollback(_target(target, regions, account), sku, to=to, dry_run=dry_run, progress=report)
    if as_json:
        print_json(result.to_dict())
    else:
        _show([result], dry_run=dry_run)


def _target(url: str, regions: Regions, account: Account) -> Target:
    from ..aws.release import Target
    from ..aws.replicas import TIMEOUT_S

    return Target.of(
        url,
        regions.replica or (),
        wait=not regions.no_wait,
        timeout_s=TIMEOUT_S if regions.timeout is None else regions.timeout,
        distribution=regions.distribution,
        region=account.region,
        profile=account.profile,
        endpoint=account.endpoint,
    )


def _show(publications: list[Publication], *, dry_run: bool) -> None:
    rows = []
    for each in publications:
        what = f"brings back {each.restores}" if each.restores else each.status
        sent = f"{each.sent} files, {size_text(each.sent_bytes)}" if each.sent else "nothing"
        rows.append([each.sku, str(each.generation or ""), what, sent, str(each.reused)])
    if rows:
        show_table(("product", "live", "", "to send" if dry_run else "sent", "there already"), rows)
    for each in publications:
        for url, generation in (each.replicas or {}).items():
            say(f"{each.sku} at {url}: ", f"generation {generation}" if generation else "as before")
        for warning in each.warnings:
            say(("warning: ", "yellow"), warning)
