"""A document at a moment, flattened: what is drawn, where, with which material, under which lights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..document import Document, Light, Material, Node, Primitive
from ..document.accessor import FloatArray
from ..document.geometry import used_vertices
from ..document.sampling import Pose, pose_of
from ..document.scene import Matrix
from ..document.skinning import joint_matrices, morph_weights, world_positions
from ..document.traversal import MeshInstance, mesh_instances, walk, world_matrices
from ..errors import RecipeError
from .blocks import MAX_LIGHTS
from .framing import Hull, extreme_points
from .geometry import check_indices

DEFAULT_MATERIAL = Material()
_FEW_INSTANCES, _MANY_POINTS = 64, 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """A primitive and everywhere it stands.

    Attributes:
        object_id: 1 + the node's place in `document.nodes`, where nodes that are not listed come last; what
            `Frame.object_ids` holds.
        material_id: 1 + the material's place in `document.materials`; one more than there are for glTF's own default.
        worlds: `(instances, 4, 4)` float64, mesh to world; all mirror, or none does.
        joints: `(joints, 4, 4)` float64, bind pose to world, in place of `worlds`; None for rigid meshes.
        weights: of the morph targets.
    """

    primitive: Primitive
    material: Material
    object_id: int
    material_id: int
    worlds: Matrix
    mirrored: bool
    joints: Matrix | None
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class PlacedLight:
    light: Light
    world: Matrix


@dataclass(frozen=True, slots=True, eq=False)
class SceneState:
    draws: tuple[Draw, ...]
    lights: tuple[PlacedLight, ...]
    hull: Hull
    warnings: tuple[str, ...]
    pose: Pose | None


def scene_state(
    document: Document,
    *,
    time: float | None = None,
    animation: int | str | None = None,
    variant: str | None = None,
) -> SceneState:
    """Flatten the document's scene.

    Args:
        time, animation: see `document.sampling.pose_of`.
        variant: name of a KHR_materials_variants variant; None: the materials as they are.

    Raises:
        RecipeError: the document has no such variant or animation.
    """
    if variant is not None and variant not in [v.name for v in document.variants]:
        known = ", ".join(str(v.name) for v in document.variants) or "none"
        raise RecipeError(f"variant={variant!r}: the document's variants are: {known}")
    pose = pose_of(document, time, animation)
    world = world_matrices(document, pose=pose)
    numbers = {node: index + 1 for index, node in enumerate(document.nodes)}
    material_numbers = {material: index + 1 for index, material in enumerate(document.materials)}
    notes: set[str] = set()
    draws: list[Draw] = []
    parts: list[FloatArray] = []
    for node, instances in _by_node(document, pose):
        assert node.mesh is not None
        joints = joint_matrices(node.skin, world) if node.skin is not None and node.skin.joints else None
        weights = tuple(float(weight) for weight in morph_weights(node, pose))
        number = numbers.setdefault(node, len(numbers) + 1)
        for primitive in node.mesh.primitives:
            material = _material(primitive, variant)
            looks = material_numbers.setdefault(material, len(material_numbers) + 1)
            material = material if pose is None else pose.of(material)
            skinned = joints if joints is not None and "JOINTS_0" in primitive.attributes else None
            groups = [(np.eye(4)[None], _mirrors(skinned[:1])[0])] if skinned is not None else _by_winding(instances)
            draws += [
                Draw(primitive, material, number, looks, worlds, bool(mirrored), skinned, weights)
                for worlds, mirrored in groups
            ]
            if "POSITION" in primitive.attributes:
                parts += _points(primitive, instances, world, pose, notes)
    lights = tuple(
        PlacedLight(node.light if pose is None else pose.of(node.light), matrix)
        for node, matrix in walk(document, pose=pose, hidden=False)
        if node.light
    )
    if len(lights) > MAX_LIGHTS:
        notes.add(f"{len(lights)} lights: the first {MAX_LIGHTS} shine")
    notes |= {f"KHR_animation_pointer to {pointer.path} is not animated" for pointer in pose.missed} if pose else set()
    return SceneState(tuple(draws), lights, Hull.of(parts), tuple(sorted(notes)), pose)


def _points(
    primitive: Primitive, instances: list[MeshInstance], world: dict[Node, Matrix], pose: Pose | None, notes: set[str]
) -> list[FloatArray]:
    """Where the vertices that are drawn stand in the world. Of many instances only their outermost vertices count."""
    check_indices(primitive, len(primitive.attributes["POSITION"]))
    drawn = used_vertices(primitive)

    def points(instance: MeshInstance) -> FloatArray:
        found = world_positions(primitive, instance, world, pose)
        found = found if drawn is None else found[drawn]
        good = np.isfinite(found).all(1)
        if good.all():
            return found
        name = instance.node.name or instance.mesh.name or "a node without a name"
        notes.add(f"{name}: vertices that do not stand at finite numbers are not drawn")
        return found[good]

    if len(instances) <= _FEW_INSTANCES:
        return [points(instance) for instance in instances]
    standing = points(MeshInstance(instances[0].node, instances[0].mesh, np.eye(4)))
    if not len(standing):
        return []
    outermost = extreme_points(standing, max(32, min(1024, _MANY_POINTS // len(instances))))
    places = np.stack([instance.world for instance in instances])
    everywhere = np.einsum("kij,nj->kni", places[:, :3, :3], outermost) + places[:, None, :3, 3]
    return [everywhere.reshape(-1, 3).astype(np.float32)]


def _by_node(document: Document, pose: Pose | None) -> Iterator[tuple[Node, list[MeshInstance]]]:
    """Nodes with meshes, each with the places where its mesh stands."""
    gathered: dict[Node, list[MeshInstance]] = {}
    for instance in mesh_instances(document, pose=pose):
        gathered.setdefault(instance.node, []).append(instance)
    yield from gathered.items()


def _by_winding(instances: list[MeshInstance]) -> list[tuple[Matrix, bool]]:
    worlds = np.stack([instance.world for instance in instances])
    mirrored = _mirrors(worlds)
    return [(worlds[mirrored == side], side) for side in (False, True) if (mirrored == side).any()]


def _mirrors(worlds: Matrix) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.asarray(np.linalg.det(worlds[:, :3, :3]) < 0)


def _material(primitive: Primitive, variant: str | None) -> Material:
    if variant is not None:
        for mapping in primitive.variants:
            if any(v.name == variant for v in mapping.variants):
                return mapping.material
    return primitive.material or DEFAULT_MATERIAL
