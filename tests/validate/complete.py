"""Small documents that, between them, use every property of glTF 2.0 and of the extensions that Khronos judges."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

Json = dict[str, Any]


def data_uri(data: bytes, kind: str = "application/octet-stream") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def floats(*numbers: float) -> bytes:
    return struct.pack(f"<{len(numbers)}f", *numbers)


def shorts(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}H", *numbers)


def png(width: int = 2, height: int = 2, *, depth: int = 8, colour: int = 2, chunks: bytes = b"") -> bytes:
    """A PNG's header, `chunks`, and no more pixels than validators read."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    pixels = png_chunk(b"IDAT", zlib.compress(bytes(64)))
    return b"\x89PNG\r\n\x1a\n" + header + chunks + pixels + png_chunk(b"IEND", b"")


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def core() -> Json:
    """Every property of the core objects: drawn, morphed, skinned, animated, textured, seen."""
    parts = [
        floats(0, 0, 0, 1, 0, 0, 0, 1, 0),  # 0 positions
        floats(*(0, 0, 1) * 3),  # 1 normals
        floats(*(1, 0, 0, 1) * 3),  # 2 tangents
        floats(*(0, 0, 1, 0, 0, 1)),  # 3 texture coordinates
        bytes((255, 0, 0, 255) * 3),  # 4 colours
        bytes((0, 1, 0, 0) * 3),  # 5 joints
        floats(*(0.5, 0.5, 0, 0) * 3),  # 6 weights
        shorts(0, 1, 2, 0),  # 7 indices
        floats(*(0.5, 0, 0) * 3),  # 8 morph target
        floats(*(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1) * 2),  # 9 inverse bind matrices
        floats(0, 1),  # 10 times
        floats(*(0, 0, 0, 1) * 2),  # 11 rotations
        floats(*(0, 1, 0, 1)),  # 12 morph weights
        shorts(0, 2),  # 13 sparse indices
        floats(0, 0, 0, 0, 1, 0),  # 14 sparse values
        png(),  # 15 image
        floats(*(1, 2, 3) * 6),  # 16 cubic translations
    ]
    targets = dict.fromkeys((0, 1, 2, 3, 4, 5, 6, 8), 34962) | {7: 34963}
    views, blob = [], b""
    for number, part in enumerate(parts):
        blob += b"\0" * (-len(blob) % 4)
        views.append({"buffer": 0, "byteOffset": len(blob), "byteLength": len(part), "name": f"view {number}"})
        views[-1] |= {"target": targets[number]} if number in targets else {}
        blob += part
    views[1]["byteStride"] = 12

    def accessor(view: int, component: int, kind: str, count: int, **more: Any) -> Json:
        return {"bufferView": view, "componentType": component, "type": kind, "count": count, **more}

    return {
        "asset": {"version": "2.0", "minVersion": "2.0", "generator": "forge3d", "copyright": "none", "extras": {}},
        "extensionsUsed": ["EXT_unknown"],
        "extensions": {"EXT_unknown": {}},
        "extras": {"anything": 1},
        "scene": 0,
        "scenes": [{"name": "all", "nodes": [0, 1, 4], "extras": {}}],
        "nodes": [
            {"name": "model", "mesh": 0, "skin": 0, "weights": [0.5, 0]},
            {"name": "arm", "children": [2, 3], "translation": [0, 1, 0], "rotation": [0, 0, 0, 1], "scale": [1, 1, 1]},
            {"name": "tip", "extensions": {"EXT_unknown": {}}},
            {"name": "eye", "camera": 0, "matrix": [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 1, 2, 3, 1]},
            {"name": "other eye", "camera": 1, "extras": {"a": 1}},
            {"name": "still", "mesh": 1},
        ],
        "cameras": [
            {"name": "p", "type": "perspective", "perspective": {"yfov": 1, "aspectRatio": 1, "znear": 0.1, "zfar": 9}},
            {"type": "orthographic", "orthographic": {"xmag": 1, "ymag": 1, "znear": 0, "zfar": 9}},
        ],
        "meshes": [
            {"name": "skinned", "weights": [0, 1], "primitives": [{
                "attributes": {
                    "POSITION": 0, "NORMAL": 1, "TANGENT": 2, "TEXCOORD_0": 3, "COLOR_0": 4, "JOINTS_0": 5,
                    "WEIGHTS_0": 6, "_CUSTOM": 17,
                },
                "indices": 7, "material": 0, "mode": 4, "targets": [{"POSITION": 8, "NORMAL": 18}, {"POSITION": 13}],
            }]},
            {"primitives": [{"attributes": {"POSITION": 0, "TEXCOORD_0": 3}, "mode": 1, "material": 1, "indices": 14}]},
        ],
        "skins": [{"name": "s", "joints": [1, 2], "inverseBindMatrices": 9, "skeleton": 1}],
        "animations": [{
            "name": "move",
            "samplers": [
                {"input": 10, "output": 11, "interpolation": "LINEAR"},
                {"input": 10, "output": 12},
                {"input": 10, "output": 16, "interpolation": "CUBICSPLINE"},
            ],
            "channels": [
                {"sampler": 0, "target": {"node": 1, "path": "rotation"}},
                {"sampler": 1, "target": {"node": 0, "path": "weights"}},
                {"sampler": 2, "target": {"node": 1, "path": "translation"}},
                {"sampler": 2, "target": {"node": 1, "path": "scale"}},
            ],
        }],
        "materials": [
            {
                "name": "full",
                "pbrMetallicRoughness": {
                    "baseColorFactor": [1, 0.5, 0, 1], "baseColorTexture": {"index": 0, "texCoord": 0},
                    "metallicFactor": 0, "roughnessFactor": 1, "metallicRoughnessTexture": {"index": 1},
                },
                "normalTexture": {"index": 0, "scale": 2, "texCoord": 0},
                "occlusionTexture": {"index": 0, "strength": 0.5, "texCoord": 0},
                "emissiveTexture": {"index": 0, "texCoord": 0}, "emissiveFactor": [0, 0.5, 1],
                "alphaMode": "MASK", "alphaCutoff": 0.25, "doubleSided": True,
            },
            {"alphaMode": "BLEND", "emissiveTexture": {"index": 2}},
        ],
        "textures": [{"name": "t", "sampler": 0, "source": 0}, {"source": 1}, {"source": 2}],
        "samplers": [{"name": "n", "magFilter": 9728, "minFilter": 9987, "wrapS": 33071, "wrapT": 10497}],
        "images": [
            {"name": "i", "uri": data_uri(png(), "image/png")},
            {"bufferView": 15, "mimeType": "image/png"},
            {"uri": data_uri(png(4, 4), "image/png"), "mimeType": "image/png"},
        ],
        "accessors": [
            accessor(0, 5126, "VEC3", 3, min=[0, 0, 0], max=[1, 1, 0], name="positions"),
            accessor(1, 5126, "VEC3", 3, byteOffset=0),
            accessor(2, 5126, "VEC4", 3),
            accessor(3, 5126, "VEC2", 3, min=[0, 0], max=[1, 1]),
            accessor(4, 5121, "VEC4", 3, normalized=True, min=[255, 0, 0, 255], max=[255, 0, 0, 255]),
            accessor(5, 5121, "VEC4", 3),
            accessor(6, 5126, "VEC4", 3),
            accessor(7, 5123, "SCALAR", 3, min=[0], max=[2]),
            accessor(8, 5126, "VEC3", 3, min=[0.5, 0, 0], max=[0.5, 0, 0]),
            accessor(9, 5126, "MAT4", 2),
            accessor(10, 5126, "SCALAR", 2, min=[0], max=[1]),
            accessor(11, 5126, "VEC4", 2),
            accessor(12, 5126, "SCALAR", 4),
            {"componentType": 5126, "type": "VEC3", "count": 3, "min": [0, 0, 0], "max": [0, 1, 0], "sparse": {
                "count": 2, "indices": {"bufferView": 13, "componentType": 5123, "byteOffset": 0},
                "values": {"bufferView": 14, "byteOffset": 0},
            }},
            accessor(7, 5123, "SCALAR", 2, byteOffset=2),
            {"componentType": 5126, "type": "VEC3", "count": 1},
            accessor(16, 5126, "VEC3", 6),
            {"componentType": 5121, "type": "VEC4", "count": 3},
            {"componentType": 5126, "type": "VEC3", "count": 3},
        ],
        "bufferViews": views,
        "buffers": [{"name": "all", "uri": data_uri(blob), "byteLength": len(blob)}],
    }  # fmt: skip


def texture(**more: Any) -> Json:
    return {"index": 0, "texCoord": 0, **more}


def layered() -> Json:
    """Every property of the extensions, on materials that some primitive draws."""
    moved = {"KHR_texture_transform": {"offset": [0, 1], "rotation": 1, "scale": [2, 2], "texCoord": 1}}
    specular_glossiness = {
        "diffuseFactor": [1, 1, 1, 1], "diffuseTexture": texture(), "specularFactor": [1, 1, 1],
        "glossinessFactor": 0.5, "specularGlossinessTexture": texture(),
    }  # fmt: skip
    layers = {
        "KHR_materials_anisotropy": {
            "anisotropyStrength": 1, "anisotropyRotation": 1, "anisotropyTexture": texture(extensions=moved),
        },
        "KHR_materials_clearcoat": {
            "clearcoatFactor": 1, "clearcoatTexture": texture(), "clearcoatRoughnessFactor": 1,
            "clearcoatRoughnessTexture": texture(), "clearcoatNormalTexture": texture(scale=1),
        },
        "KHR_materials_dispersion": {"dispersion": 0.1},
        "KHR_materials_emissive_strength": {"emissiveStrength": 2},
        "KHR_materials_ior": {"ior": 1.4},
        "KHR_materials_iridescence": {
            "iridescenceFactor": 1, "iridescenceTexture": texture(), "iridescenceIor": 1.3,
            "iridescenceThicknessMinimum": 10, "iridescenceThicknessMaximum": 20,
            "iridescenceThicknessTexture": texture(),
        },
        "KHR_materials_sheen": {
            "sheenColorFactor": [1, 1, 1], "sheenColorTexture": texture(), "sheenRoughnessFactor": 1,
            "sheenRoughnessTexture": texture(),
        },
        "KHR_materials_specular": {
            "specularFactor": 1, "specularTexture": texture(), "specularColorFactor": [1, 2, 3],
            "specularColorTexture": texture(),
        },
        "KHR_materials_transmission": {"transmissionFactor": 1, "transmissionTexture": texture()},
        "KHR_materials_volume": {
            "thicknessFactor": 1, "thicknessTexture": texture(), "attenuationDistance": 1,
            "attenuationColor": [1, 1, 1],
        },
    }  # fmt: skip
    mappings = [{"material": 1, "variants": [0], "name": "m"}, {"material": 2, "variants": [1, 2]}]
    lights = [
        {"type": "directional", "color": [1, 1, 1], "intensity": 2, "name": "sun"},
        {"type": "point", "range": 3},
        {"type": "spot", "spot": {"innerConeAngle": 0.1, "outerConeAngle": 0.2}, "range": 1},
    ]
    positions = bytes((0, 0, 0, 0, 127, 0, 0, 0, 0, 127, 0, 0))
    sets = floats(*range(6))
    data = positions + sets + sets + floats(0, 1) + floats(0, 0, 0, 1, 1, 1)
    offsets = (0, 12, 36, 60, 68)
    lengths = (12, 24, 24, 8, 24)
    webp = b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8L" + struct.pack("<I", 10) + b"\x2f\x01\x40\x00\x00" + bytes(5)
    return {
        "asset": {"version": "2.0"},
        "extensionsUsed": [*layers, "KHR_materials_unlit", "KHR_materials_pbrSpecularGlossiness", *OTHERS],
        "extensionsRequired": ["KHR_mesh_quantization", "EXT_texture_webp"],
        "extensions": {
            "KHR_lights_punctual": {"lights": lights},
            "KHR_materials_variants": {"variants": [{"name": "a"}, {"name": "b"}, {"name": "c"}]},
        },
        "scene": 0,
        "scenes": [{"nodes": [0, 1, 2, 3]}],
        "nodes": [
            {"mesh": 0},
            *({"extensions": {"KHR_lights_punctual": {"light": light}}} for light in range(3)),
        ],
        "meshes": [{"primitives": [{
            "attributes": {"POSITION": 0, "TEXCOORD_0": 1, "TEXCOORD_1": 2}, "material": 0,
            "extensions": {"KHR_materials_variants": {"mappings": mappings}},
        }]}],
        "materials": [
            {"extensions": layers, "emissiveFactor": [1, 1, 1], "normalTexture": texture()},
            {"extensions": {"KHR_materials_unlit": {}}},
            {"extensions": {"KHR_materials_pbrSpecularGlossiness": specular_glossiness}},
        ],
        "textures": [{"source": 0, "extensions": {"EXT_texture_webp": {"source": 1}}}],
        "images": [{"uri": data_uri(png(), "image/png")}, {"uri": data_uri(webp, "image/webp")}],
        "animations": [{
            "samplers": [{"input": 3, "output": 4}],
            "channels": [{"sampler": 0, "target": {"path": "pointer", "extensions": {
                "KHR_animation_pointer": {"pointer": "/materials/0/emissiveFactor"},
            }}}],
        }],
        "accessors": [
            {
                "bufferView": 0, "componentType": 5120, "normalized": True, "type": "VEC3", "count": 3,
                "min": [0, 0, 0], "max": [127, 127, 0],
            },
            {"bufferView": 1, "componentType": 5126, "type": "VEC2", "count": 3},
            {"bufferView": 2, "componentType": 5126, "type": "VEC2", "count": 3},
            {"bufferView": 3, "componentType": 5126, "type": "SCALAR", "count": 2, "min": [0], "max": [1]},
            {"bufferView": 4, "componentType": 5126, "type": "VEC3", "count": 2},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": offset, "byteLength": length, **({"target": 34962} if place < 3 else {})}
            | ({"byteStride": 4} if place == 0 else {})
            for place, (offset, length) in enumerate(zip(offsets, lengths, strict=True))
        ],
        "buffers": [{"uri": data_uri(data), "byteLength": len(data)}],
    }  # fmt: skip


OTHERS = (
    "EXT_texture_webp", "KHR_animation_pointer", "KHR_lights_punctual", "KHR_materials_variants",
    "KHR_mesh_quantization", "KHR_texture_transform",
)  # fmt: skip
