"""Primitives as USD meshes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document import Material, Primitive
from ..document.accessor import FloatArray
from ..document.geometry import triangles
from ..document.scene import Mode, Node
from ..document.skinning import morphed
from ..errors import InvalidAsset
from .usd import Stage
from .usd_material import Materials, primvar

_DEFAULT = Material(name="Default")


class Meshes:
    """Writes primitives; what stands in several places is written once, and referred to from the others."""

    def __init__(self, stage: Stage, materials: Materials):
        self._stage, self._materials = stage, materials
        self._written: dict[tuple[Primitive, tuple[float, ...], bool], str] = {}
        self.bound: list[tuple[str, Primitive]] = []  # those with variants
        self.count = 0

    def write(
        self, parent: str, node: Node, primitive: Primitive, weights: Sequence[float], *, mirrored: bool = False
    ) -> str | None:
        """The prim of a primitive below `parent`; None where it has no triangles.

        Args:
            mirrored: a scale above mirrors it. Quick Look then shows triangles from behind (github.com/mrdoob/three.js,
                issue 27158): the points are mirrored, and the prim mirrors them back.
        """
        key = primitive, tuple(float(weight) for weight in weights[: len(primitive.targets)]), mirrored
        first = self._written.get(key)
        if first is None and not self._is_mesh(primitive, node):
            return None
        path = self._stage.names.child(parent, node.mesh.name if node.mesh else None, "Mesh")
        if first is None:
            self._define(path, primitive, key[1], mirrored)
            self._written[key] = path
        else:
            prim = self._stage.usd.UsdGeom.Mesh.Define(self._stage.stage, path).GetPrim()
            prim.GetReferences().AddInternalReference(first)
        self._bind(path, primitive)
        return path

    def own(self, parent: str, node: Node, primitive: Primitive, weights: Sequence[float]) -> str | None:
        """The same, for a mesh that is not shared: bound to a skeleton."""
        if not self._is_mesh(primitive, node):
            return None
        path = self._stage.names.child(parent, node.mesh.name if node.mesh else None, "Mesh")
        self._define(path, primitive, tuple(float(weight) for weight in weights[: len(primitive.targets)]))
        self._bind(path, primitive)
        return path

    def material(self, material: Material | None, primitive: Primitive) -> str:
        """The prim of the material with which this primitive is drawn."""
        found = material or _DEFAULT
        return self._materials.path(found, colored=tints(found, primitive))

    def _is_mesh(self, primitive: Primitive, node: Node) -> bool:
        position = primitive.attributes.get("POSITION")
        if position is None or len(position) == 0:
            return False
        if primitive.mode in (Mode.POINTS, Mode.LINES, Mode.LINE_LOOP, Mode.LINE_STRIP):
            self._stage.notes.add("points and lines", "are left out", node.name)
            return False
        return len(triangles(primitive)) > 0

    def _define(self, path: str, primitive: Primitive, weights: tuple[float, ...], mirrored: bool = False) -> None:
        stage, geom = self._stage, self._stage.usd.UsdGeom
        mesh, corners = geom.Mesh.Define(stage.stage, path), triangles(primitive)
        side = np.array([-1 if mirrored else 1, 1, 1], np.float32)
        points = morphed(primitive, "POSITION", weights) * side
        if mirrored:
            mesh.AddScaleOp().Set(stage.usd.Gf.Vec3f(-1, 1, 1))
            corners = corners[:, ::-1]
        used = points[np.unique(corners)]
        if not np.isfinite(used).all():
            raise InvalidAsset(
                f"a mesh with the material {(primitive.material or _DEFAULT).name!r} has points that are no numbers"
            )
        mesh.CreatePointsAttr(stage.vectors(points))
        mesh.CreateFaceVertexCountsAttr(stage.integers(np.full(len(corners), 3)))
        mesh.CreateFaceVertexIndicesAttr(stage.integers(corners.ravel()))
        mesh.CreateSubdivisionSchemeAttr(geom.Tokens.none)
        mesh.CreateExtentAttr(stage.vectors(np.stack([used.min(axis=0), used.max(axis=0)])))
        if "NORMAL" in primitive.attributes:
            mesh.CreateNormalsAttr(stage.vectors(morphed(primitive, "NORMAL", weights) * side))
            mesh.SetNormalsInterpolation(geom.Tokens.vertex)
        else:
            mesh.CreateNormalsAttr(stage.vectors(_flat_normals(points, corners)))
            mesh.SetNormalsInterpolation(geom.Tokens.uniform)
        if (primitive.material or _DEFAULT).double_sided:
            mesh.CreateDoubleSidedAttr(True)
        self._primvars(mesh, primitive)

    def _primvars(self, mesh: Any, primitive: Primitive) -> None:
        stage, types, geom = self._stage, self._stage.usd.Sdf.ValueTypeNames, self._stage.usd.UsdGeom
        api = geom.PrimvarsAPI(mesh)
        for number in range(len(primitive.attributes)):
            given = primitive.attributes.get(f"TEXCOORD_{number}")
            if given is None:
                break
            upwards = np.array([0, 1], np.float32) + given.floats * np.array([1, -1], np.float32)
            made = api.CreatePrimvar(primvar(number), types.TexCoord2fArray, geom.Tokens.vertex)
            made.Set(stage.vectors(upwards))
        material = primitive.material or _DEFAULT
        if tints(material, primitive):
            colors = _colors(primitive, material)
            made = api.CreatePrimvar("displayColor", types.Color3fArray, geom.Tokens.vertex)
            made.Set(stage.vectors(colors[:, :3]))
            made = api.CreatePrimvar("displayOpacity", types.FloatArray, geom.Tokens.vertex)
            made.Set(stage.floats(colors[:, 3]))
        elif "COLOR_0" in primitive.attributes and (primitive.attributes["COLOR_0"].floats != 1).any():
            stage.notes.add("COLOR_0", "is left out where the base colour is a picture", material.name)

    def _bind(self, path: str, primitive: Primitive) -> None:
        """The material; that of a primitive with variants comes with those."""
        self.count += 1
        if primitive.variants:
            self.bound.append((path, primitive))
        else:
            bind(self._stage, path, self.material(primitive.material, primitive))


def bind(stage: Stage, path: str, material: str) -> None:
    """Bind a material to a mesh, in what is being edited."""
    shade = stage.usd.UsdShade
    prim = stage.stage.GetPrimAtPath(path)
    shade.MaterialBindingAPI.Apply(prim).Bind(shade.Material(stage.stage.GetPrimAtPath(material)))


def tints(material: Material, primitive: Primitive) -> bool:
    """Whether vertex colours can be shown: UsdPreviewSurface does not multiply them with a picture."""
    glossy = material.specular_glossiness
    picture = glossy.diffuse_texture if glossy is not None else material.base_color_texture
    return "COLOR_0" in primitive.attributes and picture is None


def _colors(primitive: Primitive, material: Material) -> FloatArray:
    """Vertex colours times the base colour's factor, linear, `(n, 4)`."""
    given = primitive.attributes["COLOR_0"].floats
    colors = np.ones((len(given), 4), np.float32)
    colors[:, : given.shape[1]] = given
    glossy = material.specular_glossiness
    factor = glossy.diffuse_factor if glossy is not None else material.base_color_factor
    return np.asarray(colors * np.array(factor, np.float32), np.float32)


def _flat_normals(points: FloatArray, corners: npt.NDArray[np.uint32]) -> FloatArray:
    """One normal for each triangle (§3.7.2.1: without normals, flat ones)."""
    a, b, c = (points[corners[:, corner]].astype(np.float64) for corner in range(3))
    normals = np.cross(b - a, c - a)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)
    return np.asarray(normals, np.float32)
