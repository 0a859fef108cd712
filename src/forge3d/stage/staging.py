"""A product stood on the floor of a photo."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..document import Camera, Document, Node, Perspective, Scene
from ..document.bounds import bounds
from ..document.output import write_files
from ..errors import RecipeError
from ..images.colour import linear_to_srgb
from ..images.resizing import resize
from ..render import RenderSettings
from ..render.camera import FileCamera
from ..render.frame import FORMATS, Frame, encoded
from ..render.ground import LUMINANCE
from .camera import Floor, Pixel, RoomCamera, Vectors, solved
from .light import Floats, room_light
from .photo import Photo, read_photo
from .sun import Shadow
from .verticals import tilt

if TYPE_CHECKING:
    from ..render import Renderer
    from ..render.environment import Environment

Pixels = npt.NDArray[np.uint8]
_CAMERA = "photo"
_LARGEST = 2048  # pixels on the longest side of what is traced: a larger photo's layers are scaled up
_TILT_SIDE = 1600


@dataclass(slots=True, eq=False)
class Staged:
    """A photo with a product in it, and its layers.

    Attributes:
        picture: `(h, w, 3)` uint8 sRGB.
        product: `(h, w, 4)` uint8 sRGB, straight alpha.
        shadow: `(h, w, 4)` uint8: black, to be laid over the photo before the product.
        camera: the photo's.
        place: where the product's middle stands on the floor `(3,)`, metres.
        turn: degrees about the vertical axis by which the product is turned.
        corners: pixels `(8, 2)` of the corners of the product's box.
        warnings: what was guessed, and what of the product was not drawn.
    """

    picture: Pixels
    product: Pixels
    shadow: Pixels
    camera: RoomCamera
    place: Vectors
    turn: float
    corners: Vectors
    warnings: list[str] = field(default_factory=list)

    def save(self, path: str | os.PathLike[str], *, layers: bool = False, quality: int = 90) -> list[Path]:
        """Write the picture, and with `layers` NAME.product.png and NAME.shadow.png beside it.

        Raises:
            RecipeError: no such format.
            OutputError: it cannot be written.
        """
        target, *beside = output_files(path, layers=layers)
        opaque = np.dstack([self.picture, np.full(self.picture.shape[:2], 255, np.uint8)])
        files = {target: encoded(opaque, FORMATS[target.suffix.lower()], quality=quality)}
        files |= {file: encoded(layer, "png") for file, layer in zip(beside, (self.product, self.shadow), strict=False)}
        write_files(files)
        return list(files)

    def to_dict(self) -> dict[str, Any]:
        """What was found, for machines."""
        camera = {name: getattr(self.camera, name) for name in ("size", "fov", "pitch", "roll", "height")}
        return {
            "camera": camera, "place": self.place.tolist(), "turn": self.turn, "corners": self.corners.tolist(),
            "warnings": self.warnings,
        }  # fmt: skip


def output_files(path: str | os.PathLike[str], *, layers: bool) -> list[Path]:
    """What `Staged.save` writes: the picture, then with `layers` the product and its shadow.

    Raises:
        RecipeError: no such format.
    """
    target = Path(path)
    if target.suffix.lower() not in FORMATS:
        raise RecipeError(f"{target.name}: takes {', '.join(FORMATS)}")
    return [target, *(target.with_suffix(f".{name}.png") for name in ("product", "shadow") if layers)]


def stage(
    product: Document,
    photo: str | os.PathLike[str] | Photo,
    floor: Floor,
    *,
    at: Pixel | None = None,
    turn: float = 0.0,
    light: Environment | None = None,
    shadow: Shadow | None = None,
    light_rotation: float = 0.0,
    light_intensity: float = 1.0,
    mask: str | os.PathLike[str] | npt.NDArray[np.floating] | None = None,
    quality: str = "high",
    samples: int | None = None,
    variant: str | None = None,
    renderer: Renderer | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Staged:
    """Stand a product on the floor of a photo, at its true size.

    Args:
        product: in metres, y up; its lowest point touches the floor.
        floor: what is known of the photo's camera.
        at: the pixel where the middle of its footprint stands; default: between the two floor points.
        turn: degrees about the vertical axis, counter-clockwise from above; at 0 its front (+z) faces the photographer.
        light: an .hdr or .exr file or the name of a studio; default: guessed from the photo, see `light`.
        shadow: of something upright in the photo: the guessed light has a sun where that falls from, see `sun`.
        light_rotation: degrees, see `RenderSettings.environment_rotation`.
        light_intensity: a factor on the light.
        mask: a picture of the photo's size, or `(h, w)` of 0 to 1: white where something stands before the product.
        quality, samples: see `RenderSettings`; "high" or "reference".
        renderer: else one is opened for this.

    Raises:
        RecipeError: the camera cannot be found from what is known, `at` or the shadow is no floor, the mask has another
            size, or both light and shadow are given.
        InvalidAsset: the photo, mask or light cannot be read.
    """
    tell = progress or (lambda part, label: None)
    picture = photo if isinstance(photo, Photo) else read_photo(photo)
    warnings: list[str] = []
    camera = room_camera(picture, floor, warnings)
    place = camera.on_floor(floor.points).mean(axis=0) if at is None else camera.on_floor([at])[0]
    scene, corners = placed(product, camera, place, turn)
    hidden = _mask(mask, picture.size)
    tell(0.05, "light")
    if light is not None and shadow is not None:
        raise RecipeError("give the light or a shadow that it casts, not both")
    environment: Environment = light if light is not None else guessed_light(picture, camera, place, shadow)
    if light is None:
        warnings.append("the light is guessed from the photo: an HDR of the room is better")
    settings = RenderSettings(
        tone="none", quality=quality, samples=samples, environment_rotation=light_rotation,
        environment_intensity=light_intensity,
    )  # fmt: skip
    size = _drawn_size(picture.size)
    with ExitStack() as opened:
        if renderer is None:
            from ..render import Renderer

            renderer = opened.enter_context(Renderer())

        def drawn(ground: bool) -> Frame:
            return renderer.render(
                scene, camera=FileCamera(_CAMERA), environment=environment, size=size, variant=variant,
                settings=replace(settings, ground=ground),
                progress=lambda part: tell(0.1 + 0.45 * (part + ground), "trace"),
            )  # fmt: skip

        alone, both = drawn(False), drawn(True)
    warnings += alone.warnings
    layer = _sized(alone.pixels, picture.size)
    dark = _sized(both.pixels, picture.size)[..., 3] / 255.0
    solid = layer[..., 3] / 255.0
    shade = np.divide(dark - solid, 1 - solid, out=np.zeros_like(dark), where=solid < 0.999).clip(0, 1)
    over = 1 - linear_to_srgb(1 - shade).astype(np.float64)  # laid over sRGB values it darkens as light does
    layer = layer.copy()
    layer[..., 3] = np.rint(layer[..., 3] * (1 - hidden)).astype(np.uint8)
    under = np.zeros_like(layer)
    under[..., 3] = np.rint(255 * over * (1 - hidden)).astype(np.uint8)
    tell(1.0, "done")
    made = _over(_over(picture.pixels, under), layer)
    return Staged(made, layer, under, camera, place, turn, camera.project(corners), warnings)


def guessed_light(photo: Photo, camera: RoomCamera, place: Vectors, shadow: Shadow | None) -> Floats:
    """What the photo tells of the light about a place: see `light`, and `sun` where a shadow is known."""
    if shadow is None:
        return room_light(photo.linear, camera, place)
    return room_light(photo.linear, camera, place, (shadow.toward(camera), shadow.share(photo.linear, camera)))


def room_camera(photo: Photo, floor: Floor, warnings: list[str]) -> RoomCamera:
    """The photo's camera; what was guessed is added to `warnings`.

    Raises:
        RecipeError: see `camera.solved`.
    """
    fov = floor.fov or photo.fov
    if fov is None:
        raise RecipeError("the photo does not say its field of view (EXIF): add it, in degrees from top to bottom")
    upright = None
    if floor.pitch is None and floor.horizon is None and not (floor.more or (floor.length and floor.height)):
        side = max(photo.size)
        small = photo if side <= _TILT_SIDE else Photo(_sized(photo.pixels, _drawn_size(photo.size, _TILT_SIDE)))
        upright = tilt(small.linear @ LUMINANCE, fov)
        if upright is not None:
            warnings.append(f"the tilt is by upright edges: {upright[0]:.1f}° down, {upright[1]:.1f}° to the side")
    return solved(floor, photo.size, fov, upright)


def placed(product: Document, camera: RoomCamera, place: Vectors, turn: float) -> tuple[Document, Vectors]:
    """The product in the room with the photo's camera, and the corners `(8, 3)` of its box there."""
    room = product.copy()
    extent = bounds(room)
    if not np.isfinite(turn):
        raise RecipeError(f"turn={turn}: takes a finite number of degrees")
    if extent is None or not extent.extent.any():
        raise RecipeError("the product has no extent: nothing of it is drawn")
    low, high = np.array(extent.min), np.array(extent.max)
    foot = np.array([(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2])
    away = np.degrees(np.arctan2(-place[0], -place[2]))  # the product's front faces the photographer
    angle = np.radians(turn + away)
    matrix = np.eye(4)
    matrix[:3, :3] = [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
    matrix[:3, 3] = place - matrix[:3, :3] @ foot
    scene = room.scene or (room.scenes[0] if room.scenes else None)
    if scene is None:
        scene = Scene(nodes=[node for node in room.nodes if not any(node in other.children for other in room.nodes)])
        room.scenes.append(scene)
    stand = Node(name="stand", children=list(scene.nodes), matrix=matrix)
    eye = np.eye(4)
    eye[:3, :3], eye[:3, 3] = camera.axes.T, [0, camera.height, 0]
    lens = Camera(name=_CAMERA, projection=Perspective(yfov=float(np.radians(camera.fov)), znear=0.01))
    viewer = Node(name=_CAMERA, matrix=eye, camera=lens)
    room.nodes += [stand, viewer]
    room.cameras.append(lens)
    scene.nodes = [stand, viewer]
    box = np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])
    return room, box @ matrix[:3, :3].T + matrix[:3, 3]


def _mask(mask: Any, size: tuple[int, int]) -> npt.NDArray[np.float64]:
    if mask is None:
        return np.zeros((size[1], size[0]))
    values = mask if isinstance(mask, np.ndarray) else read_photo(mask).pixels.mean(axis=2) / 255.0
    if values.shape != (size[1], size[0]):
        raise RecipeError(f"the mask has {values.shape[1]} × {values.shape[0]} pixels, the photo {size[0]} × {size[1]}")
    return np.asarray(values.clip(0, 1))


def _drawn_size(size: tuple[int, int], most: int = _LARGEST) -> tuple[int, int]:
    scale = min(1.0, most / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _sized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    if (pixels.shape[1], pixels.shape[0]) == size:
        return pixels
    return np.asarray(resize(pixels, size, srgb=True, alpha="straight" if pixels.shape[2] == 4 else "none"))


def _over(under: Pixels, layer: Pixels) -> Pixels:
    """A layer with straight alpha over a picture, as every editor lays it: by sRGB values."""
    alpha = layer[..., 3:].astype(np.float32) / 255
    return np.asarray(np.rint(under * (1 - alpha) + layer[..., :3] * alpha).astype(np.uint8))
