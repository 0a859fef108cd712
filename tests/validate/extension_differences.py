"""Where we and the Khronos validator differ because we know more extensions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from forge3d.validate.extensions import EXTENSIONS

from .cases import Case, Difference, value_at

KHRONOS_EXTENSIONS = {
    "EXT_texture_webp", "KHR_animation_pointer", "KHR_lights_punctual", "KHR_materials_anisotropy",
    "KHR_materials_clearcoat", "KHR_materials_dispersion", "KHR_materials_emissive_strength", "KHR_materials_ior",
    "KHR_materials_iridescence", "KHR_materials_pbrSpecularGlossiness", "KHR_materials_sheen",
    "KHR_materials_specular", "KHR_materials_transmission", "KHR_materials_unlit", "KHR_materials_variants",
    "KHR_materials_volume", "KHR_mesh_quantization", "KHR_texture_transform",
}  # fmt: skip
"""Of the npm release 2.0.0-dev.3.10."""
OUR_EXTENSIONS = EXTENSIONS.keys() - KHRONOS_EXTENSIONS
OUR_IMAGES = {"image/ktx2", "image/avif"}
DATA_CODES = (
    "ACCESSOR_ANIMATION_INPUT_N", "ACCESSOR_ANIMATION_SAMPLER_OUTPUT_NON_NORMALIZED", "ACCESSOR_ELEMENT_OUT_OF_",
    "ACCESSOR_INDEX_", "ACCESSOR_INVALID_FLOAT", "ACCESSOR_INVALID_IBM", "ACCESSOR_INVALID_SIGN", "ACCESSOR_JOINTS_",
    "ACCESSOR_MAX_", "ACCESSOR_MIN_", "ACCESSOR_NON_CLAMPED", "ACCESSOR_SPARSE_IND", "ACCESSOR_VECTOR3_NON_UNIT",
    "ACCESSOR_WEIGHTS_",
)  # fmt: skip
"""How codes begin that are about the numbers of accessors."""


def supported_extensions(case: Case) -> Iterator[Difference]:
    held = _held_by_extensions(case)
    for who, places in (("theirs", case.less), ("ours", case.more)):
        for place in places:
            code, _, pointer = place
            if not isinstance(pointer, str):
                continue
            is_held = _accessor_at(case.document, pointer) in held or pointer in held
            known = _said_without_support if who == "theirs" else _said_with_support
            if (code.startswith(DATA_CODES) and is_held) or known(case, code, pointer):
                yield who, place


def _said_without_support(case: Case, code: str, pointer: str) -> bool:
    """Whether an issue comes from not knowing an extension that we know."""
    value = value_at(case.document, pointer)
    if code == "UNSUPPORTED_EXTENSION":
        return value in OUR_EXTENSIONS
    if code == "VALUE_NOT_IN_LIST":
        return pointer.endswith("/mimeType") and value in OUR_IMAGES
    number = pointer.rpartition("/")[2]
    if code == "IMAGE_UNRECOGNIZED_FORMAT":
        data = case.image(int(number)) or b""
        return data.startswith(b"\xabKTX 20\xbb") or data[4:8] == b"ftyp"
    if code != "UNUSED_OBJECT":
        return False
    extensions = _our_objects(case.document)
    if number.startswith("TEXCOORD_"):  # textures need not say which they use
        return "'index'" in str(extensions)
    return int(number) in _whole_numbers(extensions)


def _said_with_support(case: Case, code: str, pointer: str) -> bool:
    """Whether an issue is about an extension that only we know, or about an object that an unknown one may change."""
    owner = value_at(case.document, pointer.removesuffix("/uri"))
    changed = code.startswith(("NODE_EMPTY", "IO_ERROR", "IMAGE_")) and _names(owner) & OUR_EXTENSIONS
    return bool(changed) or any(f"/extensions/{name}" in pointer for name in OUR_EXTENSIONS)


def _our_objects(value: Any) -> list[Any]:
    """Every object of an extension that only we know, anywhere in a JSON value."""
    if isinstance(value, list):
        return [found for entry in value for found in _our_objects(entry)]
    if not isinstance(value, dict):
        return []
    here = [value["extensions"][name] for name in _names(value) & OUR_EXTENSIONS]
    return here + [found for entry in value.values() for found in _our_objects(entry)]


def _whole_numbers(value: Any) -> set[int]:
    if isinstance(value, dict | list):
        return set().union(*map(_whole_numbers, value.values() if isinstance(value, dict) else value))
    return {int(value)} if type(value) in (int, float) and value == value // 1 else set()


def _held_by_extensions(case: Case) -> set[int | str]:
    """Accessors whose data meshopt or Draco holds; and the places of Draco primitives' attributes."""
    views = [i for i, view in enumerate(case.objects("bufferViews")) if _names(view) & OUR_EXTENSIONS]
    held: set[int | str] = {i for i, entry in enumerate(case.objects("accessors")) if entry.get("bufferView") in views}
    for number, mesh in enumerate(case.objects("meshes")):
        primitives = mesh.get("primitives")
        for place, primitive in enumerate(primitives if isinstance(primitives, list) else ()):
            if isinstance(primitive, dict) and "KHR_draco_mesh_compression" in _names(primitive):
                here = f"/meshes/{number}/primitives/{place}"
                attributes = primitive.get("attributes")
                named = attributes if isinstance(attributes, dict) else {}
                held |= {f"{here}/indices", *(f"{here}/attributes/{name}" for name in named)}
                held |= {entry for entry in (*named.values(), primitive.get("indices")) if type(entry) is int}
    return held


def _names(owner: Any) -> set[str]:
    extensions = owner.get("extensions") if isinstance(owner, dict) else None
    return set(extensions) if isinstance(extensions, dict) else set()


def _accessor_at(document: Any, pointer: str) -> Any:
    """The accessor that a pointer goes into, or names."""
    if found := re.match("/accessors/([0-9]+)", pointer):
        return int(found[1])
    value = value_at(document, pointer)
    return int(value) if type(value) in (int, float) and value == value // 1 else None
