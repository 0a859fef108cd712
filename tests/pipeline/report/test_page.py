"""The page as a browser reads it: well-formed, complete, self-contained, and safe with any name."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from forge3d.pipeline.events import Failure, ProductResult
from forge3d.pipeline.keys import key_of, sha256
from forge3d.pipeline.manifest import Counts, File, Finding, Manifest, Severity, Source
from forge3d.pipeline.report import page
from forge3d.pipeline.report.pictures import Pictures
from forge3d.pipeline.summary import Summary

VOID = {"meta", "img", "input", "br"}
NASTY = "<script>alert(1)</script>\"'&"


class Outline(HTMLParser):
    """Checks nesting, and keeps elements, ids and text."""

    def __init__(self, data: bytes):
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(data.decode())
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("script", "style"):
            self.words.append(data)

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        return [found for name, found in self.elements if name == tag and wanted.items() <= found.items()]


def picture(role: str, data: bytes, output: Path, sku: str, **facts: int) -> File:
    path = f"{sha256(data)}.webp"
    (output / sku).mkdir(exist_ok=True)
    (output / sku / path).write_bytes(data)
    return File(path=path, role=role, bytes=len(data), sha256=sha256(data), media_type="image/webp", **facts)


def built(sku: str, output: Path, *, findings: tuple[Finding, ...] = ()) -> ProductResult:
    counts = Counts(triangles=15_452, vertices=14_556, draw_calls=1, materials=1, textures=5, gpu_bytes=10**8)
    glb = {"media_type": "model/gltf-binary", "path": f"{key_of(0)}.glb", "sha256": key_of(0)}
    manifest = Manifest(
        sku=sku,
        key=key_of(sku),
        ok=not findings,
        source=Source(name=f"{sku}.glb", bytes=3_773_916, sha256=key_of(1)),
        files=(
            File(role="model", bytes=600_000, triangles=15_452, decoders=("EXT_meshopt_compression",), **glb),
            File(role="level", bytes=100_000, triangles=1_545, index=1, error=0.0015, **glb),
            picture("poster", b"poster", output, sku),
            picture("reference", b"reference", output, sku),
            picture("spin-sheet", b"sheet", output, sku, columns=6, frames=36),
            picture("level-poster", b"full", output, sku, index=0),
            picture("level-poster", b"first", output, sku, index=1),
        ),
        before=counts,
        after=counts,
        size=(0.82, 1.24, 0.6),
        likeness=36.6,
        level_likeness=(27.5,),
        findings=findings,
    )
    steps = {"optimize": 2.0, "spin": 6.0, "validate": 0.0}
    return ProductResult(
        sku=sku, input=f"{sku}.glb", ok=not findings, manifest=manifest, findings=findings, seconds=8.0, steps=steps
    )


def shown(output: Path, *results: ProductResult) -> Outline:
    return Outline(page(Summary.of(results), results, output))


def test_a_product_is_shown_with_all_that_was_made(tmp_path: Path) -> None:
    outline = shown(tmp_path, built("chair", tmp_path))
    said = " ".join(outline.words)
    for words in (
        "chair, ready to ship", "82 cm wide, 1.24 m high, 60 cm deep", "3.77 MB", "600 kB", "−84 %", "15.5 k", "1,545",
        "1.5 mm", "27.5 dB", "nothing to look at", "needs EXT_meshopt_compression", key_of("chair"), "optimize",
        "validate kept",
    ):  # fmt: skip
        assert words in said, words
    (slider,) = outline.all("div", role="slider")
    assert (slider["data-frames"], slider["data-columns"], slider["tabindex"]) == ("36", "6", "0")
    assert (slider["aria-valuemin"], slider["aria-valuemax"], slider["aria-label"]) == ("0", "35", "Turn chair")
    assert outline.all("input", type="range")
    assert all("alt" in image for image in outline.all("img"))
    assert outline.all("html", lang="en")


def test_nothing_leaves_the_page(tmp_path: Path) -> None:
    outline = shown(tmp_path, built("chair", tmp_path), built("lamp", tmp_path))
    for _, attributes in outline.elements:
        assert attributes.get("src", "data:").startswith("data:")
        assert attributes.get("href", "#").startswith("#")
    assert not outline.all("link")
    result = ProductResult(sku="chair", input="chair.glb")
    text = page(Summary.of([result]), [result], tmp_path).decode()
    assert "http" not in text.replace('http-equiv="Content-Security-Policy"', "")
    (policy,) = outline.all("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy["content"].startswith("default-src 'none'; img-src data:;")


def test_more_than_one_product_has_an_overview_that_leads_to_each(tmp_path: Path) -> None:
    outline = shown(tmp_path, built("chair", tmp_path), built("lamp", tmp_path))
    links = [link["href"] for link in outline.all("a")]
    assert links == ["#chair", "#lamp"]
    assert [article["id"] for article in outline.all("article")] == ["chair", "lamp"]
    assert shown(tmp_path, built("chair", tmp_path)).all("a") == []


@pytest.mark.parametrize(
    ("severity", "title"),
    [("error", "Errors"), ("warning", "Warnings"), ("information", "Information"), ("hint", "Hints")],
)
def test_findings_are_grouped_and_bounded(tmp_path: Path, severity: Severity, title: str) -> None:
    found = tuple(
        Finding(
            severity=severity, code="ODD", message=f"odd {number}", step="verify", file="model", pointer=f"/{number}"
        )
        for number in range(1000)
    )
    said = " ".join(shown(tmp_path, built("chair", tmp_path, findings=found)).words)
    assert title in said
    assert "and 995 more like this" in said
    assert "odd 4" in said
    assert "odd 5" not in said
    assert "1 products need" not in said


def test_a_product_that_was_not_built_says_why(tmp_path: Path) -> None:
    failure = Failure(kind="InvalidAsset", message="broken.glb: is not a GLB", exit_code=3)
    outline = shown(tmp_path, ProductResult(sku="broken", input="broken.glb", error=failure), built("lamp", tmp_path))
    said = " ".join(outline.words)
    assert "1 of 2 products need a look" in said
    assert "broken.glb: is not a GLB" in said
    assert "Not built" in said


def test_names_from_files_cannot_become_markup(tmp_path: Path) -> None:
    finding = Finding(severity="error", code=NASTY, message=NASTY, step="validate", file=NASTY, pointer=NASTY)
    result = built("chair", tmp_path, findings=(finding,))
    broken = ProductResult(sku="b", input="b", error=Failure(kind="X", message=NASTY, exit_code=3), findings=(finding,))
    outline = shown(tmp_path, result, broken)
    assert len(outline.all("script")) == 1
    assert NASTY in " ".join(outline.words)


def test_pictures_stop_at_the_budget(tmp_path: Path) -> None:
    result = built("chair", tmp_path)
    assert result.manifest is not None
    files = {file.role: file for file in result.manifest.files}
    pictures = Pictures(tmp_path, budget=12)
    assert pictures.uri("chair", files["poster"]) == "data:image/webp;base64,cG9zdGVy"
    assert pictures.uri("chair", files["reference"]) is None
    assert pictures.sheet(result.manifest) is None
    assert pictures.name("chair") == ""


def test_a_large_build_shows_trouble_first_and_lists_the_rest(tmp_path: Path) -> None:
    results = [ProductResult(sku=f"p{number:04}", input="x", ok=number != 900) for number in range(1000)]
    outline = shown(tmp_path, *results)
    ids = [article["id"] for article in outline.all("article")]
    assert len(ids) == 400
    assert "p0900" in ids
    assert len(outline.all("a")) == 1000
    assert "600 more products are in summary.json" in " ".join(outline.words)


def test_the_same_build_gives_the_same_page(tmp_path: Path) -> None:
    results = [built("chair", tmp_path)]
    assert page(Summary.of(results), results, tmp_path) == page(Summary.of(results), results, tmp_path)
