"""`info`: look at a file without changing it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from .options import AsJson, Model, console, print_json, size_text

if TYPE_CHECKING:
    from ..document import Document


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_INFO_HELP)(info)


_INFO_HELP = """Show what a model holds: sizes, triangles, textures, materials, animations, extensions.

    forge3d info chair.glb

    forge3d info chair.glb --json | jq .statistics.triangles
"""


def info(model: Model, as_json: AsJson = False) -> None:
    from ..document import Document

    document = Document.read(model)
    facts = _facts(document, model)
    if as_json:
        print_json(facts)
        return
    _print_facts(facts)


def _facts(document: Document, path: Path) -> dict[str, Any]:
    from ..document.bounds import bounds
    from ..document.statistics import statistics

    box = bounds(document)
    return {
        "file": str(path),
        "bytes": path.stat().st_size,
        "version": document.asset.version,
        "generator": document.asset.generator,
        "copyright": document.asset.copyright,
        "extensions_used": document.extensions_used,
        "extensions_required": document.extensions_required,
        "statistics": asdict(statistics(document)),
        "bounds": None if box is None else {"min": list(box.min), "max": list(box.max)},
        "meshes": [
            {
                "name": mesh.name,
                "primitives": len(mesh.primitives),
                "attributes": sorted({name for primitive in mesh.primitives for name in primitive.attributes}),
            }
            for mesh in document.meshes
        ],
        "materials": [
            {
                "name": material.name,
                "alpha_mode": str(material.alpha_mode),
                "layers": [name for name, _ in material.layers()],
                "textures": [slot.path for slot in material.textures()],
            }
            for material in document.materials
        ],
        "images": [
            {
                "name": image.name or image.uri,
                "format": image.header.format,
                "width": image.header.width,
                "height": image.header.height,
                "bytes": len(image.data),
            }
            for image in document.images
            if image.data
        ],
        "animations": [
            {"name": animation.name, "channels": len(animation.channels)} for animation in document.animations
        ],
        "variants": [variant.name for variant in document.variants],
    }


def _print_facts(facts: dict[str, Any]) -> None:
    from rich.markup import escape
    from rich.table import Table

    out = console()
    counts = facts["statistics"]
    out.print(f"[bold]{escape(facts['file'])}[/] {size_text(facts['bytes'])}, glTF {facts['version']}", soft_wrap=True)
    if facts["bounds"]:
        extent = [high - low for low, high in zip(facts["bounds"]["min"], facts["bounds"]["max"], strict=True)]
        out.print("size " + " × ".join(f"{metres:.3g} m" for metres in extent))
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in counts.items():
        table.add_row(name.replace("_", " "), size_text(value) if name.endswith("bytes") else f"{value:,}")
    out.print(table)
    for title, key in (("Materials", "materials"), ("Images", "images")):
        if facts[key]:
            rows = Table(title=title, title_justify="left", box=None)
            for column in facts[key][0]:
                rows.add_column(column.replace("_", " "))
            for row in facts[key]:
                rows.add_row(*(escape(", ".join(c) if isinstance(c, list) else str(c)) for c in row.values()))
            out.print(rows)
    for key in ("extensions_used", "variants"):
        if facts[key]:
            out.print(f"{key.replace('_', ' ')}: {escape(', '.join(map(str, facts[key])))}", soft_wrap=True)
