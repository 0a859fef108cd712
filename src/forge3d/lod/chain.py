"""A model's levels as files: one a level, or one for all by MSFT_lod, and a list of what they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from ..document import Context, Document, Transform
from ..document.output import make_folder, write_files
from ..document.statistics import statistics
from ..optimize.textures import Textures
from .levels import Level
from .msft import with_levels
from .switch import View, switch_distance

MANIFEST = "levels.json"
VERSION = 1
Container = Literal["files", "msft", "both"]


@dataclass(frozen=True, slots=True)
class LevelFile:
    """One level of a chain.

    Attributes:
        level: 0 is the model itself.
        file: its name; none where only the file of all levels was asked for.
        triangles: of all meshes, each counted once; `ratio` as a part of the model's.
        error: metres; the largest distance measured between its surface and the model's.
        bytes: of the file; none where there is none.
        switch_distance: metres; from there on its error is at most so many pixels as the manifest's `view` allows.
        texture_size: longest side of its textures; none for those of the model.
    """

    level: int
    file: str | None
    triangles: int
    ratio: float
    error: float
    bytes: int | None
    switch_distance: float
    texture_size: int | None


@dataclass(frozen=True, slots=True)
class Chain:
    """The manifest `levels.json`: every level from the finest, the view that switching is worked out for, and the file
    that holds all levels."""

    levels: list[LevelFile]
    view: View
    combined: str | None
    combined_bytes: int | None

    def to_dict(self) -> dict[str, Any]:
        formula = "switch_distance = error * view.screen_height / (2 * tan(view.fov / 2) * view.pixels)"
        return {"version": VERSION, "formula": formula, **asdict(self)}


def write_chain(
    document: Document,
    lower: Sequence[Level],
    folder: Path,
    stem: str,
    *,
    steps: Sequence[Transform] = (),
    texture_sizes: Sequence[int] | None = None,
    container: Container = "files",
    view: View | None = None,
    context: Context | None = None,
) -> Chain:
    """Write `<stem>.lod0.glb` (the model), `<stem>.lod1.glb`, … and `levels.json`: all of them or none.

    Args:
        lower: what `levels` made of the document.
        steps: what every file goes through, such as a preset; texture steps are held to the level's size.
        texture_sizes: the longest side of each lower level's textures; otherwise as `steps` say.
        container: a file for each level; one for all, `<stem>.msft-lod.glb`, with the model's textures; or both.
        view: what `switch_distance` is worked out for.
    """
    view, context = view or View(), context or Context()
    documents = [document, *(level.document for level in lower)]
    sizes = [None, *(texture_sizes if texture_sizes is not None else [None] * len(lower))]
    files: dict[Path, bytes] = {}

    def add(name: str, one: Document, steps: Sequence[Transform]) -> str:
        context.report(len(files) / (len(documents) + 1), f"write {name}")
        copy = one.copy()
        copy.apply(*steps, context=Context(cancelled=context.cancelled, warnings=context.warnings))
        files[folder / name] = copy.to_bytes()
        return name

    names: list[str | None] = [None] * len(documents)
    if container != "msft":
        for number, (one, size) in enumerate(zip(documents, sizes, strict=True)):
            names[number] = add(f"{stem}.lod{number}.glb", one, _sized(steps, size))
    combined = None
    if container != "files":
        combined = add(f"{stem}.msft-lod.glb", with_levels(document, lower, view=view), steps)
    facts = [
        (statistics(document).triangles, 1.0, 0.0),
        *((level.triangles, level.ratio, level.error) for level in lower),
    ]
    length = {path.name: len(data) for path, data in files.items()}
    rows = [
        LevelFile(number, name, triangles, ratio, error, length.get(name or ""), switch_distance(error, view), size)
        for number, ((triangles, ratio, error), name, size) in enumerate(zip(facts, names, sizes, strict=True))
    ]
    chain = Chain(rows, view, combined, length.get(combined or ""))
    make_folder(folder)
    write_files({**files, folder / MANIFEST: (json.dumps(chain.to_dict(), indent=2) + "\n").encode()})
    return chain


def halved(document: Document, count: int) -> list[int]:
    """Texture sizes that halve with each level, from the largest side of the document's textures; 16 at least."""
    sides = [max(image.header.width, image.header.height) for image in document.images]
    return [max(16, max(sides, default=2048) >> (number + 1)) for number in range(count)]


def _sized(steps: Sequence[Transform], size: int | None) -> list[Transform]:
    if size is None:
        return list(steps)
    if not any(isinstance(step, Textures) for step in steps):
        return [Textures(max_size=size, format="keep"), *steps]
    return [
        replace(step, max_size=min(size, step.max_size or size)) if isinstance(step, Textures) else step
        for step in steps
    ]
