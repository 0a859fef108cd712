"""Seeded mutations of glTF files: bytes flipped, cut and repeated; hostile JSON values; lies aimed at one decoder."""

from __future__ import annotations

import base64
import json
import random
import struct
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import unquote

Model = dict[str, bytes]
"""A model's files by relative URI; the .glb or .gltf comes first."""

HOSTILE: list[Any] = [
    -1, 0, 1, 2, 255, 65535, 65536, 2**31 - 1, 2**31, 2**32, 2**53, 2**63, 2**64, -(2**31), 0.5, 1e-45, 1e38, 1e308,
    float("nan"), float("inf"), True, False, None, "", "x", "a" * 300, "../../etc/passwd", "http://127.0.0.1:9/a.bin",
    "data:application/octet-stream;base64,AAAA", "data:,", [], {}, [0], [None], [[]], {"a": 1}, [1e308] * 16,
]  # fmt: skip
NUMBERS = [0, 1e-45, -1e-30, 1e18, 1e30, 3e38, -3e38, 1e308, float("inf"), float("-inf"), float("nan")]
COUNTS = [0, 1, 3, 0x7F, 0xFFFF, 0x10000, 20_000, 1 << 20, 1 << 28, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]
MESHOPT = ("EXT_meshopt_compression", "KHR_meshopt_compression")
SUFFIXES = {"png": "png", "jpeg": "jpg", "jpg": "jpg", "webp": "webp", "ktx2": "ktx2"}


def corpus(folder: Path, most_bytes: int = 600_000) -> list[Model]:
    """Real models below `folder` of at most `most_bytes`: GLBs, and .gltf files with what they refer to.

    Those with compressed geometry or KTX2 textures come in more than once, and may be larger.
    """
    models: list[Model] = []
    for path in sorted([*folder.rglob("*.glb"), *folder.rglob("*.gltf")]):
        if path.stat().st_size > most_bytes:
            continue
        model = _read(path)
        text = json_of(model)
        compressed = sum(word in text for word in (b"KHR_draco_mesh", b"meshopt_compression", b".ktx2"))
        if sum(map(len, model.values())) <= most_bytes * (2 if compressed else 1):
            models += [model] * (5 if compressed else 3 if path.suffix == ".glb" else 1)
    return models


def _read(path: Path) -> Model:
    model = {path.name: path.read_bytes()}
    if path.suffix == ".gltf":
        asset = json.loads(model[path.name])
        for entry in [*asset.get("buffers", ()), *asset.get("images", ())]:
            uri = entry.get("uri", "data:")
            if not uri.startswith("data:") and (path.parent / unquote(uri)).is_file():
                model[unquote(uri)] = (path.parent / unquote(uri)).read_bytes()
    return model


def json_of(model: Model) -> bytes:
    """The main file's JSON text."""
    data = next(iter(model.values()))
    return data[20 : 20 + struct.unpack_from("<I", data, 12)[0]] if data[:4] == b"glTF" else data


def mutated_model(model: Model, seed: int) -> Model:
    """One mutation of one of a model's files, the same for the same seed."""
    rng = random.Random(seed)
    main, *others = model
    if rng.random() < 0.45:  # aimed at a decoder, behind a container and JSON that stay sound
        return _aimed(model, rng)
    if others and rng.random() < 0.5:
        name = rng.choice(others)
        return {**model, name: _mutate_bytes(bytearray(model[name]), rng)}
    return {**model, main: mutated(model[main], rng.randrange(2**32))}


def mutated(data: bytes, seed: int) -> bytes:
    """One mutation of a file, the same for the same seed. Half change the JSON, half the bytes."""
    rng = random.Random(seed)
    if rng.random() < 0.5:
        asset, binary = _split(data)
        _mutate_json(asset, rng)
        return _joined(data, asset, binary)
    return _mutate_bytes(bytearray(data), rng)


def _mutate_bytes(data: bytearray, rng: random.Random) -> bytes:
    if not data:
        return b"\0"
    match rng.randrange(6):
        case 0:
            return bytes(data[: rng.randrange(len(data))])
        case 1:
            start = rng.randrange(len(data))
            del data[start : start + rng.randrange(1, 64)]
        case 2:
            start = rng.randrange(len(data))
            data[start:start] = rng.randbytes(rng.randrange(1, 64))
        case 3:  # a header or a chunk header lies
            offset = rng.choice([0, 4, 8, 12, 16])
            data[offset : offset + 4] = struct.pack("<I", rng.choice([0, 1, 3, 0x7FFFFFFF, 0xFFFFFFFF, len(data) - 1]))
        case _:
            for _ in range(rng.choice([1, 1, 2, 8, 64])):
                data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def _split(data: bytes) -> tuple[Any, bytes]:
    """The JSON of a GLB or .gltf, and what follows it in a GLB."""
    if data[:4] != b"glTF":
        return json.loads(data), b""
    length = struct.unpack_from("<I", data, 12)[0]
    return json.loads(data[20 : 20 + length]), data[20 + length :]


def _joined(original: bytes, asset: Any, binary: bytes) -> bytes:
    text = json.dumps(asset).encode()
    if original[:4] != b"glTF":
        return text
    text += b" " * (-len(text) % 4)
    return struct.pack("<4sIIII", b"glTF", 2, 20 + len(text) + len(binary), len(text), 0x4E4F534A) + text + binary


def _mutate_json(asset: Any, rng: random.Random) -> None:
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        holder, key = _random_place(asset, rng)
        value = holder[key]
        match rng.randrange(4):
            case 0:
                del holder[key]
            case 1 if isinstance(value, int) and not isinstance(value, bool):
                holder[key] += rng.choice([-1, 1, 2, 1000])
            case 1 | 2 if isinstance(value, float):  # stays a number, so that it meets more than the schema
                holder[key] = rng.choice(NUMBERS)
            case _:
                holder[key] = rng.choice(HOSTILE)


def _random_place(asset: Any, rng: random.Random) -> tuple[Any, Any]:
    """A random container in the JSON tree with one of its keys."""
    places: list[tuple[Any, Any]] = []
    stack = [asset]
    while stack:
        holder = stack.pop()
        keys = list(holder) if isinstance(holder, dict) else range(min(len(holder), 64))
        for key in keys:
            places.append((holder, key))
            if isinstance(holder[key], dict | list):
                stack.append(holder[key])
    return rng.choice(places) if places else ({"": 0}, "")


def _aimed(model: Model, rng: random.Random) -> Model:
    asset, _ = _split(next(iter(model.values())))
    aims = [_lie_about_json]
    if asset.get("bufferViews"):
        aims += [_spoil_view, _spoil_view, _spoil_floats, _spoil_floats, _spoil_indices]
    if asset.get("images"):
        aims += [_spoil_image, _spoil_image]
    return rng.choice(aims)(model, rng)


def _with_buffer(model: Model, number: int, change: Any) -> Model:
    """The model with `change(bytearray)` done to the bytes of buffer `number`, wherever they are."""
    main, data = next(iter(model.items()))
    asset, binary = _split(data)
    uri = asset["buffers"][number].get("uri")
    if uri is None:
        body = bytearray(binary[8:])
        change(body)
        return {**model, main: _joined(data, asset, binary[:8] + bytes(body))}
    if uri.startswith("data:"):
        body = bytearray(base64.b64decode(uri.partition(",")[2]))
        change(body)
        asset["buffers"][number]["uri"] = "data:application/octet-stream;base64," + base64.b64encode(body).decode()
        return {**model, main: _joined(data, asset, binary)}
    body = bytearray(model.get(unquote(uri), b""))
    change(body)
    return {**model, unquote(uri): bytes(body)}


def _spoil_view(model: Model, rng: random.Random) -> Model:
    """Bytes of one buffer view, compressed ones before others: its header, a length in it, or anywhere."""
    asset, _ = _split(next(iter(model.values())))
    views = asset["bufferViews"]
    places = [extension for view in views for name, extension in view.get("extensions", {}).items() if name in MESHOPT]
    for mesh in asset.get("meshes", ()):
        for primitive in mesh["primitives"]:
            draco = primitive.get("extensions", {}).get("KHR_draco_mesh_compression")
            if draco:
                places.append(views[draco["bufferView"]])
    place = rng.choice(places if places and rng.random() < 0.8 else views)
    start, length = place.get("byteOffset", 0), place["byteLength"]
    return _with_buffer(model, place["buffer"], lambda body: _spoil(body, start, min(start + length, len(body)), rng))


def _spoil(data: bytearray, start: int, end: int, rng: random.Random) -> None:
    """Change bytes in `[start, end)`, the first ones more often, and leave the length."""
    if end - start < 1:
        return
    reach = rng.choice([16, 64, 256, end - start])
    for _ in range(rng.choice([1, 1, 2, 4, 16])):
        at = start + rng.randrange(min(reach, end - start))
        match rng.randrange(4):
            case 0 if at + 4 <= end:
                data[at : at + 4] = struct.pack(rng.choice(["<I", ">I"]), rng.choice(COUNTS))
            case 1 if at + 5 <= end:  # a large number as Draco and others write it
                data[at : at + 5] = bytes([0xFF, 0xFF, 0xFF, 0xFF, rng.choice([0x03, 0x07, 0x0F])])
            case 2:
                data[at] ^= 1 << rng.randrange(8)
            case _:
                data[at] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)])


def _elements(model: Model, kinds: dict[int, int], rng: random.Random) -> tuple[Any, int, int, int] | None:
    """An accessor with a buffer view and a component type of `kinds`, its start in the buffer, and its components."""
    asset, _ = _split(next(iter(model.values())))
    views = asset["bufferViews"]
    fitting = [one for one in asset.get("accessors", ()) if one["componentType"] in kinds and "bufferView" in one]
    if not fitting:
        return None
    accessor = rng.choice(fitting)
    view = views[accessor["bufferView"]]
    components = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}.get(accessor["type"], 16)
    return accessor, view["buffer"], view.get("byteOffset", 0) + accessor.get("byteOffset", 0), components


def _spoil_floats(model: Model, rng: random.Random) -> Model:
    """Not-a-numbers, infinities and numbers that overflow, in positions, weights, key frames or matrices."""
    found = _elements(model, {5126: 4}, rng)
    if found is None:
        return _lie_about_json(model, rng)
    accessor, buffer, start, components = found
    many = rng.choice([1, 1, 8, accessor["count"] * components])
    number = rng.choice([*NUMBERS, None])

    def change(body: bytearray) -> None:
        for k in range(min(many, 5000)):
            at = start + 4 * (k if many > 8 else rng.randrange(accessor["count"] * components))
            value = rng.choice(NUMBERS) if number is None else number
            if at + 4 <= len(body):
                body[at : at + 4] = struct.pack("<f", max(min(value, 3e38), -3e38) if abs(value) == 1e308 else value)

    return _with_buffer(model, buffer, change)


def _spoil_indices(model: Model, rng: random.Random) -> Model:
    """Indices and joints beyond what they index."""
    sizes = {5121: 1, 5123: 2, 5125: 4}
    found = _elements(model, sizes, rng)
    if found is None:
        return _lie_about_json(model, rng)
    accessor, buffer, start, components = found
    size, many = sizes[accessor["componentType"]], rng.choice([1, 8, 100])

    def change(body: bytearray) -> None:
        for _ in range(many):
            at = start + size * rng.randrange(accessor["count"] * components)
            if at + size <= len(body):
                body[at : at + size] = rng.choice([0xFFFFFFFF, 0xFFFFFFFE, 0x7FFFFFFF, 0]).to_bytes(4, "little")[:size]

    return _with_buffer(model, buffer, change)


def _spoil_image(model: Model, rng: random.Random) -> Model:
    """One image: its dimensions lie, or bytes of its header or body."""
    main, data = next(iter(model.items()))
    asset, binary = _split(data)
    image = rng.choice(asset["images"])
    if "bufferView" in image:
        view = asset["bufferViews"][image["bufferView"]]
        start = view.get("byteOffset", 0)
        return _with_buffer(
            model, view["buffer"], lambda body: _spoil_picture(body, start, start + view["byteLength"], rng)
        )
    uri = image.get("uri", "data:,")
    embedded = uri.startswith("data:")
    body = bytearray(base64.b64decode(uri.partition(",")[2]) if embedded else model.get(unquote(uri), b""))
    _spoil_picture(body, 0, len(body), rng)
    if not embedded:
        return {**model, unquote(uri): bytes(body)}
    image["uri"] = uri.partition(",")[0] + "," + base64.b64encode(body).decode()
    return {**model, main: _joined(data, asset, binary)}


def _spoil_picture(data: bytearray, start: int, end: int, rng: random.Random) -> None:
    side = rng.choice([0, 1, 5, 4096, 20_000, 0xFFFF, 1 << 20, 0x7FFFFFFF, 0xFFFFFFFF])
    if rng.random() < 0.5:
        _spoil(data, start, end, rng)
    elif data[start : start + 4] == b"\x89PNG":  # the checksum agrees with the lie
        data[start + 16 : start + 24] = struct.pack(">II", side, rng.choice([side, 1]))
        data[start + 29 : start + 33] = struct.pack(">I", zlib.crc32(data[start + 12 : start + 29]))
    elif data[start : start + 2] == b"\xff\xd8":
        for marker in (b"\xff\xc0", b"\xff\xc2"):
            at = data.find(marker, start, end)
            if at > 0:
                data[at + 5 : at + 9] = struct.pack(">HH", side & 0xFFFF, side & 0xFFFF)
    elif data[start + 1 : start + 4] == b"KTX":  # dimensions, layers, levels, lengths and offsets
        at = start + rng.randrange(12, 160) // 4 * 4
        data[at : at + 4] = struct.pack("<I", rng.choice(COUNTS))
    else:
        _spoil(data, start, end, rng)


def _lie_about_json(model: Model, rng: random.Random) -> Model:
    """Lies that agree with each other: they pass the checks of one object and meet what uses several."""
    main, data = next(iter(model.items()))
    asset, binary = _split(data)
    count = rng.choice([1, 2, 1 << 16, 1 << 20, 1 << 24, 1 << 27, 1 << 31])
    match rng.randrange(6):
        case 0:  # zeros that are not in the file
            for accessor in asset.get("accessors", ()):
                accessor.pop("bufferView", None)
                accessor["count"] = count
        case 1:  # compressed views and their accessors claim more, or less, than there is
            views = asset.get("bufferViews", [])
            for number, view in enumerate(views):
                for name in MESHOPT:
                    extension = view.get("extensions", {}).get(name)
                    if extension:
                        extension["count"] = view_count = count - count % 3 or 3
                        view["byteLength"] = view_count * extension["byteStride"]
                        for accessor in asset["accessors"]:
                            if accessor.get("bufferView") == number:
                                accessor["count"] = view_count
            for buffer in asset.get("buffers", ()):
                if "uri" not in buffer and any(name in str(buffer) for name in MESHOPT):
                    buffer["byteLength"] = 1 << 40
        case 2:  # nodes in a ring, or one node below many
            nodes = asset.get("nodes", [])
            for number, node in enumerate(nodes):
                node["children"] = rng.choice([[(number + 1) % len(nodes)], [0], [number]])
        case 3:  # transformations that overflow when multiplied
            for node in asset.get("nodes", ()):
                node.pop("matrix", None)
                node["scale"] = [rng.choice(NUMBERS[:8])] * 3
        case 4:  # many instances and deep trees of what is there
            nodes = asset.setdefault("nodes", [{}])
            mesh = {"mesh": 0} if asset.get("meshes") else {}
            first = len(nodes)
            nodes += [{**mesh, "children": [first + k + 1]} for k in range(rng.choice([20, 100, 300]))] + [dict(mesh)]
            asset["scenes"] = [{"nodes": [first]}]
            asset["scene"] = 0
        case _:  # one accessor for everything
            accessors = len(asset.get("accessors", ())) or 1
            for mesh in asset.get("meshes", ()):
                for primitive in mesh["primitives"]:
                    for name in primitive["attributes"]:
                        if rng.random() < 0.3:
                            primitive["attributes"][name] = rng.randrange(accessors)
                    primitive["mode"] = rng.randrange(7)
    return {**model, main: _joined(data, asset, binary)}
