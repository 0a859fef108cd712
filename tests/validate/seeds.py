"""What is mutated: the shared cases and models, and models that hold every kind of image header."""

from __future__ import annotations

import base64
import io
import json
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin

from .mutations import pack_glb

LARGEST = 40_000


@dataclass(frozen=True)
class Seed:
    """A file's bytes, what its name ends with, and the folder of its resources."""

    data: bytes
    suffix: str
    folder: Path


def shared_files(assets: Path) -> list[Seed]:
    """The shared cases and models, of every size."""
    files = sorted((assets / "validator").rglob("*.gl*")) + sorted((assets / "models").rglob("*.gl*"))
    found = [path for path in files if path.suffix in (".gltf", ".glb")]
    return [Seed(path.read_bytes(), path.suffix, path.parent) for path in found]


def own_seeds(assets: Path) -> list[Seed]:
    """Models of our own, which need no resources."""
    folder = assets / "validator"
    return [Seed(data, ".glb" if data[:4] == b"glTF" else ".gltf", folder) for data in own_models()]


def seeds_of(assets: Path) -> list[Seed]:
    """The shared cases and models of up to 40 kB, then models of our own."""
    return [*(seed for seed in shared_files(assets) if len(seed.data) < LARGEST), *own_seeds(assets)]


def own_models() -> list[bytes]:
    """A model for each image, the image in a data URI and in a GLB; and sparse accessors in every position."""
    found: list[bytes] = []
    for data, kind in images():
        document: dict[str, Any] = {"asset": {"version": "2.0"}, "textures": [{"source": 0}]}
        if kind == "image/webp":
            document["extensionsUsed"] = ["EXT_texture_webp"]
            document["textures"] = [{"extensions": {"EXT_texture_webp": {"source": 0}}}]
        uri = f"data:{kind};base64,{base64.b64encode(data).decode()}"
        found.append(json.dumps({**document, "images": [{"uri": uri}]}).encode())
        document["images"] = [{"bufferView": 0, "mimeType": kind}]
        document["buffers"] = [{"byteLength": len(data)}]
        document["bufferViews"] = [{"buffer": 0, "byteLength": len(data)}]
        found.append(pack_glb(json.dumps(document).encode(), data))
    return [*found, sparse_model()]


def images() -> list[tuple[bytes, str]]:
    """Small images of each format, colour type and set of chunks."""
    wheel = np.random.default_rng(1).integers(0, 256, (8, 16, 4), np.uint8)
    rgba = Image.fromarray(wheel)
    found: list[tuple[bytes, str]] = []

    def save(image: Image.Image, kind: str, **options: Any) -> bytes:
        file = io.BytesIO()
        image.save(file, kind, **options)
        found.append((file.getvalue(), f"image/{kind.lower()}"))
        return file.getvalue()

    for mode in ("RGBA", "RGB", "L", "LA", "P", "1"):
        save(rgba.convert("RGB").convert(mode) if mode in ("P", "1") else rgba.convert(mode), "PNG")
    save(Image.fromarray(wheel[..., 0].astype(np.uint16)), "PNG")
    save(rgba.convert("P"), "PNG", transparency=0)
    save(rgba, "PNG", save_all=True, append_images=[rgba.rotate(90)])
    text = PngImagePlugin.PngInfo()
    text.add_text("Title", "a")
    plain = save(rgba.convert("RGB"), "PNG", pnginfo=text, dpi=(96, 72))
    primaries = struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
    for chunks in (
        [(b"gAMA", struct.pack(">I", 45455)), (b"cHRM", primaries)],
        [(b"gAMA", struct.pack(">I", 100000))],
        [(b"gAMA", struct.pack(">I", 50000)), (b"sRGB", b"\0")],
        [(b"sRGB", b"\0"), (b"cHRM", primaries[::-1])],
        [(b"iCCP", b"a\0\0" + zlib.compress(bytes(128)))],
        [(b"pHYs", struct.pack(">IIB", 1, 2, 0))],
    ):
        added = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
        found.append((plain[:33] + added + plain[33:], "image/png"))
    save(rgba.convert("RGB"), "JPEG")
    save(rgba.convert("RGB"), "JPEG", progressive=True, comment=b"a", dpi=(72, 72))
    save(rgba.convert("L"), "JPEG")
    save(rgba.convert("CMYK"), "JPEG")
    save(rgba.convert("RGB"), "JPEG", exif=b"Exif\0\0" + bytes(40), icc_profile=bytes(128))
    save(rgba.convert("RGB"), "WEBP", quality=50)
    save(rgba, "WEBP", quality=50)
    save(rgba, "WEBP", lossless=True)
    save(rgba.convert("RGB"), "WEBP", lossless=True, icc_profile=bytes(128))
    save(rgba, "WEBP", save_all=True, append_images=[rgba.rotate(90)])
    save(rgba.convert("RGB"), "GIF")
    save(rgba.convert("RGB"), "BMP")
    return found


def sparse_model() -> bytes:
    """Sparse accessors with and without a base, for attributes, targets, indices and animations; bounds that hold."""
    base = np.arange(12, dtype="<f4")
    parts = [
        base.tobytes(), np.array([0, 2], "<u2").tobytes(), np.arange(6, dtype="<f4").tobytes(),
        np.array([1, 3], "<u4").tobytes(), np.array([0, 1, 2, 2, 1, 3], "<u2").tobytes(), bytes([0, 5, 0, 0]),
        np.array([3, 3], "<u2").tobytes(), np.array([0, 1], "<f4").tobytes(),
    ]  # fmt: skip
    starts = np.cumsum([0, *map(len, parts)]).tolist()
    data = b"".join(parts)
    views = [
        {"buffer": 0, "byteOffset": start, "byteLength": len(part)} for start, part in zip(starts, parts, strict=False)
    ]
    views[0]["target"], views[4]["target"] = 34962, 34963

    def sparse(indices: int, kind: int, values: int) -> dict[str, Any]:
        return {
            "count": 2, "indices": {"bufferView": indices, "componentType": kind}, "values": {"bufferView": values}
        }  # fmt: skip

    accessors: list[dict[str, Any]] = [
        {"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3", "sparse": sparse(1, 5123, 2),
         "min": [0, 1, 2], "max": [9, 10, 11]},
        {"componentType": 5126, "count": 4, "type": "VEC3", "sparse": sparse(3, 5125, 2), "min": [0, 0, 0],
         "max": [3, 4, 5]},
        {"bufferView": 4, "componentType": 5123, "count": 6, "type": "SCALAR", "sparse": sparse(5, 5121, 6),
         "min": [1], "max": [3]},
        {"bufferView": 7, "componentType": 5126, "count": 2, "type": "SCALAR", "min": [0], "max": [1]},
        {"componentType": 5126, "count": 2, "type": "VEC3",
         "sparse": {**sparse(5, 5121, 2), "count": 1}},
    ]  # fmt: skip
    document = {
        "asset": {"version": "2.0"}, "buffers": [{"byteLength": len(data)}], "bufferViews": views,
        "accessors": accessors, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 2, "targets": [{"POSITION": 1}]}]}],
        "animations": [{
            "channels": [{"sampler": 0, "target": {"node": 0, "path": "translation"}}],
            "samplers": [{"input": 3, "output": 4}],
        }],
    }  # fmt: skip
    return pack_glb(json.dumps(document).encode(), data)
