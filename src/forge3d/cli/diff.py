"""`diff`: two models side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from .options import AsJson, Model, console, print_json, size_text


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_DIFF_HELP)(diff)


_DIFF_HELP = """Compare two models: counts, names, images, contents, bytes by purpose. Exit code 1 when they differ.

    forge3d diff chair.glb small.glb

    forge3d diff old.glb new.glb --json | jq .bytes

How they look beside each other is what `forge3d compare` measures.
"""


def diff(
    model: Model,
    other: Annotated[Path, typer.Argument(help="The model to compare it with.", show_default=False)],
    limit: Annotated[int, typer.Option("--limit", min=1, help="The most differences to list.")] = 20,
    as_json: AsJson = False,
) -> None:
    from ..document import Document
    from ..document.comparing import compare

    comparison = compare(Document.read(model), Document.read(other), limit=limit)
    files = [_file(path) for path in (model, other)]
    facts: dict[str, Any] = {"files": files, "identical_bytes": files[0]["sha256"] == files[1]["sha256"]}
    purposes = dict.fromkeys([*files[0]["bytes_by_purpose"], *files[1]["bytes_by_purpose"]])
    facts["bytes"] = {name: [file["bytes_by_purpose"].get(name, 0) for file in files] for name in purposes}
    facts |= comparison.to_dict()
    if as_json:
        print_json(facts)
    else:
        _print(facts)
    if not comparison.same:
        raise typer.Exit(1)


def _file(path: Path) -> dict[str, Any]:
    from hashlib import sha256

    from ..gltf import Source
    from ..gltf.anatomy import anatomy, decoders

    digest = sha256(path.read_bytes()).hexdigest()
    found: dict[str, Any] = {"file": str(path), "bytes": path.stat().st_size, "sha256": digest}
    if path.suffix.lower() not in (".glb", ".gltf"):
        return {**found, "decoders": [], "bytes_by_purpose": {}}
    source = Source.open(path)
    return {**found, "decoders": list(decoders(source)), "bytes_by_purpose": anatomy(source)}


def _print(facts: dict[str, Any]) -> None:
    from rich.markup import escape
    from rich.table import Table

    out = console()
    if facts["same"]:
        out.print("the same bytes" if facts["identical_bytes"] else "the same asset, stored otherwise")
    table = Table(box=None)
    for title in ("", *(escape(Path(file["file"]).name) for file in facts["files"])):
        table.add_column(title, justify="right" if title else "left")
    for name, pair in facts["bytes"].items():
        if pair[0] != pair[1]:
            table.add_row(escape(name), *map(size_text, pair))
    for name, pair in facts["counts"].items():
        text = size_text if name.endswith("bytes") else "{:,}".format
        table.add_row(name.replace("_", " "), *map(text, pair))
    if table.row_count:
        out.print(table)
    sets = {"extensions": facts["extensions"], **facts["objects"], "images by content": facts["images"]}
    for title, came in sets.items():
        for sign, names in (("−", came["removed"]), ("+", came["added"])):
            if names:
                out.print(f"{sign} {title}: {escape(', '.join(names))}", soft_wrap=True)
    for sentence in facts["differences"]:
        out.print(f"  {escape(sentence)}", soft_wrap=True)
