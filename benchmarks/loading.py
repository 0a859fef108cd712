"""Loading: forge3d against pygltflib and trimesh, over every model of a folder.

    python -m benchmarks.loading [FOLDER]

(a) a document with every accessor touched and every image header read, images still encoded;
(b) the same with every image decoded, on both sides with Pillow.

pygltflib only parses: its turn in (a) touches no accessor, which favours it. trimesh builds its meshes.
"""

from __future__ import annotations

import io
import logging
import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from .harness import Comparison, measure, models_below, save


def load_forge3d(path: Path, decode: bool) -> object:
    import forge3d
    from forge3d import images

    document = forge3d.load(path)
    for accessor in document.accessors:
        _ = accessor.array
    for image in document.images:
        _ = image.header
    if decode:
        images.decode_many([image.data for image in document.images])
    return document


def load_pygltflib(path: Path, decode: bool) -> object:
    import pygltflib
    from PIL import Image

    asset = pygltflib.GLTF2().load(str(path))
    if decode:
        for image in asset.images:
            if image.bufferView is not None:
                view = asset.bufferViews[image.bufferView]
                start = view.byteOffset or 0
                data = asset.binary_blob()[start : start + view.byteLength]
            elif image.uri.startswith("data:"):
                data = asset.decode_data_uri(image.uri)
            else:
                data = (path.parent / image.uri).read_bytes()
            Image.open(io.BytesIO(data)).load()
    return asset


def load_trimesh(path: Path, decode: bool) -> object:
    import trimesh
    from PIL import Image

    if not decode:
        return trimesh.load_scene(path)
    opened: list[Image.Image] = []
    open_image = Image.open

    def remember(*arguments: Any, **options: Any) -> Image.Image:
        opened.append(open_image(*arguments, **options))
        return opened[-1]

    # trimesh opens every image of the file and keeps those that it knows a use for: all of them are decoded here.
    with mock.patch.object(Image, "open", remember):
        scene = trimesh.load_scene(path)
    for image in opened:
        image.load()
    return scene


LOADERS: dict[str, Callable[[Path, bool], object]] = {
    "forge3d": load_forge3d,
    "pygltflib": load_pygltflib,
    "trimesh": load_trimesh,
}


def has_images(path: Path) -> bool:
    import forge3d

    try:
        return bool(forge3d.load(path).images)
    except forge3d.errors.Forge3DError:
        return False


def main() -> None:
    """Run both comparisons over the folder given, or over FORGE3D_ASSETS/models."""
    folder, models = models_below(sys.argv[1:])
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")

    touched = Comparison(
        "Every accessor touched, image headers read", "forge3d", note=(__doc__ or "").split("\n\n")[-1]
    )
    decoded = Comparison("Images decoded too", "forge3d", note="All models; those without images are as above.")
    pictured = Comparison("Images decoded too: models with images", "forge3d", note="A part of the table before.")
    for index, path in enumerate(models):
        name = str(path.relative_to(folder))
        print(f"{index + 1}/{len(models)} {name}", file=sys.stderr)
        for comparison, decode in ((touched, False), (decoded, True)):
            turns = {loader: partial(load, path, decode) for loader, load in LOADERS.items()}
            comparison.rows.append(measure(name, turns))
        if has_images(path):
            pictured.rows.append(decoded.rows[-1])
    packages = ["forge3d", "pygltflib", "trimesh", "pillow", "numpy"]
    print(save("loading", [touched, decoded, pictured], packages))


if __name__ == "__main__":
    main()
