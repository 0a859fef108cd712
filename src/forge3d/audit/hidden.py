"""The check of hidden geometry: triangles that nobody outside the model can see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document import Document, Mesh
from ..document.animation import Animation
from ..document.geometry import triangles
from ..document.opacity import sides_and_opacity
from ..document.sampling import Pose, duration, pose_at
from ..document.skinning import world_positions
from ..document.traversal import mesh_instances, world_matrices
from ..surface.visibility import RAYS, seen_from_outside
from .check import Measured, NotTestable, check
from .report import Place
from .subject import Subject

Marks = npt.NDArray[np.bool_]

_TRIANGLES = 4_000_000  # drawn at once; Embree takes about 150 bytes for each
_RAYS = 1 << 23  # in all: a few seconds
_MOMENTS, _OF_EACH = 32, 8  # poses of all animations, and of one, beside the one at rest
_SURE = 0.999


@check(fix="Remove what lies inside: screws, linings, the halves of parts that touch.")
def hidden_geometry(subject: Subject, limit: Any) -> Measured:
    """Percent of the drawn triangles that no ray from outside reaches, at rest or at moments of the animations.
    Cut-out, blended and transmissive surfaces hide nothing; a triangle with one side is seen from there, and hides what
    is behind it from there, alone."""
    parts = {(id(mesh), number): part for mesh, number, part in _parts(subject)}
    moments, untested = _moments(subject.document)
    rays = RAYS
    for pose in moments:
        rays = min(rays, _look(subject.document, pose, parts, _RAYS // len(moments)))
    drawn = sum(int(part.drawn.sum()) for part in parts.values())
    if not drawn:
        raise NotTestable("the scene shows no triangles with area")
    hidden = [(int((part.drawn & ~part.seen).sum()), part) for part in parts.values()]
    share = round(100 * sum(number for number, _ in hidden) / drawn, 3)
    places = [
        Place(part.place.pointer, part.place.name, f"{number:,} of {int(part.drawn.sum()):,} triangles")
        for number, part in sorted(hidden, key=lambda one: -one[0])
        if number
    ]
    told = _told(rays, len(moments) - 1, untested) if places else ""
    return Measured(share, [(share, place) for place in places] or [(share, None)], told)


@dataclass(slots=True, eq=False)
class _Part:
    """What is known of a primitive's triangles, `(n,)` each, over all its appearances."""

    place: Place
    triangles: npt.NDArray[np.uint32]
    drawn: Marks
    seen: Marks


def _parts(subject: Subject) -> Iterator[tuple[Mesh, int, _Part]]:
    """Every primitive with triangles: animations may show what is hidden at rest."""
    for mesh in subject.all(Mesh):
        for number, primitive in enumerate(mesh.primitives):
            corners = triangles(primitive)
            if len(corners) and "POSITION" in primitive.attributes:
                place = Place(f"{subject.place(mesh).pointer}/primitives/{number}", mesh.name)
                nothing = np.zeros(len(corners), np.bool_)
                yield mesh, number, _Part(place, corners, nothing, nothing.copy())


def _moments(document: Document) -> tuple[list[Pose | None], int]:
    """The pose at rest, those of evenly spaced times of each animation that moves nodes, and how many animations there
    are too many."""
    moving = [animation for animation in document.animations if _moves(document, animation)]
    each = max(1, min(_OF_EACH, _MOMENTS // max(1, len(moving))))
    poses: list[Pose | None] = [None]
    for animation in moving[:_MOMENTS]:
        times = (np.arange(each) + 0.5) / each * duration(animation)
        poses += [pose_at(document, float(time), [animation]) for time in times]
    return poses, max(0, len(moving) - _MOMENTS)


def _moves(document: Document, animation: Animation) -> bool:
    return bool(pose_at(document, 0.0, [animation]).nodes)


def _look(document: Document, pose: Pose | None, parts: dict[tuple[int, int], _Part], most: int) -> int:
    """Mark what is drawn and seen in one pose; the fewest rays that anything unseen got."""
    world = world_matrices(document, pose=pose)
    found: list[tuple[_Part, Any, bool, bool]] = []
    count = 0
    for instance in mesh_instances(document, pose=pose):
        for number, primitive in enumerate(instance.mesh.primitives):
            part = parts.get((id(instance.mesh), number))
            if part is None:
                continue
            count += len(part.triangles)
            if count > _TRIANGLES:
                raise NotTestable(f"the scene draws more than {_TRIANGLES:,} triangles")
            corners = world_positions(primitive, instance, world, pose)[part.triangles]
            if instance.node.skin is None and np.linalg.det(instance.world[:3, :3]) < 0:
                corners = corners[:, ::-1]
            found.append((part, corners, *sides_and_opacity(primitive)))
    if not found:
        return RAYS
    sizes = [len(corners) for _, corners, _, _ in found]
    result = seen_from_outside(
        np.concatenate([corners for _, corners, _, _ in found]),
        double_sided=np.repeat([both for _, _, both, _ in found], sizes),
        hides=np.repeat([hides for _, _, _, hides in found], sizes),
        wanted=np.concatenate([~part.seen for part, _, _, _ in found]),
        most=most,
    )
    for (part, *_), stop, size in zip(found, np.cumsum(sizes), sizes, strict=True):
        part.drawn |= result.rays[stop - size : stop] > 0
        part.seen |= result.seen[stop - size : stop]
    unseen = (result.rays > 0) & ~result.seen
    return int(result.rays[unseen].min(initial=RAYS))  # none unseen: as many as there may be


def _told(rays: int, moments: int, untested: int) -> str:
    """How sure the share is."""
    exposure = 1 - (1 - _SURE) ** (1 / rays)
    parts = [f"{rays:,} rays from each find what {exposure:.2%} of all rays can leave in {_SURE:.1%} of cases"]
    if moments:
        parts.append(f"at rest and at {moments} moments of the animations")
    if untested:
        parts.append(f"{untested} animations are not looked at")
    return "; ".join(parts)
