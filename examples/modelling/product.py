"""A product: surfaces and finishes by part name, put together as a Document with baked occlusion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from forge3d.document import (
    Accessor,
    Asset,
    Document,
    Image,
    Mesh,
    Node,
    Primitive,
    Scene,
    Texture,
    TextureInfo,
    Variant,
    VariantMapping,
)

from .atlas import pack, paint
from .finish import Finish, sampler
from .maps import encode, to_bytes
from .occlusion import ambient
from .rig import Bones, rig
from .surface import Surface, join
from .tangents import tangents

Array = npt.NDArray[np.float64]

COPYRIGHT = "© The forge3d authors, Apache-2.0"


@dataclass
class Product:
    """What a shop would list.

    Args:
        name: of the product and its root node.
        sku: stock number, kept in the root's extras.
        occlusion_size: side of the occlusion picture in texels; 0 leaves it out.
        occlusion_directions: from which the light comes.
        variants: variant name → the finishes it puts in place of others; the first is how the product is shown.
    """

    name: str
    sku: str
    occlusion_size: int = 1024
    occlusion_directions: int = 96
    variants: dict[str, dict[Finish, Finish]] = field(default_factory=dict)
    _parts: dict[str, dict[Finish, list[Surface]]] = field(default_factory=dict)
    _sources: dict[Primitive, list[Surface]] = field(default_factory=dict)

    def add(self, part: str, finish: Finish, *surfaces: Surface) -> None:
        """Add surfaces to a part; a part is one node, with one primitive for each finish."""
        self._parts.setdefault(part, {}).setdefault(finish, []).extend(surfaces)

    @property
    def surface(self) -> Surface:
        """The whole product as one surface."""
        return join(*(s for finishes in self._parts.values() for surfaces in finishes.values() for s in surfaces))

    def document(self) -> Document:
        """The glTF document; the product stands on y = 0 and is centred on x = z = 0 as modelled."""
        whole = self.surface
        atlas = pack(whole, self.occlusion_size) if self.occlusion_size else None
        looks = {name: Variant(name=name) for name in self.variants}
        root = Node(name=self.name, extras=self._facts(whole))
        cursor = 0
        for part, finishes in self._parts.items():
            mesh = Mesh(name=part)
            for finish, surfaces in finishes.items():
                surface = join(*surfaces)
                span = slice(cursor, cursor + len(surface.positions))
                cursor = span.stop
                chart = None if atlas is None else atlas[span]
                primitive = self._primitive(surface, finish, chart, looks)
                self._sources[primitive] = surfaces
                mesh.primitives.append(primitive)
            root.children.append(Node(name=part, mesh=mesh))
        if atlas is not None:
            self._occlude(self._occlusion(whole, atlas))
        scene = Scene(name=self.name, nodes=[root])
        document = Document(asset=Asset(copyright=COPYRIGHT), scene=scene, scenes=[scene])
        document.variants = list(looks.values())
        _list_everything(document, root)
        return document

    def rigged(self, bones: Bones, shares: Callable[[Surface], Array]) -> tuple[Document, list[Node]]:
        """The document with every mesh bound to a skeleton, and the joints' nodes.

        Args:
            shares: each joint's in every vertex of a surface, `(n, joints)`.
        """
        document = self.document()
        every = {p: np.concatenate([shares(s) for s in surfaces]) for p, surfaces in self._sources.items()}
        return document, rig(document, bones, every)

    def _occlusion(self, whole: Surface, atlas: Array) -> Texture:
        light = ambient(whole, directions=self.occlusion_directions) * whole.cavity
        picture = to_bytes(paint(light, atlas, whole, self.occlusion_size))
        return Texture(
            name="Occlusion",
            image=Image(name="Occlusion", mime_type="image/png", data=encode(picture, "image/png")),
            sampler=sampler(repeat=False),
        )

    def _primitive(self, surface: Surface, finish: Finish, atlas: Array | None, looks: dict[str, Variant]) -> Primitive:
        mappings: dict[int, VariantMapping] = {}
        replaceable = any(finish in changes for changes in self.variants.values())
        for name, changes in self.variants.items():
            if replaceable:
                material = changes.get(finish, finish).material
                mappings.setdefault(id(material), VariantMapping(material=material)).variants.append(looks[name])
        attributes = {
            "POSITION": Accessor(surface.positions.astype(np.float32)),
            "NORMAL": Accessor(surface.normals.astype(np.float32)),
        }
        if finish.material.normal_texture is not None:
            attributes["TANGENT"] = Accessor(tangents(surface).astype(np.float32))
        if finish.metres is not None:
            uvs = surface.uvs / finish.metres
            attributes["TEXCOORD_0"] = Accessor((uvs - np.floor(uvs.min(axis=0))).astype(np.float32))
        if atlas is not None and finish.occluded:
            attributes[f"TEXCOORD_{int(finish.tiled)}"] = Accessor(atlas.astype(np.float32))
        wide = np.uint32 if len(surface.positions) > 65535 else np.uint16
        return Primitive(
            attributes=attributes,
            indices=Accessor(surface.triangles.reshape(-1).astype(wide)),
            material=finish.material,
            variants=list(mappings.values()),
        )

    def _occlude(self, occlusion: Texture) -> None:
        used = {finish for finishes in self._parts.values() for finish in finishes}
        for changes in self.variants.values():
            used |= set(changes.values())
        for finish in (f for f in used if f.occluded):
            finish.material.occlusion_texture = TextureInfo(texture=occlusion, tex_coord=int(finish.tiled))

    def _facts(self, whole: Surface) -> dict[str, Any]:
        low, high = whole.positions.min(axis=0), whole.positions.max(axis=0)
        width, height, depth = (round(float(v), 4) for v in high - low)
        return {"sku": self.sku, "dimensions": {"width": width, "height": height, "depth": depth, "unit": "m"}}


def _list_everything(document: Document, root: Node) -> None:
    """Fill the document's lists in the order of first use."""
    document.nodes = [root, *root.children]
    document.meshes = [node.mesh for node in root.children if node.mesh is not None]
    for mesh in document.meshes:
        for primitive in mesh.primitives:
            for material in [primitive.material, *(m.material for m in primitive.variants)]:
                if material is not None and material not in document.materials:
                    document.materials.append(material)
    for material in document.materials:
        for slot in material.textures():
            texture = slot.info.texture
            if texture not in document.textures:
                document.textures.append(texture)
                if texture.image is not None and texture.image not in document.images:
                    document.images.append(texture.image)
                if texture.sampler is not None and texture.sampler not in document.samplers:
                    document.samplers.append(texture.sampler)
