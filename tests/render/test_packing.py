"""Roughness and metalness in the alpha of other textures: fewer reads, and the same picture."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from forge3d import images
from forge3d.document import AlphaMode, Document, Image, Material, Sampler, Texture, TextureInfo, Wrap
from forge3d.render import Orbit, Renderer, packing
from forge3d.render.packing import reads

from .shapes import globe, node, placed

RANDOM = np.random.default_rng(4)
SLOTS = ("base_color_texture", "normal_texture", "metallic_roughness_texture")


def image(format: images.EncodedFormat = "png", side: int = 16) -> Image:
    coarse = RANDOM.integers(90, 220, (side // 4, side // 4, 3), dtype=np.uint8)
    return Image(images.encode(coarse.repeat(4, 0).repeat(4, 1), format))


def material(**changed: TextureInfo) -> Material:
    made = Material()
    for slot in SLOTS:
        setattr(made, slot, changed.get(slot, TextureInfo(texture=Texture(image=image()))))
    return made


def textures(made: Material) -> int:
    return len(reads(made, baked=True, largest=4096)[1])


def test_two_textures_hold_three() -> None:
    made = material()
    _, (color, normal) = reads(made, baked=True, largest=4096)
    color_pixels, normal_pixels, other = (getattr(made, slot).texture.image.pixels for slot in SLOTS)
    assert (color.texels() == np.dstack([color_pixels, other[..., 2]])).all()
    assert (normal.texels() == np.dstack([normal_pixels, other[..., 1]])).all()
    assert color.key != normal.key


@pytest.mark.parametrize(
    "other",
    [
        TextureInfo(texture=Texture(image=image(side=32))),
        TextureInfo(texture=Texture(image=image()), tex_coord=1),
        TextureInfo(texture=Texture(image=image(), sampler=Sampler(wrap_s=Wrap.CLAMP_TO_EDGE))),
        TextureInfo(texture=Texture()),
    ],
    ids=["size", "uv", "wrap", "nothing"],
)
@pytest.mark.parametrize("slot", SLOTS)
def test_what_lies_otherwise_stays_apart(slot: str, other: TextureInfo) -> None:
    assert textures(material(**{slot: other})) == 3


def test_alpha_that_is_seen_stays() -> None:
    made = material()
    made.alpha_mode = AlphaMode.BLEND
    assert textures(made) == 3


def test_beyond_the_device_nothing_is_joined() -> None:
    assert len(reads(material(), baked=True, largest=8)[1]) == 3


def test_occlusion_is_read_where_nothing_is_baked() -> None:
    made = material()
    made.occlusion_texture = TextureInfo(texture=Texture(image=image()))
    assert [len(reads(made, baked=baked, largest=4096)[1]) for baked in (True, False)] == [2, 3]


@pytest.mark.parametrize("format", ["png", "jpeg"])
def test_the_picture_is_the_same(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch, format: images.EncodedFormat
) -> None:
    def picture() -> npt.NDArray[np.int64]:
        pixels = [TextureInfo(texture=Texture(image=Image(data))) for data in encoded]
        made = material(**dict(zip(SLOTS, pixels, strict=True)))
        frame = renderer.render(placed_document(made), camera=Orbit(yaw=30), size=(96, 96))
        return frame.pixels.astype(np.int64)

    def placed_document(made: Material) -> Document:
        return placed(node(globe(made, rings=24)))

    encoded = [image(format, 64).data for _ in SLOTS]
    joined = picture()
    monkeypatch.setattr(packing, "_rides", lambda *_: False)
    apart = picture()
    assert abs(joined - apart).max() <= 2
    assert joined[..., 3].max() == 255
    assert apart[apart[..., 3] == 255].std(0)[:3].min() > 10  # textures are seen
