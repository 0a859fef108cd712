"""Textures of real models: every form is a valid file, and looks like what it was made from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.peers import khronos_errors

from forge3d import images
from forge3d.document import Document
from forge3d.optimize import Dedup, Recompress, Textures
from forge3d.optimize.texture_uses import image_uses

MODELS = ("khronos/DamagedHelmet/glTF-Binary/DamagedHelmet.glb", "3d-commerce/WickerChair/glTF-Binary/WickerChair.glb")
FORMS: tuple[dict[str, Any], ...] = (
    {"format": "webp"}, {"format": "avif", "effort": 0, "fallback": True}, {"format": "jpeg", "power_of_two": "floor"},
    {"format": "png"}, {"keep_jpeg": True, "max_data_size": 64}, {"pack": True}, {"fallback": True},
)  # fmt: skip


@pytest.mark.peers
def test_every_form_is_valid(shared_assets: Path, tmp_path: Path) -> None:
    files = []
    for name in MODELS:
        small = Document.read(shared_assets / "models" / name)
        small.apply(Textures(max_size=128, format="png", effort=0))
        for number, options in enumerate(FORMS):
            document = small.copy()
            document.apply(Textures(**options))
            files.append(tmp_path / f"{Path(name).stem}-{number}.glb")
            document.write(files[-1])
    assert khronos_errors(files) == []


def test_channels_that_are_read_lose_as_little_as_in_a_plain_encode(shared_assets: Path) -> None:
    """The metallic-roughness map of DamagedHelmet holds in red what no material reads."""
    document = Document.read(shared_assets / "models" / MODELS[0])
    (use,) = [use for use in image_uses(document) if use.slots == ["metallic_roughness_texture"]]
    image = use.image
    image.data = images.encode(image.pixels[512:1536, 512:1536], "png", effort=0)
    before = image.pixels[..., 1:].astype(np.float32)
    plain = images.encode(image.pixels, "webp", quality=80, srgb=False)
    document.images[:] = [image]
    document.textures[:] = [texture for texture in document.textures if texture.image is image]
    document.apply(Textures())
    lost = [np.square(images.decode(data)[..., 1:] - before).mean() for data in (plain, image.data)]
    assert lost[1] < 1.03 * lost[0]
    assert len(image.data) < 0.97 * len(plain)


def test_recompressed_models_show_the_same_texels(shared_assets: Path) -> None:
    document = Document.read(shared_assets / "models" / MODELS[1])
    document.apply(Dedup())
    before = [(image.pixels, len(image.data)) for image in document.images]
    document.apply(Recompress(effort=3))
    for image, (pixels, size) in zip(document.images, before, strict=True):
        assert len(image.data) <= size
        np.testing.assert_array_equal(image.pixels[..., :3], np.broadcast_to(pixels[..., :3], (*pixels.shape[:2], 3)))
    assert sum(len(image.data) for image in document.images) < sum(size for _, size in before)
