"""What Shopify, Saleor and Medusa are told about a published bundle: `python -m examples.shop_payloads SHOP …`.

    python -m examples.shop_payloads shopify dist/chair https://assets.example/shop gid://shopify/Product/1

Prints the requests as JSON, in order; nothing is sent. Fields and sources: docs/shops.md.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

if __package__ in (None, ""):  # run as a file, not with -m
    sys.path.insert(0, str(Path(__file__).parent.parent))

from forge3d.errors import InvalidAsset
from forge3d.pipeline import Manifest
from forge3d.pipeline.manifest import File

STAGE = """mutation Stage($input: [StagedUploadInput!]!) {
  stagedUploadsCreate(input: $input) {
    stagedTargets { url resourceUrl parameters { name value } }
    userErrors { field message }
  }
}"""
UPDATE = """mutation Update($product: ProductUpdateInput!, $media: [CreateMediaInput!]) {
  productUpdate(product: $product, media: $media) {
    product { id media(first: 20) { nodes { id mediaContentType status } } }
    userErrors { field message }
  }
}"""
MEDIA = """mutation Media($input: ProductMediaCreateInput!) {
  productMediaCreate(input: $input) { media { id url } errors { field message code } }
}"""
METADATA = """mutation Metadata($id: ID!, $input: [MetadataInput!]!) {
  updateMetadata(id: $id, input: $input) { item { metadata { key value } } errors { field message code } }
}"""


def url_of(manifest: Manifest, base: str, file: File) -> str:
    """Where a file of a bundle is published: for ever, as its name is its content."""
    return f"{base.rstrip('/')}/{manifest.sku}/{file.path}"


def links(manifest: Manifest, base: str) -> dict[str, str]:
    """What a shop's page needs besides pictures, by name; texts, as shops keep them."""
    found = {
        "model": "model", "usdz": "usdz", "scene_viewer": "scene-viewer", "poster": "poster",
        "spin_sheet": "spin-sheet",
    }  # fmt: skip
    named = {name: url_of(manifest, base, files[0]) for name, role in found.items() if (files := manifest.of(role))}
    levels = [url_of(manifest, base, file) for file in manifest.of("level")]
    decoders = manifest.of("model")[0].decoders if manifest.of("model") else ()
    return named | {"levels": json.dumps(levels), "decoders": json.dumps(decoders), "build": manifest.key}


def shopify(manifest: Manifest, base: str, product: str) -> list[dict[str, Any]]:
    """Requests to the GraphQL Admin API. Shopify keeps models itself, and makes its own USDZ of the GLB.

    In the second request, the model's `originalSource` is the `resourceUrl` that the first gave, once the file has been
    posted to its `url` with its `parameters`.
    """
    model, *_ = manifest.of("model")
    staged = {
        "filename": f"{manifest.sku}.glb",
        "mimeType": model.media_type,
        "resource": "MODEL_3D",
        "httpMethod": "POST",
        "fileSize": str(model.bytes),
    }
    media = [{"mediaContentType": "MODEL_3D", "originalSource": "<resourceUrl>", "alt": manifest.sku}]
    media += [
        {"mediaContentType": "IMAGE", "originalSource": url_of(manifest, base, file), "alt": manifest.sku}
        for file in manifest.of("poster")
    ]
    fields = [
        {"namespace": "forge3d", "key": name, "type": _metafield_type(value), "value": value}
        for name, value in links(manifest, base).items()
    ]
    return [
        {"query": STAGE, "variables": {"input": [staged]}, "file": model.path},
        {"query": UPDATE, "variables": {"product": {"id": product, "metafields": fields}, "media": media}},
    ]


def saleor(manifest: Manifest, base: str, product: str) -> list[dict[str, Any]]:
    """Requests to the GraphQL API. Saleor's media are pictures and videos, so models are public metadata."""
    posters = [
        {"query": MEDIA, "variables": {"input": {"product": product, "alt": manifest.sku, "mediaUrl": url}}}
        for url in (url_of(manifest, base, file) for file in manifest.of("poster"))
    ]
    told = [{"key": f"forge3d.{name}", "value": value} for name, value in links(manifest, base).items()]
    return [*posters, {"query": METADATA, "variables": {"id": product, "input": told}}]


def medusa(manifest: Manifest, base: str, product: str) -> list[dict[str, Any]]:
    """A request to the Admin API. Medusa keeps pictures as URLs, and whatever else is in `metadata`."""
    body: dict[str, Any] = {"metadata": {"forge3d": links(manifest, base)}}
    if posters := manifest.of("poster"):
        body["thumbnail"] = url_of(manifest, base, posters[0])
    return [{"method": "POST", "path": f"/admin/products/{product}", "body": body}]


SHOPS: dict[str, Callable[[Manifest, str, str], list[dict[str, Any]]]] = {
    "shopify": shopify,
    "saleor": saleor,
    "medusa": medusa,
}


def _metafield_type(value: str) -> str:
    if value.startswith("https://"):
        return "url"
    return "json" if value.startswith("[") else "single_line_text_field"


def main() -> None:
    parser = argparse.ArgumentParser(description="Print what a shop is told about a published bundle.")
    parser.add_argument("shop", choices=SHOPS)
    parser.add_argument("bundle", type=Path, help="a bundle's folder")
    parser.add_argument("base", help="where its files are published, such as https://assets.example/shop")
    parser.add_argument("product", help="the product's id in the shop")
    given = parser.parse_args()
    manifest = Manifest.read(given.bundle)
    if not manifest.ok or not manifest.of("model"):
        raise InvalidAsset("has errors or no model: it is not to be published", file=str(given.bundle))
    print(json.dumps(SHOPS[given.shop](manifest, given.base, given.product), indent=2))


if __name__ == "__main__":
    main()
