"""What a frame tells beside its pixels, as arrays and as files."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from forge3d import images
from forge3d.document import AlphaMode, Document, Material
from forge3d.errors import DependencyMissing, RecipeError
from forge3d.render import Frame, Orbit, Renderer, RenderSettings
from forge3d.render.frame import FACTS

from .shapes import node, placed, quad, unlit

FACING = Orbit(distance=4.0, target=(0, 0, 0), fov=45)
SIZE = (32, 24)


def two_cards() -> Document:
    """A red card of one metre before a blue one of two; a material that nothing uses comes first."""
    red, blue = unlit((0.5, 0, 0, 1)), unlit((0, 0, 1, 1))
    scene = placed(node(quad(red, size=1.0, z=0.5), name="Near"), node(quad(blue), name="Far"))
    scene.materials = [Material(name="unused"), red, blue]
    return scene


@pytest.fixture
def frame(renderer: Renderer) -> Frame:
    return renderer.render(two_cards(), camera=FACING, size=SIZE, settings=RenderSettings(tone="none"))


def test_every_fact_of_two_points(frame: Frame) -> None:
    height, width = frame.depth.shape
    middle, side = (height // 2, width // 2), (height // 2, width // 2 + 5)
    assert (frame.object_ids[middle], frame.object_ids[side], frame.object_ids[0, 0]) == (1, 2, 0)
    assert (frame.material_ids[middle], frame.material_ids[side], frame.material_ids[0, 0]) == (2, 3, 0)
    np.testing.assert_allclose(frame.albedo[middle], [0.5, 0, 0], atol=1e-6)
    np.testing.assert_allclose(frame.albedo[side], [0, 0, 1], atol=1e-6)
    np.testing.assert_allclose(frame.normals[side], [0, 0, 1], atol=1e-6)
    assert (frame.alpha[middle], frame.alpha[0, 0]) == (1, 0)
    assert frame.depth[middle] == pytest.approx(3.5, rel=1e-5)
    assert frame.depth[0, 0] == np.inf
    assert not frame.positions[0, 0].any()
    # A pixel's middle is half a pixel beside that of the picture.
    step = 2 * np.tan(np.radians(22.5)) / height
    np.testing.assert_allclose(frame.positions[middle], [step / 2 * 3.5, -step / 2 * 3.5, 0.5], atol=1e-5)
    np.testing.assert_allclose(frame.positions[side], [5.5 * step * 4, -step / 2 * 4, 0], atol=1e-5)
    x, y, _ = frame.positions[side]
    np.testing.assert_allclose(frame.uvs[side], [(x + 1) / 2, (1 - y) / 2], atol=1e-5)


def test_positions_are_those_of_the_depth_from_any_side(renderer: Renderer) -> None:
    camera = Orbit(yaw=35, pitch=20, distance=5.0, target=(0.1, 0.2, 0.3))
    frame = renderer.render(two_cards(), camera=camera, size=SIZE)
    seen = frame.object_ids == 2
    assert seen.sum() > 20
    np.testing.assert_allclose(frame.positions[seen][:, 2], 0, atol=2e-5)


def test_alpha_of_what_blends(renderer: Renderer) -> None:
    material = unlit((1, 1, 1, 0.75), alpha_mode=AlphaMode.BLEND)
    frame = renderer.render(placed(node(quad(material))), camera=FACING, size=SIZE)
    assert frame.alpha[12, 16] == pytest.approx(0.75)
    # The default material is one that no list has.
    assert renderer.render(placed(node(quad())), camera=FACING, size=SIZE).material_ids[12, 16] == 1


def test_numpy_archives_hold_the_arrays(frame: Frame, tmp_path: Path) -> None:
    assert frame.save_facts(tmp_path / "facts.npz") == [tmp_path / "facts.npz"]
    with np.load(tmp_path / "facts.npz") as facts:
        assert set(facts.files) == set(FACTS)
        for name in FACTS:
            np.testing.assert_array_equal(facts[name], getattr(frame, name))


def test_a_folder_of_pictures_and_what_they_mean(frame: Frame, tmp_path: Path) -> None:
    frame.save_facts(tmp_path / "facts", ("depth", "normals", "object_ids", "albedo", "uvs"), document=two_cards())
    meaning = json.loads((tmp_path / "facts" / "facts.json").read_text())
    assert meaning["objects"] == {"1": "Near", "2": "Far"}
    assert meaning["materials"]["1"] == "unused"
    read = {path.stem: images.decode(path.read_bytes()) for path in (tmp_path / "facts").glob("*.png")}
    assert all(pixels.dtype == np.uint16 for pixels in read.values())
    near, far = meaning["depth"]["black"], meaning["depth"]["white"]
    seen = frame.object_ids > 0
    depths = near + (far - near) * read["depth"][..., 0] / 65535
    np.testing.assert_allclose(depths[seen], frame.depth[seen], atol=(far - near) / 65535)
    np.testing.assert_array_equal(read["object_ids"][..., 0], frame.object_ids)
    np.testing.assert_allclose(read["normals"][12, 16] / 65535 * 2 - 1, [0, 0, 1], atol=2e-5)
    assert read["albedo"][12, 16, 0] / 65535 == pytest.approx(0.7354, abs=1e-3)  # 0.5 in sRGB


def test_an_exr_holds_the_picture_and_the_facts(frame: Frame, tmp_path: Path) -> None:
    openexr = pytest.importorskip("OpenEXR")
    frame.save_facts(tmp_path / "facts.exr")
    with openexr.File(str(tmp_path / "facts.exr"), separate_channels=True) as file:
        channels = {name: channel.pixels for name, channel in file.channels().items()}
    np.testing.assert_array_equal(channels["Z"], frame.depth)
    np.testing.assert_array_equal(channels["N.Z"], frame.normals[..., 2])
    np.testing.assert_array_equal(channels["objects"], frame.object_ids)
    np.testing.assert_array_equal(channels["P.Y"], frame.positions[..., 1])
    assert channels["R"][12, 16] == pytest.approx(0.5, abs=0.003)
    assert channels["A"][0, 0] == 0


def test_what_is_refused(frame: Frame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RecipeError, match=r"heat.*depth, normals"):
        frame.save_facts(tmp_path / "facts.npz", ("depth", "heat"))
    with pytest.raises(RecipeError, match=r"\.npz, \.exr"):
        frame.save_facts(tmp_path / "facts.tiff")
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    with pytest.raises(DependencyMissing, match=r"forge3d\[exr\]"):
        frame.save_facts(tmp_path / "facts.exr")
