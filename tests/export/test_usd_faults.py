"""USD's own validators find what is wrong in a package, and nothing in ours."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from tests.export.conftest import product, square

from forge3d.export import Fault, faults, usdz
from forge3d.export.package import pack

pytest.importorskip("pxr")


def test_a_package_without_faults() -> None:
    assert faults(usdz(product(square())).data) == []


def test_faults_are_named_without_the_folder_that_they_were_found_in(tmp_path: Path) -> None:
    from pxr import Usd, UsdGeom

    stage = Usd.Stage.CreateNew(str(tmp_path / "model.usdc"))
    UsdGeom.Xform.Define(stage, "/A")
    stage.GetRootLayer().Save()
    found = faults(pack({"model.usdc": (tmp_path / "model.usdc").read_bytes()}))
    assert {fault.code.rpartition(".")[2] for fault in found} == {
        "MissingDefaultPrim", "MissingMetersPerUnitMetadata", "MissingUpAxisMetadata",
    }  # fmt: skip
    assert {fault.severity for fault in found} == {"error"}
    assert not any(tempfile.gettempdir() in fault.message for fault in found)


def test_what_cannot_be_opened_is_a_fault() -> None:
    assert faults(b"PK") == [Fault("error", "CannotBeOpened", "USD cannot open it")]
