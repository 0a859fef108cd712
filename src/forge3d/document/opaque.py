"""Extensions that forge3d carries without modelling them, and where they point to.

`INDEX_PATHS` declares, for each such extension and the kind of object it stands on, which JSON paths hold indices. The
reader puts the object in place of each index and the writer puts its new index back, so lists may change freely. `*`
stands for every entry of an array or object; a path may end in it.

An extension that is in no table is opaque: it may point anywhere, so a document that holds one keeps its numbering (see
`document.pinning`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .material import LAYERS

Replace = Callable[[Any, str], Any]
"""`replace(entry, kind)` gives what stands in place of an index of `kind`, or of a reference."""

INDEX_PATHS: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {
    # extension → kind of owner ("*": any) → (path, kind of what it points to)
    "AGI_articulations": {},
    "AGI_stk_metadata": {},
    "CESIUM_primitive_outline": {"primitives": (("indices", "accessors"),)},
    "CESIUM_RTC": {},
    "CESIUM_tile_edges": {"primitives": (("left", "accessors"), ("right", "accessors"))},
    "EXT_feature_metadata": {
        "*": (
            ("featureTables/*/properties/*/bufferView", "bufferViews"),
            ("featureTables/*/properties/*/arrayOffsetBufferView", "bufferViews"),
            ("featureTables/*/properties/*/stringOffsetBufferView", "bufferViews"),
            ("featureTextures/*/properties/*/texture/index", "textures"),
            ("featureIdTextures/*/featureIds/texture/index", "textures"),
        )
    },
    "EXT_instance_features": {},
    "EXT_lights_ies": {"root": (("lights/*/bufferView", "bufferViews"),)},
    "EXT_lights_image_based": {"root": (("lights/*/specularImages/*/*", "images"),)},
    "EXT_mesh_features": {"primitives": (("featureIds/*/texture/index", "textures"),)},
    "EXT_mesh_manifold": {
        "meshes": (
            ("manifoldPrimitive/indices", "accessors"),
            ("manifoldPrimitive/attributes/*", "accessors"),
            ("mergeIndices", "accessors"),
            ("mergeValues", "accessors"),
        )
    },
    "EXT_structural_metadata": {
        "root": (
            ("propertyTables/*/properties/*/values", "bufferViews"),
            ("propertyTables/*/properties/*/arrayOffsets", "bufferViews"),
            ("propertyTables/*/properties/*/stringOffsets", "bufferViews"),
            ("propertyTextures/*/properties/*/index", "textures"),
        )
    },
    # A texture may name several encodings of its picture; `Texture.image` is one, the others stay here.
    "EXT_texture_avif": {"textures": (("source", "images"),)},
    "EXT_texture_webp": {"textures": (("source", "images"),)},
    "FB_geometry_metadata": {},
    "GODOT_single_root": {},
    "GOOGLE_backgrounds": {},
    "GOOGLE_camera_settings": {},
    "KHR_audio": {"root": (("audio/*/bufferView", "bufferViews"),)},
    "KHR_gaussian_splatting": {
        "primitives": (("extensions/KHR_gaussian_splatting_compression_spz_2/bufferView", "bufferViews"),)
    },
    "KHR_texture_basisu": {"textures": (("source", "images"),)},
    "KHR_xmp": {},
    "MSFT_lod": {"nodes": (("ids/*", "nodes"),), "materials": (("ids/*", "materials"),)},
    "MSFT_packing_normalRoughnessMetallic": {"materials": (("normalRoughnessMetallicTexture/index", "textures"),)},
    "MSFT_packing_occlusionRoughnessMetallic": {
        "materials": (
            ("occlusionRoughnessMetallicTexture/index", "textures"),
            ("roughnessMetallicOcclusionTexture/index", "textures"),
            ("normalTexture/index", "textures"),
        )
    },
    "MSFT_texture_dds": {"textures": (("source", "images"),)},
}


TYPED = frozenset(
    {
        "EXT_mesh_gpu_instancing", "EXT_meshopt_compression", "KHR_animation_pointer", "KHR_draco_mesh_compression",
        "KHR_lights_punctual", "KHR_materials_variants", "KHR_meshopt_compression", "KHR_node_visibility",
        "KHR_texture_transform", "KHR_xmp_json_ld",
    }
    | {layer.extension for layer in LAYERS.values()}
)  # fmt: skip
"""Extensions that are fields of the model."""

FORMATS = frozenset({"EXT_texture_avif", "EXT_texture_webp", "KHR_mesh_quantization", "KHR_texture_basisu"})
"""Extensions that allow a format of data."""


def understood(extension: str) -> bool:
    """Whether forge3d knows the extension, as a part of the model or by its indices."""
    return extension in TYPED or extension in FORMATS or extension in INDEX_PATHS


def known(extension: str) -> bool:
    """Whether the extension's indices are declared, so that it does not pin the document's numbering."""
    return extension in INDEX_PATHS


def replaced(extension: str, owner_kind: str, json: Any, replace: Replace) -> Any:
    """A copy of the extension's JSON with every index (or reference) passed through `replace`."""
    owners = INDEX_PATHS.get(extension, {})
    for path, kind in owners.get(owner_kind, owners.get("*", ())):
        json = _along(json, path.split("/"), kind, replace)
    return json


def _along(json: Any, path: list[str], kind: str, replace: Replace) -> Any:
    """`json` with what stands at `path` replaced. What does not have the declared shape is left as it is."""
    if not path:
        return replace(json, kind)
    step, rest = path[0], path[1:]
    if step == "*" and isinstance(json, list):
        return [_along(entry, rest, kind, replace) for entry in json]
    if isinstance(json, dict):
        names = json if step == "*" else (step,) if step in json else ()
        return {**json, **{name: _along(json[name], rest, kind, replace) for name in names}}
    return json
