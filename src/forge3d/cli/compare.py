"""`compare`: how alike two pictures, models or folders look."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .groups import grouped
from .options import AsJson, pair, print_json
from .picture_options import Device, Look
from .progress import progress_bar
from .reporting import refuse_inputs
from .tables import say

if TYPE_CHECKING:
    from ..likeness import Comparison


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_COMPARE_HELP)(compare)


_COMPARE_HELP = """Measure how alike two pictures, models or folders of either look: FLIP, SSIM, PSNR, silhouettes.

    forge3d compare before.png after.webp

    forge3d compare chair.glb small.glb --max-flip 0.02 --min-iou 0.99 --out difference.html

    forge3d compare goldens/ rendered/ --min-ssim 0.98 --json

    forge3d compare walk.glb small.glb --time 0 --time 0.5 --sides 8 --out sheet.png

Models are drawn from several sides with the same cameras, light and tone map. Exit code 1 when a limit is missed or a
folder lacks a file of the other, 3 when something cannot be read or two pictures differ in size; without limits the
numbers are told, and nothing fails. What a model consists of is what `forge3d diff` compares.
"""


@grouped
def compare(
    reference: Annotated[Path, typer.Argument(help="A picture, a model or a folder.", show_default=False)],
    test: Annotated[Path, typer.Argument(help="What to hold against it, of the same kind.", show_default=False)],
    *,
    max_flip: Annotated[
        float | None, typer.Option("--max-flip", help="Most mean FLIP error, 0 (equal) to 1.", show_default=False)
    ] = None,
    min_ssim: Annotated[
        float | None, typer.Option("--min-ssim", help="Least mean structural similarity, to 1.", show_default=False)
    ] = None,
    min_psnr: Annotated[float | None, typer.Option("--min-psnr", help="Least PSNR, dB.", show_default=False)] = None,
    min_iou: Annotated[
        float | None, typer.Option("--min-iou", help="Least overlap of the silhouettes, 0 to 1.", show_default=False)
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Limits hold for the whole picture, not for the object's pixels.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A sheet of both and the heat map: .html or a picture.", show_default=False),
    ] = None,
    sides: Annotated[int, typer.Option("--sides", help="Models: from how many sides.")] = 6,
    size: Annotated[str, typer.Option("--size", help="Pixels, as WxH or one number for a square.")] = "512x512",
    time: Annotated[
        list[float] | None, typer.Option("--time", help="Models: seconds into the animation. Repeatable.")
    ] = None,
    variant: Annotated[
        list[str] | None, typer.Option("--variant", help="Models: a material variant by name. Repeatable.")
    ] = None,
    look: Look,
    device: Device = None,
    as_json: AsJson = False,
) -> None:
    from ..likeness import Drawing, Thresholds
    from ..likeness import compare as compare_files
    from ..likeness.comparison import check_suffix

    if out is not None:
        check_suffix(out)
        refuse_inputs([reference, test], [out])
    thresholds = Thresholds(max_flip, min_ssim, min_psnr, min_iou, whole)
    drawing = Drawing(
        sides, pair(size, "--size"), look.environment, look.settings(), time or (None,), variant or (None,)
    )
    with progress_bar("compare", quiet=as_json) as tell:
        found = compare_files(
            reference, test, thresholds=thresholds, drawing=drawing, device=device, keep=out is not None,
            progress=lambda done, of, name: tell(done / of, name),
        )  # fmt: skip
    if out is not None:
        found.save(out)
    if as_json:
        print_json(found.to_dict())
    else:
        _print(found, out)
    raise typer.Exit(found.exit_code)


def _print(found: Comparison, out: Path | None) -> None:
    from ..likeness.words import measured_text, numbers

    for one in found.pairs:
        say(("failed", "red") if one.exit_code else ("ok    ", "green"), f" {one.name}: {numbers(one)}")
        for text in one.missed:
            say(f"       {text}")
    if len(found.pairs) > 1:
        say(f"worst  {measured_text(found.worst)}")
        say(f"mean   {measured_text(found.mean)}")
    if out is not None:
        say(f"{out} shows both and where they differ")
