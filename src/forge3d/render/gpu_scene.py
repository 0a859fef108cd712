"""Documents on the GPU: every mesh and texture uploaded once, kept while there is room."""

from __future__ import annotations

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..document import Accessor, AlphaMode, Image, Material, Primitive
from ..document.scene import Matrix
from ..errors import InvalidAsset
from ..heap import give_back
from .device import Device
from .features import MATERIAL_BLOCK, MaterialKey, degraded, pack_material
from .geometry import geometry
from .kept import Kept
from .mesh import GpuMesh, upload_mesh
from .packing import Read, reads
from .program import FIRST_TEXTURE_UNIT, VertexKey, tangent_uv_set
from .scene import Draw, SceneState
from .textures import GpuTexture, SamplerCache, upload_texture, white_texture

if TYPE_CHECKING:
    from .refining import Shapes
    from .relight import BakedLight

_log = logging.getLogger(__name__)

_COLORS = ("base_color_texture", "specular_glossiness_diffuse_texture")
"""Slots whose alpha is the surface's."""

_MUCH = 32 << 20
"""Bytes that were let go of, after which freed memory is given back: models go with their textures and meshes."""


@dataclass(frozen=True, slots=True, eq=False)
class GpuMaterial:
    """A material ready to bind: `block` is its place in the scene's uniform buffer.

    Attributes:
        frosted: light is seen through it, and blurred.
        cut_out: a texture's alpha may say where it ends.
    """

    key: MaterialKey
    block: int
    textures: tuple[tuple[int, Any, Any], ...]
    double_sided: bool
    frosted: bool = False
    cut_out: bool = False

    @property
    def blended(self) -> bool:
        return self.key.alpha is AlphaMode.BLEND


@dataclass(frozen=True, slots=True, eq=False)
class GpuDraw:
    """A `scene.Draw` whose mesh and material are on the GPU.

    Attributes:
        first_vertex: its first instance's among all vertices that have baked light.
    """

    mesh: GpuMesh
    material: GpuMaterial
    vertex: VertexKey
    object_id: int
    material_id: int
    worlds: Matrix
    mirrored: bool
    joints: Matrix | None
    targets: tuple[tuple[int, float], ...]
    first_vertex: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class GpuScene:
    """What a frame is drawn from. Immutable: frames may hold it.

    Attributes:
        light: what is baked of the light between surfaces; None: the whole sky lights everything.
    """

    draws: tuple[GpuDraw, ...]
    materials: Any
    warnings: tuple[str, ...]
    light: BakedLight | None = None

    @property
    def glassy(self) -> bool:
        """Whether anything is seen through."""
        return any("transmission" in draw.material.key.features for draw in self.draws)


class SceneUploader:
    """Makes `GpuScene`s, sharing meshes and textures between documents and frames.

    Args:
        limit: bytes of GPU memory that meshes and textures out of use may hold.
    """

    def __init__(self, device: Device, limit: int):
        self._device = device
        self._context = device.context
        self._kept: Kept[Any] = Kept(limit)
        self._white: GpuTexture | None = None
        self._gone = 0  # bytes
        self._samplers = SamplerCache(device.context, device.capabilities)

    def upload(self, state: SceneState, shapes: Shapes | None = None) -> GpuScene:
        """Put what `state` draws on the GPU.

        Args:
            shapes: gives refined meshes; default: the meshes as they are.

        Raises:
            InvalidAsset: an image that cannot be decoded, or a primitive that cannot be drawn.
        """
        in_use: set[Any] = set()
        warnings = list(state.warnings)
        baked = shapes is not None
        self._upload_images([draw.material for draw in state.draws], baked, in_use)
        materials: dict[Material, GpuMaterial] = {}
        records: list[bytes] = []
        draws = []
        for draw in state.draws:
            if draw.material not in materials:
                materials[draw.material] = self._material(draw.material, baked, len(records))
                records.append(pack_material(draw.material))
                warnings += [f"{name} is not drawn" for name in degraded(draw.material)]
            made = self._draw(draw, materials[draw.material], in_use, shapes)
            draws += made
        self._gone += self._kept.trim(in_use)
        if self._gone > _MUCH:
            self._context.gc()
            give_back()
            self._gone = 0
        return GpuScene(tuple(draws), self._material_buffer(records), tuple(dict.fromkeys(warnings)))

    def clear(self) -> None:
        self._kept.clear()
        self._white = None
        self._samplers.clear()

    def _material_buffer(self, records: list[bytes]) -> Any:
        stride = self.material_stride
        data = np.zeros(stride * max(1, len(records)), np.uint8)
        for index, record in enumerate(records):
            raw = np.frombuffer(record, np.uint8)
            data[index * stride : index * stride + len(raw)] = raw
        return self._context.buffer(data.tobytes())

    @property
    def material_stride(self) -> int:
        alignment = self._device.capabilities.uniform_alignment
        return -(-MATERIAL_BLOCK.dtype.itemsize // alignment) * alignment

    def _draw(self, draw: Draw, material: GpuMaterial, in_use: set[Any], shapes: Shapes | None) -> list[GpuDraw]:
        tangent_uv = tangent_uv_set(material.key)
        found = accessors(draw.primitive)
        longest = None if shapes is None else shapes.longest(draw)
        key = ("mesh", longest, draw.primitive.mode, tangent_uv, tuple((name, id(a)) for name, a in found))
        in_use.add(key)
        owners = [accessor for _, accessor in found if accessor is not None]
        kept = self._kept.find(key, owners)
        if kept is not None:
            mesh = kept.made
        else:
            built = geometry(draw.primitive, tangent_uv=tangent_uv) if shapes is None else shapes(draw)
            mesh = upload_mesh(self._context, built)
            self._kept.put(key, mesh, 0 if mesh is None else mesh.nbytes, owners)
        if mesh is None:
            return []
        if mesh.mode != 4 and "NORMAL" not in mesh.semantics:
            material = _bare(material)
        pairs = enumerate(draw.weights[: mesh.target_count])
        targets = tuple((index, weight) for index, weight in pairs if weight)
        # Blended instances are sorted among all that is blended, so each is a draw of its own.
        groups = [draw.worlds[i : i + 1] for i in range(len(draw.worlds))] if material.blended else [draw.worlds]
        vertex = VertexKey(mesh.semantics, morphed=bool(targets), instanced=len(groups[0]) > 1)
        if draw.joints is None:
            vertex = VertexKey(_without_skin(mesh.semantics), vertex.morphed, vertex.instanced)
        return [
            GpuDraw(
                mesh, material, vertex, draw.object_id, draw.material_id, worlds, draw.mirrored, draw.joints, targets
            )
            for worlds in groups
        ]

    def _material(self, material: Material, baked: bool, index: int) -> GpuMaterial:
        key, found = self._reads(material, baked)
        textures = []
        for unit, read in enumerate(found, FIRST_TEXTURE_UNIT):
            textures.append((unit, self._texture(read), self._samplers(read.info.texture.sampler)))
        gloss = material.specular_glossiness
        rough = material.roughness_factor > 0 if gloss is None else True
        frosted = rough and "transmission" in key.features
        colors = [read for slot, read in zip(key.slots, found, strict=True) if slot[0] in _COLORS]
        return GpuMaterial(
            key, index * self.material_stride, tuple(textures), material.double_sided, frosted,
            cut_out=any(image.header.has_alpha for read in colors for image in read.images[:1]),
        )  # fmt: skip

    def _reads(self, material: Material, baked: bool) -> tuple[MaterialKey, list[Read]]:
        return reads(material, baked=baked, largest=self._device.capabilities.max_texture_size)

    def _texture(self, read: Read) -> Any:
        kept = self._kept.find(read.key, read.images)
        if kept is not None:
            return kept.made.texture
        if self._white is None:
            self._white = white_texture(self._context)
        return self._white.texture

    def decode(self, state: SceneState, *, baked: bool) -> None:
        """Decode the images that a scene's shaders read, side by side; they keep their pixels."""
        materials = dict.fromkeys(draw.material for draw in state.draws)
        found = [image for one in materials for read in self._reads(one, baked)[1] for image in read.images]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(_decode, dict.fromkeys(found)))

    def _upload_images(self, materials: list[Material], baked: bool, in_use: set[Any]) -> None:
        """Decode the images that are not on the GPU yet, side by side, and upload them."""
        missing: dict[Any, Read] = {}
        for material in dict.fromkeys(materials):
            for read in self._reads(material, baked)[1]:
                if not read.images:
                    continue
                in_use.add(read.key)
                if self._kept.find(read.key, read.images) is None:
                    missing[read.key] = read
        limit = self._device.capabilities.max_texture_size
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            decoding = [[pool.submit(_decode, image) for image in read.images] for read in missing.values()]
            for (key, read), images in zip(missing.items(), decoding, strict=True):
                for image in images:
                    image.result()
                made = upload_texture(self._context, read.texels(), srgb=read.srgb, max_size=limit)
                self._kept.put(key, made, made.nbytes, read.images, [image.data for image in read.images])


def _decode(image: Image) -> Any:
    try:
        return image.pixels
    except InvalidAsset as error:
        error.file = error.file or f"image {image.name or image.uri or ''}".strip()
        raise


def accessors(primitive: Primitive) -> list[tuple[str, Accessor | None]]:
    """All that a primitive's mesh is made from, by name."""
    found: list[tuple[str, Accessor | None]] = [*primitive.attributes.items(), ("indices", primitive.indices)]
    for number, target in enumerate(primitive.targets):
        found += [(f"{number}:{name}", accessor) for name, accessor in target.items()]
    return found


def _without_skin(semantics: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in semantics if not name.startswith(("JOINTS_", "WEIGHTS_")))


def _bare(material: GpuMaterial) -> GpuMaterial:
    """The material for points and lines without normals: base colour and emission, see color.frag."""
    if "unlit" in material.key.features:
        return material
    return replace(material, key=replace(material.key, features=(*material.key.features, "bare")))
