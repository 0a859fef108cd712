"""Documents: the glTF object graph, its reader and writer, and what can be measured on it."""

from .accessor import Accessor
from .animation import Animation, AnimationSampler, Channel, Interpolation, Pointer
from .document import Document
from .material import AlphaMode, Material, Slot
from .property import Property, XmpPacket
from .scene import (
    Asset,
    Camera,
    Instancing,
    Light,
    Mesh,
    Mode,
    Node,
    Orthographic,
    Perspective,
    Primitive,
    Scene,
    Skin,
    Variant,
    VariantMapping,
)
from .texture import Filter, Image, Sampler, Texture, TextureInfo, TextureTransform, Wrap
from .transform import Change, Context, Fidelity, Skip, Transform

__all__ = [
    "Accessor", "AlphaMode", "Animation", "AnimationSampler", "Asset", "Camera", "Change", "Channel", "Context",
    "Document", "Fidelity", "Filter", "Image", "Instancing", "Interpolation", "Light", "Material", "Mesh", "Mode",
    "Node", "Orthographic", "Perspective", "Pointer", "Primitive", "Property", "Sampler", "Scene", "Skin", "Skip",
    "Slot", "Texture", "TextureInfo", "TextureTransform", "Transform", "Variant", "VariantMapping", "Wrap", "XmpPacket",
]  # fmt: skip
