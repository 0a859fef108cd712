from __future__ import annotations

from typing import Any

import pytest

from .test_rules import found

NAME = "EXT_lights_image_based"
LIGHT = f"/extensions/{NAME}/lights/0"
GOOD = {"irradianceCoefficients": [[0, 0, 0]] * 9, "specularImages": [[0] * 6] * 2, "specularImageSize": 64}


def lit(light: int = 0, **change: Any) -> dict[str, Any]:
    return {
        "extensionsUsed": [NAME], "extensions": {NAME: {"lights": [{**GOOD, **change}]}},
        "scenes": [{"extensions": {NAME: {"light": light}}}], "images": [{"uri": "http://example.com/a.png"}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (lit(), []),
        (lit(1), [("FORGE3D_IMAGE_LIGHT_UNRESOLVED", f"/scenes/0/extensions/{NAME}/light")]),
        (lit(specularImageSize=48), [("FORGE3D_IMAGE_LIGHT_SIZE", f"{LIGHT}/specularImageSize")]),
        (lit(specularImageSize=1), [("FORGE3D_IMAGE_LIGHT_SIZE", f"{LIGHT}/specularImageSize")]),
        (lit(rotation=[0, 0, 0, 0.5]), [("FORGE3D_IMAGE_LIGHT_ROTATION_NON_UNIT", f"{LIGHT}/rotation")]),
        (lit(intensity=-1), [("VALUE_NOT_IN_RANGE", f"{LIGHT}/intensity")]),
        (lit(specularImages=[[0] * 5]), [("ARRAY_LENGTH_NOT_IN_LIST", f"{LIGHT}/specularImages/0")]),
        (lit(specularImages=[[9] * 6]), [("UNRESOLVED_REFERENCE", f"{LIGHT}/specularImages/0/{i}") for i in range(6)]),
        (lit(irradianceCoefficients=[[0, 0, 0]]), [("ARRAY_LENGTH_NOT_IN_LIST", f"{LIGHT}/irradianceCoefficients")]),
    ],
)
def test_image_based_lights(document: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert [issue for issue in found(document) if issue[0] != "NON_RELATIVE_URI"] == expected


@pytest.mark.parametrize(("name", "key"), [("selectability", "selectable"), ("hoverability", "hoverable"),
                                           ("visibility", "visible")])  # fmt: skip
def test_switches_of_nodes(name: str, key: str) -> None:
    extension = f"KHR_node_{name}"
    document = {"extensionsUsed": [extension], "nodes": [{"extensions": {extension: {key: 1}}}]}
    assert ("TYPE_MISMATCH", f"/nodes/0/extensions/{extension}/{key}") in found(document)


def test_splats_are_not_judged() -> None:
    assert found({"extensionsUsed": ["KHR_gaussian_splatting"]}) == [("UNSUPPORTED_EXTENSION", "/extensionsUsed/0")]
