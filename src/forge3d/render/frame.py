"""A finished picture, and the facts behind its pixels."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from ..document.output import write_files
from ..errors import RecipeError
from .points import ImagePoint, NamedPoint

if TYPE_CHECKING:
    from ..document import Document
    from ..document.scene import Matrix
    from .camera import View

Pixels = npt.NDArray[np.uint8]
Format = Literal["png", "jpeg", "webp", "avif"]
FORMATS: dict[str, Format] = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp", ".avif": "avif"}

_HIDDEN = 0.002
"""How much nearer than a point, in parts of its distance, a surface has to be to hide it: it may lie in a hollow."""

FACTS = ("depth", "normals", "positions", "object_ids", "material_ids", "albedo", "alpha", "uvs")
"""What a frame tells beside its pixels: attributes of `Frame`."""


class Frame:
    """What a camera saw. Arrays have the top row first and are read-only.

    All but `pixels` are facts of one point in the middle of each pixel, zero where nothing is seen; blended surfaces
    count for them where they are at least half opaque.

    Attributes:
        pixels: `(h, w, 4)` uint8, sRGB with straight alpha.
        warnings: what the model asks for that was not drawn.
    """

    def __init__(
        self,
        pixels: Pixels,
        facts: Callable[[], dict[str, npt.NDArray[Any]]],
        warnings: tuple[str, ...],
        view: View | None = None,
        turn: Matrix | None = None,
    ):
        pixels.flags.writeable = False
        self.pixels, self.warnings = pixels, warnings
        self._view, self._turn = view, turn
        self._draw_facts: Callable[[], dict[str, npt.NDArray[Any]]] | None = facts
        self._facts: dict[str, npt.NDArray[Any]] = {}

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]

    @property
    def depth(self) -> npt.NDArray[np.float32]:
        """`(h, w)` float32: metres along the view axis to what is seen, infinite where nothing is."""
        return self._fact("depth")

    @property
    def normals(self) -> npt.NDArray[np.float32]:
        """`(h, w, 3)` float32: unit shading normals in the world; zero where nothing is seen."""
        return self._fact("normals")

    @property
    def positions(self) -> npt.NDArray[np.float32]:
        """`(h, w, 3)` float32: metres in the world; on a turntable, of the product as it stands turned."""
        return self._fact("positions")

    @property
    def object_ids(self) -> npt.NDArray[np.uint32]:
        """`(h, w)` uint32: 1 + the node's place in `document.nodes`; 0 where nothing is seen."""
        return self._fact("object_ids")

    @property
    def material_ids(self) -> npt.NDArray[np.uint32]:
        """`(h, w)` uint32: 1 + the material's place in `document.materials`; one more than there are: the default."""
        return self._fact("material_ids")

    @property
    def albedo(self) -> npt.NDArray[np.float32]:
        """`(h, w, 3)` float32: the base colour, linear."""
        return self._fact("albedo")

    @property
    def alpha(self) -> npt.NDArray[np.float32]:
        """`(h, w)` float32: the base colour's alpha where the material blends, else 1."""
        return self._fact("alpha")

    @property
    def uvs(self) -> npt.NDArray[np.float32]:
        """`(h, w, 2)` float32: TEXCOORD_0, before any texture transform."""
        return self._fact("uvs")

    def locate(self, points: Iterable[NamedPoint]) -> list[ImagePoint]:
        """Where points of the model are in this picture; on a turntable, as they stand turned. Needs the depth.

        for point in frame.locate(named_points(document, ["Handle"])):
            print(point.x, point.y, point.visible)
        """
        assert self._view is not None
        given = list(points)
        world = np.array([point.position for point in given], np.float64).reshape(-1, 3)
        if self._turn is not None:
            world = world @ self._turn[:3, :3].T + self._turn[:3, 3]
        depths = self._view.depths(world)
        with np.errstate(divide="ignore", invalid="ignore"):
            places = self._view.project(world)
        width, height = self.size
        found = []
        for point, depth, (right, up) in zip(given, depths, places, strict=True):
            x, y = float(right + 1) / 2 * width, float(1 - up) / 2 * height
            inside = bool((depth > 0 or not self._view.perspective) and 0 <= x < width and 0 <= y < height)
            visible = inside and self._shows(point, int(x), int(y), float(depth))
            found.append(ImagePoint(point.name, x, y, float(depth), inside, visible))
        return found

    def _shows(self, point: NamedPoint, column: int, row: int, depth: float) -> bool:
        near = slice(max(0, row - 1), row + 2), slice(max(0, column - 1), column + 2)
        behind = self.depth[near] >= depth * (1 - _HIDDEN) - 1e-6
        return bool(behind.any() or np.isin(self.object_ids[near], list(point.objects)).any())

    def save_facts(
        self, path: str | os.PathLike[str], names: Sequence[str] = FACTS, *, document: Document | None = None
    ) -> list[Path]:
        """Write facts as files, see `fact_files.save`."""
        from .fact_files import save

        return save(self, Path(path), names, document)

    def _fact(self, name: str) -> npt.NDArray[Any]:
        """Facts cost a second, cheap drawing, done when the first of them is asked for while the renderer lives."""
        if self._draw_facts is not None:
            self._facts, self._draw_facts = self._draw_facts(), None
        return self._facts[name]

    def detach(self) -> Frame:
        """Let go of the renderer: pixels stay, and facts that were not asked for yet are given up."""
        if self._draw_facts is not None:
            self._draw_facts = _given_up
        return self

    def encode(self, format: Format, *, quality: int = 85, effort: int = 4) -> bytes:
        """The picture as a file: "png", "jpeg" (on white, it has no alpha), "webp" or "avif"."""
        return encoded(self.pixels, format, quality=quality, effort=effort)

    def save(self, path: str | os.PathLike[str], *, quality: int = 85, effort: int = 4) -> None:
        """Write the picture; the suffix (.png, .jpg, .webp, .avif) chooses the format. Appears whole or not at all.

        Raises:
            RecipeError: an unknown suffix.
            OutputError: the file cannot be written.
        """
        target = Path(path)
        write_files({target: self.encode(format_of(target), quality=quality, effort=effort)})

    def __repr__(self) -> str:
        return f"<Frame {self.size[0]} × {self.size[1]}>"


def _given_up() -> dict[str, npt.NDArray[Any]]:
    raise RecipeError("this frame's depth, normals and other facts were given up; ask for them before the next frame")


def format_of(path: Path) -> Format:
    """The format that a suffix means.

    Raises:
        RecipeError: none does.
    """
    format = FORMATS.get(path.suffix.lower())
    if format is None:
        raise RecipeError(f"{path}: the suffix takes {', '.join(FORMATS)}")
    return format


def check_file(path: Path, size: tuple[int, int]) -> None:
    """Raise `RecipeError` where no picture of this size can be saved there: before it is drawn."""
    from ..images.encoding import LONGEST_SIDE

    format = format_of(path)
    if max(size) > LONGEST_SIDE[format]:
        raise RecipeError(f"{path}: {format} has at most {LONGEST_SIDE[format]:,} pixels a side; choose .png or .jpg")


def encoded(pixels: Pixels, format: Format, *, quality: int = 85, effort: int = 4) -> bytes:
    """Pixels `(h, w, 4)` as a file; without alpha where all of it is opaque, and for JPEG, which stands on white."""
    from .. import images

    if (pixels[..., 3] == 255).all():
        pixels = pixels[..., :3]
    elif format == "jpeg":
        pixels = on_white(pixels)
    # What is hidden under full transparency may be what packs best, and then does not bleed into edges either.
    return images.encode(pixels, format, quality=quality, effort=effort, exact=False)


def on_white(pixels: Pixels) -> Pixels:
    """Straight-alpha sRGB pixels `(h, w, 4)` on white, `(h, w, 3)`, mixed in sRGB as browsers do."""
    alpha = pixels[..., 3:].astype(np.uint32)
    mixed: Pixels = ((pixels[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
    return mixed
