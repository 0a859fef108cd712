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


_INFO_HELP = """Show what a model holds and costs: bytes by purpose, meshes, materials, images, memory, decoders.

    forge3d info chair.glb

    forge3d info chair.glb --json | jq .statistics.triangles
"""


_ONLY_JSON = ("attributes", "textures", "corners", "index_bytes", "morph_bytes")


def info(model: Model, as_json: AsJson = False) -> None:
    from ..document import Document
    from ..gltf import Source
    from ..gltf.anatomy import anatomy, decoders

    document = Document.read(model)
    facts = _facts(document, model)
    if model.suffix.lower() in (".glb", ".gltf"):
        source = Source.open(model)
        facts |= {"decoders": list(decoders(source)), "bytes_by_purpose": anatomy(source)}
    if as_json:
        print_json(facts)
        return
    _print_facts(facts)


def _facts(document: Document, path: Path) -> dict[str, Any]:
    from ..document.bounds import bounds
    from ..document.costs import image_costs, material_costs, mesh_costs
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
            {**asdict(cost), "attributes": sorted({name for part in mesh.primitives for name in part.attributes})}
            for cost, mesh in zip(mesh_costs(document), document.meshes, strict=True)
        ],
        "materials": [
            {
                **asdict(cost),
                "alpha_mode": str(material.alpha_mode),
                "layers": [name for name, _ in material.layers()],
                "textures": [slot.path for slot in material.textures()],
            }
            for cost, material in zip(material_costs(document), document.materials, strict=True)
        ],
        "images": [asdict(cost) for cost in image_costs(document)],
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
    _print_bytes(facts)
    for title, key in (("Meshes", "meshes"), ("Materials", "materials"), ("Images", "images")):
        if facts[key]:
            rows = Table(title=title, title_justify="left", box=None)
            columns = [name for name in facts[key][0] if name not in _ONLY_JSON]
            for name in columns:
                width = max(len(_cell(name, row[name])) for row in facts[key])
                rows.add_column(name.replace("_", " "), min_width=min(width, 24) if name == "name" else None)
            for row in facts[key]:
                rows.add_row(*(escape(_cell(name, row[name])) for name in columns))
            out.print(rows)
    for key in ("extensions_used", "decoders", "variants"):
        if facts.get(key):
            out.print(f"{key.replace('_', ' ')}: {escape(', '.join(map(str, facts[key])))}", soft_wrap=True)


def _print_bytes(facts: dict[str, Any]) -> None:
    from rich.table import Table

    parts = facts.get("bytes_by_purpose", {})
    whole = sum(parts.values()) or 1
    rows = Table(title="Bytes", title_justify="left", box=None, show_header=False)
    for name, size in parts.items():
        rows.add_row(name, size_text(size), f"{size / whole:.0%}")
    console().print(rows)


def _cell(name: str, value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(value)
    if name.endswith("bytes"):
        return size_text(value)
    return f"{value:,}" if isinstance(value, int) else "" if value is None else str(value)
