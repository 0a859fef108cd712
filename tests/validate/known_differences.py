"""Where we and the Khronos validator differ for a reason: a predicate each, by the name that the docs give it.

What no predicate explains is a fault. Predicates look at the file themselves, and ask neither validator.
"""

from __future__ import annotations

import base64
import re
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from forge3d.validate.extensions import EXTENSIONS

from .image_faults import contradicts_format

Place = tuple[str, int, str | int | None]
"""Code, severity, pointer or offset."""
Difference = tuple[str, Place]
"""Who alone says it ("ours", "theirs"), and what."""

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
RESOURCE_CODES = (
    *DATA_CODES, "BUFFER_BYTE_LENGTH_MISMATCH", "BUFFER_GLB_CHUNK_TOO_BIG", "BUFFER_MISSING_GLB_DATA", "IMAGE_DATA_",
    "IMAGE_FEATURES_", "IMAGE_MIME_TYPE_INVALID", "IMAGE_NON_ENABLED_", "IMAGE_NPOT_", "IMAGE_UNEXPECTED_EOS",
    "IMAGE_UNRECOGNIZED_", "IO_ERROR", "TEXTURE_INVALID_IMAGE_MIME_TYPE",
)  # fmt: skip
"""How codes begin that are about the bytes of buffers and images."""


@dataclass(frozen=True)
class Case:
    """A file and what both say of it. `image(number)` gives an image's bytes, None where there are none."""

    data: bytes
    document: Any
    ours: set[Place]
    theirs: set[Place]
    image: Callable[[int], bytes | None]

    @cached_property
    def more(self) -> set[Place]:
        return self.ours - self.theirs

    @cached_property
    def less(self) -> set[Place]:
        return self.theirs - self.ours

    def objects(self, name: str) -> list[dict[str, Any]]:
        """The root's list `name`, an empty object for what is none."""
        entries = self.document.get(name) if isinstance(self.document, dict) else None
        return [entry if isinstance(entry, dict) else {} for entry in entries] if isinstance(entries, list) else []


Known = Callable[[Case], Iterator[Difference]]
KNOWN: dict[str, Known] = {}


def known(function: Known) -> Known:
    KNOWN[function.__name__.replace("_", "-")] = function
    return function


def unexplained(case: Case) -> tuple[set[Difference], Counter[str]]:
    """The differences without a reason, and how many differences each reason explains."""
    rest = {("ours", place) for place in case.more} | {("theirs", place) for place in case.less}
    used: Counter[str] = Counter()
    for name, explains in KNOWN.items():
        if not rest:
            break
        found = rest & set(explains(case))
        used[name] += len(found)
        rest -= found
    return rest, used


@known
def rules_of_our_own(case: Case) -> Iterator[Difference]:
    for place in case.more:
        if place[0].startswith("FORGE3D_"):
            yield "ours", place


@known
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
    return value if type(value) is int else None


@known
def skinned_meshes_below_others(case: Case) -> Iterator[Difference]:
    for place in case.less:
        if place[:2] == ("NODE_SKINNED_MESH_NON_ROOT", 1):
            yield "theirs", place
            yield "ours", ("NODE_SKINNED_MESH_NON_ROOT", 2, place[2])
            yield "ours", ("NODE_SKINNED_MESH_PARENT_TRANSFORMS", 1, place[2])
            yield "ours", ("NODE_SKINNED_MESH_PARENT_TRANSFORMS", 0, place[2])


@known
def absolute_uris(case: Case) -> Iterator[Difference]:
    refused = {place[2] for place in case.ours if place[0] in ("NON_RELATIVE_URI", "FORGE3D_RESOURCE_REFUSED")}
    for place in case.less:
        if place[0] == "IO_ERROR" and place[2] in refused:
            yield "theirs", place


@known
def pointers_to_nothing(case: Case) -> Iterator[Difference]:
    for lost in case.less:
        if str(lost[2]).startswith("/animations/") and not leads_somewhere(case.document, str(lost[2])):
            same = [place for place in case.ours if place[:2] == lost[:2] and _is_within(str(place[2]), str(lost[2]))]
            if same:
                yield "theirs", lost
            for place in same:
                yield "ours", place


def _is_within(pointer: str, longer: str) -> bool:
    """Whether a pointer is another one with steps left out."""
    steps = iter(longer.split("/"))
    return all(step in steps for step in pointer.split("/"))


def leads_somewhere(document: Any, pointer: str) -> bool:
    """Whether the object that holds what `pointer` names is in the document."""
    return value_at(document, pointer.rpartition("/")[0], _NOTHING) is not _NOTHING


_NOTHING = object()


def value_at(document: Any, pointer: str, otherwise: Any = None) -> Any:
    """What a JSON pointer names in the document, `otherwise` where that is nothing."""
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        try:
            document = document[int(key)] if isinstance(document, list) else document[key]
        except (KeyError, IndexError, ValueError, TypeError):
            return otherwise
    return document


@known
def joints_without_a_common_root(case: Case) -> Iterator[Difference]:
    parents = {
        child: number
        for number, node in enumerate(case.objects("nodes"))
        for child in (node["children"] if isinstance(node.get("children"), list) else ())
        if isinstance(child, int)
    }
    apart: list[int] = []
    for number, skin in enumerate(case.objects("skins")):
        joints = skin.get("joints")
        roots = (
            {_root(joint, parents) for joint in joints if isinstance(joint, int)} if isinstance(joints, list) else ()
        )
        if len(roots) > 1:
            apart.append(number)
            yield "ours", ("SKIN_NO_COMMON_ROOT", 0, f"/skins/{number}/joints")
            yield "ours", ("SKIN_SKELETON_INVALID", 0, f"/skins/{number}/skeleton")
    for number, node in enumerate(case.objects("nodes")):
        if node.get("skin") in apart:
            yield "theirs", ("NODE_SKIN_NO_SCENE", 0, f"/nodes/{number}")


def _root(node: int, parents: dict[int, int]) -> int:
    seen = set[int]()
    while node in parents and node not in seen:
        seen.add(node)
        node = parents[node]
    return node


@known
def images_against_their_format(case: Case) -> Iterator[Difference]:
    for number in range(len(case.objects("images"))):
        pointer = f"/images/{number}"
        here = [(who, place) for who, places in (("ours", case.more), ("theirs", case.less)) for place in places]
        at = (pointer, f"{pointer}/uri", f"{pointer}/bufferView")
        here = [(who, place) for who, place in here if place[0].startswith("IMAGE_") and place[2] in at]
        data = case.image(number) if here else None
        if data is not None and contradicts_format(data):
            yield from here


@known
def halves_of_surrogate_pairs(case: Case) -> Iterator[Difference]:
    for place in case.less:
        if isinstance(place[2], str) and re.search("[\ud800-\udfff]", place[2]):
            yield "theirs", place
            yield "ours", (*place[:2], re.sub("[\ud800-\udfff]", "\ufffd", place[2]))


@known
def spare_bits_of_base64(case: Case) -> Iterator[Difference]:
    uris = [entry.get("uri") for name in ("buffers", "images") for entry in case.objects(name)]
    if ("INVALID_JSON", 0, "") in case.less and any(_has_spare_bits(uri) for uri in uris if isinstance(uri, str)):
        yield "theirs", ("INVALID_JSON", 0, "")
        for place in case.more:
            yield "ours", place


def _has_spare_bits(uri: str) -> bool:
    """Whether base64 ends in bits that belong to no byte and are not zero, so that it is not what encoding gives."""
    body = re.sub("%3[Dd]", "=", uri.partition(";base64,")[2]).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        again = base64.b64encode(base64.b64decode(body + "=" * (-len(body) % 4), validate=True)).decode()
    except ValueError:
        return False
    return again.rstrip("=") != body


@known
def empty_last_chunks(case: Case) -> Iterator[Difference]:
    if case.data[:4] == b"glTF" and case.data[-8:-4] == struct.pack("<I", 0):
        for place in case.more:
            if place[0].startswith(("GLB_LENGTH_MISMATCH", "INVALID_JSON", *RESOURCE_CODES)):
                yield "ours", place


@known
def keys_that_are_numbers(case: Case) -> Iterator[Difference]:
    for who, places in (("ours", case.more), ("theirs", case.less)):
        for place in places:
            above = value_at(case.document, str(place[2]).rpartition("/")[0])
            if place[0] == "MESH_PRIMITIVE_UNEQUAL_ACCESSOR_COUNT" and any(str(key).isdigit() for key in above or ()):
                yield who, place


@known
def root_keys_that_begin_with_a_slash(case: Case) -> Iterator[Difference]:
    for key in case.document if isinstance(case.document, dict) else ():
        if key.startswith("/"):
            yield "ours", ("UNEXPECTED_PROPERTY", 1, "/" + key.replace("~", "~0").replace("/", "~1"))
            yield "theirs", ("UNEXPECTED_PROPERTY", 1, key)


@known
def sheared_matrices(case: Case) -> Iterator[Difference]:
    for number, node in enumerate(case.objects("nodes")):
        place = ("NODE_MATRIX_NON_TRS", 0, f"/nodes/{number}/matrix")
        if place in case.more | case.less:
            axes = np.array(node["matrix"], np.float64).reshape(4, 4)[:3, :3]
            with np.errstate(invalid="ignore", divide="ignore"):
                axes /= np.linalg.norm(axes, axis=1)[:, None]
            sheared = bool(np.abs(axes @ axes.T - np.eye(3)).max() > 1e-3)
            yield ("ours" if sheared else "theirs"), place


@known
def partly_skinned_meshes(case: Case) -> Iterator[Difference]:
    for place in case.more:
        if place[0] == "NODE_SKIN_WITH_NON_SKINNED_MESH":
            mesh = (value_at(case.document, str(place[2])) or {}).get("mesh")
            primitives = value_at(case.document, f"/meshes/{mesh}/primitives") or ()
            named = [entry.get("attributes") for entry in primitives if isinstance(entry, dict)]
            if len({"JOINTS_0" in (attributes or ()) for attributes in named}) == 2:
                yield "ours", place


@known
def data_of_forbidden_formats(case: Case) -> Iterator[Difference]:
    wrong = {str(place[2]) for place in case.theirs if place[0] == "MESH_PRIMITIVE_ATTRIBUTES_ACCESSOR_INVALID_FORMAT"}
    skinning = {pointer.rpartition("/")[0] for pointer in wrong if re.search("/(JOINTS|WEIGHTS)_[0-9]+$", pointer)}
    for place in case.less:
        of_skinning = place[0].startswith(("ACCESSOR_JOINTS_", "ACCESSOR_WEIGHTS_"))
        if of_skinning and str(place[2]).rpartition("/")[0] in skinning:
            yield "theirs", place


@known
def extensions_of_incomplete_objects(case: Case) -> Iterator[Difference]:
    incomplete = {place[2] for place in case.theirs if place[0] == "UNDEFINED_PROPERTY"}
    for place in case.more:
        owner = str(place[2]).partition("/extensions/")[0]
        if place[0] in ("UNEXPECTED_EXTENSION_OBJECT", "UNDECLARED_EXTENSION") and owner in incomplete:
            yield "ours", place
