"""`export`: models as files of other kinds."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import AsJson, Model, Output, print_json, size_text


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_EXPORT_HELP)(export)


_EXPORT_HELP = """Write a model as USDZ, which iPhones show in the shopper's room (AR Quick Look).

    forge3d export chair.glb chair.usdz

    forge3d export jacket.glb jacket.usdz --name "Neon jacket" --json

Materials, skins, one animation and variants come along; JPEG and PNG textures stay as they are, byte for byte.
What USD cannot carry is approximated and told by name. Needs the extra `forge3d[usdz]`.
"""


def export(
    model: Model,
    output: Output,
    name: Annotated[
        str | None, typer.Option("--name", help="Of the product, as viewers show it.", show_default="the scene's")
    ] = None,
    animation: Annotated[
        str | None,
        typer.Option("--animation", help="Played, by name or place.", show_default="the first that lasts"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    from ..document import Document
    from ..document.output import write_files
    from ..errors import RecipeError
    from ..export import usdz
    from .reporting import refuse_inputs

    if output.suffix.lower() != ".usdz":
        raise RecipeError(f"{output}: the name ends in .usdz; `forge3d optimize` writes .glb and .gltf")
    refuse_inputs([model], [output])
    chosen = int(animation) if animation is not None and animation.isdecimal() else animation
    made = usdz(Document.read(model), name=name, animation=chosen)
    write_files({output: made.data})
    if as_json:
        notes = [{"feature": note.feature, "what": note.what, "where": list(note.where)} for note in made.notes]
        print_json({"file": str(output), "bytes": len(made.data), "notes": notes})
        return
    print(f"{output}: {size_text(len(made.data))}")
    for note in made.notes:
        print(f"  {note}")
