"""Laws of the build: same key, same bytes; trouble stays with the product that has it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forge3d.errors import InvalidAsset, OutputError, RecipeError
from forge3d.pipeline import BuildResult, Event, build
from forge3d.pipeline.recipe import Recipe

Model = Callable[..., Path]
Ran = Callable[[], list[str]]
SMALL: dict[str, Any] = {"images": {"spin_frames": 3}}


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Modification time and bytes of every file below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def contents(folder: Path) -> dict[str, bytes]:
    return {name: data for name, (_, data) in snapshot(folder).items()}


@pytest.fixture
def make(tmp_path: Path, stand_in: str) -> Callable[..., BuildResult]:
    """Build into dist/ with the tiny steps and a cache of this test's own."""

    def run(*inputs: Path, output: str = "dist", **options: Any) -> BuildResult:
        given = {"recipe": SMALL, "cache": tmp_path / "cache", "plan": stand_in, "jobs": 2, **options}
        return build(inputs, tmp_path / output, **given)

    return run


def test_a_build_writes_a_bundle_a_report_and_a_summary(make: Any, model: Model, tmp_path: Path) -> None:
    result = make(model("chair"))
    (product,) = result.products
    assert result.ok
    assert product.ok
    assert not product.reused
    bundle = tmp_path / "dist" / "chair"
    manifest = json.loads((bundle / "manifest.json").read_bytes())
    assert [file["role"] for file in manifest["files"]] == ["model", "level", "spin", "spin", "spin"]
    assert {path.name for path in bundle.iterdir()} == {"manifest.json", *(file["path"] for file in manifest["files"])}
    assert manifest["size"] == [1.0, 1.0, 0.0]
    assert manifest["files"][0]["decoders"] == ["EXT_meshopt_compression"]
    assert sorted(path.name for path in (tmp_path / "dist").iterdir()) == ["chair", "report.html", "summary.json"]
    assert json.loads(result.summary.read_bytes())["ok"] is True


def test_a_second_build_does_no_work_and_changes_no_byte(make: Any, model: Model, ran: Ran, tmp_path: Path) -> None:
    models = [model("chair"), model("lamp"), model("bad", do="refuse")]
    make(*models)
    before, _ = snapshot(tmp_path / "dist"), ran()
    again = make(*models)
    assert ran() == []
    assert snapshot(tmp_path / "dist") == before
    assert {product.sku: product.reused for product in again.products} == {"bad": False, "chair": True, "lamp": True}


def test_the_order_of_inputs_and_the_number_of_jobs_do_not_matter(make: Any, model: Model, tmp_path: Path) -> None:
    models = [model(name) for name in ("chair", "lamp", "sofa")]
    make(*models, jobs=1)
    make(*reversed(models), models[0].parent, output="other", cache=False, jobs=3)
    assert _bundles(tmp_path / "dist") == _bundles(tmp_path / "other")


def test_the_key_follows_every_input(make: Any, model: Model, stand_in: str, monkeypatch: Any) -> None:
    def key(**options: Any) -> str:
        (product,) = make(path, **options).products
        assert product.manifest is not None
        return product.manifest.key

    path = model("chair")
    first = key()
    assert key(force=True) == first
    assert key(recipe={**SMALL, "limits": {"seconds": 77.0}}) == first
    assert key(recipe={**SMALL, "skus": {"elsewhere.glb": "X"}}) == first
    others = [key(recipe={"images": {"spin_frames": 4}}), key(recipe={**SMALL, "skus": {"chair.glb": "CH-1"}})]
    model("chair", colour="red")
    others.append(key())
    assert len({first, *others}) == 4
    model("chair")
    assert key() == first


def test_the_key_follows_external_resources(make: Any, tmp_path: Path) -> None:
    (tmp_path / "box.gltf").write_text(
        json.dumps({"asset": {"version": "2.0", "extras": {}}, "buffers": [{"uri": "box.bin", "byteLength": 4}]})
    )
    keys = []
    for content in (b"1234", b"5678"):
        (tmp_path / "box.bin").write_bytes(content)
        (product,) = make(tmp_path / "box.gltf").products
        keys.append(product.manifest.key)
        assert [(resource.uri, resource.bytes) for resource in product.manifest.source.resources] == [("box.bin", 4)]
    assert keys[0] != keys[1]


def test_a_resource_that_changes_during_the_build_is_told_and_not_cached(make: Any, tmp_path: Path, ran: Ran) -> None:
    members = {
        "asset": {"version": "2.0", "extras": {"do": "meddle"}},
        "buffers": [{"uri": "box.bin", "byteLength": 4}],
    }
    (tmp_path / "box.gltf").write_text(json.dumps(members))
    for _ in range(2):
        (tmp_path / "box.bin").write_bytes(b"1234")
        (product,) = make(tmp_path / "box.gltf").products
        assert "was changed during the build" in product.error.message
        assert "box model" in ran()
    assert make(tmp_path / "box.gltf").ok


def test_only_the_steps_that_a_change_reaches_run_again(make: Any, model: Model, ran: Ran) -> None:
    path = model("chair")
    make(path)
    assert ran() == ["chair check", "chair model", "chair spin"]
    make(path, recipe={"images": {"spin_frames": 2}})
    assert ran() == ["chair spin"]
    make(path, recipe={"optimize": {"preset": "other"}})
    assert ran() == ["chair model", "chair spin"]


def test_a_lost_bundle_comes_back_from_the_cache(make: Any, model: Model, ran: Ran, tmp_path: Path) -> None:
    make(model("chair"))
    before, _ = contents(tmp_path / "dist" / "chair"), ran()
    shutil.rmtree(tmp_path / "dist" / "chair")
    make(model("chair"))
    assert ran() == []
    assert contents(tmp_path / "dist" / "chair") == before


def test_a_harmed_bundle_or_cache_is_made_good(make: Any, model: Model, ran: Ran, tmp_path: Path) -> None:
    make(model("chair"))
    before, _ = contents(tmp_path / "dist" / "chair"), ran()
    for path in [*(tmp_path / "cache").glob("files/*/*"), *(tmp_path / "dist" / "chair").glob("*.webp")]:
        path.write_bytes(b"rotten")
    make(model("chair"))
    assert ran() == ["chair model", "chair spin"]
    assert contents(tmp_path / "dist" / "chair") == before


def test_force_builds_anew(make: Any, model: Model, ran: Ran, tmp_path: Path) -> None:
    make(model("chair"))
    before, _ = _bundles(tmp_path / "dist"), ran()
    make(model("chair"), force=True)
    assert len(ran()) == 3
    assert _bundles(tmp_path / "dist") == before


@pytest.mark.parametrize(
    ("trouble", "kind", "exit_code", "message"),
    [
        ("refuse", "InvalidAsset", 3, "has faults that the recipe does not allow"),
        ("raise", "InvalidAsset", 3, "bad.glb: is broken"),
        ("fault", "InternalError", 70, "ZeroDivisionError: one over nought; this is a fault of forge3d"),
        ("kill", "WorkerLost", 70, "was killed (signal 9)"),
        ("abort", "WorkerLost", 70, "crashed in native code (SIGABRT); it said: free(): invalid pointer"),
        ("hang", "LimitExceeded", 3, "was not finished after 5 s and was stopped; raise limits.seconds"),
        ("eat", "LimitExceeded", 3, "bad.glb: needs more memory than limits.memory in the recipe allows"),
    ],
)
def test_trouble_stays_with_the_product_that_has_it(
    make: Any, model: Model, trouble: str, kind: str, exit_code: int, message: str, tmp_path: Path
) -> None:
    models = [model("bad", do=trouble), *(model(name) for name in ("chair", "lamp", "sofa"))]
    result = make(*models, recipe={**SMALL, "limits": {"seconds": 5.0 if trouble == "hang" else 60.0, "memory": 1024}})
    bad, *_ = result.products
    assert [product.ok for product in result.products] == [False, True, True, True]
    assert bad.error is not None
    assert (bad.error.kind, bad.error.exit_code) == (kind, exit_code)
    assert message in bad.error.message
    assert not (tmp_path / "dist" / "bad").exists()
    assert bad.error.kind in result.summary.read_text()
    assert "Not built" in result.report.read_text()
    assert not (tmp_path / "dist" / ".forge3d").exists()


def test_a_product_that_fails_keeps_its_earlier_bundle(make: Any, model: Model, tmp_path: Path) -> None:
    make(model("chair"))
    before = contents(tmp_path / "dist" / "chair")
    result = make(model("chair", do="refuse"))
    assert [finding.code for finding in result.products[0].findings] == ["NODE_LOOP"]
    assert contents(tmp_path / "dist" / "chair") == before


def test_an_error_among_the_findings_is_in_the_manifest(make: Any, model: Model, ran: Ran) -> None:
    for reused in (False, True):
        result = make(model("chair", do="find"))
        (product,) = result.products
        assert (product.ok, product.error, product.reused) == (False, None, reused)
        assert product.manifest.ok is False
        assert [finding.code for finding in product.manifest.findings] == ["UGLY"]
        assert product.findings == product.manifest.findings


def test_what_cannot_be_read_fails_alone(make: Any, model: Model) -> None:
    torn = model("torn")
    torn.write_bytes(torn.read_bytes()[:40])
    lost = model("lost")
    secret = model("secret")
    result = make(torn, lost, secret, progress=lambda event: lost.unlink(missing_ok=True), jobs=1)
    by_sku = {product.sku: product for product in result.products}
    assert by_sku["lost"].error.message.endswith("cannot be read: No such file or directory")
    assert by_sku["torn"].error.kind == "InvalidAsset"
    assert by_sku["secret"].ok


def test_inputs_that_make_no_order(make: Any, model: Model, tmp_path: Path) -> None:
    chair = model("chair")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidAsset, match="no such file"):
        make(tmp_path / "nowhere.glb")
    with pytest.raises(InvalidAsset, match="has no model in it"):
        make(tmp_path / "empty")
    (tmp_path / "empty" / "Chair.glb").write_bytes(chair.read_bytes())
    with pytest.raises(RecipeError, match=r"would both be 'chair': name one of them under \[skus\]"):
        make(chair, tmp_path / "empty")
    with pytest.raises(RecipeError, match=r"'\.\./x' is not a SKU"):
        make(chair, recipe={"skus": {"chair.glb": "../x"}})
    with pytest.raises(RecipeError, match=r"'summary\.json' is not a SKU"):
        make(model("summary.json"))
    with pytest.raises(RecipeError, match="no inputs were given"):
        make()
    assert not (tmp_path / "dist").exists()


def test_a_sku_comes_from_the_file_name_or_the_recipe(make: Any, model: Model) -> None:
    result = make(model("Arm chair (red)"), model("lamp"), recipe={**SMALL, "skus": {"lamp.glb": "L-7"}})
    assert [product.sku for product in result.products] == ["Arm-chair-red", "L-7"]


def test_a_link_counts_by_its_own_name(make: Any, model: Model, tmp_path: Path) -> None:
    (tmp_path / "CH-100.glb").symlink_to(model("chair"))
    assert [product.sku for product in make(tmp_path / "CH-100.glb").products] == ["CH-100"]


def test_the_output_folder_is_not_an_input(make: Any, model: Model, tmp_path: Path) -> None:
    model("chair")
    for _ in range(2):
        assert [product.sku for product in make(tmp_path, output="models/dist").products] == ["chair"]


def test_an_output_that_cannot_be_written(make: Any, model: Model, tmp_path: Path) -> None:
    (tmp_path / "dist").write_bytes(b"mine")
    with pytest.raises(OutputError, match="a file is in the way"):
        make(model("chair"))
    assert (tmp_path / "dist").read_bytes() == b"mine"


def test_the_input_is_never_the_output(make: Any, model: Model, tmp_path: Path) -> None:
    chair = model("chair")
    before = chair.read_bytes()
    make(chair, output="models")
    assert chair.read_bytes() == before
    assert (tmp_path / "models" / "chair" / "manifest.json").exists()


def test_without_a_cache_nothing_is_kept(make: Any, model: Model, tmp_path: Path, ran: Ran) -> None:
    make(model("chair"), cache=False)
    assert not (tmp_path / "cache").exists()
    assert make(model("chair"), cache=False).products[0].reused
    assert len(ran()) == 3


def test_a_cache_that_cannot_be_written_is_a_note(make: Any, model: Model, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    notes: list[str] = []
    result = make(
        model("chair"),
        cache=tmp_path / "file" / "cache",
        progress=lambda event: notes.append(event.message) if event.kind == "note" else None,
    )
    assert result.ok
    assert len(notes) == 1
    assert "could not be written" in notes[0]


def test_progress_tells_the_story(make: Any, model: Model) -> None:
    events: list[Event] = []
    make(model("chair"), model("lamp"), progress=events.append)
    told = [(event.kind, event.step) for event in events if event.sku == "chair"]
    assert told == [("start", ""), ("step", "check"), ("step", "model"), ("step", "spin"), ("end", "")]
    assert [round(event.fraction, 2) for event in events if event.sku == "chair"] == [0.0, 0.0, 0.33, 0.67, 1.0]
    assert [event.done for event in events if event.kind == "end"] == [1, 2]
    assert {event.total for event in events if event.kind == "end"} == {2}


@pytest.mark.parametrize("kind", ["start", "step", "end"])
def test_an_exception_in_progress_stops_the_build(make: Any, model: Model, tmp_path: Path, kind: str) -> None:
    def stop(event: Event) -> None:
        if event.kind == kind:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        make(model("chair"), model("lamp", do="hang"), progress=stop)
    assert _children() == []
    assert {path.name for path in (tmp_path / "dist").iterdir()} <= {"chair"}
    del caught  # held until here: the workers must not wait for the traceback to go


def test_no_process_is_left_behind(make: Any, model: Model) -> None:
    make(model("chair"), model("lamp"), model("bad", do="kill"))
    assert _children() == []


def _children() -> list[str]:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def _bundles(output: Path) -> dict[str, bytes]:
    """All files but the summary and the report, which hold timings."""
    return {name: data for name, data in contents(output).items() if "/" in name}


def test_the_default_recipe_is_a_recipe() -> None:
    assert Recipe.of({}) == Recipe()
