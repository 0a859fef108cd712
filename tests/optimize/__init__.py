"""Small documents for the transforms' tests, and what must stay equal in them."""

from __future__ import annotations

from typing import Any

import numpy as np

from forge3d.document import Accessor, Context, Document, Mesh, Node, Primitive, Scene
from forge3d.document.geometry import triangles
from forge3d.document.sampling import pose_at
from forge3d.document.skinning import world_positions
from forge3d.document.traversal import mesh_instances, world_matrices

QUAD = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)


def primitive(positions: Any = QUAD, indices: Any = (0, 1, 2, 0, 2, 3), **attributes: Any) -> Primitive:
    """A triangle list; `indices` None leaves them out. Attributes by semantic, as arrays or accessors."""
    given = {name: data if isinstance(data, Accessor) else Accessor(data) for name, data in attributes.items()}
    return Primitive(
        attributes={"POSITION": Accessor(np.asarray(positions, np.float32)), **given},
        indices=None if indices is None else Accessor(np.asarray(indices, np.uint16)),
    )


def document(*primitives: Primitive, **lists: Any) -> Document:
    """One node that shows the primitives, in the default scene."""
    mesh = Mesh(primitives=list(primitives) or [primitive()])
    node = Node(mesh=mesh)
    scene = Scene(nodes=[node])
    return Document(scene=scene, scenes=[scene], nodes=[node], meshes=[mesh], **lists)


def placed(*nodes: Node, **lists: Any) -> Document:
    """A scene of these root nodes and all below them; their meshes are listed too."""
    listed, waiting = [], list(nodes)
    while waiting:
        listed.append(waiting.pop(0))
        waiting += listed[-1].children
    meshes = list({id(node.mesh): node.mesh for node in listed if node.mesh is not None}.values())
    scene = Scene(nodes=list(nodes))
    return Document(scene=scene, scenes=[scene], nodes=listed, meshes=meshes, **lists)


def grid(n: int, size: float = 1.0, height: Any = None) -> Primitive:
    """`n` × `n` squares of two triangles in the xy plane, with texture coordinates; z is `height(x, y)`."""
    x, y = (part.ravel().astype(np.float32) for part in np.meshgrid(*[np.linspace(0, size, n + 1)] * 2))
    z = np.zeros_like(x) if height is None else height(x, y).astype(np.float32)
    corner = np.arange((n + 1) ** 2).reshape(n + 1, n + 1)
    a, b, c, d = corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1]
    faces = np.stack([a, b, c, a, c, d], axis=-1).reshape(-1)
    return primitive(np.stack([x, y, z], axis=1), faces, TEXCOORD_0=np.stack([x, y], axis=1) / np.float32(size))


def sphere(n: int = 24) -> Primitive:
    """A closed unit sphere of about 2 n² triangles with smooth normals."""
    from forge3d.optimize.weld import Weld

    v, u = np.meshgrid(np.linspace(0, np.pi, n + 1), np.linspace(0, 2 * np.pi, n + 1)[:-1])
    points = np.stack([np.sin(v) * np.cos(u), np.cos(v), np.sin(v) * np.sin(u)], axis=-1).round(12)
    corner = np.arange(points.size // 3).reshape(n, n + 1)
    following = np.roll(corner, -1, axis=0)
    a, b, c, d = corner[:, :-1], following[:, :-1], following[:, 1:], corner[:, 1:]
    faces = np.concatenate([np.stack(t, axis=-1).reshape(-1, 3) for t in ((a, b, c), (a, c, d))])
    positions = points.reshape(-1, 3).astype(np.float32) + np.float32(0)
    solid = [f for f in faces if len(np.unique(positions[f], axis=0)) == 3]
    made = document(primitive(positions, np.concatenate(solid), NORMAL=positions))
    Weld()(made, Context())
    return made.meshes[0].primitives[0]


def world_corners(shown: Document, time: float | None = None) -> list[np.ndarray]:
    """For each appearance of a primitive its triangles' corners in the world, `(n, 3, 3)`, morphed and skinned.

    In the order of the document's meshes.
    """
    pose = None if time is None else pose_at(shown, time)
    world = world_matrices(shown, pose=pose)
    return [
        world_positions(part, instance, world, pose)[triangles(part)]
        for instance in sorted(mesh_instances(shown, pose=pose), key=lambda found: shown.meshes.index(found.mesh))
        for part in instance.mesh.primitives
    ]


def everything_drawn(shown: Document, names: set[str] | None = None) -> list[bytes]:
    """Every triangle with all the bytes of its corners, in an order that does not depend on the file's.

    Args:
        names: attributes to compare; by default all.
    """
    found: list[bytes] = []
    for instance in mesh_instances(shown):
        for part in instance.mesh.primitives:
            streams = [(name, a) for name, a in sorted(part.attributes.items()) if names is None or name in names]
            streams += [(name, a) for target in part.targets for name, a in sorted(target.items())]
            corners = triangles(part)
            rows = [a.array[corners].reshape(len(corners), 3, -1) for _, a in streams]
            label = (repr([name for name, _ in streams]) + repr(part.material)).encode() + instance.world.tobytes()
            for number in range(len(corners)):
                corner = [b"".join(row[number, k].tobytes() for row in rows) for k in range(3)]
                first = min(range(3), key=lambda k: (corner[k], corner[(k + 1) % 3], corner[(k + 2) % 3]))
                found.append(label + b"".join(corner[first:] + corner[:first]))
    return sorted(found)
