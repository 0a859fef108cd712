"""A file with every kind of object and every extension; extras and extensions on each object that may have them."""

from __future__ import annotations

from typing import Any

import numpy as np

from forge3d.document.material import LAYERS

from .build import PIXEL, packed

EXTENSIONS = [
    *(layer.extension for layer in LAYERS.values()),
    "CESIUM_primitive_outline", "EXT_instance_features", "EXT_lights_image_based", "EXT_mesh_features",
    "EXT_mesh_gpu_instancing", "EXT_structural_metadata", "EXT_texture_webp", "FB_geometry_metadata",
    "KHR_animation_pointer", "KHR_lights_punctual", "KHR_materials_variants", "KHR_node_visibility",
    "KHR_texture_basisu", "KHR_texture_transform", "KHR_xmp_json_ld", "MSFT_lod", "MSFT_texture_dds",
]  # fmt: skip

_count = 0


def marked(json: dict[str, Any]) -> dict[str, Any]:
    """`json` with extras, and an extension that points to nothing, both different each time."""
    global _count
    _count += 1
    extensions = {**json.get("extensions", {}), "FB_geometry_metadata": {"mark": _count}}
    return {**json, "extensions": extensions, "extras": {"mark": _count, "nested": [None, True, {"x": 1.5}]}}


def info(index: int, **more: Any) -> dict[str, Any]:
    return marked({"index": index, **more})


def material() -> dict[str, Any]:
    layers = {
        "KHR_materials_anisotropy": {"anisotropyStrength": 0.5, "anisotropyRotation": 1, "anisotropyTexture": info(0)},
        "KHR_materials_clearcoat": {
            "clearcoatFactor": 0.5, "clearcoatTexture": info(0), "clearcoatRoughnessFactor": 0.25,
            "clearcoatRoughnessTexture": info(1), "clearcoatNormalTexture": info(2, scale=0.5),
        },
        "KHR_materials_diffuse_transmission": {
            "diffuseTransmissionFactor": 0.5, "diffuseTransmissionTexture": info(0),
            "diffuseTransmissionColorFactor": [0.5, 0.25, 0], "diffuseTransmissionColorTexture": info(1),
        },
        "KHR_materials_dispersion": {"dispersion": 0.75},
        "KHR_materials_emissive_strength": {"emissiveStrength": 5},
        "KHR_materials_ior": {"ior": 1.25},
        "KHR_materials_iridescence": {
            "iridescenceFactor": 1, "iridescenceTexture": info(0), "iridescenceIor": 1.5,
            "iridescenceThicknessMinimum": 200, "iridescenceThicknessMaximum": 500,
            "iridescenceThicknessTexture": info(1),
        },
        "KHR_materials_sheen": {
            "sheenColorFactor": [1, 0.5, 0], "sheenColorTexture": info(0), "sheenRoughnessFactor": 0.5,
            "sheenRoughnessTexture": info(1),
        },
        "KHR_materials_specular": {
            "specularFactor": 0.5, "specularTexture": info(0), "specularColorFactor": [1, 2, 3],
            "specularColorTexture": info(1),
        },
        "KHR_materials_pbrSpecularGlossiness": {
            "diffuseFactor": [0.5, 0.5, 0.5, 1], "diffuseTexture": info(0), "specularFactor": [0, 0, 0],
            "glossinessFactor": 0.5, "specularGlossinessTexture": info(1),
        },
        "KHR_materials_transmission": {"transmissionFactor": 0.5, "transmissionTexture": info(0)},
        "KHR_materials_unlit": {},
        "KHR_materials_volume": {
            "thicknessFactor": 0.5, "thicknessTexture": info(0), "attenuationDistance": 2,
            "attenuationColor": [0.5, 0.5, 1],
        },
        "KHR_materials_volume_scatter": {"multiscatterColor": [0.5, 0.5, 0], "scatterAnisotropy": -0.5},
    }  # fmt: skip
    transform = marked({"offset": [0.5, 0.25], "rotation": 0.5, "scale": [2, 3], "texCoord": 5})
    return marked(
        {
            "name": "all layers",
            "pbrMetallicRoughness": marked(
                {
                    "baseColorFactor": [1, 0.5, 0.25, 0.125],
                    "baseColorTexture": info(0, texCoord=3, extensions={"KHR_texture_transform": transform}),
                    "metallicFactor": 0.5,
                    "roughnessFactor": 0,
                    "metallicRoughnessTexture": info(1),
                }
            ),
            "normalTexture": info(2, scale=-0.5),
            "occlusionTexture": info(0, strength=0.5),
            "emissiveTexture": info(1),
            "emissiveFactor": [1, 0.5, 0],
            "alphaMode": "MASK",
            "alphaCutoff": 0.25,
            "doubleSided": True,
            "extensions": {name: marked(layer) for name, layer in layers.items()},
        }
    )


def pointer(path: str) -> dict[str, Any]:
    extension = marked({"pointer": path})
    return marked({"path": "pointer", "extensions": {"KHR_animation_pointer": extension}})


def everything() -> dict[str, Any]:
    """The root, in the form that the writer gives it, without buffers and buffer views."""
    global _count
    _count = 0
    packet = {"KHR_xmp_json_ld": {"packet": 0}}
    pointers = [
        "/nodes/2/translation", "/materials/1/pbrMetallicRoughness/baseColorFactor", "/meshes/0/weights/0",
        "/cameras/0/perspective/yfov", "/extensions/KHR_lights_punctual/lights/0/intensity", "/nodes/1",
        "/extensions/EXT_lights_image_based/lights/0/intensity",
    ]  # fmt: skip
    return {
        "asset": marked(
            {"version": "2.0", "minVersion": "2.0", "generator": "test", "copyright": "us", "extensions": packet}
        ),
        "scene": 1,
        "scenes": [
            marked({"nodes": [0]}),
            marked(
                {
                    "name": "second",
                    "nodes": [3],
                    "extensions": {"EXT_lights_image_based": {"light": 0}, **packet},
                }
            ),
        ],
        "nodes": [
            marked(
                {
                    "name": "root",
                    "children": [1, 2],
                    "translation": [1, 2, 3],
                    "rotation": [0, 0, 0, 1][::-1],
                    "scale": [2, 2, 2],
                    "extensions": {"KHR_node_visibility": {"visible": False, "extras": 1}, **packet},
                }
            ),
            marked({"mesh": 0, "skin": 0, "weights": [0.5, 0.25]}),
            marked(
                {
                    "mesh": 0,
                    "camera": 0,
                    "matrix": [*range(12), 0, 0, 0, 1],
                    "extensions": {
                        "EXT_mesh_gpu_instancing": marked({"attributes": {"TRANSLATION": 8, "_ID": 4}}),
                        "MSFT_lod": {"ids": [4, 3]},
                    },
                }
            ),
            {"camera": 1, "extensions": {"KHR_lights_punctual": {"light": 0, "extras": "kept"}}},
            {"name": "lower level", "extensions": {"EXT_instance_features": {"featureIds": [{"featureCount": 1}]}}},
        ],
        "cameras": [
            marked({"name": "eye", "type": "perspective", "perspective": marked({"yfov": 1, "znear": 0.5})}),
            {
                "type": "orthographic",
                "orthographic": marked({"xmag": 1, "ymag": 2, "znear": 0, "zfar": 10}),
            },
        ],
        "meshes": [
            marked(
                {
                    "name": "mesh",
                    "primitives": [
                        marked(
                            {
                                "attributes": {
                                    "POSITION": 0, "NORMAL": 1, "TEXCOORD_0": 3, "TEXCOORD_5": 3, "JOINTS_0": 4,
                                    "WEIGHTS_0": 5, "_FEATURE_ID_0": 6,
                                },
                                "indices": 7,
                                "material": 0,
                                "targets": [{"POSITION": 1}, {"POSITION": 0, "NORMAL": 1}],
                                "extensions": {
                                    "KHR_materials_variants": {
                                        "mappings": [marked({"material": 1, "variants": [0, 1], "name": "blue"})],
                                        "extras": "kept",
                                    },
                                    "EXT_mesh_features": {
                                        "featureIds": [
                                            {"featureCount": 2, "attribute": 0},
                                            {"featureCount": 2, "texture": {"index": 2, "texCoord": 0}},
                                        ]
                                    },
                                    "CESIUM_primitive_outline": {"indices": 7},
                                },
                            }
                        ),
                        {"attributes": {"POSITION": 0}, "mode": 1},
                    ],
                    "weights": [1, 0],
                    "extensions": packet,
                }
            )
        ],
        "materials": [
            material(),
            marked({"name": "plain", "alphaMode": "BLEND", "extensions": {"MSFT_lod": {"ids": [0]}}}),
        ],
        "textures": [
            marked({"name": "t", "sampler": 0, "source": 0}),
            {
                "source": 0,
                "extensions": {"EXT_texture_webp": {"source": 1, "extras": 7}, "MSFT_texture_dds": {"source": 2}},
            },
            {"extensions": {"KHR_texture_basisu": {"source": 2}}},
        ],
        "images": [
            marked({"name": "png", "mimeType": "image/png", "bufferView": 90}),
            {"mimeType": "image/webp", "bufferView": 91},
            {"mimeType": "image/ktx2", "bufferView": 92},
        ],
        "samplers": [marked({"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33648}), {}],
        "skins": [
            marked({"name": "bones", "inverseBindMatrices": 9, "skeleton": 0, "joints": [1, 2]}),
            {"joints": [0]},
        ],
        "animations": [
            marked(
                {
                    "name": "move",
                    "channels": [
                        marked({"sampler": 0, "target": marked({"node": 0, "path": "translation"})}),
                        {"sampler": 1, "target": {"node": 0, "path": "rotation"}},
                        {"sampler": 3, "target": {"node": 1, "path": "weights"}},
                        *(
                            {"sampler": 0 if path.endswith("translation") else 2, "target": pointer(path)}
                            for path in pointers
                        ),
                    ],
                    "samplers": [
                        marked({"input": 10, "output": 1, "interpolation": "STEP"}),
                        {"input": 10, "output": 11, "interpolation": "CUBICSPLINE"},
                        {"input": 10, "output": 10},
                        {"input": 10, "output": 12},
                    ],
                }
            )
        ],
        "extensions": {
            "KHR_lights_punctual": {
                "lights": [
                    marked(
                        {
                            "name": "lamp", "type": "spot", "color": [1, 0.5, 0], "intensity": 3, "range": 4,
                            "spot": marked({"innerConeAngle": 0.25, "outerConeAngle": 0.5}),
                        }
                    ),
                    {"type": "point"},
                ],
                "extras": "kept",
            },
            "KHR_materials_variants": {"variants": [marked({"name": "red"}), {"name": "blue"}]},
            "KHR_xmp_json_ld": {"packets": [{"@context": {"dc": "http://purl.org/dc/elements/1.1/"}, "dc:title": "x"}]},
            "EXT_lights_image_based": {"lights": [{"intensity": 1, "specularImages": [[0, 1, 2]]}]},
            "EXT_structural_metadata": {
                "schema": {"id": "s"},
                "propertyTables": [
                    {"class": "c", "count": 2, "properties": {"p": {"values": 93, "stringOffsets": 94}}}
                ],
                "propertyTextures": [{"class": "c", "properties": {"q": {"index": 1, "channels": [0]}}}],
            },
        },
        "extras": {"root": True},
    }  # fmt: skip


def arrays() -> list[tuple[np.ndarray[Any, Any], str, bool]]:
    """The accessors: elements, glTF type, normalized."""
    times = np.array([0, 1, 2], np.float32)
    quaternions = np.tile(np.array([0, 0, 0, 1], np.float32), (9, 1))
    triangle = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
    return [
        (triangle, "VEC3", False),
        (np.eye(3, dtype=np.float32), "VEC3", False),
        (np.arange(3, dtype=np.uint16), "SCALAR", False),  # used by nothing
        (np.arange(6, dtype=np.uint16).reshape(3, 2), "VEC2", True),
        (np.zeros((3, 4), np.uint8), "VEC4", False),
        (np.tile(np.array([255, 0, 0, 0], np.uint8), (3, 1)), "VEC4", True),
        (np.arange(3, dtype=np.float32), "SCALAR", False),
        (np.array([0, 1, 2], np.uint16), "SCALAR", False),
        (triangle + 1, "VEC3", False),
        (np.tile(np.eye(4, dtype=np.float32), (2, 1, 1)), "MAT4", False),
        (times, "SCALAR", False),
        (quaternions[:9], "VEC4", False),
        (np.arange(6, dtype=np.float32), "SCALAR", False),
    ]


def everything_file() -> bytes:
    """The GLB of `everything`."""
    root, data, views, accessors = everything(), b"", [], []
    blobs = {90: PIXEL, 91: b"RIFF\0\0\0\0WEBP", 92: b"\xabKTX 20\xbb\r\n\x1a\n", 93: b"12345678", 94: b"9"}
    codes = {"b": 5120, "B": 5121, "h": 5122, "H": 5123, "I": 5125, "f": 5126}

    def view(content: bytes) -> int:
        nonlocal data
        data += bytes(-len(data) % 8)
        views.append({"buffer": 0, "byteOffset": len(data), "byteLength": len(content)})
        data += content
        return len(views) - 1

    for number, (array, kind, normalized) in enumerate(arrays()):
        json = {"bufferView": view(array.tobytes()), "componentType": codes[array.dtype.char], "count": len(array)}
        json |= {"type": kind, "name": f"accessor {number}", "extras": {"number": number}}
        accessors.append({**json, "normalized": True} if normalized else json)
    accessors[10] |= {"min": [0], "max": [2]}
    accessors[0] |= {"min": [0, 0, 0], "max": [1, 1, 0]}
    accessors[1] |= {"min": [0, 0, 0], "max": [1, 1, 1]}
    numbers = {number: view(content) for number, content in blobs.items()}
    for image in root["images"]:
        image["bufferView"] = numbers[image["bufferView"]]
    table = root["extensions"]["EXT_structural_metadata"]["propertyTables"][0]["properties"]["p"]
    table |= {key: numbers[table[key]] for key in ("values", "stringOffsets")}
    return packed({"extensionsUsed": EXTENSIONS, **root, "accessors": accessors, "bufferViews": views}, data)
