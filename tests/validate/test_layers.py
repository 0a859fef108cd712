from __future__ import annotations

from typing import Any

import pytest

from .payloads import ours
from .test_rules import found


def test_volumes_that_scatter() -> None:
    scatter: dict[str, Any] = {"KHR_materials_volume_scatter": {"scatterAnisotropy": 2}}
    document = {"extensionsUsed": list(scatter), "materials": [{"extensions": scatter}]}
    here = "/materials/0/extensions/KHR_materials_volume_scatter"
    assert found(document) == [
        ("FORGE3D_VOLUME_SCATTER_NO_VOLUME", here), ("VALUE_NOT_IN_RANGE", f"{here}/scatterAnisotropy"),
    ]  # fmt: skip


SCATTER, DIFFUSE = "KHR_materials_volume_scatter", "KHR_materials_diffuse_transmission"


def layered(**extensions: dict[str, Any]) -> dict[str, Any]:
    return {"extensionsUsed": list(extensions), "materials": [{"extensions": extensions}]}


@pytest.mark.parametrize(
    ("extension", "others", "expected"),
    [
        ({"multiscatterColorFactor": [1, 0, 0]}, [DIFFUSE], None),
        ({"scatterAnisotropy": 1}, [DIFFUSE], "VOLUME_SCATTER_ONE_WAY"),
        ({"multiscatterColor": [1, 0, 0], "multiscatterColorFactor": [1, 1, 0]}, [DIFFUSE],
         "VOLUME_SCATTER_TWO_COLOURS"),
        ({}, ["KHR_materials_unlit"], "VOLUME_SCATTER_EXCLUDED"),
        ({}, ["KHR_materials_pbrSpecularGlossiness"], "VOLUME_SCATTER_EXCLUDED"),
    ],
)  # fmt: skip
def test_scattering(extension: dict[str, Any], others: list[str], expected: str | None) -> None:
    document = layered(**{SCATTER: extension, "KHR_materials_volume": {}, **{name: {} for name in others}})
    assert {code for code, _ in ours(document)} == ({expected} if expected else set())


@pytest.mark.parametrize(
    ("extension", "expected"),
    [
        ({}, []),
        ({"diffuseTransmissionFactor": 0.5, "diffuseTransmissionColorFactor": [1, 0, 0]}, []),
        ({"diffuseTransmissionColorFactor": [1, 0, 0]}, [("FORGE3D_DIFFUSE_TRANSMISSION_ZERO", "")]),
        ({"diffuseTransmissionFactor": 2}, [("VALUE_NOT_IN_RANGE", "/diffuseTransmissionFactor")]),
        ({"diffuseTransmissionTexture": {"index": 3}, "diffuseTransmissionFactor": 1},
         [("UNRESOLVED_REFERENCE", "/diffuseTransmissionTexture/index")]),
        ({"diffuseTransmissionColorFactor": [1, 0], "diffuseTransmissionFactor": 1},
         [("ARRAY_LENGTH_NOT_IN_LIST", "/diffuseTransmissionColorFactor")]),
    ],
)  # fmt: skip
def test_diffuse_transmission(extension: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    here = f"/materials/0/extensions/{DIFFUSE}"
    assert found(layered(**{DIFFUSE: extension})) == [(code, here + at) for code, at in expected]
