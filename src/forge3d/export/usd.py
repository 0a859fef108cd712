"""USD's libraries, a stage that is being written, and names that USD takes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document.property import Property
from ..errors import DependencyMissing
from .notes import Notes

TIMES_A_SECOND = 60
"""USD's time codes in a second; keys between them have fractions."""


@dataclass(frozen=True, slots=True)
class Libraries:
    """The parts of USD that are used, under their own names."""

    Gf: Any
    Sdf: Any
    Tf: Any
    Usd: Any
    UsdGeom: Any
    UsdShade: Any
    UsdSkel: Any
    Vt: Any


def libraries() -> Libraries:
    """Import USD.

    Raises:
        DependencyMissing: usd-core is not installed.
    """
    try:
        from pxr import Gf, Sdf, Tf, Usd, UsdGeom, UsdShade, UsdSkel, Vt
    except ImportError as error:
        raise DependencyMissing(
            f"USDZ is written with usd-core, which cannot be imported ({error}): pip install 'forge3d[usdz]'"
        ) from error
    return Libraries(Gf, Sdf, Tf, Usd, UsdGeom, UsdShade, UsdSkel, Vt)


@dataclass(slots=True)
class Names:
    """Prim paths that are not taken yet."""

    _taken: dict[str, int] = field(default_factory=dict)
    """Each path, and the number from which to look for a free one like it."""

    def child(self, parent: str, name: str | None, otherwise: str) -> str:
        """A path below `parent` like `name`: letters, digits and underscores, numbered where it is taken."""
        wanted = identifier(name, otherwise)
        first = path = f"{parent}/{wanted}"
        number = self._taken.get(first, 2)
        while path in self._taken:
            path, number = f"{first}_{number}", number + 1
        self._taken[first] = number
        self._taken.setdefault(path, 2)
        return path


def identifier(name: str | None, otherwise: str) -> str:
    """A name that every reader of USD takes: ASCII, no digit in front."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", name or "").strip("_")[:80]
    if not plain:
        return otherwise
    return f"_{plain}" if plain[0].isdigit() else plain


def shown(name: str) -> str:
    """A name as people see it: what is not text becomes a question mark."""
    return name.encode("utf-8", "replace").decode().replace("\0", "")


@dataclass(slots=True)
class Stage:
    """A stage that is being written.

    Attributes:
        root: path of the default prim.
    """

    usd: Libraries
    stage: Any
    root: str
    notes: Notes
    names: Names = field(default_factory=Names)

    def named(self, prim: Any, owner: Property) -> None:
        """Show the prim under its name in the document, which USD's own rules may not allow as one."""
        if owner.name and prim.GetName() != owner.name:
            prim.SetDisplayName(shown(owner.name))

    def xforms(self, paths: Iterable[str]) -> None:
        """Define empty Xforms, parents before children, at once: one by one, each would look at all its siblings."""
        sdf, layer = self.usd.Sdf, self.stage.GetRootLayer()
        with sdf.ChangeBlock():
            for path in paths:
                prim = sdf.CreatePrimInLayer(layer, path)
                prim.specifier, prim.typeName = sdf.SpecifierDef, "Xform"

    def vectors(self, rows: npt.NDArray[Any]) -> Any:
        """`(n, 3)` as Vec3fArray, `(n, 2)` as Vec2fArray, `(n, 4)` quaternions (x, y, z, w) as QuatfArray."""
        kind = {2: "Vec2fArray", 3: "Vec3fArray"}[rows.shape[1]]
        return getattr(self.usd.Vt, kind).FromNumpy(np.ascontiguousarray(rows, np.float32))

    def integers(self, values: npt.NDArray[Any]) -> Any:
        return self.usd.Vt.IntArray.FromNumpy(np.ascontiguousarray(values, np.int32))

    def floats(self, values: npt.NDArray[Any]) -> Any:
        return self.usd.Vt.FloatArray.FromNumpy(np.ascontiguousarray(values, np.float32))

    def matrix(self, matrix: npt.NDArray[Any]) -> Any:
        """`(4, 4)` `[row, column]` as Matrix4d, whose vectors are rows."""
        return self.usd.Gf.Matrix4d(*np.asarray(matrix, np.float64).T.ravel().tolist())

    def matrices(self, matrices: Iterable[npt.NDArray[Any]]) -> Any:
        return self.usd.Vt.Matrix4dArray([self.matrix(matrix) for matrix in matrices])

    def quaternion(self, value: Iterable[float]) -> Any:
        """(x, y, z, w) as Quatf."""
        x, y, z, w = (float(part) for part in value)
        return self.usd.Gf.Quatf(w, x, y, z)
