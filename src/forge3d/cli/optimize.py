"""`optimize`: smaller files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import AsJson, Model, count, print_json, size_text
from .progress import progress_bar
from .tables import say, show_table

if TYPE_CHECKING:
    from ..document import Change, Transform


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_OPTIMIZE_HELP)(optimize)


_OPTIMIZE_HELP = """Write a smaller model: a preset, or the steps you name, in order.

    forge3d optimize chair.glb small.glb

    forge3d optimize chair.glb small.glb --preset web --effort max

    forge3d optimize chair.glb small.glb --preset web --max-bytes 2MB --max-triangles 50k

    forge3d optimize chair.glb --preset web --explain

    forge3d optimize chair.glb small.glb --step weld --step simplify:ratio=0.5 --step compress

    forge3d optimize faulty.glb mended.glb --step repair

    forge3d optimize --list
"""


def _list_transforms(wanted: bool) -> None:
    if not wanted:
        return
    from ..optimize import PRESETS, TRANSFORMS, name_of, options_of

    presets = {name: [name_of(type(step)) for step in steps] for name, steps in PRESETS.items()}
    if "--json" in sys.argv:  # the option itself is not parsed yet
        steps = {
            name: {"fidelity": kind.fidelity, "options": {option.name: option.default for option in options_of(kind)}}
            for name, kind in TRANSFORMS.items()
        }
        print_json({"steps": steps, "presets": presets})
        raise typer.Exit
    for name, kind in TRANSFORMS.items():
        summary = (kind.__doc__ or "").strip().splitlines()[0]
        print(f"{name} ({kind.fidelity}): {summary}")
        for option in options_of(kind):
            print(f"    {option.name}={option.default}: {option.doc} Takes {option.takes}.")
    for name, names in presets.items():
        print(f"preset {name}: {', '.join(names)}")
    raise typer.Exit


def optimize(
    model: Model,
    output: Annotated[
        Path | None, typer.Argument(help="Where to write; never the input itself. Not needed with --explain.")
    ] = None,
    preset: Annotated[str, typer.Option("--preset", help="A named list of steps; `--list` shows them.")] = "lossless",
    steps: Annotated[
        list[str] | None,
        typer.Option("--step", help="A step instead of the preset's, as name or name:option=value,…; repeatable."),
    ] = None,
    effort: Annotated[
        str, typer.Option("--effort", help="fast, normal or max: how much time may be spent on fewer bytes.")
    ] = "normal",
    max_bytes: Annotated[
        str | None,
        typer.Option("--max-bytes", help="The most bytes that the file may have, such as 5MB; needs a lossy preset."),
    ] = None,
    max_triangles: Annotated[
        str | None, typer.Option("--max-triangles", help="The most triangles that it may have, such as 100k.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print the steps with their options, what each may change, and why.")
    ] = False,
    listing: Annotated[
        bool, typer.Option("--list", help="List steps, options and presets.", is_eager=True, callback=_list_transforms)
    ] = False,
    as_json: AsJson = False,
) -> None:
    from ..document import Context, Document

    transforms = transforms_of(preset, steps, effort)
    if explain:
        _explain(transforms, as_json)
        return
    if output is None:
        raise typer.BadParameter("say where to write", param_hint="OUTPUT")
    most = count(max_bytes, "--max-bytes"), count(max_triangles, "--max-triangles")
    document = Document.read(model)
    given_up: list[str] = []
    with progress_bar("optimize", quiet=as_json) as advance:
        context = Context(progress=advance)
        if most != (None, None):
            from ..optimize.budget import Budget, fit

            fitted = fit(document, transforms, Budget(*most), context)
            document, changes, given_up = fitted.document, fitted.changes, fitted.given_up
        else:
            changes = document.apply(*transforms, context=context)
    document.write(output)
    read = [Path(file) for file in set(document.source_files)]
    sizes = sum(file.stat().st_size for file in read if file.is_file()), _total_bytes(output)
    if as_json:
        print_json(
            {
                "input": {"file": str(model), "bytes": sizes[0]},
                "output": {"file": str(output), "bytes": sizes[1]},
                "given_up": given_up,
                "steps": [_change_facts(change) for change in changes],
                "warnings": context.warnings,
            }
        )
        return
    _print_changes(changes, context.warnings)
    for what in given_up:
        print(f"to fit the budget: {what}")
    print(f"{output}: {size_text(sizes[0])} → {size_text(sizes[1])} ({sizes[1] / sizes[0]:.0%})")


def transforms_of(preset_name: str, steps: list[str] | None, effort: str = "normal") -> tuple[Transform, ...]:
    """The steps that the options name, at the effort."""
    from ..optimize import TRANSFORMS, parse
    from ..optimize.presets import preset, with_effort

    if steps:
        return with_effort(tuple(parse(step, TRANSFORMS) for step in steps), effort)
    return preset(preset_name, effort)


def _explain(transforms: tuple[Transform, ...], as_json: bool) -> None:
    """Each step with its options, what it may change, and why it is there."""
    from ..optimize import canonical

    steps = [
        {**canonical(step), "fidelity": str(step.fidelity), "why": (type(step).__doc__ or "").strip().splitlines()[0]}
        for step in transforms
    ]
    if as_json:
        print_json({"steps": steps})
        return
    for step in steps:
        options = ",".join(f"{name}={_option_text(value)}" for name, value in step["options"].items())
        print(f"{step['transform']}{':' if options else ''}{options}")
        print(f"    {step['fidelity']}: {step['why']}")


def _option_text(value: Any) -> str:
    """As `--step` takes it."""
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def _total_bytes(path: Path) -> int:
    """A glTF file with the external files it refers to."""
    from ..gltf import Source
    from ..gltf.files import external_uris

    source = Source.open(path)
    return path.stat().st_size + sum(len(source.resource(uri)) for uri in external_uris(source.json))


def _change_facts(change: Change) -> dict[str, Any]:
    before, after = change.before, change.after
    assert before is not None
    assert after is not None
    return {
        "step": change.transform,
        "triangles": [before.triangles, after.triangles],
        "vertices": [before.vertices, after.vertices],
        "image_bytes": [before.image_bytes, after.image_bytes],
        "geometry_bytes": [before.geometry_bytes, after.geometry_bytes],
        "error": change.error,
        "skipped": [{"what": skip.what, "why": skip.why} for skip in change.skipped],
        "notes": change.notes,
    }


def _print_changes(changes: list[Change], warnings: list[str]) -> None:
    rows = []
    for change in changes:
        before, after = change.before, change.after
        assert before is not None
        assert after is not None
        rows.append(
            (
                change.transform,
                _moved(before.triangles, after.triangles),
                _moved(before.vertices, after.vertices),
                _moved(before.geometry_bytes, after.geometry_bytes, size_text),
                _moved(before.image_bytes, after.image_bytes, size_text),
                "" if change.error is None else f"{change.error * 1000:.3g} mm",
            )
        )
    show_table(("step", "triangles", "vertices", "geometry", "images", "error"), rows)
    for change in changes:
        for note in change.notes:
            say(f"{change.transform}: {note}")
        for skip in change.skipped:
            say((f"{change.transform} left {skip.what} alone: {skip.why}", "dim"))
    for warning in warnings:
        say(("warning", "yellow"), f" {warning}")


def _moved(before: int, after: int, text: Any = "{:,}".format) -> str:
    return "" if before == after else f"{text(before)} → {text(after)}"
