"""The poses of a body that count: as it stands, and moments of all its animations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..document import Animation, Document
from ..document.sampling import duration, pose_at
from ..document.scene import Matrix
from ..document.skinning import joint_matrices
from ..document.traversal import world_matrices
from .rig import Rig

_MOMENTS = 8  # of one animation
_MOST = 96  # of all


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
