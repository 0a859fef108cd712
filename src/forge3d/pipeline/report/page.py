"""The page around the products: title, totals, overview, style and script."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from ... import webpage
from ..events import ProductResult
from ..summary import Line, Summary
from . import section, words
from .pictures import Pictures
from .words import text

# What a browser still lays out at once.
_SECTIONS = 400


def page(summary: Summary, results: Sequence[ProductResult], output: Path) -> bytes:
    """The page, UTF-8.

    Args:
        summary: gives order, timings and findings; `results` of the same products give the manifests.
        output: the folder of the bundles, whose pictures are put into the page.
    """
    pictures, shown = Pictures(output), _shown(summary.products)
    sections = [
        section.product(line, result.manifest, pictures)
        for line, result in zip(summary.products, results, strict=True)
        if line.sku in shown
    ]
    if len(shown) < len(results):
        rest = f"{len(results) - len(shown):,} more products are in summary.json."
        sections.append(f'<p class="soft">{rest}</p>')
    overview = _overview(summary.products, pictures) if len(results) > 1 else ""
    body = "\n".join([_masthead(summary), overview, "<main>", *sections, "</main>", _footer(results)])
    style = "\n".join([_resource("style.css"), pictures.style()])
    return webpage.page(f"{_title(summary)} · forge3d", style, body, script=_resource("script.js"))


def _shown(lines: Sequence[Line]) -> set[str]:
    """The products that get a section: those that need a look, then the first of the others."""
    wanted = sorted(lines, key=lambda line: line.ok)
    return {line.sku for line in wanted[:_SECTIONS]}


def _title(summary: Summary) -> str:
    lines = summary.products
    failed = sum(not line.ok for line in lines)
    if failed:
        return f"{failed} of {len(lines)} products need a look" if len(lines) > 1 else f"{lines[0].sku} needs a look"
    return f"{len(lines)} products, ready to ship" if len(lines) > 1 else f"{lines[0].sku}, ready to ship"


def _masthead(summary: Summary) -> str:
    built = [line for line in summary.products if line.key]
    before, after = sum(line.bytes_before for line in built), sum(line.bytes_after for line in built)
    seconds = sum(line.seconds for line in summary.products)
    figures = [
        ("Models received", words.size(before)),
        ("Models delivered", words.size(after)),
        ("Saved", words.change(before, after) or "–"),
        ("Work", words.duration(seconds)),
    ]
    items = "".join(f"<div><dt>{name}</dt><dd>{text(value)}</dd></div>" for name, value in figures)
    return f"""<header class="masthead">
<p class="mark"><span aria-hidden="true" class="anvil"></span>forge3d
<button type="button" id="theme" hidden>Dark</button></p>
<h1>{text(_title(summary))}</h1>
<dl class="totals">{items}</dl>
</header>"""


def _overview(lines: Sequence[Line], pictures: Pictures) -> str:
    cards = "".join(
        f'<li><a href="#{text(line.sku)}"><span class="thumb" aria-hidden="true">'
        f'<span class="sheet {pictures.name(line.sku)}">{"" if line.key else "✕"}</span></span>'
        f"<b>{text(line.sku)}</b><small>{_outcome(line)}</small></a></li>"
        for line in lines
    )
    return f'<nav aria-label="Products"><ul class="overview">{cards}</ul></nav>'


def _outcome(line: Line) -> str:
    if not line.key:
        return '<span class="bad">not built</span>'
    sizes = f"{words.size(line.bytes_after)} · {words.change(line.bytes_before, line.bytes_after)}"
    return sizes if line.ok else f'{sizes} · <span class="bad">look</span>'


def _footer(results: Sequence[ProductResult]) -> str:
    manifest = next((result.manifest for result in results if result.manifest), None)
    if manifest is None:
        return ""
    device = f" Rendered on {text(manifest.device)}." if manifest.device else ""
    shown = {name: version for name, version in manifest.tools.items() if name not in ("forge3d", "code", "machine")}
    versions = ", ".join(f"{text(name)} {text(version)}" for name, version in shown.items())
    return f"<footer><p>forge3d {text(manifest.tools.get('forge3d', ''))}.{device}</p><p>{versions}</p></footer>"


def _resource(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8").strip()
