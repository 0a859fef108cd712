"""A photo studio as an environment picture, made by formula: soft boxes in a light grey room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SoftBox:
    """A glowing rectangle with soft edges, far away.

    Attributes:
        yaw, pitch: degrees, where its middle stands, as in `Orbit`.
        width, height: degrees.
        radiance: of its middle.
        soft: share of its half-size that fades out.
    """

    yaw: float
    pitch: float
    width: float
    height: float
    radiance: float
    soft: float = 0.35


STUDIO = (
    SoftBox(-44, 40, 64, 54, 3.1, 0.45),  # key: large, high, to the left of the camera
    SoftBox(62, 10, 40, 76, 0.75, 0.6),  # fill: lower, weaker, right
    SoftBox(0, 88, 84, 56, 1.1, 0.5),  # overhead
    SoftBox(140, 22, 20, 84, 3.0, 0.4),  # rims: two strips behind, which draw the outline of dark products
    SoftBox(-146, 22, 20, 84, 2.4, 0.4),
)
_WALL, _FLOOR, _CEILING = 0.34, 0.2, 0.42


def studio(width: int = 1024) -> Floats:
    """The studio as a latitude-longitude picture, `(width / 2, width, 3)` float32 linear radiance, neutral grey.

    A white matt ball at its centre sends about as much light to the camera as a white wall of radiance one.
    """
    height = width // 2
    longitude = (np.arange(width, dtype=np.float32) + 0.5) / width * 2 * np.pi - np.pi
    latitude = np.pi / 2 - (np.arange(height, dtype=np.float32) + 0.5) / height * np.pi
    # u = atan2(z, x) / 2π + ½: see `environment`.
    x = np.cos(latitude)[:, None] * np.cos(longitude)
    z = np.cos(latitude)[:, None] * np.sin(longitude)
    y = np.broadcast_to(np.sin(latitude)[:, None], x.shape)
    light = _WALL + np.where(y > 0, (_CEILING - _WALL) * y, (_WALL - _FLOOR) * y)
    for box in STUDIO:
        light = light + box.radiance * _glow(box, x, y, z)
    return np.repeat(light[..., None], 3, 2).astype(np.float32)


def _glow(box: SoftBox, x: Floats, y: Floats, z: Floats) -> Floats:
    yaw, pitch = np.radians(box.yaw), np.radians(box.pitch)
    along = np.cos(pitch) * (x * np.sin(yaw) + z * np.cos(yaw)) + y * np.sin(pitch)
    right = x * np.cos(yaw) - z * np.sin(yaw)
    up = y * np.cos(pitch) - np.sin(pitch) * (x * np.sin(yaw) + z * np.cos(yaw))
    across = _edge(np.arctan2(np.abs(right), along), np.radians(box.width / 2), box.soft)
    above = _edge(np.arctan2(np.abs(up), np.hypot(along, right) * np.sign(along)), np.radians(box.height / 2), box.soft)
    return across * above


def _edge(angle: Floats, half: float, soft: float) -> Floats:
    """1 inside, 0 outside, a smooth step over the soft part."""
    t = np.clip((half - angle) / (half * soft), 0, 1)
    result: Floats = (t * t * (3 - 2 * t)).astype(np.float32)
    return result
