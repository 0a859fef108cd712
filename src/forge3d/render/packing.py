"""The textures that a material's shader reads, as few as may be: reading them is half of a frame without a GPU.

Where colour, normals, and roughness with metalness are laid over the surface alike, the last two ride in the alpha of
the others: every number is filtered by itself, so the picture stays the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document import AlphaMode, Image, Material, Sampler, TextureInfo
from ..errors import InvalidAsset
from ..images.pillow_view import in_four_bytes
from .features import MaterialKey, material_key, slots_in_use, uv_rows
from .textures import eight_bit

Pixels = npt.NDArray[np.uint8]

_OCCLUSION, _COLOR, _NORMAL = "occlusion_texture", "base_color_texture", "normal_texture"
_RIDING = "metallic_roughness_texture"
_ROUGHNESS, _METALNESS = 1, 2  # channels


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A texture that is read.

    Attributes:
        rider: the image of which one `channel` takes the place of alpha.
    """

    info: TextureInfo
    srgb: bool
    rider: Image | None = None
    channel: int = 0

    @property
    def images(self) -> list[Image]:
        """Those of it that there are, its own first."""
        own = image_of(self.info)
        return [image for image in (own, self.rider) if image is not None and image.data]

    @property
    def key(self) -> Any:
        """Equal for textures of the same texels."""
        return "texture", *(id(image.data) for image in self.images), self.srgb, self.channel

    def texels(self) -> npt.NDArray[Any]:
        """Raises InvalidAsset, see `Image.pixels`."""
        own = self.images[0].pixels
        if self.rider is None:
            return own
        return _with_alpha(eight_bit(own), eight_bit(self.rider.pixels)[..., self.channel])


def image_of(info: TextureInfo) -> Image | None:
    return info.texture.image or info.texture.fallback


def reads(material: Material, *, baked: bool, largest: int) -> tuple[MaterialKey, list[Read]]:
    """The key of the shader, and its textures in the order of the key's slots.

    Args:
        baked: light between surfaces is: textures that stand in for it are not read.
        largest: side of a texture, pixels, that the device takes.
    """
    key = material_key(material)
    slots = {path: (info, srgb) for path, info, srgb in slots_in_use(material, key.features)}
    left_out = {_OCCLUSION} if baked else set()
    found = {path: Read(info, srgb) for path, (info, srgb) in slots.items()}
    three = [slots[path][0] if path in slots else None for path in (_COLOR, _NORMAL, _RIDING)]
    if _rides(key, three, largest):
        left_out.add(_RIDING)
        rider = image_of(slots[_RIDING][0])
        found[_COLOR] = replace(found[_COLOR], rider=rider, channel=_METALNESS)
        found[_NORMAL] = replace(found[_NORMAL], rider=rider, channel=_ROUGHNESS)
        key = replace(key, features=(*key.features, "riding"))
    key = replace(key, slots=tuple(slot for slot in key.slots if slot[0] not in left_out))
    return key, [read for path, read in found.items() if path not in left_out]


def _rides(key: MaterialKey, infos: list[TextureInfo | None], largest: int) -> bool:
    """Whether textures of colour, normals and roughness are laid alike, so that the last may ride."""
    if key.alpha is not AlphaMode.OPAQUE or not {"unlit", "specular_glossiness"}.isdisjoint(key.features):
        return False
    laid = set()
    for info in infos:
        image = None if info is None else image_of(info)
        if info is None or image is None or not image.data:
            return False
        try:
            head, sampler = image.header, info.texture.sampler or Sampler()
        except InvalidAsset:
            return False  # decoding it tells more
        if head.channels < 3 or max(head.width, head.height) > largest:
            return False
        wraps, rows = (sampler.mag_filter, sampler.wrap_s, sampler.wrap_t), (tuple(row[:3]) for row in uv_rows(info))
        laid.add((info.uv_set, *rows, wraps, head.width, head.height))
    return len(laid) == 1


def _with_alpha(pixels: Pixels, alpha: Pixels) -> Pixels:
    """RGB of a picture `(h, w, 4)` with other alpha."""
    own = in_four_bytes(pixels)
    made = np.zeros((*pixels.shape[:2], 4), np.uint8) if own is None else own.copy()
    if own is None:
        made[..., :3] = pixels[..., :3]
    made[..., 3] = alpha
    return made
