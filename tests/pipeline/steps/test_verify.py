from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forge3d.errors import GpuUnavailable
from forge3d.pipeline.graph import Artifact, Facts, Result
from forge3d.pipeline.product import Work
from forge3d.pipeline.recipe import Recipe
from forge3d.pipeline.steps.verify import verify

GLB = "model/gltf-binary"


def no_renderer() -> Any:
    raise GpuUnavailable("verifying draws nothing")


def judged(data: bytes, *, likeness: float | None, **quality: Any) -> Result:
    work = Work(Path("chair.glb"), Recipe.of({"quality": quality}), renderer=no_renderer)
    work.results["validate"] = Result(values={"verdict": {"warnings": 2}})
    work.results["optimize"] = Result((Artifact("model", data, GLB, "model", Facts(triangles=12)),))
    work.results["poster"] = Result(values={"likeness": likeness})
    return verify(work)


@pytest.mark.parametrize(
    ("likeness", "quality", "codes"),
    [
        (28.0, {"psnr": 28.0, "triangles": 12, "bytes": 1 << 20}, []),
        (27.9, {"psnr": 28.0}, ["LOOKS_DIFFERENT"]),
        (None, {}, ["NOTHING_TO_SEE"]),
        (90.0, {"triangles": 11}, ["TOO_MANY_TRIANGLES"]),
        (90.0, {"bytes": 100}, ["TOO_LARGE"]),
    ],
)
def test_limits(glb_bytes: bytes, likeness: float | None, quality: dict[str, Any], codes: list[str]) -> None:
    found = [
        finding for finding in judged(glb_bytes, likeness=likeness, **quality).findings if finding.step == "verify"
    ]
    assert [finding.code for finding in found] == codes


def test_a_broken_output_is_found_and_counted(glb_bytes: bytes) -> None:
    broken = glb_bytes.replace(b'"mesh": 0', b'"mesh": 7')
    result = judged(broken, likeness=50.0)
    source, output = result.values["validation"].items()
    assert source == ("source", {"warnings": 2})
    assert output[0].endswith(".glb")
    assert output[1]["errors"] >= 1
    assert [(f.severity, f.pointer, f.file) for f in result.findings if f.severity == "error"] == [
        ("error", "/nodes/0/mesh", "model")
    ]


def test_a_broken_usdz_is_found_and_counted(glb_bytes: bytes) -> None:
    pytest.importorskip("pxr")
    work = Work(Path("chair.glb"), Recipe(), renderer=no_renderer)
    work.results["validate"] = Result(values={"verdict": {}})
    work.results["optimize"] = Result((Artifact("model", glb_bytes, GLB, "model", Facts(triangles=12)),))
    work.results["ar"] = Result((Artifact("usdz", b"PK", "model/vnd.usdz+zip", "usdz"),))
    result = verify(work)
    assert [(f.severity, f.code, f.file) for f in result.findings] == [("error", "CannotBeOpened", "usdz")]
    assert {path.rpartition(".")[2]: found for path, found in result.values["validation"].items()} == {
        "source": {}, "glb": {}, "usdz": {"errors": 1},
    }  # fmt: skip
