"""One frame's numbers: matrices, lights and depth range, packed into the buffers that the shaders read."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document.scene import Matrix
from .blocks import DRAW_BLOCK, FRAME_BLOCK, MAX_LIGHTS, MAX_TARGETS
from .camera import Vector, View
from .environment import GpuEnvironment
from .framing import Hull
from .gpu_scene import GpuDraw, GpuScene
from .scene import PlacedLight
from .settings import RenderSettings

Floats = npt.NDArray[np.float32]

_ROOM_BEHIND = 0.4
"""Depth, in parts of the product's, that is left for what `passes` pushes back."""

_SPARE = 3
"""Pixels that the resolve filter reaches beyond what is drawn, and rounding."""

_SIDES = 16
"""Of the polygon about what is drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A frame ready to draw. Positions on the GPU are relative to the camera, for precision.

    Attributes:
        draw_buffer: a record of `DRAW_BLOCK` for each draw, `stride` bytes apart.
        models: of each draw, mesh to camera-relative world of its first instance, `(4, 4)`.
        depths: distance along the view axis to the middle of each draw.
        turn: how the stage stands turned, `(4, 4)`.
        balls: that hold all that is drawn, see `Hull.balls`, in the world.
        farness: distance of the far plane over that of the near one.
        sky: equal for shots that are lit by one environment alike.
    """

    scene: GpuScene
    view: View
    balls: tuple[Vector, float]
    farness: float
    environment: GpuEnvironment
    sky: tuple[float, float, bytes]
    frame_buffer: Any
    draw_buffer: Any
    stride: int
    joint_buffer: Any
    instance_buffer: Any
    models: tuple[Matrix, ...]
    depths: tuple[float, ...]
    turn: Matrix

    def outline(self, size: tuple[int, int]) -> Vector:
        """A convex polygon outside which nothing is seen, with a few pixels to spare: `(n, 2)`, −1 to 1."""
        return seen_outline(self.view, *self.balls, size)

    def pixels(self, draw: int, places: Floats, size: tuple[int, int]) -> Floats:
        """Where places `(n, 3)` of a draw's mesh are seen, from the middle of a picture of this size: `(n, 2)`."""
        local = (self.view.axes @ self.models[draw][:3]).astype(np.float32)
        a, b, c = places.T
        x, y, z = (a * row[0] + b * row[1] + c * row[2] + row[3] for row in local)
        left, bottom, right, top = self.view.window
        scale = self.view.half_height * (top - bottom) / size[1]
        middle = np.array([(left + right) * self.view.aspect, bottom + top]) / 2 * self.view.half_height / scale
        away = -z if self.view.perspective else np.ones_like(z)
        return np.asarray(np.stack([x, y], 1) / (away * np.float32(scale))[:, None] - middle.astype(np.float32))

    def pixels_wide(self, draw: int, rows: int) -> float:
        """About how many pixels the parts of a draw are wide, see `thinness`, in a picture of so many rows."""
        scale = abs(np.linalg.det(self.models[draw][:3, :3])) ** (1 / 3)
        seen = self.view.half_height * (self.view.window[3] - self.view.window[1])
        away = max(self.depths[draw], 1e-9) if self.view.perspective else 1.0
        return float(self.scene.draws[draw].mesh.width * scale * rows / (seen * away))


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What stands before the camera: the hull and lights of a scene, moved by `turn` `(4, 4)` as on a turntable."""

    hull: Hull
    lights: tuple[PlacedLight, ...]
    turn: Matrix


def shoot(
    context: Any,
    scene: GpuScene,
    stage: Stage,
    view: View,
    environment: GpuEnvironment,
    settings: RenderSettings,
    *,
    alignment: int,
) -> Shot:
    """Fill a frame's buffers. `alignment`: bytes, of offsets into uniform buffers."""
    to_camera = np.eye(4)
    to_camera[:3, 3] = -view.eye
    move = to_camera @ stage.turn
    placed = [move @ draw.worlds for draw in scene.draws]
    joints = [np.eye(4)[None], *(move @ draw.joints for draw in scene.draws if draw.joints is not None)]
    instances = [
        np.eye(4)[None], *(m for m, draw in zip(placed, scene.draws, strict=True) if draw.vertex.instanced)
    ]  # fmt: skip
    corners = _box_corners(stage)
    near, far = depth_range(view, corners)
    far += _ROOM_BEHIND * (far - near)
    frame = _frame_record(view, stage, view.projection(near, far), environment, settings)
    rows, stride = _draw_rows(scene.draws, placed, alignment)
    return Shot(
        scene, view, _turned(stage), far / near if view.perspective else 1.0, environment,
        sky=(settings.environment_rotation, settings.environment_intensity, stage.turn.tobytes()),
        frame_buffer=context.buffer(frame.tobytes()),
        draw_buffer=context.buffer(rows.tobytes()),
        stride=stride,
        joint_buffer=_matrix_buffer(context, joints),
        instance_buffer=_matrix_buffer(context, instances),
        models=tuple(matrices[0] for matrices in placed),
        depths=tuple(_depth(draw, matrices[0], view) for draw, matrices in zip(scene.draws, placed, strict=True)),
        turn=stage.turn,
    )  # fmt: skip


def _draw_rows(draws: tuple[GpuDraw, ...], placed: list[Matrix], alignment: int) -> tuple[np.ndarray[Any, Any], int]:
    size = DRAW_BLOCK.dtype.itemsize
    stride = -(-size // alignment) * alignment
    rows = np.zeros((max(1, len(draws)), stride), np.uint8)
    # Both lists begin with one identity matrix, so that their buffers are never empty.
    first_joint = accumulate((0 if d.joints is None else len(d.joints) for d in draws), initial=1)
    first_instance = accumulate((len(d.worlds) if d.vertex.instanced else 0 for d in draws), initial=1)
    for row, draw, matrices, joint, instance in zip(rows, draws, placed, first_joint, first_instance, strict=False):
        record = row[:size].view(DRAW_BLOCK.dtype)
        record["d_model"] = matrices[0].T
        record["d_object"], record["d_material"] = draw.object_id, draw.material_id
        record["d_first_joint"], record["d_first_instance"] = joint, instance
        record["d_joints"] = 0 if draw.joints is None else len(draw.joints)
        record["d_first_vertex"] = draw.first_vertex
        record["d_vertices"] = draw.mesh.vertex_count
        scale = np.cbrt(abs(np.linalg.det(matrices[0][:3, :3])))
        record["d_scale"], record["d_extent"] = scale, scale * float((draw.mesh.high - draw.mesh.low).mean())
        strongest = sorted(draw.targets, key=lambda target: -abs(target[1]))[:MAX_TARGETS]
        record["d_targets"] = len(strongest)
        for at, target in enumerate(strongest):
            record["d_morph"][0, at, :2] = target
    return rows, stride


def _depth(draw: GpuDraw, model: Matrix, view: View) -> float:
    middle = (draw.mesh.low + draw.mesh.high) / 2
    return float(-(model[:3, :3] @ middle + model[:3, 3]) @ view.axes[2])


def _matrix_buffer(context: Any, matrices: list[Matrix]) -> Any:
    return context.buffer(np.concatenate(matrices).transpose(0, 2, 1).astype(np.float32).tobytes())


def _frame_record(
    view: View, stage: Stage, projection: Matrix, environment: GpuEnvironment, settings: RenderSettings
) -> np.ndarray[Any, Any]:
    record = np.zeros(1, FRAME_BLOCK.dtype)
    record["f_view_projection"] = (projection @ view.rotation()).T
    record["f_environment"] = rotation_about_y(-settings.environment_rotation).T
    record["f_back"] = [*view.axes[2], float(view.perspective)]
    record["f_light"] = [settings.environment_intensity, environment.mips, 2.0**settings.exposure, 1.0]
    record["f_background"][0, :3] = settings.background_linear or (0.0, 0.0, 0.0)
    record["f_parts"] = 2 / (view.window[2] - view.window[0])
    lights = stage.lights[:MAX_LIGHTS] if settings.lights else ()
    record["f_light_count"] = len(lights)
    for index, placed in enumerate(lights):
        record["f_lights"][0, index * 4 : index * 4 + 4] = light_rows(placed, stage.turn, view.eye)
    return record


def rotation_about_y(degrees: float) -> Matrix:
    """Counter-clockwise seen from above, `(4, 4)`."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    m = np.eye(4)
    m[0, [0, 2]], m[2, [0, 2]] = (cos, sin), (-sin, cos)
    return m


def turn_about(axis: Vector, degrees: float) -> Matrix:
    """A turntable's matrix `(4, 4)`: counter-clockwise seen from above, about the vertical line through `axis`."""
    m = rotation_about_y(degrees)
    m[:3, 3] = axis - m[:3, :3] @ axis
    return m


def _box_corners(stage: Stage) -> Vector:
    low, high = stage.hull.low, stage.hull.high
    corners = np.array([[(low, high)[c >> axis & 1][axis] for axis in range(3)] for c in range(8)])
    return np.asarray(corners @ stage.turn[:3, :3].T + stage.turn[:3, 3])


def _turned(stage: Stage) -> tuple[Vector, float]:
    """The hull's balls, where they stand."""
    middles, radius = stage.hull.balls
    return middles @ stage.turn[:3, :3].T + stage.turn[:3, 3], radius


def depth_range(view: View, corners: Vector) -> tuple[float, float]:
    """Near and far planes about a box with a little room, near enough to each other for a 24-bit depth buffer."""
    depths = view.depths(corners)
    far = float(depths.max())
    slack = 1e-3 * max(far - float(depths.min()), 1e-6) + 1e-6 * abs(far)
    far += slack
    near = float(depths.min()) - slack
    if not view.perspective:
        return near, far
    return (max(near, far * 1e-4), far) if far > 0 else (0.1, 1.0)


def seen_outline(view: View, middles: Vector, radius: float, size: tuple[int, int]) -> Vector:
    """The polygon about balls `(n, 3)`: see `Shot.outline`; the whole picture where one reaches behind the camera."""
    nearest = float(view.depths(middles).min()) - 2 * radius
    if view.perspective and nearest <= radius:  # so near that corners would be too far out for what numbers hold
        return np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    left, bottom, right, top = view.window
    half, places = np.array(size) / 2, view.project(middles)
    pixels = ((places - [left, bottom]) / [right - left, top - bottom] * 2 - 1) * half
    round_ = radius * size[1] / ((top - bottom) * view.half_height)
    if view.perspective:  # far from the middle balls look like eggs
        round_ *= np.hypot(1, np.hypot(places[:, 0] * view.aspect, places[:, 1]).max() * view.half_height) / nearest
    step = 2 * np.pi / _SIDES
    angles = np.arange(_SIDES) * step
    toward = np.stack([np.cos(angles), np.sin(angles)], 1)
    reach = np.array([(pixels[:, 0] * x + pixels[:, 1] * y).max() for x, y in toward]) + round_ + _SPARE
    # Where the line across each direction meets the next one.
    along = (np.roll(reach, -1) - reach * np.cos(step)) / np.sin(step)
    corners: Vector = (reach[:, None] * toward + along[:, None] * toward[:, ::-1] * [-1, 1]) / half
    return corners


def light_rows(placed: PlacedLight, turn: Matrix, origin: Vector) -> Matrix:
    """The four rows of a light, see punctual.glsl; places are relative to `origin`."""
    light, world = placed.light, turn @ placed.world
    direction = -world[:3, 2] / max(float(np.linalg.norm(world[:3, 2])), 1e-12)
    rows = np.zeros((4, 4))
    kind = {"directional": 0, "point": 1, "spot": 2}.get(light.type, 1)
    rows[0] = [*(direction if kind == 0 else world[:3, 3] - origin), kind]
    rows[1] = [*(np.array(light.color) * light.intensity), light.range or 0.0]
    rows[2, :3] = direction
    # The formula of the KHR_lights_punctual specification.
    scale = 1 / max(0.001, np.cos(light.inner_cone_angle) - np.cos(light.outer_cone_angle))
    rows[3, :2] = scale, -np.cos(light.outer_cone_angle) * scale
    return rows
