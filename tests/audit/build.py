"""Small models whose every check is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from forge3d.document import Accessor, Document, Image, Material, Mesh, Node, Primitive, Scene, Texture, TextureInfo
from forge3d.images import encode


def flat(uvs: npt.ArrayLike, faces: npt.ArrayLike, material: Material | None = None) -> Primitive:
    """Triangles in the plane z = 0 that stand where their UVs do, with v turned upwards: one unit is a metre."""
    u, v = np.asarray(uvs, np.float32).T
    positions = np.stack([u, 1 - v, np.zeros_like(u)], axis=1)
    return primitive(positions, faces, material=material, TEXCOORD_0=np.asarray(uvs, np.float32))


def primitive(
    positions: npt.ArrayLike, faces: npt.ArrayLike, material: Material | None = None, **more: Any
) -> Primitive:
    attributes = {"POSITION": np.asarray(positions, np.float32), **more}
    return Primitive(
        attributes={name: Accessor(data) for name, data in attributes.items()},
        indices=Accessor(np.asarray(faces, np.uint32).ravel()),
        material=material,
    )


def document(*primitives: Primitive, **node: Any) -> Document:
    """One node that shows one mesh."""
    mesh = Mesh(name="Body", primitives=list(primitives))
    root = Node(name="Root", mesh=mesh, **node)
    scene = Scene(nodes=[root])
    materials = list(dict.fromkeys(p.material for p in primitives if p.material is not None))
    images = [slot.info.texture.image for material in materials for slot in material.textures()]
    return Document(
        scene=scene, scenes=[scene], nodes=[root], meshes=[mesh], materials=materials,
        images=[image for image in images if image is not None],
    )  # fmt: skip


def painted(pixels: npt.NDArray[np.uint8], **options: Any) -> Material:
    """A material whose base colour is this picture."""
    image = Image(encode(pixels, "png"), name="Paint")
    return Material(base_color_texture=TextureInfo(texture=Texture(image=image)), **options)


SQUARE = [[0, 0], [0, 1], [1, 1], [1, 0]]
SQUARE_FACES = [[0, 1, 2], [0, 2, 3]]
"""Two triangles over all of the texture, not mirrored."""

CUBE = [[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]
CUBE_FACES = [
    [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
    [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
]  # fmt: skip
