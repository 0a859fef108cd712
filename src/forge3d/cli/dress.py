"""`dress`: a garment or a wearable on a body."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import AsJson, Model, print_json, triple
from .progress import progress_bar

if TYPE_CHECKING:
    from ..dress import Dressed, Wear


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_HELP)(dress)


_HELP = """Put a garment or a wearable on a rigged body: one GLB that keeps the body's poses and animations.

    forge3d dress jacket.glb body.glb -o dressed.glb

    forge3d dress visor.glb dressed.glb -o both.glb --attach head

    forge3d dress watch.glb body.glb -o watch-on.glb --attach leftLowerArm --offset 0,-0.18,0 --rotation 0,0,90

    forge3d dress coat.glb body.glb -o dressed.glb --recipe coat.toml

Cloth bends with the body: its joints are matched by name (VRM, Mixamo and the like), it is moved out of the body in
every pose, and skin that it covers is removed. A recipe's [wear] table has the same keys as the options.
"""


def dress(
    product: Annotated[Path, typer.Argument(help="What is worn: a .glb or .gltf file.", show_default=False)],
    body: Model,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write; never an input.", show_default=False)],
    recipe: Annotated[
        Path | None, typer.Option("--recipe", help="A TOML file whose [wear] table says how the product is worn.")
    ] = None,
    attach: Annotated[
        str | None, typer.Option("--attach", help="The bone that it hangs on without bending, such as head.")
    ] = None,
    offset: Annotated[str | None, typer.Option("--offset", help="x,y,z in metres, from its place.")] = None,
    rotation: Annotated[str | None, typer.Option("--rotation", help="Degrees about x, then y, then z.")] = None,
    scale: Annotated[
        float | None,
        typer.Option("--scale", help="Of what hangs on a bone; without, it is grown until the body is out."),
    ] = None,
    clearance: Annotated[
        float | None, typer.Option("--clearance", help="Metres between skin and cloth, at least; 0.003 by default.")
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option("--weights", help="How cloth follows the joints: auto, own, or body (as the skin under it)."),
    ] = None,
    keep_skin: Annotated[bool, typer.Option("--keep-skin", help="Keep skin that the cloth covers.")] = False,
    joints: Annotated[
        list[str] | None, typer.Option("--joint", help='A joint that is not understood: "name=bone"; repeatable.')
    ] = None,
    as_json: AsJson = False,
) -> None:
    from ..document import Document
    from ..dress import dress

    given: dict[str, Any] = {
        "attach": attach,
        "offset": triple(offset, "--offset") if offset else None,
        "rotation": triple(rotation, "--rotation") if rotation else None,
        "scale": scale,
        "clearance": clearance,
        "weights": weights,
        "hide": False if keep_skin else None,
        "joints": _joints(joints),
    }
    wear = _wear(recipe, {name: value for name, value in given.items() if value is not None})
    garment, figure = Document.read(product), Document.read(body)
    with progress_bar("dress", quiet=as_json) as advance:
        dressed = dress(garment, figure, wear, progress=advance)
    dressed.document.write(output)
    if as_json:
        print_json({"product": str(product), "body": str(body), "output": str(output), **dressed.to_dict()})
    else:
        _print(dressed, output)


def _wear(recipe: Path | None, given: dict[str, Any]) -> Wear:
    from msgspec.structs import replace

    from ..pipeline import Recipe

    wear = (Recipe.read(recipe) if recipe is not None else Recipe()).wear
    given["joints"] = {**wear.joints, **given.get("joints", {})}
    return replace(wear, **given)


def _joints(pairs: list[str] | None) -> dict[str, str] | None:
    if pairs is None:
        return None
    split = [pair.rpartition("=") for pair in pairs]
    wrong = next((pair for pair, (name, _, bone) in zip(pairs, split, strict=True) if not name or not bone), None)
    if wrong is not None:
        raise typer.BadParameter(f"{wrong!r} is not name=bone", param_hint="--joint")
    return {name: bone for name, _, bone in split}


def _print(dressed: Dressed, output: Path) -> None:
    worst = max(dressed.inside.items(), key=lambda item: item[1], default=("", 0.0))
    for joint, bone in dressed.folded.items():
        print(f"{joint}: follows {bone}")
    if dressed.scale != 1:
        print(f"grown to {dressed.scale:.1%} of its size")
    if dressed.moved:
        print(f"moved outward by up to {dressed.moved * 1000:.1f} mm")
    if dressed.hidden:
        print(f"{dressed.hidden:,} triangles of covered skin removed")
    print(f"inside the body: {worst[1]:.2%} of its vertices at most ({worst[0]}; {len(dressed.inside)} poses)")
    print(output)
    for warning in dressed.warnings:
        print(f"warning: {warning}", file=sys.stderr)
