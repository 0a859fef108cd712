"""Which products an order names: files and folders to SKUs, and the digest of everything an input is made of."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InvalidAsset, RecipeError, ResourceRefused
from ..gltf.files import external_uris, find_models
from ..skus import is_sku, sku_of
from .keys import sha256
from .manifest import Resource, Source
from .recipe import Recipe

if TYPE_CHECKING:
    from ..gltf import Source as GltfSource


@dataclass(frozen=True, slots=True)
class Product:
    """One input file and the SKU its bundle is filed under."""

    sku: str
    path: Path


def find_products(inputs: Iterable[str | os.PathLike[str]], recipe: Recipe, *, output: Path) -> list[Product]:
    """The products in files and folders (searched to any depth), by SKU. `output` is not searched.

    A SKU is the file's name without its suffix, with what a URL cannot hold made `-`; the recipe's `[skus]` may say
    otherwise.

    Raises:
        InvalidAsset: an input is not there, or a folder has no model in it.
        RecipeError: there are no inputs, a SKU cannot be a folder's name, or two files have the same one.
    """
    found: dict[str, Product] = {}
    for path in sorted({path.absolute() for path in find_models(inputs, leave_out=output)}):
        sku = recipe.skus.get(path.name) or sku_of(path.stem)
        if not is_sku(sku):
            raise RecipeError(f"{path}: {sku!r} is not a SKU (letters, digits, . _ -): name it under [skus]")
        # Some file systems and shops do not tell case apart.
        other = found.setdefault(sku.lower(), Product(sku, path))
        if other.path != path:
            raise RecipeError(f"{other.path} and {path} would both be {sku!r}: name one of them under [skus]")
    if not found:
        raise RecipeError("no inputs were given: name model files, or folders of them")
    return [found[name] for name in sorted(found)]


def describe(source: GltfSource, data: bytes) -> Source:
    """Name, size and digest of an input, and of every file it refers to.

    A resource that cannot be read counts with an empty digest: validation says why.
    """
    resources = []
    for uri in external_uris(source.json):
        try:
            content = source.resource(uri)
            resources.append(Resource(uri=uri, bytes=len(content), sha256=sha256(content)))
        except (InvalidAsset, ResourceRefused):
            resources.append(Resource(uri=uri, bytes=0, sha256=""))
    return Source(name=source.name or "model", bytes=len(data), sha256=sha256(data), resources=tuple(resources))
