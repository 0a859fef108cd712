"""Broken files that npm gltf-validator passes, one a row of the table in docs/validator-differences.md.

python -m tests.validate.side_by_side writes the table anew.
"""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from tests import peers

from forge3d.gltf.codecs import meshopt
from forge3d.validate import validate

from . import test_instancing, test_pictures, test_pointers
from .payloads import changed, draco_document, draco_extension, grid, meshopt_document, picture, textured, uri
from .test_ktx2 import with_colours
from .test_ktx2_file import FILES, descriptor, with_metadata

DOCS = Path(__file__).parents[2] / "docs" / "validator-differences.md"
BEGIN, END = "<!-- side by side: begin -->\n", "<!-- side by side: end -->\n"
Document = dict[str, Any]


def edited(document: Document, change: Callable[[Document], object]) -> Document:
    change(document)
    return document


def draco(change: Callable[[Document], object]) -> Document:
    return edited(draco_document(), change)


def view(change: dict[str, Any], number: int = 0, name: str = meshopt.EXT) -> Document:
    """A meshopt file whose extension on one buffer view says something else."""
    return edited(meshopt_document(name), lambda d: d["bufferViews"][number]["extensions"][name].update(change))


def ktx2(name: str, offset: int, form: str, value: int) -> Document:
    return textured(changed(FILES[name], offset, form, value))


def dfd(name: str, offset: int, value: int) -> Document:
    return ktx2(name, descriptor(name, offset), "<B", value)


def avif(box: bytes, place: int, value: int) -> Document:
    data = test_pictures.AVIF
    return textured(changed(data, test_pictures.at(data, box, place), "<B", value), "avif")


def cut_payload(document: Document) -> Document:
    """The first buffer filled with zeros in its middle."""
    data = bytearray(base64.b64decode(document["buffers"][0]["uri"].partition(",")[2]))
    data[len(data) // 3 : len(data) // 2] = bytes(len(data) // 2 - len(data) // 3)
    document["buffers"][0]["uri"] = uri(bytes(data))
    return document


def rows() -> Iterator[tuple[str, Document]]:
    """(what is broken, a file that is)."""
    positions, normals, triangles = grid()
    yield "Draco: zeros in the middle of the payload", cut_payload(draco_document())
    yield "Draco: positions far outside their bounds", draco_document(positions=positions * np.float32(3))
    yield (
        "Draco: an accessor that counts three vertices less",
        draco(lambda d: [accessor.update(count=33) for accessor in d["accessors"][:2]]),
    )
    yield "Draco: an accessor of three indices less", draco(lambda d: d["accessors"][2].update(count=147))
    yield (
        "Draco: an id that the payload does not have",
        draco(lambda d: draco_extension(d)["attributes"].update(NORMAL=77)),
    )
    yield (
        "Draco: an attribute that the primitive does not have",
        draco(lambda d: draco_extension(d)["attributes"].update(COLOR_0=1)),
    )
    yield (
        "Draco: positions as normals",
        draco(lambda d: draco_extension(d)["attributes"].update(NORMAL=draco_extension(d)["attributes"]["POSITION"])),
    )
    yield "Draco: lines", draco(lambda d: d["meshes"][0]["primitives"][0].update(mode=1))
    yield "Draco: no uncompressed data, and not required", draco(lambda d: d.pop("extensionsRequired"))
    for name in (meshopt.EXT, meshopt.KHR):
        short = name[:3]
        yield f"meshopt ({short}): zeros in the middle of the payload", cut_payload(meshopt_document(name))
        yield (
            f"meshopt ({short}): normals twice as long as they may be",
            meshopt_document(name, normals=normals * np.float32(2)),
        )
        yield (
            f"meshopt ({short}): an index past the vertices",
            meshopt_document(name, triangles=np.where(triangles == 7, 900, triangles).astype(np.uint32)),
        )
        yield f"meshopt ({short}): an element less than the buffer view has", view({"count": 35}, name=name)
        yield f"meshopt ({short}): a stride of 10", view({"byteStride": 10}, name=name)
        yield f"meshopt ({short}): a filter for other strides", view({"filter": "OCTAHEDRAL"}, name=name)
        yield f"meshopt ({short}): triangles of 149 indices", view({"count": 149}, 2, name)
        yield f"meshopt ({short}): triangles read as indices", view({"mode": "INDICES"}, 2, name)
        yield (
            f"meshopt ({short}): no uncompressed data, and not required",
            edited(meshopt_document(name), lambda d: d.pop("extensionsRequired")),
        )
    yield "meshopt: a payload of KHR's version in EXT", edited(
        meshopt_document(meshopt.KHR),
        lambda d: (
            [owner.update(extensions={meshopt.EXT: owner["extensions"][meshopt.KHR]})
             for owner in (*d["bufferViews"], d["buffers"][1])],
            d.update(extensionsUsed=[meshopt.EXT], extensionsRequired=[meshopt.EXT]),
        ),
    )  # fmt: skip
    yield "KTX2: a cube map", ktx2("rgba-uastc", 36, "<I", 6)
    yield "KTX2: pixels that are not Basis Universal", ktx2("rgba-uastc", 12, "<I", 37)
    yield "KTX2: a side of 18 pixels", ktx2("rgba-uastc", 24, "<I", 18)
    yield "KTX2: UASTC under BasisLZ", ktx2("rgba-uastc", 44, "<I", 1)
    yield "KTX2: a level past the end of the file", ktx2("rgba-uastc", 80, "<Q", 10**6)
    yield "KTX2: a level shorter than its blocks", ktx2("rgba-uastc", 88, "<Q", 464)
    yield "KTX2: levels from the largest to the smallest", ktx2("rgb-zstd", 104, "<Q", 534)
    yield "KTX2: codebooks of another length", ktx2("rgba-etc1s", 72, "<Q", 242)
    yield "KTX2: a Zstandard frame that cannot be read", ktx2("rgb-zstd", 534, "<B", 0)
    yield "KTX2: samples of unknown channels", dfd("rgba-uastc", 31, 9)
    yield "KTX2: premultiplied alpha", dfd("rgba-uastc", 15, 1)
    yield "KTX2: a picture stored upside down", textured(with_metadata((b"KTXorientation", b"ru\0")))
    yield "KTX2: red in every channel by KTXswizzle", textured(with_metadata((b"KTXswizzle", b"rrr1\0")))
    yield "KTX2: a normal map that says sRGB", textured(with_colours(FILES["rgb-zstd"], 1, 2), slot="normalTexture")
    yield "KTX2: a base colour that says linear", textured(with_colours(FILES["rgb-zstd"], 1, 1))
    yield "AVIF: another size than the stream has", avif(b"ispe", 7, 64)
    yield "AVIF: another bit depth than the stream has", avif(b"pixi", 5, 10)
    yield "AVIF: no AV1 stream where one should be", avif(b"mdat", 0, 0xFF)
    yield "AVIF: cut off inside its pixels", textured(test_pictures.AVIF[:-10], "avif")
    yield (
        "WebP: a picture of another size than its canvas",
        textured(changed(picture("RGBA", "webp"), 24, "<B", 63), "webp"),
    )
    yield "WebP: cut off inside its pixels", textured(picture("RGB", "webp")[:-40], "webp")
    yield (
        "instances of unequal counts",
        test_instancing.instanced(TRANSLATION=test_instancing.VEC3, SCALE={**test_instancing.VEC3, "count": 3}),
    )
    yield "instances turned by vectors of three", test_instancing.instanced(ROTATION=test_instancing.VEC3)
    yield "an animation pointer to a material that is not there", test_pointers.driven("/materials/7/alphaCutoff")
    yield "an animation pointer to a name", test_pointers.driven("/materials/0/name")
    yield "an animated colour of four numbers", test_pointers.driven("/materials/0/emissiveFactor", "VEC4")
    yield (
        "visibility that is interpolated",
        test_pointers.driven("/nodes/1/extensions/KHR_node_visibility/visible", componentType=5121),
    )
    yield (
        "levels of detail in a circle",
        {
            "extensionsUsed": ["MSFT_lod"],
            "materials": [{"extensions": {"MSFT_lod": {"ids": [1 - number]}}} for number in range(2)],
        },
    )


def table() -> tuple[list[str], list[str]]:
    """The table's lines; and what is wrong with rows that do not belong into it."""
    names, files, wrong = [], [], []
    lines = ["| file | npm gltf-validator | forge3d |", "| --- | --- | --- |"]
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, document) in enumerate(rows()):
            path = Path(folder) / f"{number:03}.gltf"
            path.write_text(json.dumps({"asset": {"version": "2.0"}, **document}))
            names.append(name)
            files.append(path)
        for name, path, khronos in zip(names, files, peers.khronos_reports(files), strict=True):
            theirs = {entry["code"]: entry["severity"] for entry in khronos["issues"]["messages"]}
            issues = validate(path).issues
            ours = sorted({issue.code for issue in issues if issue.severity <= 1} - set(theirs))
            if 0 in theirs.values():
                wrong.append(f"{name}: npm gltf-validator finds {theirs}")
            if not ours:
                wrong.append(f"{name}: nothing is found")
            said = ", ".join(f"`{code}`" for code in sorted(theirs) if code != "UNUSED_OBJECT")
            lines.append(f"| {name} | {said or 'nothing'} | {', '.join(f'`{code}`' for code in ours)} |")
    return lines, wrong


if __name__ == "__main__":
    text = DOCS.read_text()
    head, rest = text.split(BEGIN)
    DOCS.write_text(head + BEGIN + "\n" + "\n".join(table()[0]) + "\n\n" + END + rest.split(END)[1])
