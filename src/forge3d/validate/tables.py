"""Core glTF 2.0's objects as tables (specification §5)."""

from __future__ import annotations

from typing import Any

from ..gltf.json_access import shown
from .accessors import OFFSET, check_accessor, check_buffer_view
from .animations import AnimationPath, check_animation
from .cameras import check_camera
from .images import check_image
from .kinds import ARRAY_TYPE, NOTHING, Boolean, Integer, Kind, Number, Numbers, Text, is_filled_list
from .materials import check_material
from .meshes import check_mesh, check_primitive
from .nodes import check_node
from .references import Index, IndexMap, Indices
from .resources import Uri
from .schema import Object, Objects, Property

UNIT = Number(0, 1)
COMPONENT_TYPES = (5120, 5121, 5122, 5123, 5125, 5126)
TYPES = ("SCALAR", "VEC2", "VEC3", "VEC4", "MAT2", "MAT3", "MAT4")


class Anything:
    """A value that a rule over several properties reads."""

    def read(self, value: Any, pointer: str, judge: Any) -> Any:
        return value


def optional(**kinds: Kind) -> dict[str, Property]:
    return {name: Property(kind) for name, kind in kinds.items()}


def required(**kinds: Kind) -> dict[str, Property]:
    return {name: Property(kind, required=True) for name, kind in kinds.items()}


SPARSE_INDICES = Object("accessorSparseIndices", {
    **required(bufferView=Index("bufferViews", resolves=False), componentType=Integer(choices=(5121, 5123, 5125))),
    **optional(byteOffset=OFFSET),
})  # fmt: skip
SPARSE_VALUES = Object("accessorSparseValues", {
    **required(bufferView=Index("bufferViews", resolves=False)), **optional(byteOffset=OFFSET),
})  # fmt: skip
SPARSE = Object("accessorSparse", required(count=Integer(1), indices=SPARSE_INDICES, values=SPARSE_VALUES))
ACCESSOR = Object("accessor", {
    **required(componentType=Integer(choices=COMPONENT_TYPES), count=Integer(1), type=Text(TYPES)),
    **optional(
        bufferView=Index("bufferViews", resolves=False), byteOffset=Anything(), normalized=Boolean(),
        min=Anything(), max=Anything(), sparse=SPARSE,
    ),
}, named=True, check=check_accessor)  # fmt: skip
BUFFER = Object("buffer", {**required(byteLength=Integer(1)), **optional(uri=Uri())}, named=True)
BUFFER_VIEW = Object("bufferView", {
    **required(buffer=Index("buffers"), byteLength=Integer(1)),
    **optional(byteOffset=OFFSET, byteStride=Integer(4, 252), target=Integer(choices=(34962, 34963))),
}, named=True, check=check_buffer_view)  # fmt: skip

TARGET = Object("animationChannelTarget", {
    **required(path=AnimationPath()), **optional(node=Index("nodes", resolves=False)),
})  # fmt: skip
CHANNEL = Object("animationChannel", required(sampler=Index("", resolves=False), target=TARGET))
ANIMATION_SAMPLER = Object("animationSampler", {
    **required(input=Index("accessors", resolves=False), output=Index("accessors", resolves=False)),
    **optional(interpolation=Text(("LINEAR", "STEP", "CUBICSPLINE"), otherwise=False)),
})  # fmt: skip
ANIMATION = Object(
    "animation", required(channels=Objects(CHANNEL), samplers=Objects(ANIMATION_SAMPLER)), named=True,
    check=check_animation,
)  # fmt: skip

CAMERA = Object("camera", {
    **required(type=Text(("perspective", "orthographic"))),
    **optional(perspective=Anything(), orthographic=Anything()),
}, named=True, check=check_camera)  # fmt: skip

TEXTURE_INFO = Object("textureInfo", {**required(index=Index("textures")), **optional(texCoord=Integer(otherwise=-1))})
NORMAL_TEXTURE_INFO = Object("normalTextureInfo", {**TEXTURE_INFO.properties, **optional(scale=Number())})
OCCLUSION_TEXTURE_INFO = Object("occlusionTextureInfo", {**TEXTURE_INFO.properties, **optional(strength=UNIT)})
PBR = Object("pbrMetallicRoughness", optional(
    baseColorFactor=Numbers((4,), UNIT), baseColorTexture=TEXTURE_INFO, metallicFactor=UNIT, roughnessFactor=UNIT,
    metallicRoughnessTexture=TEXTURE_INFO,
))  # fmt: skip
MATERIAL = Object("material", optional(
    pbrMetallicRoughness=PBR, normalTexture=NORMAL_TEXTURE_INFO, occlusionTexture=OCCLUSION_TEXTURE_INFO,
    emissiveTexture=TEXTURE_INFO, emissiveFactor=Numbers((3,), UNIT), alphaMode=Text(("OPAQUE", "MASK", "BLEND")),
    alphaCutoff=Number(0), doubleSided=Boolean(),
), named=True, check=check_material)  # fmt: skip
IMAGE = Object(
    "image", optional(uri=Uri(), mimeType=Text(), bufferView=Index("bufferViews")), named=True, check=check_image
)
SAMPLER = Object("sampler", optional(
    magFilter=Integer(choices=(9728, 9729)), minFilter=Integer(choices=(9728, 9729, 9984, 9985, 9986, 9987)),
    wrapS=Integer(choices=(10497, 33071, 33648)), wrapT=Integer(choices=(10497, 33071, 33648)),
), named=True)  # fmt: skip
TEXTURE = Object("texture", optional(sampler=Index("samplers"), source=Index("images")), named=True)


class Targets:
    """Morph targets: an array of objects of references, of which one that holds nothing spoils all."""

    def read(self, value: Any, pointer: str, judge: Any) -> Any:
        if not is_filled_list(value, pointer, judge):
            return NOTHING
        good = all(type(target) is dict and target for target in value)
        for target in value:
            if type(target) is not dict:
                judge.report(ARRAY_TYPE, pointer, f"{shown(target)} is not an object")
        targets = [
            IndexMap("accessors", good).read(target, f"{pointer}/{place}", judge)
            for place, target in enumerate(value)
            if type(target) is dict
        ]
        return targets if good else NOTHING


PRIMITIVE = Object("primitive", {
    **required(attributes=IndexMap("accessors")),
    **optional(
        indices=Index("accessors"), material=Index("materials"), mode=Integer(0, 6, otherwise=-1), targets=Targets(),
    ),
}, check=check_primitive)  # fmt: skip
MESH = Object(
    "mesh", {**required(primitives=Objects(PRIMITIVE)), **optional(weights=Numbers())}, named=True, check=check_mesh
)
NODE = Object("node", optional(
    camera=Index("cameras"), children=Indices("nodes"), skin=Index("skins"), mesh=Index("meshes"),
    matrix=Numbers((16,)), rotation=Numbers((4,), Number(-1, 1)), scale=Numbers((3,)), translation=Numbers((3,)),
    weights=Numbers(),
), named=True, check=check_node)  # fmt: skip
SCENE = Object("scene", optional(nodes=Indices("nodes")), named=True)
SKIN = Object("skin", {
    **required(joints=Indices("nodes")),
    **optional(inverseBindMatrices=Index("accessors"), skeleton=Index("nodes", uses=False)),
}, named=True)  # fmt: skip

LISTS: dict[str, Object] = {
    "accessors": ACCESSOR, "animations": ANIMATION, "buffers": BUFFER, "bufferViews": BUFFER_VIEW, "cameras": CAMERA,
    "images": IMAGE, "materials": MATERIAL, "meshes": MESH, "nodes": NODE, "samplers": SAMPLER, "scenes": SCENE,
    "skins": SKIN, "textures": TEXTURE,
}  # fmt: skip
ROOT = Object("glTF", {
    **{name: Property(Objects(entry, at_entry=True)) for name, entry in LISTS.items()},
    **optional(asset=Anything(), scene=Index("scenes"), extensionsUsed=Anything(), extensionsRequired=Anything()),
})  # fmt: skip
VERSION = r"([0-9]+)\.([0-9]+)"
ASSET = Object("asset", {
    **required(version=Text(pattern=VERSION)),
    **optional(copyright=Text(), generator=Text(), minVersion=Text(pattern=VERSION)),
})  # fmt: skip
