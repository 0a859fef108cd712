"""Images and textures (specification §3.8)."""

from __future__ import annotations

from typing import Any

from ..errors import Forge3DError, InvalidAsset
from ..gltf.json_access import shown
from ..gltf.resources import DataUri, is_data
from ..images.headers import MIME_TYPES, ImageHeader, read_header, recognise
from .judge import Clean, Judge
from .kinds import DEPENDENCY, INVALID_URI, NOT_IN_LIST, ONE_OF
from .references import is_index
from .resources import note, opens
from .rules import ERROR, INFORMATION, WARNING, rule
from .usage import use_view

STRIDE = rule("IMAGE_BUFFER_VIEW_WITH_BYTESTRIDE", ERROR, "3.8.3", "an image's buffer view has no byteStride")
DATA_INVALID = rule("IMAGE_DATA_INVALID", ERROR, "3.8.3", "the image's header is damaged")
CUT_OFF = rule("IMAGE_UNEXPECTED_EOS", ERROR, "3.8.3", "the image ends inside its header")
UNRECOGNIZED = rule("IMAGE_UNRECOGNIZED_FORMAT", WARNING, "3.8.3", "the image is of no known format")
MIME_INVALID = rule("IMAGE_MIME_TYPE_INVALID", ERROR, "3.8.3", "the image is of another type than declared")
NOT_ENABLED = rule("IMAGE_NON_ENABLED_MIME_TYPE", ERROR, "3.8.3", "the image's type needs an extension")
NPOT = rule("IMAGE_NPOT_DIMENSIONS", INFORMATION, "3.8.4.5", "the image's sides are not powers of two")
FEATURES = rule(
    "IMAGE_FEATURES_UNSUPPORTED", WARNING, "3.8.3",
    "the image is animated, has a colour profile, or pixels that are not square",
)  # fmt: skip
TEXTURE_MIME = rule("TEXTURE_INVALID_IMAGE_MIME_TYPE", ERROR, "3.8.2", "a texture's own source is a PNG or JPEG")

CORE_TYPES = ("image/jpeg", "image/png")
EXTENSION_TYPES = {
    "image/webp": "EXT_texture_webp", "image/avif": "EXT_texture_avif", "image/ktx2": "KHR_texture_basisu",
}  # fmt: skip
KHRONOS_TYPES = (*CORE_TYPES, "image/webp")
"""Types that are recognised in every file; the others only where their extension is used."""
FORMATS = {1: "luminance", 2: "luminance-alpha", 3: "rgb", 4: "rgba"}


def check_image(image: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    if is_index(raw.get("bufferView")) and "mimeType" not in image:
        judge.report(DEPENDENCY, f"{pointer}/bufferView", "bufferView needs mimeType")
    if (type(raw.get("uri")) is str) == (is_index(raw.get("bufferView"))):
        judge.report(ONE_OF, pointer, "an image has either a uri or a bufferView")
    enabled = [kind for kind, name in EXTENSION_TYPES.items() if name in judge.extensions]
    allowed = [*CORE_TYPES, *enabled]
    uri = image.get("uri", "")
    if is_data(uri):
        data = DataUri.of(uri)
        declared, found = data.media_type or "text/plain", _sniffed(data)
        if found != declared:
            judge.report(
                INVALID_URI, f"{pointer}/uri", f"it is declared as {declared}, and holds {found or 'no image'}"
            )
            del image["uri"]
    if "mimeType" in image and image["mimeType"] not in allowed:
        judge.report(NOT_IN_LIST, f"{pointer}/mimeType", f"{shown(image['mimeType'])} is not {' or '.join(allowed)}")


def _sniffed(data: DataUri) -> str | None:
    """The media type that the first bytes of `data` show, None for what is no image that glTF knows."""
    try:
        start = data._replace(body=data.body[:64]).decode()
    except InvalidAsset:
        return None
    return _recognised(start)


def _recognised(data: bytes | memoryview) -> str | None:
    """The media type that the first 14 bytes show; fewer show nothing."""
    found = recognise(data) if len(data) > 13 else None
    kind = MIME_TYPES[found] if found is not None and (found != "webp" or data[12:14] == b"VP") else None
    return kind if kind in CORE_TYPES or kind in EXTENSION_TYPES else None


def check_views(judge: Judge) -> None:
    """Buffer views that hold images hold nothing else, and have no stride."""
    for _, image, pointer in judge.entries("images"):
        view = judge.get("bufferViews", image.get("bufferView"))
        if view is not None:
            use_view(judge, image, "image", f"{pointer}/bufferView")
            if "byteStride" in view:
                judge.report(STRIDE, f"{pointer}/bufferView")


def check_images(judge: Judge, loaded: set[int]) -> dict[int, ImageHeader]:
    """Read every image's header; returns those that could be read.

    Args:
        loaded: buffers whose bytes are there.
    """
    found: dict[int, ImageHeader] = {}
    for index, image, pointer in judge.entries("images"):
        if image.get("extensions") or image.get("unreadExtensions"):
            continue  # which may say that the data are something else
        try:
            data = _encoded(image, judge, loaded)
        except Forge3DError as error:
            note(error, f"{pointer}/uri", judge)
            continue
        header = None if data is None else _check_header(data, image, pointer, judge)
        if header is not None:
            found[index] = header
    return found


def _encoded(image: Clean, judge: Judge, loaded: set[int]) -> bytes | memoryview | None:
    """An image's bytes; None where they are not, which is told of elsewhere."""
    uri = image.get("uri")
    if uri is not None:
        return judge.source.resource(uri) if opens(uri) else None
    view = judge.get("bufferViews", image.get("bufferView"))
    if view is None or view.get("buffer") not in loaded:
        return None
    start, length = view.get("byteOffset", 0), view.get("byteLength", -1)
    stored = judge.source.stored_buffer(view["buffer"])
    return stored[start : start + length] if 0 <= start <= start + length <= len(stored) else None


def _check_header(data: bytes | memoryview, image: Clean, pointer: str, judge: Judge) -> ImageHeader | None:
    kind = _recognised(data)
    if kind is None or (kind not in KHRONOS_TYPES and EXTENSION_TYPES[kind] not in judge.extensions):
        message = "no image begins like this" if kind is None else f"{kind} needs {EXTENSION_TYPES[kind]}"
        judge.report(UNRECOGNIZED, pointer, message)
        return None
    try:
        header = read_header(data)
    except InvalidAsset as error:
        judge.report(CUT_OFF if error.code == CUT_OFF.code else DATA_INVALID, pointer, error.message)
        return None
    if header.format == "jpeg" and header.channels == 4:
        judge.report(DATA_INVALID, pointer, "a JPEG in glTF has one or three channels, not four inks")
        return None
    _check_type(header, image, pointer, judge)
    if header.width & (header.width - 1) or header.height & (header.height - 1):
        judge.report(NPOT, pointer, f"{header.width} × {header.height} pixels")
    if "custom" in (header.primaries, header.transfer) or not header.square:
        judge.report(FEATURES, pointer, "its colour profile or the shape of its pixels is ignored")
    elif header.animated and kind == "image/webp":
        judge.report(FEATURES, pointer, "it is animated")
    return header


def _check_type(header: ImageHeader, image: Clean, pointer: str, judge: Judge) -> None:
    """The type that was recognised against the one that is declared, and against those that the file may use."""
    uri, declared = image.get("uri"), image.get("mimeType")
    if declared is None and uri is not None and is_data(uri):
        declared = DataUri.of(uri).media_type
    if declared is not None and declared != header.mime_type:
        place = "bufferView" if uri is None else "uri"
        judge.report(MIME_INVALID, f"{pointer}/{place}", f"it is {header.mime_type}, declared as {declared}")
    needed = EXTENSION_TYPES.get(header.mime_type)
    if needed is not None and needed not in judge.extensions:
        judge.report(NOT_ENABLED, pointer, f"{header.mime_type} needs {needed}")


def check_textures(judge: Judge, headers: dict[int, ImageHeader]) -> None:
    """A texture's `source` is a PNG or JPEG; other formats stand in its extensions, each in its own."""
    own = {name: kind for kind, name in EXTENSION_TYPES.items()}
    for _, texture, pointer in judge.entries("textures"):
        _check_source(texture, CORE_TYPES, pointer, judge, headers)
        for name, extension in texture.get("extensions", {}).items():
            if name in own:
                _check_source(extension, (own[name],), f"{pointer}/extensions/{name}", judge, headers)


def _check_source(
    owner: Clean, allowed: tuple[str, ...], pointer: str, judge: Judge, headers: dict[int, ImageHeader]
) -> None:
    source = owner.get("source", -1)
    image = judge.get("images", source) or {}
    header = headers.get(source)
    kind = image.get("mimeType", header.mime_type if header is not None else None)
    if kind is not None and kind not in allowed:
        judge.report(TEXTURE_MIME, f"{pointer}/source", f"image {source} is {kind}, not {' or '.join(allowed)}")


def describe(header: ImageHeader) -> dict[str, Any]:
    """The `image` entry of the report's resources."""
    default = "srgb" if header.format in ("png", "webp") else None
    primaries, transfer = header.primaries or default, header.transfer or default
    return {
        "width": header.width,
        "height": header.height,
        "format": FORMATS[header.channels],
        **({"primaries": primaries} if primaries else {}),
        **({"transfer": transfer} if transfer else {}),
        "bits": header.bits_per_channel,
    }
