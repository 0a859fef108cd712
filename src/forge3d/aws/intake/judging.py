"""Whether an uploaded file is what its name says, by its size and its first bytes. Nothing is decoded or unpacked.

A file that passes here can still be a bad model: the build validates it whole, in a process with limits. This is the
door: it keeps out what no build could use, while the uploader is still there to read why.
"""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass
from typing import Any

from ...errors import InvalidAsset
from ...gltf import glb
from ...gltf.faults import Severity
from ...gltf.limits import Limits
from ...images.headers import UNEXPECTED_END, Format, read_header

START_BYTES = 64 << 10
"""How much of a file is looked at."""

MODELS = {"glb": "model/gltf-binary", "gltf": "model/gltf+json"}
_IMAGES: dict[str, Format] = {
    "png": "png",
    "jpg": "jpeg",
    "jpeg": "jpeg",
    "webp": "webp",
    "avif": "avif",
    "ktx2": "ktx2",
}
_UNSAID = {"", "application/octet-stream", "binary/octet-stream"}

# What people upload instead, by its first bytes, and what to do about it.
_MISTAKEN = (
    (b"PK\x03\x04", "a ZIP archive (or a USDZ)", "unpack it, and upload the GLB inside"),
    (b"\x1f\x8b", "compressed with gzip", "upload it uncompressed"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "unpack it, and upload the GLB inside"),
    (b"Rar!", "a RAR archive", "unpack it, and upload the GLB inside"),
    (b"Kaydara FBX", "an FBX file", "export the model as GLB"),
    (b"%PDF", "a PDF", "upload the model, as GLB"),
    (b"<", "HTML or XML", "upload the model, as GLB"),
)


class Refused(Exception):
    """The file is not taken. `code` is for programs, the message for the uploader: what is wrong and what to do."""

    def __init__(self, code: str, message: str):
        self.code, self.message = code, message
        super().__init__(code, message)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The file is taken. `is_model`: it starts a build; otherwise it is a part that a .gltf names."""

    media_type: str
    is_model: bool


def judge(name: str, size: int, start: bytes, *, declared: str = "", encoding: str = "", limits: Limits) -> Accepted:
    """Judge a file.

    Args:
        name: its name, which says what it should be.
        size: bytes of the whole file.
        start: its first `START_BYTES`, or all of it where it is shorter.
        declared: the Content-Type it was uploaded with.
        encoding: the Content-Encoding it was uploaded with.

    Raises:
        Refused: it is not taken.
    """
    kind = name.rpartition(".")[2].lower()
    if kind not in MODELS and kind not in _IMAGES and kind != "bin":
        known = ", ".join([*MODELS, *_IMAGES, "bin"])
        raise Refused(
            "TYPE_NOT_TAKEN", f"files ending in .{kind[:20]} are not taken, only {known}: export the model as GLB"
        )
    if size == 0:
        raise Refused("EMPTY", "the file is empty: upload it again")
    if size > limits.max_file_bytes:
        raise Refused("TOO_LARGE", f"the file has {size:,} bytes; {limits.max_file_bytes:,} are allowed")
    if encoding not in ("", "identity", "aws-chunked"):
        raise Refused("ENCODED", f"the file was uploaded with Content-Encoding {encoding[:40]!r}: upload it as it is")
    if kind != "bin":
        _check_mistaken(kind, start)
    media_type = _LOOKS[kind](start, size, limits)
    said = declared.partition(";")[0].strip().lower()
    if said not in _UNSAID | {media_type} and not (kind == "gltf" and said == "application/json"):
        raise Refused("CONTENT_TYPE_MISMATCH", f"the file was uploaded as {said[:80]!r}: upload it as {media_type}")
    return Accepted(media_type, kind in MODELS)


def _check_mistaken(kind: str, start: bytes) -> None:
    for magic, what, advice in _MISTAKEN:
        if start.startswith(magic):
            raise Refused("NOT_WHAT_IT_SAYS", f"the name says .{kind}, but the file is {what}: {advice}")


def _glb(start: bytes, size: int, limits: Limits) -> str:
    container = glb.parse(start, size)
    for fault in container.faults:
        if fault.severity is Severity.ERROR:
            raise Refused(fault.code, f"the GLB is broken: {fault.message}")
    assert container.json is not None  # its absence is a fault
    declared = int.from_bytes(start[12:16], "little")
    _check_gltf(bytes(container.json), declared, limits)
    return MODELS["glb"]


def _gltf(start: bytes, size: int, limits: Limits) -> str:
    if glb.is_glb(start):
        raise Refused("NOT_WHAT_IT_SAYS", "the name says .gltf, but the file is a GLB: name it .glb")
    _check_gltf(start, size, limits)
    return MODELS["gltf"]


def _check_gltf(start: bytes, size: int, limits: Limits) -> None:
    """The beginning of a glTF's JSON text of `size` bytes; all of it is read where it is here."""
    if size > limits.max_json_bytes:
        raise Refused("TOO_LARGE", f"its JSON text has {size:,} bytes; {limits.max_json_bytes:,} are allowed")
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(start, final=len(start) >= size)
    except UnicodeDecodeError:
        raise Refused("INVALID_JSON", "its JSON text is not UTF-8: export the model again") from None
    if not text.lstrip(" \t\r\n").startswith("{"):
        raise Refused("INVALID_JSON", "its JSON text does not begin with an object: export the model again")
    if len(start) >= size:
        _check_version(_parsed(text))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Refused("INVALID_JSON", f"its JSON text is broken: {error}") from None
    except (ValueError, RecursionError):
        raise Refused("INVALID_JSON", "its JSON text is nested or numbered beyond measure") from None


def _check_version(root: Any) -> None:
    asset = root.get("asset") if isinstance(root, dict) else None
    version = asset.get("version") if isinstance(asset, dict) else None
    if not isinstance(version, str):
        raise Refused("UNDEFINED_PROPERTY", "it says no asset.version, so it is no glTF: export the model again")
    if not version.startswith("2."):
        raise Refused(
            "UNKNOWN_ASSET_MAJOR_VERSION", f"it is glTF {version[:20]}, not 2: convert it, or export it again"
        )


def _image(expected: Format) -> Any:
    def look(start: bytes, size: int, limits: Limits) -> str:
        try:
            header = read_header(start)
        except InvalidAsset as error:
            if error.code == UNEXPECTED_END and size > len(start):  # metadata came first; the build reads all of it
                return f"image/{expected}"
            raise Refused(error.code or "IMAGE_DATA_INVALID", f"the image is broken: {error.message}") from None
        if header.format != expected:
            raise Refused("NOT_WHAT_IT_SAYS", f"the name says {expected}, but the file is {header.format}: rename it")
        if header.pixels > limits.max_image_pixels:
            size_text = f"{header.width:,} × {header.height:,}"
            raise Refused("TOO_LARGE", f"the image has {size_text} pixels; {limits.max_image_pixels:,} are allowed")
        return header.mime_type

    return look


def _any(start: bytes, size: int, limits: Limits) -> str:
    return "application/octet-stream"


_LOOKS: dict[str, Any] = {"glb": _glb, "gltf": _gltf, "bin": _any} | {
    kind: _image(form) for kind, form in _IMAGES.items()
}
