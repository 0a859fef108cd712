"""Textures: what an image is used for decides how it may be treated."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from forge3d import images
from forge3d.document import (
    AlphaMode,
    Context,
    Document,
    Image,
    Material,
    Sampler,
    Texture,
    TextureInfo,
    Variant,
    VariantMapping,
    Wrap,
)
from forge3d.document.material import Sheen, Specular
from forge3d.errors import RecipeError
from forge3d.gltf import Source
from forge3d.optimize import Textures
from forge3d.optimize.texture_uses import image_uses

from . import document, primitive

DATA = Path(__file__).parent.parent / "images" / "data"
RNG = np.random.default_rng(0)
SMOOTH = np.kron(RNG.integers(0, 255, (8, 8, 4)), np.ones((16, 16, 1))).astype(np.uint8)  # 128 × 128


def picture(pixels: np.ndarray, form: str = "PNG", **options: object) -> Image:
    out = io.BytesIO()
    Picture.fromarray(pixels).save(out, form, **options)  # type: ignore[arg-type]
    return Image(out.getvalue(), uri=f"skin.{form.lower()}")


def shown(image: Image, *materials: Material, sampler: Sampler | None = None) -> Document:
    """A document whose materials' empty base colour slots, or given ones, all read the image."""
    texture = Texture(image=image, sampler=sampler)
    for material in materials:
        for slot in material.textures():
            slot.info.texture = texture
    return document(primitive(), materials=list(materials), textures=[texture], images=[image])


def slot() -> TextureInfo:
    return TextureInfo(texture=Texture())


def test_colour_becomes_webp_under_its_new_name() -> None:
    image = picture(SMOOTH[..., :3])
    doc = shown(image, Material(base_color_texture=slot()))
    assert Textures()(doc, Context()).skipped == []
    assert (image.mime_type, image.uri, image.header.format) == ("image/webp", "skin.webp", "webp")
    assert (image.header.width, image.header.height) == (128, 128)
    assert doc.to_bytes().count(b"EXT_texture_webp") >= 2


def test_resizing_keeps_the_aspect_and_filters_colour_in_linear_light() -> None:
    stripes = np.zeros((64, 256, 3), np.uint8)
    stripes[:, ::2] = 255
    colour = picture(stripes)
    Textures(max_size=64, format="png")(shown(colour, Material(base_color_texture=slot())), Context())
    assert colour.pixels.shape == (16, 64, 3)
    assert abs(int(colour.pixels[8, 32, 0]) - 188) <= 2  # half the light
    data = picture(stripes)
    Textures(max_size=64, format="png")(shown(data, Material(occlusion_texture=slot())), Context())
    assert abs(int(data.pixels[8, 32, 0]) - 128) <= 2  # half the number


def test_normal_maps_stay_unit_vectors() -> None:
    normals = np.zeros((64, 64, 3), np.uint8)
    normals[:, ::2] = (218, 128, 218)
    normals[:, 1::2] = (37, 128, 218)
    image = picture(normals)
    Textures(max_size=32, format="png")(shown(image, Material(normal_texture=slot())), Context())
    assert np.abs(image.pixels[16, 16].astype(int) - (128, 128, 255)).max() <= 2


def test_alpha_is_kept_exactly_where_it_is_read_and_left_out_where_not() -> None:
    cutout = picture(SMOOTH)
    Textures()(shown(cutout, Material(base_color_texture=slot(), alpha_mode=AlphaMode.MASK)), Context())
    assert np.array_equal(cutout.pixels[..., 3], SMOOTH[..., 3])
    solid = picture(SMOOTH)
    Textures()(shown(solid, Material(base_color_texture=slot())), Context())
    assert solid.header.channels == 3
    sheen = picture(SMOOTH)
    Textures()(shown(sheen, Material(sheen=Sheen(roughness_texture=slot()))), Context())
    assert np.array_equal(sheen.pixels[..., 3], SMOOTH[..., 3])


def test_alpha_under_a_variant_counts() -> None:
    image = picture(SMOOTH)
    opaque = Material(base_color_texture=slot())
    glass = Material(base_color_texture=slot(), alpha_mode=AlphaMode.BLEND)
    doc = shown(image, opaque, glass)
    part = doc.meshes[0].primitives[0]
    part.material, part.variants = opaque, [VariantMapping(material=glass, variants=[Variant(name="glass")])]
    Textures(max_size=64)(doc, Context())
    assert image.header.channels == 4


def test_jpeg_cannot_hold_alpha_so_it_stays_png() -> None:
    image = picture(SMOOTH)
    doc = shown(image, Material(base_color_texture=slot(), alpha_mode=AlphaMode.BLEND))
    Textures(max_size=64, format="jpeg")(doc, Context())
    assert image.header.format == "png"
    plain = picture(SMOOTH[..., :3])
    Textures(format="jpeg")(shown(plain, Material(base_color_texture=slot())), Context())
    assert plain.header.format == "jpeg" or plain.header.format == "png"


def test_the_strictest_use_decides() -> None:
    noise = RNG.integers(0, 255, (64, 64, 3)).astype(np.uint8)
    errors = {}
    for name, material in {
        "colour": Material(base_color_texture=slot()),
        "both": Material(base_color_texture=slot(), metallic_roughness_texture=slot()),
        "data": Material(metallic_roughness_texture=slot()),
    }.items():
        image = picture(noise)
        Textures(data_quality=100, quality=50)(shown(image, material), Context())
        errors[name] = np.abs(image.pixels.astype(int) - noise)[..., 1:].max()
    assert errors["colour"] > 10
    assert errors["both"] == errors["data"] == 0  # quality 100 is lossless


def test_colour_and_data_in_one_image_is_not_resized() -> None:
    image = picture(SMOOTH[..., :3])
    material = Material(specular=Specular(color_texture=slot()), occlusion_texture=slot())
    Textures(max_size=16)(shown(image, material), Context())
    assert image.header.width == 128


def test_what_would_grow_stays() -> None:
    noise = RNG.integers(0, 255, (64, 64, 3)).astype(np.uint8)
    small = picture(noise, "WEBP", quality=1)
    data = small.data
    doc = shown(small, Material(base_color_texture=slot()))
    assert "already" in Textures()(doc, Context()).skipped[0].why
    assert "would not get smaller as avif" in Textures(format="avif", quality=100)(doc, Context()).skipped[0].why
    assert small.data is data


def test_keep_changes_a_jpeg_only_to_resize_it() -> None:
    image = picture(SMOOTH[..., :3], "JPEG", quality=95)
    doc = shown(image, Material(base_color_texture=slot()))
    data = image.data
    assert Textures(format="keep")(doc, Context()).skipped
    assert image.data is data
    Textures(format="keep", max_size=32)(doc, Context())
    assert (image.header.format, image.header.width, image.uri) == ("jpeg", 32, "skin.jpg")


def test_sixteen_bit_heights_become_eight() -> None:
    deep = np.linspace(0, 65535, 64 * 64).astype(np.uint16).reshape(64, 64)
    image = Image(images.encode(deep, "png"))
    Textures(data_quality=100)(shown(image, Material(occlusion_texture=slot())), Context())
    assert image.header.format == "webp"
    assert np.abs(image.pixels[..., 0].astype(float) - deep / 257).max() <= 1


def test_what_is_left_alone_is_named() -> None:
    unused, broken, empty, foreign = picture(SMOOTH), Image(b"not a picture"), Image(b""), picture(SMOOTH)
    materials = [Material(base_color_texture=slot()) for _ in range(3)]
    textures = [Texture(image=image) for image in (broken, empty, foreign)]
    for material, texture in zip(materials, textures, strict=True):
        assert material.base_color_texture is not None
        material.base_color_texture.texture = texture
    doc = document(primitive(), materials=materials, textures=textures, images=[unused, broken, empty, foreign])
    doc.extensions["EXT_lights_image_based"] = {"lights": [{"specularImages": [[foreign]]}]}
    reasons = [skip.why for skip in Textures()(doc, Context()).skipped]
    assert reasons[0] == "is used by no material"
    assert reasons[1].startswith("is not readable")
    assert reasons[2] == "has no data"
    assert reasons[3] == "is used by an extension that may depend on its form"


def test_fallbacks_keep_their_format() -> None:
    first, second = picture(SMOOTH[..., :3], "WEBP", lossless=True), picture(SMOOTH[..., :3])
    texture = Texture(image=first, fallback=second)
    material = Material(base_color_texture=TextureInfo(texture=texture))
    doc = document(primitive(), materials=[material], textures=[texture], images=[first, second])
    Textures(max_size=32)(doc, Context())
    assert (first.header.format, second.header.format) == ("webp", "png")
    assert first.header.width == second.header.width == 32


def test_keep_jpeg_loses_no_bit_and_no_other_image_stays() -> None:
    photo, drawing = picture(SMOOTH[..., :3], "JPEG", quality=95), picture(SMOOTH[..., :3])
    before, pixels = photo.data, photo.pixels
    doc = shown(photo, Material(base_color_texture=slot()))
    doc.textures.append(Texture(image=drawing))
    doc.images.append(drawing)
    doc.materials.append(Material(base_color_texture=TextureInfo(texture=doc.textures[1])))
    Textures(keep_jpeg=True)(doc, Context())
    assert [image.header.format for image in doc.images] == ["jpeg", "webp"]
    assert len(photo.data) < len(before)
    np.testing.assert_array_equal(photo.pixels, pixels)
    Textures(keep_jpeg=True, max_size=32)(doc, Context())
    assert (photo.header.format, photo.header.width) == ("jpeg", 32)


def test_a_fallback_stays_beside_what_needs_an_extension() -> None:
    image = picture(SMOOTH[..., :3])
    original = image.data
    doc = shown(image, Material(base_color_texture=slot()))
    Textures(fallback=True)(doc, Context())
    assert doc.textures[0].fallback is not None
    assert doc.textures[0].fallback.data == original
    assert [i.uri for i in doc.images] == ["skin.webp", "skin.png"]
    written = Source.open(doc.to_bytes()).json
    assert written["textures"][0] == {"source": 1, "extensions": {"EXT_texture_webp": {"source": 0}}}
    assert written["extensionsUsed"] == ["EXT_texture_webp"]
    assert "extensionsRequired" not in written
    Textures(fallback=True, max_size=32)(doc, Context())
    assert [(i.header.format, i.header.width) for i in doc.images] == [("webp", 32), ("png", 32)]


def test_a_fallback_is_resized_with_its_picture() -> None:
    image = picture(SMOOTH[..., :3], "JPEG", quality=95)
    doc = shown(image, Material(base_color_texture=slot()))
    Textures(fallback=True, max_size=64, format="avif")(doc, Context())
    assert [(i.header.format, i.header.width) for i in doc.images] == [("avif", 64), ("jpeg", 64)]


def test_core_leaves_nothing_that_needs_an_extension() -> None:
    small = picture(SMOOTH, "WEBP", quality=1)
    ktx2 = Image((DATA / "rgb-zstd.ktx2").read_bytes())
    first, second = picture(SMOOTH[..., :3], "WEBP"), picture(SMOOTH[..., :3])
    textures = [Texture(image=small), Texture(image=ktx2), Texture(image=first, fallback=second)]
    materials = [Material(base_color_texture=TextureInfo(texture=texture)) for texture in textures]
    materials[0].alpha_mode = AlphaMode.MASK
    doc = document(primitive(), materials=materials, textures=textures, images=[small, ktx2, first, second])
    size = len(small.data)
    Textures(format="jpeg", core=True)(doc, Context())
    assert [texture.image.header.format for texture in textures if texture.image] == ["png", "jpeg", "png"]
    assert (len(small.data) > size, textures[2].image, textures[2].fallback) == (True, second, None)
    with pytest.raises(RecipeError, match="core=true takes format=png or jpeg, not webp"):
        Textures(core=True)


def test_what_needs_no_extension_gets_no_fallback() -> None:
    image = picture(SMOOTH[..., :3])
    doc = shown(image, Material(base_color_texture=slot()))
    Textures(fallback=True, format="jpeg", quality=50)(doc, Context())
    assert (doc.textures[0].fallback, len(doc.images)) == (None, 1)


def test_data_maps_may_be_smaller_than_colour() -> None:
    doc = shown(picture(SMOOTH[..., :3]), Material(base_color_texture=slot()))
    data = shown(picture(SMOOTH[..., :3]), Material(normal_texture=slot()))
    for each in (doc, data):
        Textures(max_data_size=32)(each, Context())
    assert (doc.images[0].header.width, data.images[0].header.width) == (128, 32)


def test_powers_of_two() -> None:
    doc = shown(picture(SMOOTH[:100, :70, :3]), Material(base_color_texture=slot()))
    Textures(power_of_two="nearest")(doc, Context())
    assert (doc.images[0].header.width, doc.images[0].header.height) == (64, 128)


@pytest.mark.parametrize(("sampler", "wrap"), [
    (None, [True, True]),
    (Sampler(wrap_s=Wrap.CLAMP_TO_EDGE), [False, True]),
    (Sampler(wrap_s=Wrap.MIRRORED_REPEAT, wrap_t=Wrap.CLAMP_TO_EDGE), [False, False]),
])  # fmt: skip
def test_uses(sampler: Sampler | None, wrap: list[bool]) -> None:
    image = picture(SMOOTH)
    (use,) = image_uses(shown(image, Material(base_color_texture=slot(), normal_texture=slot()), sampler=sampler))
    assert use.wrap == wrap
    assert (use.color, use.normal, use.data, use.alpha) == (True, True, False, False)


def test_the_same_images_give_the_same_bytes() -> None:
    files = []
    for _ in range(2):
        image = picture(SMOOTH)
        Textures(max_size=64)(shown(image, Material(base_color_texture=slot())), Context())
        files.append(image.data)
    assert files[0] == files[1]


@pytest.mark.parametrize("field", ["metallic_roughness_texture", "normal_texture", "occlusion_texture"])
def test_sharp_masks_and_flat_data_lose_nothing(field: str) -> None:
    masks = (
        RNG.integers(0, 2, (64, 64, 3), dtype=np.uint8) * 255
    )  # each channel another mask: half the hue is not enough
    image = picture(masks)
    Textures()(shown(image, Material(**{field: slot()})), Context())
    assert image.header.codec != "lossy"
    assert_read(image, masks, field)
    flat = np.full((64, 64, 3), (128, 128, 255), np.uint8)
    flat[20:40, 20:40] = (10, 128, 240)
    image = picture(flat)
    Textures()(shown(image, Material(**{field: slot()})), Context())
    assert_read(image, flat, field)


def assert_read(image: Image, expected: np.ndarray, field: str) -> None:
    """The channels that the field's slot reads, equal to the bit."""
    channels = {"metallic_roughness_texture": [1, 2], "normal_texture": [0, 1, 2], "occlusion_texture": [0]}[field]
    np.testing.assert_array_equal(images.decode(image.data)[..., channels], expected[..., channels])


def test_how_much_a_data_map_may_lose_is_an_option() -> None:
    smooth = np.add.outer(np.arange(640), np.arange(640)).astype(np.float64) / 6
    pixels = np.stack([smooth, smooth, smooth], axis=-1).astype(np.uint8)
    pixels[..., 2] = 50 + RNG.integers(0, 2, pixels.shape[:2]) * 100
    codecs = []
    for data_loss in (0, 12, 255):
        image = picture(pixels)
        Textures(data_loss=data_loss)(shown(image, Material(metallic_roughness_texture=slot())), Context())
        codecs.append(image.header.codec)
    assert codecs == ["lossless", "lossless", "lossy"]


def test_a_channel_that_is_not_read_does_not_count() -> None:
    smooth = np.add.outer(np.arange(640), np.arange(640)).astype(np.float64) / 6
    pixels = np.stack([smooth, smooth, smooth], axis=-1).astype(np.uint8)
    pixels[..., 2] = 50 + RNG.integers(0, 2, pixels.shape[:2]) * 100
    image = picture(pixels)
    Textures()(shown(image, Material(occlusion_texture=slot())), Context())
    assert image.header.codec == "lossy"
    image = picture(pixels)
    Textures()(shown(image, Material(metallic_roughness_texture=slot())), Context())
    assert image.header.codec != "lossy"
    assert_read(image, pixels, "metallic_roughness_texture")
