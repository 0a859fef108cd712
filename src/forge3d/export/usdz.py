"""A document as USDZ, for AR Quick Look: metres, y up, one package."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .. import __version__
from ..document import Document
from ..document.checks import tree
from ..errors import OutputError, RecipeError
from .notes import Note, Notes
from .package import pack
from .usd import TIMES_A_SECOND, Libraries, Stage, identifier, libraries, shown
from .usd_animation import clip_of
from .usd_material import Materials
from .usd_mesh import Meshes
from .usd_morph import Morphs
from .usd_nodes import write_nodes
from .usd_skeleton import Skeletons
from .usd_texture import Textures
from .usd_variants import write_variants


@dataclass(frozen=True, slots=True)
class Usdz:
    """A package.

    Attributes:
        data: the file's bytes.
        notes: what is not in it as it is in the document.
    """

    data: bytes
    notes: tuple[Note, ...]


def usdz(document: Document, *, name: str | None = None, animation: int | str | None = None) -> Usdz:
    """Write a document as USDZ.

    Meshes, UsdPreviewSurface materials with every map that it has, texture transforms, vertex colours, the node
    hierarchy, skins, one animation, material variants as a variant set. The same document gives the same bytes.

    Args:
        name: of the product; default: that of the scene.
        animation: which is played, by its place or name; default: the first that lasts.

    Raises:
        DependencyMissing: usd-core is not installed (`pip install 'forge3d[usdz]'`).
        InvalidAsset: data that cannot be decoded, or nodes that are no trees.
        RecipeError: nothing is drawn, or there is no such animation.
        OutputError: the folder for temporary files cannot be written.

    Example:
        made = usdz(forge3d.load("chair.glb"))
        Path("chair.usdz").write_bytes(made.data)
        for note in made.notes:
            print(note)
    """
    usd, notes = libraries(), Notes()
    tree(document)
    scene = document.scene or (document.scenes[0] if document.scenes else None)
    title = name or (scene.name if scene else None)
    textures = Textures(notes)
    with _working(usd) as folder:
        file = folder / "model.usdc"
        stage = Stage(usd, usd.Usd.Stage.CreateNew(str(file)), f"/{identifier(title, 'Product')}", notes)
        _head(stage, title)
        meshes = Meshes(stage, Materials(stage, textures))
        clip = clip_of(document, stage, animation)
        if clip is not None:
            stage.stage.SetStartTimeCode(0.0)
            stage.stage.SetEndTimeCode(clip.end * TIMES_A_SECOND)
        skeletons, morphs = Skeletons(stage, document, clip), Morphs(stage, clip, meshes)
        write_nodes(stage, document, meshes, skeletons, morphs)
        write_variants(stage, document, meshes)
        skeletons.finish()
        morphs.finish()
        stage.stage.GetRootLayer().Save()
        if not meshes.count:
            raise RecipeError("there is nothing to show in AR: the document has no triangles")
        return Usdz(pack({file.name: file.read_bytes(), **textures.files}), notes.list())


@contextmanager
def _working(usd: Libraries) -> Iterator[Path]:
    """A folder that is gone afterwards: USD writes files only."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
    except (OSError, usd.Tf.ErrorException) as error:
        reason = getattr(error, "strerror", None) or str(error).strip().splitlines()[0]
        raise OutputError(
            f"the USDZ could not be put together among the temporary files: {reason}; free some space there, or name "
            "another folder in TMPDIR"
        ) from error


def _head(stage: Stage, title: str | None) -> None:
    geom, open_stage = stage.usd.UsdGeom, stage.stage
    geom.SetStageUpAxis(open_stage, geom.Tokens.y)
    geom.SetStageMetersPerUnit(open_stage, 1.0)
    open_stage.SetTimeCodesPerSecond(TIMES_A_SECOND)
    open_stage.SetFramesPerSecond(TIMES_A_SECOND)
    open_stage.GetRootLayer().customLayerData = {"creator": f"forge3d {__version__}"}
    root = geom.Xform.Define(open_stage, stage.root).GetPrim()
    open_stage.SetDefaultPrim(root)
    stage.usd.Usd.ModelAPI(root).SetKind("component")
    if title and root.GetName() != title:
        root.SetDisplayName(shown(title))
