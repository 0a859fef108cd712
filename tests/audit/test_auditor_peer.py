"""The Khronos asset auditor beside ours: its own rule files, and others, on its own models, verdict by verdict.

Where ours is meant to differ stands in `MEANT`, and in the table of docs/audit.md.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import peers

from forge3d.audit import Profile, audit

ONE = {
    "valid": "gltfValidator", "file_size": "fileSize", "triangles": "triangleCount", "materials": "materialCount",
    "nodes": "nodeCount", "meshes": "meshCount", "primitives": "primitiveCount", "uv_overlap": "uvsOverlap",
    "clean_root": "rootNodeCleanTransform", "beveled_edges": "requireBeveledEdges", "uv_inverted": "uvsInverted",
    "manifold_edges": "requireManifoldEdges", "dimensions": "overallDimensionsWithinTolerance",
    "product_dimensions": "productDimensionsWithinTolerance", "textures_power_of_two": "texturesPowerOfTwo",
    "textures_square": "texturesQuadratic", "uv_range": "uvsInZeroToOneRange", "uv_gutter": "uvGutterWideEnough",
}  # fmt: skip
TWO = {
    "color_range": "pbrColor{}", "texel_density": "pixelsPerMeter{}",
    "texture_height": "textureDimensions{}Height", "texture_width": "textureDimensions{}Width",
}  # fmt: skip
"""Tests that the auditor makes of the least and of the most: our check's name, and theirs."""
PLAIN = ("uv_range", "uv_inverted", "uv_overlap", "uv_gutter")
MEANT = {
    ("clean_root", "blender-default-cube-pbr-unsafe-colors.glb"): "its second root is moved",
    ("clean_root", "box.gltf"): "its root is turned",
    ("texel_density", "blender-default-cube-density.glb"): "each material has textures of its own",
    **{("uv_gutter", f"blender-{name}.glb"): "the published test never fails" for name in (
        "default-cube-inverted-uvs", "default-cube-uv-margin-grid-aligned", "default-cube-uv-margin",
        "default-cube-uv-overlaps", "monkey-uv-margin",
    )},
    **{(check, "box.gltf"): "it has no UVs: nothing is tested" for check in PLAIN},
}  # fmt: skip


def models(folder: Path) -> Iterator[list[Path]]:
    """Each with all its files; without those that the auditor itself cannot read."""
    for path in sorted(folder.iterdir()):
        if path.suffix == ".glb" and "draco" not in path.name:
            yield [path]
        elif path.suffix == ".gltf":
            data = json.loads(path.read_text())
            listed = [item["uri"] for kind in ("buffers", "images") for item in data.get(kind, []) if "uri" in item]
            files = [path, *(folder / uri for uri in listed)]
            if all(file.is_file() for file in files):
                yield files


def differences(orders: list[peers.Order]) -> list[tuple[str, str, str, str, str]]:
    """Check, model, schema, the auditor's verdict and ours, where they are not the same."""
    found = []
    profiles = {schema: Profile.read(schema) for _, schema, _ in orders}
    for (files, schema, product), told in zip(orders, peers.auditor_verdicts(orders), strict=True):
        assert "error" not in told, (files[0].name, schema.name, told)
        theirs = {check: told["outcomes"][name] for check, name in ONE.items()}
        for check, name in TWO.items():
            both = {told["outcomes"][name.format(end)] for end in ("Max", "Min")}
            theirs[check] = next(outcome for outcome in ("failed", "passed", "not tested") if outcome in both)
        ours = audit(files[0], profiles[schema], product=product)
        found += [
            (check, files[0].name, schema.name, verdict, str(ours[check].outcome))
            for check, verdict in theirs.items()
            if str(ours[check].outcome) != verdict
        ]
    return found


@pytest.mark.peers
def test_the_main_rule_files_with_every_model() -> None:
    folder = peers.auditor_tests()
    schemas = [folder / "schemas" / f"{name}.json" for name in ("pass", "fail", "khronos-recommended")]
    found = differences([(files, schema, None) for files in models(folder / "models") for schema in schemas])
    assert [difference for difference in found if difference[:2] not in MEANT] == []


@pytest.mark.peers
@pytest.mark.slow
def test_every_rule_file_with_every_model() -> None:
    folder = peers.auditor_tests()
    products = sorted((folder / "products").glob("*.json"))
    schemas = sorted((folder / "schemas").rglob("*.json"))
    assert len(schemas) > 30
    orders: list[peers.Order] = [(files, schema, None) for files in models(folder / "models") for schema in schemas]
    assert len(orders) > 700
    orders += [
        (files, schemas[0].parents[1] / "pass.json", one) for files in models(folder / "models") for one in products
    ]
    found = differences(orders)
    assert [difference for difference in found if difference[:2] not in MEANT] == []
    assert {difference[:2] for difference in found} == set(MEANT), "those that are not there any more"


@pytest.mark.peers
@pytest.mark.slow
def test_rules_that_nobody_wrote(tmp_path: Path) -> None:
    folder = peers.auditor_tests()
    dice = random.Random(20)
    schemas = []
    for number in range(12):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(drawn(dice)))
        schemas.append(path)
    product = folder / "products" / "blender-default-cube-passing.json"
    orders: list[peers.Order] = [
        (files, schema, product if dice.random() < 0.5 else None)
        for files in models(folder / "models")
        for schema in schemas
    ]
    assert [difference for difference in differences(orders) if difference[:2] not in MEANT] == []


def drawn(dice: random.Random) -> dict[str, Any]:
    """A schema by chance; no limits of density, which is another measure there, and no gutters, which take it long."""

    def bounds(most: float, *, whole: bool = True) -> dict[str, float]:
        keys = [key for key in ("minimum", "maximum") if dice.random() < 0.7]
        return {key: dice.choice([-1, (round if whole else float)(dice.uniform(0, most))]) for key in keys}

    def side() -> dict[str, float]:
        return {**bounds(15, whole=False), "percentTolerance": dice.choice([0, 1, 3, 50])}

    def flags(*names: str) -> dict[str, bool]:
        return {name: dice.random() < 0.5 for name in names}

    # The auditor compares primitives with the maximum alone.
    primitives = {"maximum": dice.randint(0, 4), "minimum": dice.randint(-1, 2)}
    return {
        "version": "1.0.5",
        "fileSizeInKb": bounds(40),
        "materials": bounds(4),
        "model": {
            "objectCount": {"nodes": bounds(5), "meshes": bounds(5), "primitives": primitives},
            "triangles": bounds(1200),
            **flags("requireBeveledEdges", "requireCleanRootNodeTransform", "requireManifoldEdges"),
        },
        "product": {"dimensions": {name: side() for name in ("height", "length", "width")}},
        "textures": {
            "height": bounds(1200),
            "width": bounds(1200),
            "pbrColorRange": bounds(255),
            **flags("requireDimensionsBePowersOfTwo", "requireDimensionsBeQuadratic"),
        },
        "uvs": flags("requireNotInverted", "requireNotOverlapping", "requireRangeZeroToOne"),
    }
