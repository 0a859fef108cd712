"""What an image is used for, over every texture, material and variant: it decides how the image may be treated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ..document import AlphaMode, Document, Image, Material, Texture, Wrap
from ..document.material import Slot
from .graph import held_by_extensions

Kind = Literal["color", "normal", "data", "occlusion", "packed"]


@dataclass(slots=True)
class ImageUse:
    """Every use of one image together.

    Attributes:
        color: some slot reads it as sRGB colour.
        data: some slot reads it as numbers (roughness, occlusion, …).
        normal: some slot reads it as a normal map.
        coverage: its alpha is coverage (base colour of MASK and BLEND materials), so colours count by it.
        alpha: its alpha is read at all.
        fallback: it is the PNG or JPEG for viewers that do not know the texture's first choice.
        foreign: an extension that is not modelled refers to it.
        wrap: it repeats along x, along y.
        channels: those that some slot reads, of "rgba".
    """

    image: Image
    color: bool = False
    data: bool = False
    normal: bool = False
    coverage: bool = False
    alpha: bool = False
    fallback: bool = False
    foreign: bool = False
    wrap: list[bool] = field(default_factory=lambda: [False, False])
    slots: list[str] = field(default_factory=list)
    channels: set[str] = field(default_factory=set)

    @property
    def strict(self) -> bool:
        """Some slot reads numbers or directions, which hue at half resolution and colour's filtering would spoil."""
        return self.data or self.normal

    @property
    def kind(self) -> Kind:
        """What it holds, by which its quality is chosen: "packed" is occlusion beside other data."""
        if self.normal:
            return "normal"
        if "occlusion_texture" in self.slots:
            return "occlusion" if set(self.slots) == {"occlusion_texture"} else "packed"
        return "data" if self.data else "color"

    @property
    def read(self) -> list[int]:
        """The colour channels that some slot reads: red 0, green 1, blue 2."""
        return ["rgb".index(channel) for channel in sorted(self.channels & set("rgb"), key="rgb".index)]


def image_uses(document: Document) -> list[ImageUse]:
    """The use of each listed image; one without slots is not drawn by any material."""
    held = held_by_extensions(document)
    uses = {id(image): ImageUse(image, foreign=id(image) in held) for image in document.images}
    slots: dict[int, list[tuple[Material, Slot]]] = {}
    for material in document.materials:
        for slot in material.textures():
            slots.setdefault(id(slot.info.texture), []).append((material, slot))
    for texture in document.textures:
        for image in (texture.image, texture.fallback):
            if image is not None and id(image) in uses:
                use = uses[id(image)]
                use.foreign |= id(texture) in held
                use.fallback |= image is texture.fallback
                _add(use, texture, slots.get(id(texture), []))
    return list(uses.values())


def _add(use: ImageUse, texture: Texture, slots: list[tuple[Material, Slot]]) -> None:
    sampler = texture.sampler
    use.wrap[0] |= sampler is None or sampler.wrap_s == Wrap.REPEAT
    use.wrap[1] |= sampler is None or sampler.wrap_t == Wrap.REPEAT
    for material, slot in slots:
        is_normal = slot.path.endswith("normal_texture")
        use.slots.append(slot.path)
        use.channels.update(slot.channels)
        use.color |= slot.srgb
        use.normal |= is_normal
        use.data |= not slot.srgb and not is_normal
        covers = slot.path in ("base_color_texture", "specular_glossiness.diffuse_texture")
        if covers and material.alpha_mode != AlphaMode.OPAQUE:
            use.coverage = use.alpha = True
        use.alpha |= "a" in slot.channels and not covers
