"""The grids of test spheres are whole and valid, and drawn as their formulas say."""

from __future__ import annotations

import numpy as np
import pytest

import forge3d
from forge3d.document.material import LAYERS, Iridescence
from forge3d.errors import GpuUnavailable
from forge3d.render import Renderer, RenderSettings
from forge3d.render.studio import studio

from .lobes import Sky, thin_film
from .spheres import GRIDS, spheres
from .truth import camera_of, integrated, size_of

# Grid → decibels to the integral, a little below what was measured.
BOUNDS = {
    "base": 35.5,
    "KHR_materials_anisotropy": 29.5,
    "KHR_materials_clearcoat": 36.0,
    "KHR_materials_diffuse_transmission": 34.5,
    "KHR_materials_ior": 34.0,
    "KHR_materials_iridescence": 36.0,
    "KHR_materials_iridescence, metal": 31.0,
    "KHR_materials_sheen": 33.0,
    "KHR_materials_specular": 40.0,
}


def test_every_material_extension_has_a_grid() -> None:
    named = {name.split(",")[0] for name in GRIDS}
    assert {layer.extension for layer in LAYERS.values()} <= named


@pytest.mark.parametrize("name", GRIDS)
def test_grids_are_valid_and_come_back_whole(name: str) -> None:
    document = spheres(GRIDS[name])
    data = document.to_bytes()
    report = forge3d.validate(data)
    assert [issue.code for issue in report.issues if issue.severity.name == "ERROR"] == []
    assert len(forge3d.Document.read(data).nodes) == len(document.nodes)


@pytest.mark.parametrize("name", BOUNDS)
def test_pictures_are_what_the_formulas_integrate_to(name: str) -> None:
    try:
        renderer = Renderer()
    except GpuUnavailable as error:
        pytest.skip(str(error))
    grid = GRIDS[name]
    with renderer:
        frame = renderer.render(
            spheres(grid),
            camera=camera_of(grid),
            size=size_of(grid),
            settings=RenderSettings(tone="none", occlusion=False),
        )
    exact = integrated(grid, Sky(studio(width=256)), step=12, points=2)
    inside = np.isfinite(exact[..., 0]) & (frame.pixels[..., 3] == 255)
    assert inside.sum() > 200
    error = (frame.pixels[inside][:, :3] / 255 - exact[inside]) ** 2
    assert -10 * np.log10(error.mean()) >= BOUNDS[name]


def test_a_film_of_the_bases_own_index_is_the_base() -> None:
    """Where film and base meet nothing is reflected, so nothing interferes."""
    film = thin_film(Iridescence(factor=1.0, ior=1.5, thickness_maximum=400.0), np.full(3, 0.04))
    facing = film(np.ones((1, 1)))[0, 0]
    np.testing.assert_allclose(facing, 0.04, atol=1e-4)
