"""Where we and the Khronos validator differ for a reason: a predicate each, by the name that the docs give it.

What no predicate explains is a fault. Predicates look at the file themselves, and ask neither validator.
"""

from __future__ import annotations

import base64
import re
import struct
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from .cases import Case, Difference, value_at
from .extension_differences import DATA_CODES, supported_extensions
from .image_faults import contradicts_format

RESOURCE_CODES = (
    *DATA_CODES, "BUFFER_BYTE_LENGTH_MISMATCH", "BUFFER_GLB_CHUNK_TOO_BIG", "BUFFER_MISSING_GLB_DATA", "IMAGE_DATA_",
    "IMAGE_FEATURES_", "IMAGE_MIME_TYPE_INVALID", "IMAGE_NON_ENABLED_", "IMAGE_NPOT_", "IMAGE_UNEXPECTED_EOS",
    "IMAGE_UNRECOGNIZED_", "IO_ERROR", "TEXTURE_INVALID_IMAGE_MIME_TYPE",
)  # fmt: skip
"""How codes begin that are about the bytes of buffers and images."""

SKINNING = re.compile("(JOINTS|WEIGHTS)_[0-9]")
SKINNING_CODES = ("ACCESSOR_JOINTS_", "ACCESSOR_WEIGHTS_")

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


known(supported_extensions)


@known
def skinned_meshes_below_others(case: Case) -> Iterator[Difference]:
    for place in case.less:
        if place[:2] == ("NODE_SKINNED_MESH_NON_ROOT", 1):
            node = "/nodes/" + str(place[2]).rpartition("/nodes/")[2]  # of pointers to nothing as well
            yield "theirs", place
            yield "ours", ("NODE_SKINNED_MESH_NON_ROOT", 2, node)
            yield "ours", ("NODE_SKINNED_MESH_PARENT_TRANSFORMS", 1, node)
            yield "ours", ("NODE_SKINNED_MESH_PARENT_TRANSFORMS", 0, node)


@known
def absolute_uris(case: Case) -> Iterator[Difference]:
    refused = {place[2] for place in case.ours if place[0] in ("NON_RELATIVE_URI", "FORGE3D_RESOURCE_REFUSED")}
    for place in case.less:
        if place[0] == "IO_ERROR" and place[2] in refused:
            yield "theirs", place


@known
def pointers_to_nothing(case: Case) -> Iterator[Difference]:
    for lost in case.less:
        pointer = str(lost[2])
        if pointer.startswith("/animations/") and value_at(case.document, pointer.rpartition("/")[0]) is None:
            same = [place for place in case.ours if place[:2] == lost[:2] and _is_within(str(place[2]), pointer)]
            if same:
                yield "theirs", lost
            for place in same:
                yield "ours", place


def _is_within(pointer: str, longer: str) -> bool:
    """Whether a pointer is another one with steps left out."""
    steps = iter(longer.split("/"))
    return all(step in steps for step in pointer.split("/"))


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
            for lost in case.less:  # the same with the pointer of `pointers_to_nothing`
                is_astray = str(lost[2]).startswith("/animations/") and str(lost[2]).endswith(f"/nodes/{number}")
                if lost[0] == "NODE_SKIN_NO_SCENE" and is_astray:
                    yield "theirs", lost


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
    skinning = {pointer.rpartition("/")[0] for pointer in wrong if SKINNING.match(pointer.rpartition("/")[2])}
    for place in case.less:
        if place[0].startswith(SKINNING_CODES) and str(place[2]).rpartition("/")[0] in skinning:
            yield "theirs", place


@known
def data_past_their_buffer_view(case: Case) -> Iterator[Difference]:
    beyond = {str(place[2]).removesuffix("/byteOffset") for place in case.theirs if place[0] == "ACCESSOR_TOO_LONG"}
    for place in case.less:
        pointer = str(place[2])
        if place[0].startswith("ACCESSOR_SPARSE_INDICES_") and f"{pointer}/indices" in beyond:
            yield "theirs", place
        if place[0].startswith(SKINNING_CODES):
            attributes = value_at(case.document, pointer.rpartition("/")[0])
            if beyond & {f"/accessors/{attributes[name]}" for name in attributes if SKINNING.match(name)}:
                yield "theirs", place


@known
def extensions_of_incomplete_objects(case: Case) -> Iterator[Difference]:
    incomplete = {place[2] for place in case.theirs if place[0] == "UNDEFINED_PROPERTY"}
    incomplete |= {str(place[2]).rpartition("/")[0] for place in case.theirs if place[1] == 0}  # one is of no use
    for place in case.more:
        owner = str(place[2]).partition("/extensions/")[0]
        if place[0] in ("UNEXPECTED_EXTENSION_OBJECT", "UNDECLARED_EXTENSION") and owner in incomplete:
            yield "ours", place
