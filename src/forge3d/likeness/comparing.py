"""Paths, documents or arrays to a comparison."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .. import images
from ..compare import Thresholds, difference
from ..compare.flip import PIXELS_PER_DEGREE
from ..compare.picture import Pixels
from ..document import Document
from ..errors import Forge3DError, InvalidAsset, RecipeError
from ..gltf import Limits
from ..gltf.files import read_file
from .comparison import Comparison, Pair
from .views import Drawing, Progress, compare_models

if TYPE_CHECKING:
    from ..render import Renderer

MODELS = (".glb", ".gltf", ".obj", ".stl", ".ply")
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".avif", ".gif", ".bmp", ".ktx2")
MAX_PIXELS = 1 << 25
"""Of one picture, 8K: FLIP takes a second for a million, and a hundred bytes for each."""

Side = str | os.PathLike[str] | Document | Pixels


def compare(
    reference: Side,
    test: Side,
    *,
    thresholds: Thresholds | None = None,
    drawing: Drawing | None = None,
    pixels_per_degree: float = PIXELS_PER_DEGREE,
    renderer: Renderer | None = None,
    device: str | int | None = None,
    limits: Limits | None = None,
    keep: bool = True,
    progress: Progress | None = None,
) -> Comparison:
    """Compare two pictures, two models, or two folders of either.

    Models are drawn from several sides with the same cameras, light and tone map. Files of folders belong together
    where their paths below the folder are equal but for the suffix; what is on one side only is a finding.

    Args:
        reference, test: paths; or documents; or pixels `(h, w, 1 to 4)`, sRGB with straight alpha.
        thresholds: how unlike they may be.
        drawing: how models are drawn.
        pixels_per_degree: of the viewer's field of view, for FLIP.
        renderer: draws models; by default one is made on `device` where there are models, see `Renderer`.
        limits: how much files may ask for; by default a picture may have 8K's 33 million pixels.
        keep: hold on to the pictures, which `Comparison.save` needs; 12 bytes a pixel for each pair.
        progress: called with (pairs done, pairs in all, name of the last).

    Raises:
        InvalidAsset: a file is not there or cannot be read. Within folders the pair has the error instead.
        SizeMismatch: the pictures differ in size; likewise.
        LimitExceeded: a file asks for more than `limits` allow; likewise.
        RecipeError: a picture and a model, or a folder and a file.
        DependencyMissing: flip-evaluator is not installed.
        GpuUnavailable: there are models, and nothing to draw them with.
    """
    with ExitStack() as stack:
        work = _Work(
            stack, thresholds or Thresholds(), drawing or Drawing(), pixels_per_degree, keep, device, renderer, limits
        )
        pairs = tuple(_folders(work, reference, test, progress) or _pairs(work, "", reference, test, progress))
    return Comparison(_called(reference), _called(test), pairs, work.thresholds)


@dataclass(slots=True)
class _Work:
    """What all pairs share; the renderer is made for the first model."""

    stack: ExitStack
    thresholds: Thresholds
    drawing: Drawing
    pixels_per_degree: float
    keep: bool
    device: str | int | None
    renderer: Renderer | None
    limits: Limits | None

    def drawn_by(self) -> Renderer:
        if self.renderer is None:
            from ..render import Renderer

            self.renderer = self.stack.enter_context(Renderer(self.device))
        return self.renderer


def _folders(work: _Work, reference: Side, test: Side, progress: Progress | None) -> list[Pair] | None:
    """The pairs of two folders; None where neither is one."""
    folders = [isinstance(side, str | os.PathLike) and os.path.isdir(side) for side in (reference, test)]
    if not any(folders):
        return None
    if not all(folders):
        raise RecipeError(f"{_called(reference)} and {_called(test)}: a folder and a file cannot be compared")
    assert isinstance(reference, str | os.PathLike)
    assert isinstance(test, str | os.PathLike)
    first, second = _files(Path(reference)), _files(Path(test))
    names = sorted({*first, *second})
    if not names:
        raise InvalidAsset("has no picture or model in it", file=str(reference))
    found: list[Pair] = []
    for done, name in enumerate(names, 1):
        if name not in first or name not in second:
            side = reference if name in first else test
            found.append(Pair(name, error=f"only in {side}", exit_code=1))
        else:
            try:
                found += _pairs(work, name, first[name], second[name], None)
            except Forge3DError as error:
                if error.exit_code not in (RecipeError.exit_code, InvalidAsset.exit_code):
                    raise  # a fault of the machine is not one of this pair
                found.append(Pair.failed(name, error))
        if progress:
            progress(done, len(names), name)
    return found


def _files(folder: Path) -> dict[str, Path]:
    """Pictures and models below a folder, by their paths without suffixes.

    Raises:
        RecipeError: two differ in their suffixes alone.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in (*PICTURES, *MODELS) or not path.is_file():
            continue
        name = path.relative_to(folder).with_suffix("").as_posix()
        if name in found:
            raise RecipeError(f"{found[name]} and {path}: which of them is meant?")
        found[name] = path
    return found


def _pairs(work: _Work, name: str, reference: Side, test: Side, progress: Progress | None) -> Iterator[Pair]:
    first, second = (_read(work, side) for side in (reference, test))
    if isinstance(first, Document) and isinstance(second, Document):
        pairs = compare_models(
            work.drawn_by(), first, second, work.drawing, thresholds=work.thresholds,
            pixels_per_degree=work.pixels_per_degree, keep=work.keep, progress=progress,
        )  # fmt: skip
        for pair in pairs:
            yield replace(pair, name=f"{name} · {pair.name}") if name else pair
    elif isinstance(first, Document) or isinstance(second, Document):
        raise RecipeError(
            f"{_called(reference)} and {_called(test)}: a model and a picture cannot be compared; "
            "`forge3d render` makes a picture of a model"
        )
    else:
        found = difference(first, second, pixels_per_degree=work.pixels_per_degree)
        missed = work.thresholds.missed(found)
        kept = (first, second) if work.keep else None
        yield Pair(name or Path(_called(test)).stem, found, missed, exit_code=int(bool(missed)), pictures=kept)


def _read(work: _Work, side: Side) -> Document | Pixels:
    if isinstance(side, Document | np.ndarray):
        return side
    path = Path(side)
    if path.suffix.lower() in MODELS:
        return Document.read(path, limits=work.limits)
    limits = work.limits or Limits(max_image_pixels=MAX_PIXELS)
    return images.decode(read_file(path, limits), max_pixels=limits.max_image_pixels)


def _called(side: Side) -> str:
    if isinstance(side, Document):
        return "model"
    return "picture" if isinstance(side, np.ndarray) else str(side)
