"""Scenes, nodes, meshes, skins, cameras and lights."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from .accessor import Accessor
from .material import Material, Vec3, Vec4
from .payload import DracoPayload
from .property import REQUIRED, Property, json_key

Matrix = npt.NDArray[np.float64]


class Mode(IntEnum):
    """Primitive topology (§3.7.2.1)."""

    POINTS = 0
    LINES = 1
    LINE_LOOP = 2
    LINE_STRIP = 3
    TRIANGLES = 4
    TRIANGLE_STRIP = 5
    TRIANGLE_FAN = 6


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Variant(Property):
    """A named look of the product (KHR_materials_variants)."""


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class VariantMapping(Property):
    """Under any of `variants` the primitive is drawn with `material`."""

    material: Material
    variants: list[Variant] = field(default_factory=list)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Primitive(Property):
    """One draw call: attributes by semantic, optional indices `(n,)`, morph targets of attribute deltas.

    `draco` is the KHR_draco_mesh_compression payload that `attributes` and `indices` decode from; it is written back
    while they are still its own accessors.
    """

    attributes: dict[str, Accessor] = field(default_factory=dict)
    indices: Accessor | None = None
    material: Material | None = None
    mode: Mode = json_key("mode", Mode.TRIANGLES)
    targets: list[dict[str, Accessor]] = field(default_factory=list)
    variants: list[VariantMapping] = field(default_factory=list)
    draco: DracoPayload | None = None


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Mesh(Property):
    """Primitives that are placed together; `weights` are the default morph weights, empty where not given."""

    primitives: list[Primitive] = field(default_factory=list)
    weights: list[float] = json_key("weights", [])


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Skin(Property):
    """Joints with their inverse bind matrices `(joints, 4, 4)`; None means identity."""

    joints: list[Node] = field(default_factory=list)
    inverse_bind_matrices: Accessor | None = None
    skeleton: Node | None = None


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Perspective(Property):
    """Angles in radians, distances in metres; `aspect_ratio` None: the viewport's; `zfar` None: infinite."""

    yfov: float = json_key("yfov", REQUIRED, of=float)
    znear: float = json_key("znear", REQUIRED, of=float)
    zfar: float | None = json_key("zfar", None, of=float)
    aspect_ratio: float | None = json_key("aspectRatio", None, of=float)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Orthographic(Property):
    """Half extents in metres."""

    xmag: float = json_key("xmag", REQUIRED, of=float)
    ymag: float = json_key("ymag", REQUIRED, of=float)
    znear: float = json_key("znear", REQUIRED, of=float)
    zfar: float = json_key("zfar", REQUIRED, of=float)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Camera(Property):
    projection: Perspective | Orthographic


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Light(Property):
    """KHR_lights_punctual: `type` is directional (lux), point or spot (candela); cone angles in radians."""

    type: str = json_key("type", REQUIRED, of=str)
    color: Vec3 = json_key("color", (1.0, 1.0, 1.0))
    intensity: float = json_key("intensity", 1.0)
    range: float | None = json_key("range", None, of=float)
    inner_cone_angle: float = json_key("innerConeAngle", 0.0, group="spot")
    outer_cone_angle: float = json_key("outerConeAngle", float(np.pi / 4), group="spot")
    spot: Property | None = None  # extras and extensions of the `spot` object


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Instancing(Property):
    """EXT_mesh_gpu_instancing: per-instance TRANSLATION, ROTATION, SCALE and application attributes (_NAME)."""

    attributes: dict[str, Accessor] = field(default_factory=dict)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Node(Property):
    """A place in the scene graph. Where `matrix` is not None it stands for translation, rotation and scale.

    Attributes:
        matrix: `(4, 4)` float64, `[row, column]`, or None.
        rotation: unit quaternion `(x, y, z, w)`.
        weights: morph weights of this instance; empty: the mesh's.
        visible: KHR_node_visibility; None where the node does not say.
    """

    children: list[Node] = field(default_factory=list)
    translation: Vec3 = json_key("translation", (0.0, 0.0, 0.0))
    rotation: Vec4 = json_key("rotation", (0.0, 0.0, 0.0, 1.0))
    scale: Vec3 = json_key("scale", (1.0, 1.0, 1.0))
    matrix: Matrix | None = None
    mesh: Mesh | None = None
    skin: Skin | None = None
    camera: Camera | None = None
    light: Light | None = None
    weights: list[float] = json_key("weights", [])
    visible: bool | None = None
    instancing: Instancing | None = None


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Scene(Property):
    nodes: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Asset(Property):
    """The `asset` object.

    Attributes:
        generator: the program that wrote the file. The writer puts forge3d there, and what stood there before behind
            it: `forge3d 1.2 (from Blender 4.3)`.
        others: properties that the specification does not name.
    """

    version: str = "2.0"
    min_version: str | None = json_key("minVersion", None, of=str)
    generator: str | None = json_key("generator", None, of=str)
    copyright: str | None = json_key("copyright", None, of=str)
    others: dict[str, Any] = field(default_factory=dict)
