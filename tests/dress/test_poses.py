"""Which moments of a body's animations are looked at."""

from __future__ import annotations

import numpy as np

from forge3d.document import Document
from forge3d.dress.body import Body
from forge3d.dress.poses import chosen
from forge3d.dress.rig import Naming, best_rig

from .shapes import skinned, tube


def figure() -> Body:
    document: Document = skinned(*tube(0.15, 0, 1.2))
    naming = Naming({}, {})
    rig = best_rig(document, document.skins, naming)
    assert rig is not None
    return Body(document, document.nodes, rig, naming)


def bend(body: Body, degrees: float) -> np.ndarray:
    """Matrices of the joints when all above the first lean forward."""
    angle = np.radians(degrees)
    matrices = np.tile(np.eye(4), (len(body.rig.skin.joints), 1, 1))
    root = next(iter(body.rig.bones.values()))
    for joint in range(len(matrices)):
        if joint != root:
            matrices[joint, 1:3, 1:3] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return matrices


def test_equal_poses_are_one_wherever_the_body_stands_and_looks() -> None:
    body = figure()
    away = np.eye(4)
    away[:3, :3], away[:3, 3] = [[0, 0, 1], [0, 1, 0], [-1, 0, 0]], [4, 1, -2]
    moments = [bend(body, 0), bend(body, 30), bend(body, 30), away @ bend(body, 30), away @ bend(body, 0)]
    first, *bent, last = chosen(body, moments, 1e-5)
    assert first == last == 0
    assert set(bent) in ({1}, {2}, {3})


def test_the_farthest_are_taken_first() -> None:
    body = figure()
    moments = [bend(body, degrees) for degrees in (0, 1, 20, 45, 44)]
    assert chosen(body, moments, 0.0, most=1) == [0, 0, 0, 0, 0]
    assert chosen(body, moments, 0.0, most=2) == [0, 0, 0, 3, 3]
    assert chosen(body, moments, 0.1) == [0, 0, 2, 3, 3]
    assert chosen(body, moments, 0.0) == [0, 1, 2, 3, 4]
