"""The poses of a body that count: as it stands, and moments of all its animations; of many alike, one is looked at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..document import Animation, Document
from ..document.sampling import duration, pose_at
from ..document.scene import Matrix
from ..document.skinning import joint_matrices
from ..document.traversal import world_matrices
from .body import Body, bent
from .rig import Rig

_MOMENTS = 8  # of one animation
_MOST = 96  # of all
_SPOTS = 512  # vertices of the body by which poses are compared


def poses(document: Document, rig: Rig, animations: Sequence[Animation]) -> list[tuple[str, Matrix]]:
    """Names of moments, and joints' matrices `(joints, 4, 4)` from the skin's space to the world's then."""
    found = [("as it stands", joint_matrices(rig.skin, world_matrices(document)))]
    moments = max(1, min(_MOMENTS, _MOST // max(1, len(animations))))
    for number, animation in enumerate(animations):
        length = duration(animation)
        for time in np.linspace(0, length, moments if length else 1):
            name = f"{animation.name or f'animation {number}'} at {time:.2f} s"
            world = world_matrices(document, pose=pose_at(document, float(time), [animation]))
            found.append((name, joint_matrices(rig.skin, world)))
    return found


def chosen(body: Body, moments: Sequence[Matrix], alike: float, most: int | None = None) -> list[int]:
    """Of each moment the one that stands for it: a few that are far from each other (farthest first; Gonzalez 1985).

    Poses are as far apart as the vertex that moved furthest, seen from the body's first bone: where a body stands and
    looks is no matter.

    Args:
        moments: joints' matrices `(joints, 4, 4)`; the first is always taken.
        alike: metres; poses that near to one that was taken are not.
        most: how many are taken at most.
    """
    root = next(iter(body.rig.bones.values()))
    rows = np.linspace(0, len(body.points) - 1, min(_SPOTS, len(body.points))).astype(np.int64)
    spots, held = body.points[rows], body.influences.rows(rows)
    seen = np.stack([bent(spots, held, np.linalg.pinv(matrices[root]) @ matrices) for matrices in moments])
    stands, away, taken = np.zeros(len(seen), np.int64), np.full(len(seen), np.inf), 0
    for _ in range(len(seen) if most is None else most):
        apart = np.linalg.norm(seen - seen[taken], axis=2).max(axis=1)
        stands[apart < away], away = taken, np.minimum(apart, away)
        taken = int(away.argmax())
        if away[taken] <= alike:
            break
    return [int(number) for number in stands]
