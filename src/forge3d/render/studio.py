"""Photo studios as environment pictures, made by formula: soft boxes and flags in a room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import RecipeError

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SoftBox:
    """A glowing rectangle with soft edges, far away.

    Attributes:
        yaw, pitch: degrees, where its middle stands, as in `Orbit`.
        width, height: degrees, below 180.
        radiance: of its middle; below zero it is a flag, a black cloth that takes so much of the room's light away.
        soft: share of its half-size that fades out.
    """

    yaw: float
    pitch: float
    width: float
    height: float
    radiance: float
    soft: float = 0.35


@dataclass(frozen=True, slots=True)
class Studio:
    """A room and what stands in it.

    Attributes:
        doc: what it is for.
        wall, floor, ceiling: radiance of the room level with the product, below and above; it changes evenly between.
        boxes: their light is added to that of the room.
    """

    doc: str
    wall: float
    floor: float
    ceiling: float
    boxes: tuple[SoftBox, ...]


STUDIOS = {
    "studio": Studio(
        "a light grey room with a large key light on the left, a fill, and two rims behind: for every product",
        0.34, 0.2, 0.42,
        (
            SoftBox(-44, 40, 64, 54, 3.1, 0.45),  # key: large, high, to the left of the camera
            SoftBox(62, 10, 40, 76, 0.75, 0.6),  # fill: lower, weaker, right
            SoftBox(0, 88, 84, 56, 1.1, 0.5),  # overhead
            SoftBox(140, 22, 20, 84, 3.0, 0.4),  # rims: two strips behind, which draw the outline of dark products
            SoftBox(-146, 22, 20, 84, 2.4, 0.4),
        ),
    ),
    "softbox": Studio(
        "two tall soft boxes and one overhead in a dim room: long clean reflections, for metal and gloss",
        0.16, 0.1, 0.12,
        (
            SoftBox(-58, 18, 46, 88, 3.4, 0.2),  # key: a tall window, which curved metal and lacquer mirror whole
            SoftBox(66, 14, 34, 88, 1.9, 0.2),
            SoftBox(0, 84, 70, 50, 2.4, 0.25),
            SoftBox(12, 26, 44, 24, 0.5, 0.8),  # beside the camera: opens the shadows between the two
            SoftBox(150, 16, 16, 90, 2.6, 0.3),
            SoftBox(-150, 16, 16, 90, 2.6, 0.3),
        ),
    ),
    "high-key": Studio(
        "white all around, with dark flags behind that keep the outline of white and clear products",
        0.86, 0.72, 0.95,
        (
            SoftBox(-36, 42, 70, 56, 1.1, 0.6),
            SoftBox(0, 86, 90, 70, 0.7, 0.6),
            SoftBox(142, 4, 46, 130, -0.7, 0.7),
            SoftBox(-144, 4, 46, 130, -0.7, 0.7),
        ),
    ),
    "dark": Studio(
        "a black room with strips behind and above that draw bright outlines, for dark pages",
        0.05, 0.03, 0.04,
        (
            SoftBox(112, 16, 40, 100, 7.0, 0.7),
            SoftBox(-116, 16, 40, 100, 5.5, 0.7),
            SoftBox(158, 8, 30, 120, 3.0, 0.7),  # behind: mirrored by outlines, of black gloss too
            SoftBox(-160, 8, 30, 120, 2.5, 0.7),
            SoftBox(180, 60, 100, 34, 4.0, 0.6),  # above and behind: draws the upper edge
            SoftBox(-40, 30, 46, 46, 1.6, 0.7),  # some from the front, so that the product's face is not lost
        ),
    ),
}  # fmt: skip
"""Built-in environments by name."""


def studio(name: str = "studio", width: int = 1024) -> Floats:
    """A studio as a latitude-longitude picture, `(width / 2, width, 3)` float32 linear radiance, neutral grey.

    A white matt ball at the centre of "studio" sends about as much light to the camera as a white wall of radiance one.

    Raises:
        RecipeError: there is no such studio; the message lists them.
    """
    if name not in STUDIOS:
        raise RecipeError(f"environment={name!r}: takes {', '.join(STUDIOS)}, or an .hdr or .exr file")
    room = STUDIOS[name]
    height = width // 2
    longitude = (np.arange(width, dtype=np.float32) + 0.5) / width * 2 * np.pi - np.pi
    latitude = np.pi / 2 - (np.arange(height, dtype=np.float32) + 0.5) / height * np.pi
    # u = atan2(z, x) / 2π + ½: see `environment`.
    x = np.cos(latitude)[:, None] * np.cos(longitude)
    z = np.cos(latitude)[:, None] * np.sin(longitude)
    y = np.broadcast_to(np.sin(latitude)[:, None], x.shape)
    light = room.wall + np.where(y > 0, (room.ceiling - room.wall) * y, (room.wall - room.floor) * y)
    for box in room.boxes:
        light = light + box.radiance * _glow(box, x, y, z)
    return np.repeat(np.maximum(light, 0)[..., None], 3, 2).astype(np.float32)


def _glow(box: SoftBox, x: Floats, y: Floats, z: Floats) -> Floats:
    yaw, pitch = np.radians(box.yaw), np.radians(box.pitch)
    half_width, half_height = np.radians(box.width / 2), np.radians(box.height / 2)
    right, ahead = x * np.cos(yaw) - z * np.sin(yaw), x * np.sin(yaw) + z * np.cos(yaw)
    along = np.cos(pitch) * ahead + y * np.sin(pitch)
    # Angles are dear: they are taken where there can be light, with a little room for rounding.
    near = np.abs(right) < 1.001 * np.tan(half_width) * along
    right, ahead, along = right[near], ahead[near], along[near]
    up = y[near] * np.cos(pitch) - np.sin(pitch) * ahead
    light = np.zeros_like(x)
    light[near] = _edge(np.arctan2(np.abs(right), along), half_width, box.soft)
    light[near] *= _edge(np.arctan2(np.abs(up), np.hypot(along, right)), half_height, box.soft)
    return light


def _edge(angle: Floats, half: float, soft: float) -> Floats:
    """1 inside, 0 outside, a smooth step over the soft part."""
    t = np.clip((half - angle) / (half * soft), 0, 1)
    result: Floats = (t * t * (3 - 2 * t)).astype(np.float32)
    return result
