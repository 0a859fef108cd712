"""The jacket and the visor on all three mannequins, in every pose and through the idle animation."""

from __future__ import annotations

from pathlib import Path

import examples
import numpy as np
import pytest
from examples.mannequin.poses import POSES
from tests.dress.seen import removed_in_sight
from tests.examples.worn import inside, posed
from tests.peers import khronos_reports

from forge3d import Document
from forge3d.document.geometry import triangles
from forge3d.document.traversal import mesh_instances
from forge3d.dress import Dressed, Wear, dress

MODELS = Path(examples.__file__).parent / "models"
SIZES = ("small", "medium", "large")
MOMENTS = [(None, 0.0), *((pose, 0.5) for pose in POSES), *(("Idle", float(time)) for time in np.arange(8) / 2)]


class Figure:
    """A mannequin of one size, dressed."""

    def __init__(self, size: str):
        self.body = Document.read(MODELS / f"mannequin_{size}.glb")
        jacket = Document.read(MODELS / "courier_jacket.glb")
        self.clothed: Dressed = dress(jacket, self.body)
        self.whole = dress(jacket, self.body, Wear(hide=False)).document
        visor = Document.read(MODELS / "visor.glb")
        self.both: Dressed = dress(visor, self.clothed.document, Wear(attach="head"))


@pytest.fixture(scope="module", params=SIZES)
def figure(request: pytest.FixtureRequest) -> Figure:
    return Figure(request.param)


def skin_and_worn(figure: Figure, animation: str | None, time: float) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The body's triangles, and the vertices of the two pieces, by another way than `forge3d.dress` looks at them."""
    (skin,) = posed(figure.body, animation, time)
    (primitive,) = figure.body.meshes[0].primitives
    names = [instance.mesh.name for instance in mesh_instances(figure.both.document) for _ in instance.mesh.primitives]
    parts: dict[str, list[np.ndarray]] = {"jacket": [], "visor": []}
    for name, points in zip(names, posed(figure.both.document, animation, time), strict=True):
        if name != figure.body.meshes[0].name:
            parts["jacket" if name in ("Cloth", "Collar", "Trim") else "visor"].append(points)
    return skin[triangles(primitive)], {name: np.concatenate(found) for name, found in parts.items()}


def test_hardly_any_of_it_comes_inside_the_body(figure: Figure) -> None:
    for animation, time in MOMENTS:
        skin, worn = skin_and_worn(figure, animation, time)
        for name, points in worn.items():
            assert inside(points, skin).mean() < 0.005, (name, animation, time)
    assert max(figure.clothed.inside.values()) < 0.005
    assert max(figure.both.inside.values()) < 0.005


def test_it_moves_with_the_body(figure: Figure) -> None:
    still = skin_and_worn(figure, "Idle", 0.0)[1]
    for animation, time, least in (("Idle", 1.0, 0.002), ("Walk", 0.5, 0.02), ("Reach", 0.5, 0.02)):
        moved = skin_and_worn(figure, animation, time)[1]
        for name in ("jacket", "visor"):
            assert np.linalg.norm(moved[name] - still[name], axis=1).max() > least, (name, animation)


def test_no_hole_is_seen_where_skin_was_removed(figure: Figure) -> None:
    assert figure.clothed.hidden > 2000
    for animation, time in MOMENTS[:6]:
        assert removed_in_sight(figure.clothed.document, figure.whole, animation, time) < 3e-4, animation


@pytest.mark.peers
def test_the_khronos_validator_finds_nothing(figure: Figure, tmp_path: Path) -> None:
    files = [tmp_path / "jacket.glb", tmp_path / "both.glb"]
    figure.clothed.document.write(files[0])
    figure.both.document.write(files[1])
    for file, report in zip(files, khronos_reports(files), strict=True):
        issues = report["issues"]
        assert (issues["numErrors"], issues["numWarnings"], issues["numInfos"]) == (0, 0, 0), (file.name, issues)
