"""Photos of many box-shaped rooms with one window, by casting rays: their light is known, as the box is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forge3d.render.ground import LUMINANCE
from forge3d.stage import RoomCamera

WINDOW = 20.0  # times as bright as a white wall in full light


@dataclass(frozen=True)
class Photographed:
    """A photo `(h, w, 3)`, its camera, a place on the floor, and the light there `(64, 128, 3)`."""

    linear: np.ndarray
    camera: RoomCamera
    place: np.ndarray
    light: np.ndarray


@dataclass(frozen=True)
class _Box:
    low: np.ndarray
    high: np.ndarray
    wall: tuple[int, float, int]  # the window's: axis across it, where, axis along it
    along: np.ndarray
    up: tuple[float, float]
    colors: np.ndarray  # of floor, ceiling and walls

    def seen(self, eye: np.ndarray, toward: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Radiance in directions `(…, 3)`, and where the window is."""
        with np.errstate(divide="ignore", invalid="ignore"):
            far = np.where(toward > 0, (self.high - eye) / toward, (self.low - eye) / toward)
        far = np.where(np.isnan(far), np.inf, far)
        axis = far.argmin(-1)
        met = eye + toward * far.min(-1, keepdims=True)
        across, where, along = self.wall
        center = np.zeros(3)
        center[across], center[along], center[1] = where, self.along.mean(), sum(self.up) / 2
        area = float(np.ptp(self.along)) * (self.up[1] - self.up[0])
        bright = 0.25 + 1.5 * area / (np.linalg.norm(met - center, axis=-1) ** 2 + area)
        kind = np.where(axis == 1, np.where(toward[..., 1] < 0, 0, 1), 2)
        window = (axis == across) & (np.abs(met[..., across] - where) < 1e-6)
        window &= (met[..., along] > self.along[0]) & (met[..., along] < self.along[1])
        window &= (met[..., 1] > self.up[0]) & (met[..., 1] < self.up[1])
        return np.where(window[..., None], WINDOW, self.colors[kind] * bright[..., None]), window


def photographed(seed: int) -> Photographed:
    """A room, its window, camera and place by chance, so that the photo shows the place and some of the window."""
    chance = np.random.default_rng(seed)
    while True:
        wide, deep, tall = chance.uniform(3, 7), chance.uniform(4, 9), chance.uniform(2.4, 3.4)
        left, behind = chance.uniform(0.25, 0.75) * wide, chance.uniform(0.3, 1.5)
        low, high = np.array([-left, 0, behind - deep]), np.array([wide - left, tall, behind])
        size = (160, 120) if chance.random() < 0.7 else (96, 128)
        fov, pitch, height = chance.uniform(42, 65), chance.uniform(2, 20), chance.uniform(1.2, 1.75)
        camera = RoomCamera(size, fov, pitch, 0.0, height)
        place = np.array([chance.uniform(-0.25, 0.25) * wide, 0, -chance.uniform(2.2, max(2.3, deep - behind - 0.8))])
        wall = [(0, low[0], 2), (0, high[0], 2), (2, low[2], 0)][chance.integers(3)]
        along = np.sort(chance.uniform(low[wall[2]], high[wall[2]] if wall[2] == 0 else -0.5, 2))
        up = chance.uniform(0.1, 1.1), chance.uniform(1.9, min(tall - 0.1, 2.6))
        colors = np.array([chance.uniform(0.1, 0.6, 3), [0.75] * 3, chance.uniform(0.2, 0.75, 3)])
        pixel = camera.project([place])[0]
        if not ((pixel > 0) & (pixel < size)).all() or not low[0] + 0.5 < place[0] < high[0] - 0.5:
            continue
        if place[2] < low[2] + 0.5 or not 0.7 < np.ptp(along) < 3.5:
            continue
        box = _Box(low, high, wall, along, up, colors)
        rows, columns = np.mgrid[0 : size[1], 0 : size[0]] + 0.5
        radiance, window = box.seen(np.array([0, height, 0]), camera.directions(np.stack([columns, rows], 2)))
        if window.mean() < 0.01:
            continue
        exposed = radiance * 0.45 / np.median(radiance[~window] @ LUMINANCE)
        light, _ = box.seen(place + np.array([0, 0.5, 0]), directions(64, 128))
        return Photographed(exposed.clip(0, 1).astype(np.float32), camera, place, light)


def directions(height: int, width: int) -> np.ndarray:
    """Of an environment's texels; see `forge3d.render.environment`."""
    longitude = (np.arange(width) + 0.5) / width * 2 * np.pi - np.pi
    latitude = np.pi / 2 - (np.arange(height) + 0.5) / height * np.pi
    up, flat = np.sin(latitude)[:, None] + 0 * longitude, np.cos(latitude)[:, None]
    return np.stack([flat * np.cos(longitude), up, flat * np.sin(longitude)], 2)


def from_where(light: np.ndarray) -> np.ndarray:
    """The side that light above the horizon comes from, `(x, z)` of length 1: shadows of upright things fall away."""
    toward = directions(*light.shape[:2])
    flat = np.hypot(toward[..., 0], toward[..., 2])
    weight = (light @ LUMINANCE) * flat * np.where(toward[..., 1] > 0, np.minimum(toward[..., 1] / 0.15, 1), 0)
    middle = (toward[..., [0, 2]] * weight[..., None]).sum((0, 1))
    return np.asarray(middle / np.linalg.norm(middle))
