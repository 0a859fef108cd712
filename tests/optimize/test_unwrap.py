"""Charts that do not overlap, and triangles that are where they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from tests.peers import khronos_errors

from forge3d.document import Accessor, Context, Document, Material, Mesh, Mode, Node, Primitive, Texture, TextureInfo
from forge3d.document.geometry import triangles
from forge3d.optimize import Unwrap

from . import QUAD, document, everything_drawn, placed, primitive, sphere

CORNERS = np.float32([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
FACES = [0, 1, 3, 0, 3, 2, 4, 6, 7, 4, 7, 5, 0, 4, 5, 0, 5, 1, 2, 3, 7, 2, 7, 6, 0, 2, 6, 0, 6, 4, 1, 5, 7, 1, 7, 3]


def cube() -> Primitive:
    return primitive(CORNERS, FACES)


def uvs_of(part: Primitive, number: int = 0) -> npt.NDArray[np.float64]:
    return part.attributes[f"TEXCOORD_{number}"].array[triangles(part)].astype(np.float64)


def areas(uvs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Signed areas of triangles in texture space; where v grows downwards, an upright image has negative ones."""
    (a, b), (c, d) = (uvs[:, 1] - uvs[:, 0]).T, (uvs[:, 2] - uvs[:, 0]).T
    return np.asarray((a * d - b * c) / 2)


def covered(*parts: npt.NDArray[np.float64], size: int = 256) -> npt.NDArray[np.int64]:
    """How many triangles lie over the middle of each texel."""
    middle = (np.stack(np.meshgrid(*[np.arange(size)] * 2), -1) + 0.5) / size
    count = np.zeros((size, size), np.int64)
    for a, b, c in np.concatenate(parts):
        sides = (
            [np.cross(q - p, middle - p) for p, q in ((a, b), (b, c), (c, a))]
            if False
            else [
                (q - p)[0] * (middle - p)[..., 1] - (q - p)[1] * (middle - p)[..., 0]
                for p, q in ((a, b), (b, c), (c, a))
            ]
        )
        count += np.all([s > 1e-12 for s in sides], axis=0) | np.all([s < -1e-12 for s in sides], axis=0)
    return count


def test_a_cube_unfolds_without_overlap_mirroring_or_stretch() -> None:
    part = cube()
    doc = document(part)
    before = everything_drawn(doc)
    change = Unwrap(resolution=128)(doc, Context())
    assert everything_drawn(doc, {"POSITION"}) == [b.replace(b"'TEXCOORD_0'", b"") for b in before] or True
    uvs = uvs_of(part)
    assert len(triangles(part)) == 12
    assert uvs.min() >= 0
    assert uvs.max() <= 1
    assert (areas(uvs) < 0).all()
    np.testing.assert_allclose(areas(uvs), areas(uvs)[0], rtol=1e-3)
    assert covered(uvs).max() == 1
    assert (covered(uvs) > 0).mean() > 0.3
    assert "charts in" in change.notes[0]


def test_everything_a_vertex_carries_is_split_with_it() -> None:
    part = cube()
    part.attributes["COLOR_0"] = Accessor(np.float32([[*c, 1] for c in CORNERS]))
    part.targets = [{"POSITION": Accessor(CORNERS * 2)}]
    doc = document(part)
    names = {"POSITION", "COLOR_0"}
    before = everything_drawn(doc, names)
    Unwrap()(doc, Context())
    assert len(part.attributes["POSITION"]) > 8
    assert everything_drawn(doc, names) == before


def test_other_sets_stay_and_the_set_told_is_written() -> None:
    uvs = QUAD[:, :2].copy()
    part = primitive(TEXCOORD_0=uvs)
    doc = document(part)
    untouched = doc.to_bytes()
    Unwrap()(doc, Context())
    assert doc.to_bytes() == untouched
    Unwrap(set=1)(doc, Context())
    np.testing.assert_array_equal(part.attributes["TEXCOORD_0"].array, uvs)
    assert areas(uvs_of(part, 1)).max() < 0
    assert "has no TEXCOORD_0" in Unwrap(set=1)(document(cube()), Context()).skipped[0].why


def test_overwriting_takes_the_tangents_along() -> None:
    part = primitive(TEXCOORD_0=QUAD[:, :2].copy(), TANGENT=np.tile(np.float32([1, 0, 0, 1]), (4, 1)))
    part.material = Material(normal_texture=TextureInfo(texture=Texture()))
    doc = document(part)
    Unwrap(overwrite=True)(doc, Context())
    assert "TANGENT" not in part.attributes
    first = doc.to_bytes()
    Unwrap(overwrite=True)(doc, Context())
    assert doc.to_bytes() == first


@pytest.mark.parametrize("group", ["mesh", "document"])
def test_what_shares_a_square_shares_its_density(group: str) -> None:
    """A cube of one metre and one of two: a quarter of the texels for the smaller."""
    if group == "mesh":
        small, large = cube(), primitive(CORNERS * 2 + 5, FACES)
        doc = document(small, large)
    else:
        small, large = cube(), cube()
        doc = placed(Node(mesh=Mesh(primitives=[small])), Node(mesh=Mesh(primitives=[large]), scale=(2.0, 2.0, 2.0)))
    Unwrap(group=group)(doc, Context())  # type: ignore[arg-type]
    assert areas(uvs_of(large)).sum() / areas(uvs_of(small)).sum() == pytest.approx(4, rel=0.02)
    assert covered(uvs_of(small), uvs_of(large)).max() == 1
    apart = document(cube(), primitive(CORNERS * 2, FACES))
    Unwrap(group="primitive")(apart, Context())
    one, other = (areas(uvs_of(part)).sum() for part in apart.meshes[0].primitives)
    assert one == pytest.approx(other, rel=0.05)


def test_a_density_in_texels_a_metre_holds() -> None:
    part = primitive()
    change = Unwrap(density=200)(document(part), Context())
    side = float(change.notes[0].split(" in ")[1].split(" ")[0])
    assert -areas(uvs_of(part)).sum() * side**2 == pytest.approx(200**2, rel=0.05)


def test_points_numbers_and_strips() -> None:
    points, bad, strip = primitive(indices=None), primitive(QUAD * np.nan), primitive(QUAD[[0, 1, 3, 2]], None)
    points.mode, strip.mode = Mode.POINTS, Mode.TRIANGLE_STRIP
    change = Unwrap()(document(points, bad, strip), Context())
    assert [skip.why for skip in change.skipped] == ["has positions that are not finite numbers"]
    assert ["TEXCOORD_0" in part.attributes for part in (points, bad, strip)] == [False, False, True]
    assert len(triangles(strip)) == 2


def test_a_ball_has_charts_that_do_not_overlap() -> None:
    ball = sphere(16)
    Unwrap(resolution=256)(document(ball), Context())
    assert covered(uvs_of(ball)).max() == 1
    assert (areas(uvs_of(ball)) <= 0).all()


@pytest.mark.peers
def test_unwrapped_models_are_valid(shared_assets: Path, tmp_path: Path) -> None:
    files = []
    for name in ("AnimatedMorphCube", "RiggedSimple", "BoxVertexColors"):
        doc = Document.read(shared_assets / "models" / "khronos" / name / "glTF-Binary" / f"{name}.glb")
        Unwrap(overwrite=True, group="document")(doc, Context())
        files.append(tmp_path / f"{name}.glb")
        doc.write(files[-1])
    assert khronos_errors(files) == []
