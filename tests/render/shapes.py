"""Models small enough to know every pixel of."""

from __future__ import annotations

from typing import Any

import numpy as np

from forge3d.document import Accessor, Document, Material, Mesh, Node, Primitive, Scene
from forge3d.document.material import Unlit


def placed(*nodes: Node) -> Document:
    scene = Scene(nodes=list(nodes))
    return Document(nodes=list(nodes), scenes=[scene], scene=scene)


def node(primitive: Primitive, **facts: Any) -> Node:
    return Node(mesh=Mesh(primitives=[primitive]), **facts)


def unlit(color: tuple[float, float, float, float], **facts: Any) -> Material:
    return Material(base_color_factor=color, unlit=Unlit(), **facts)


def quad(material: Material | None = None, *, size: float = 2.0, z: float = 0.0, **attributes: Any) -> Primitive:
    """A square that faces +Z, its texture upright."""
    h = size / 2
    given = {
        "POSITION": Accessor(np.array([[-h, -h, z], [h, -h, z], [h, h, z], [-h, h, z]], np.float32)),
        "NORMAL": Accessor(np.tile(np.float32([0, 0, 1]), (4, 1))),
        "TEXCOORD_0": Accessor(np.array([[0, 1], [1, 1], [1, 0], [0, 0]], np.float32)),
    }
    given |= {name: Accessor(np.asarray(data, np.float32)) for name, data in attributes.items()}
    indices = Accessor(np.array([0, 1, 2, 0, 2, 3], np.uint16))
    return Primitive(attributes=given, indices=indices, material=material)


def sphere(material: Material | None = None, *, radius: float = 1.0, rings: int = 48) -> Primitive:
    theta, phi = np.linspace(0, np.pi, rings + 1), np.linspace(0, 2 * np.pi, 2 * rings + 1)
    y, r = np.cos(theta)[:, None] * np.ones_like(phi), np.sin(theta)[:, None]
    normal = np.stack([r * np.sin(phi), y, r * np.cos(phi)], -1).reshape(-1, 3).astype(np.float32)
    columns = len(phi)
    corner = (np.arange(rings)[:, None] * columns + np.arange(columns - 1)).reshape(-1, 1)
    below = corner + columns
    indices = np.concatenate([corner, below, corner + 1, corner + 1, below, below + 1], 1).astype(np.uint32).ravel()
    attributes = {"POSITION": Accessor(normal * np.float32(radius)), "NORMAL": Accessor(normal)}
    return Primitive(attributes=attributes, indices=Accessor(indices), material=material)


def globe(material: Material | None = None, *, rings: int = 48) -> Primitive:
    """A sphere that textures are laid about twice."""
    made = sphere(material, rings=rings)
    v, u = np.meshgrid(np.linspace(0, 1, rings + 1), np.linspace(0, 2, 2 * rings + 1), indexing="ij")
    made.attributes["TEXCOORD_0"] = Accessor(np.stack([u, v], -1).reshape(-1, 2).astype(np.float32))
    return made
