"""Declared media types are those of the bytes."""

from __future__ import annotations

from ...errors import Forge3DError
from ...gltf.resources import DataUri, is_data
from ...images import read_header
from .draft import Draft, Left
from .fix import Fix, each


def _declare(draft: Draft, pointer: str) -> str:
    parts = pointer.split("/")
    if parts[1] != "images":
        return ""  # the same rule about something else
    image = draft.at("/".join(parts[:3]))
    try:
        found = read_header(draft.source.image_bytes(int(parts[2]))).mime_type
    except Forge3DError as error:
        raise Left(f"the picture's header cannot be read: {error}") from None
    told = ""
    if image.get("mimeType") != found and ("mimeType" in image or "bufferView" in image):
        told = f"image {parts[2]}: mimeType is {found}, was {image.get('mimeType', 'missing')}"
        image["mimeType"] = found
    uri = image.get("uri")
    if isinstance(uri, str) and is_data(uri) and _type_of(uri) != found:
        told = told or f"image {parts[2]}: its data URI is of {found}, was of {_type_of(uri)}"
        image["uri"] = _retyped(uri, found)
    return told


def _retype_buffer(draft: Draft, pointer: str) -> str:
    holder, key = draft.find(pointer)
    before = _type_of(holder[key])
    holder[key] = _retyped(holder[key], "application/octet-stream")
    return f"the data URI is of application/octet-stream, was of {before}"


def _type_of(uri: str) -> str:
    try:
        return DataUri.of(uri).media_type or "no type"
    except Forge3DError as error:
        raise Left(str(error)) from None


def _retyped(uri: str, kind: str) -> str:
    head, comma, body = uri.partition(",")
    return f"data:{kind}{';base64' if head.lower().endswith(';base64') else ''}{comma}{body}"


IMAGE_TYPES = Fix(
    ("IMAGE_MIME_TYPE_INVALID", "INVALID_URI", "UNSATISFIED_DEPENDENCY"),
    "an image's `mimeType`, or its data URI's, is what the picture's first bytes say; where there is none in a "
    "buffer view, it is added",
    "the bytes decide what a picture is",
    each(_declare),
)
BUFFER_TYPES = Fix(
    ("BUFFER_DATA_URI_MIME_TYPE_INVALID",),
    "the data URI is declared as `application/octet-stream`",
    "a buffer is only that, and the bytes stay",
    each(_retype_buffer),
)
