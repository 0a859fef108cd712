"""Cameras: an orbit about a target, or one that stands in the file."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..document import Document, Orthographic, Perspective
from ..document.sampling import Pose
from ..document.traversal import world_matrices
from ..errors import RecipeError

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Orbit:
    """A camera on a sphere about a target, looking at it, its up towards +Y.

    Args:
        yaw: degrees about +Y, from +Z (the glTF front) towards +X.
        pitch: degrees above the horizon, −90 to 90.
        distance: metres from the target; None: as near as the whole product fits.
        target: world position; None: the middle of the product as the picture shows it.
        fov: vertical field of view in degrees.
        fill: with distance None, the share of the frame that the product spans where it is tightest, above 0 to 1.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    distance: float | None = None
    target: tuple[float, float, float] | None = None
    fov: float = 30.0
    fill: float = 0.9

    def __post_init__(self) -> None:
        if not -90 <= self.pitch <= 90:
            raise RecipeError(f"pitch={self.pitch}: takes −90 to 90 degrees")
        if not 0.1 <= self.fov <= 175:
            raise RecipeError(f"fov={self.fov}: takes 0.1 to 175 degrees")
        if not 0 < self.fill <= 1:
            raise RecipeError(f"fill={self.fill}: takes a share above 0, at most 1")
        if self.distance is not None and not 0 < self.distance < float("inf"):
            raise RecipeError(f"distance={self.distance}: takes metres above 0")
        if not np.isfinite([self.yaw, *(self.target or ())]).all():
            raise RecipeError("yaw and target take finite numbers")

    @classmethod
    def from_spherical(
        cls,
        theta: float,
        phi: float,
        radius: float,
        target: tuple[float, float, float] = (0.0, 0.0, 0.0),
        fov: float = 45.0,
    ) -> Orbit:
        """The convention of <model-viewer>: theta about +Y from +Z, phi from +Y, in degrees; radius in metres."""
        return cls(yaw=theta, pitch=90.0 - phi, distance=radius, target=target, fov=fov)

    def axes(self) -> Matrix:
        """Rows: the camera's right, up and back in the world, `(3, 3)`."""
        yaw, pitch = np.radians(self.yaw), np.radians(self.pitch)
        back = np.array([np.cos(pitch) * np.sin(yaw), np.sin(pitch), np.cos(pitch) * np.cos(yaw)])
        right = np.array([np.cos(yaw), 0.0, -np.sin(yaw)])
        return np.stack([right, np.cross(back, right), back])


@dataclass(frozen=True, slots=True)
class FileCamera:
    """A camera that stands in the file.

    Args:
        which: its place in the file's list of cameras, or the name of the camera or of its node.
    """

    which: int | str = 0


Camera = Orbit | FileCamera


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A camera made exact.

    Attributes:
        eye: world position `(3,)`.
        axes: rows right, up, back `(3, 3)`, orthonormal.
        half_height: perspective: tangent of half the vertical field of view; orthographic: metres.
        aspect: width over height of what the picture shows.
        perspective: or orthographic.
        window: the part of the picture that is drawn: left, bottom, right, top, from −1 to 1.
    """

    eye: Vector
    axes: Matrix
    half_height: float
    aspect: float
    perspective: bool = True
    window: tuple[float, float, float, float] = (-1.0, -1.0, 1.0, 1.0)

    def part(self, window: tuple[float, float, float, float]) -> View:
        """The same camera, of whose picture only a part is drawn."""
        return replace(self, window=window)

    def projection(self, near: float, far: float) -> Matrix:
        """Clip-space matrix of the camera's own space, `(4, 4)`, OpenGL's conventions."""
        p = np.zeros((4, 4))
        p[0, 0], p[1, 1] = 1 / (self.half_height * self.aspect), 1 / self.half_height
        if self.perspective:
            p[2, 2], p[2, 3], p[3, 2] = (far + near) / (near - far), 2 * far * near / (near - far), -1
        else:
            p[2, 2], p[2, 3], p[3, 3] = 2 / (near - far), (far + near) / (near - far), 1
        left, bottom, right, top = self.window
        part = np.eye(4)
        part[0, 0], part[0, 3] = 2 / (right - left), -(right + left) / (right - left)
        part[1, 1], part[1, 3] = 2 / (top - bottom), -(top + bottom) / (top - bottom)
        return np.asarray(part @ p)

    def rotation(self) -> Matrix:
        """World directions to camera directions, `(4, 4)`."""
        m = np.eye(4)
        m[:3, :3] = self.axes
        return m

    def depths(self, points: Vector) -> Vector:
        """Distance of world points `(n, 3)` along the view axis, metres, positive in front."""
        return np.asarray(np.einsum("ij,j->i", self.eye - points, self.axes[2]))

    def project(self, points: npt.ArrayLike) -> Vector:
        """World points `(n, 3)` to `(n, 2)`: x and y from −1 (left, bottom) to 1 (right, top) of the whole picture."""
        local = (np.atleast_2d(np.asarray(points, np.float64)) - self.eye) @ self.axes.T
        scale = -local[:, 2:] if self.perspective else np.ones((len(local), 1))
        result: Vector = local[:, :2] / scale / [self.half_height * self.aspect, self.half_height]
        return result

    def unproject(self, depths: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """What stands at `depths` `(h, w)`, in the middle of each pixel drawn: world points `(h, w, 3)`."""
        height, width = depths.shape
        left, bottom, right, top = self.window
        across = (left + (right - left) * (np.arange(width) + 0.5) / width) * self.half_height * self.aspect
        up = (top + (bottom - top) * (np.arange(height) + 0.5) / height) * self.half_height
        local = np.empty((height, width, 3), np.float32)
        local[..., 0], local[..., 1], local[..., 2] = across, up[:, None], -1
        local[..., 2] *= depths
        if self.perspective:
            local[..., :2] *= depths[..., None]
        return np.asarray(local @ self.axes.astype(np.float32) + self.eye.astype(np.float32))


def file_view(document: Document, camera: FileCamera, aspect: float, pose: Pose | None = None) -> View:
    """The view through a camera of the file at a moment, with the picture's own aspect ratio.

    A camera with an aspect ratio of its own keeps everything it would show: a narrower picture shows more height.

    Raises:
        RecipeError: the file has no such camera in its scene; the message lists those it has.
    """
    nodes = [(node, world) for node, world in world_matrices(document, pose=pose).items() if node.camera is not None]
    names = [name for node, _ in nodes for name in {node.name, node.camera.name if node.camera else None} if name]
    for place, (node, world) in enumerate(nodes):
        assert node.camera is not None
        if camera.which not in (place, node.name, node.camera.name):
            continue
        axes = world[:3, :3].T / np.linalg.norm(world[:3, :3], axis=0)[:, None]
        lens = (node.camera if pose is None else pose.of(node.camera)).projection
        if isinstance(lens, Orthographic):
            half = max(abs(lens.ymag), abs(lens.xmag) / aspect)
            return View(world[:3, 3], axes, half, aspect, perspective=False)
        return View(world[:3, 3], axes, _half_height(lens, aspect), aspect)
    raise RecipeError(f"camera={camera.which!r}: the scene has {len(nodes)} cameras: {', '.join(names) or 'no names'}")


def _half_height(lens: Perspective, aspect: float) -> float:
    half = float(np.tan(lens.yfov / 2))
    return half * max(1.0, lens.aspect_ratio / aspect) if lens.aspect_ratio else half
