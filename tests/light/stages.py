"""Small stages whose light is known without tracing."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from forge3d.light import Lens, Light, Sky, Stage, Texture, Traced
from forge3d.light.material import Flag, default_material
from forge3d.render.filter import weights

Floats = npt.NDArray[np.float32]
Piece = tuple[Floats, npt.NDArray[np.int64]]

WHITE = np.ones((2, 4, 3), np.float32)


def matt(color: float | tuple[float, float, float] = 1.0, **numbers: Any) -> npt.NDArray[np.void]:
    """A double-sided material that mirrors nothing."""
    made = default_material()
    made["base_color"][0, :3] = color
    made["metallic"], made["specular"] = 0.0, 0.0
    made["flags"] = Flag.DOUBLE_SIDED
    for name, value in numbers.items():
        made[name] = value
    return made


def rows(positions: npt.ArrayLike, normals: npt.ArrayLike | None = None, uvs: npt.ArrayLike | None = None) -> Floats:
    points = np.asarray(positions, np.float32)
    made = np.zeros((len(points), 14 + (0 if uvs is None else 2)), np.float32)
    made[:, :3], made[:, 10:14] = points, 1.0
    if normals is not None:
        made[:, 3:6] = normals
    if uvs is not None:
        made[:, 14:] = uvs
    return made


def quad(center: npt.ArrayLike, across: npt.ArrayLike, up: npt.ArrayLike, *, uvs: bool = False) -> Piece:
    """A rectangle whose half sides are `across` and `up`; it faces across × up."""
    c, a, u = (np.asarray(v, np.float64) for v in (center, across, up))
    corners = [c - a - u, c + a - u, c + a + u, c - a + u]
    return rows(corners, uvs=[[0, 1], [1, 1], [1, 0], [0, 0]] if uvs else None), np.array([[0, 1, 2], [0, 2, 3]])


def ball(center: npt.ArrayLike = (0, 0, 0), radius: float = 1.0, rings: int = 64) -> Piece:
    theta = np.linspace(0, np.pi, rings + 1)[:, None]
    phi = np.linspace(0, 2 * np.pi, 2 * rings + 1)[None]
    unit = np.stack([np.sin(theta) * np.sin(phi), np.cos(theta) + 0 * phi, np.sin(theta) * np.cos(phi)], 2).reshape(
        -1, 3
    )
    width = 2 * rings + 1
    at = (np.arange(rings)[:, None] * width + np.arange(2 * rings)[None]).ravel()
    faces = np.concatenate([np.stack([at, at + width, at + 1], 1), np.stack([at + 1, at + width, at + width + 1], 1)])
    return rows(unit * radius + np.asarray(center), unit), faces


def stage(*pieces: tuple[Piece, npt.NDArray[np.void]], textures: tuple[Texture, ...] = ()) -> Stage:
    vertices, corners, which = [], [], []
    count = 0
    for number, ((points, faces), _) in enumerate(pieces):
        vertices.append(points)
        corners.append(faces + count)
        which.append(np.full(len(faces), number))
        count += len(points)
    materials = np.concatenate([material for _, material in pieces])
    return Stage(np.concatenate(vertices), np.concatenate(corners), np.concatenate(which), materials, textures)


def above(height: float, half: float, size: int, x: float = 0.0, z: float = 0.0) -> Lens:
    """An orthographic camera that looks down on (x, z), `half` metres to each side."""
    axes = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
    return Lens(np.array([x, height, z]), axes, half, 1.0, False, (size, size))


def front(distance: float, half: float, size: int) -> Lens:
    """An orthographic camera on +z that looks at the middle."""
    return Lens(np.array([0, 0, distance]), np.eye(3), half, 1.0, False, (size, size))


def traced(of: Stage, lens: Lens, samples: int, sky: npt.ArrayLike = WHITE, **options: Any) -> Traced:
    lamps = options.pop("lamps", np.zeros((0, 4, 4), np.float32))
    made = Traced(of, Light(Sky(sky), lamps=lamps), lens, filter=weights(), **options)
    made.add(samples)
    return made


def seen(of: Stage, lens: Lens, samples: int, sky: npt.ArrayLike = WHITE, **options: Any) -> Floats:
    """The mean colour of the whole picture, `(4,)`."""
    return np.asarray(traced(of, lens, samples, sky, **options).color.mean((0, 1)))
