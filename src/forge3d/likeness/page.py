"""A comparison as one HTML page that stands alone: no request leaves it."""

from __future__ import annotations

import base64
from html import escape
from importlib import resources

import numpy as np
import numpy.typing as npt

from .. import images, webpage
from .comparison import Comparison, Pair
from .sheet import fitted, three
from .words import measured_text, numbers

MOST_PAIRS = 60
LONGEST_SIDE = 1024
"""Of a picture in the page; larger ones are shown smaller."""


def page(comparison: Comparison) -> bytes:
    """The page, UTF-8. Of more than `MOST_PAIRS` pairs it shows the worst."""
    pairs = comparison.shown(MOST_PAIRS)
    verdict = "Passed" if comparison.passed else "Beyond its limits"
    left_out = [pair for pair in comparison.pairs if pair.pictures is None]
    rest = len(comparison.pairs) - len(left_out) - len(pairs)
    notes = [f"{escape(pair.name)}: {escape(pair.error or '')}" for pair in left_out]
    notes += [f"{rest} more pairs are not shown."] if rest else []
    body = f"""<header>
<h1 class="{"good" if comparison.passed else "bad"}">{verdict}</h1>
<p><b>A</b> {escape(comparison.reference)} <b>B</b> {escape(comparison.test)}</p>
<p>Worst: {measured_text(comparison.worst)}</p>
<p>Mean: {measured_text(comparison.mean)}</p>
{"".join(f'<p class="bad">{note}</p>' for note in notes)}
<p class="soft">Drag across a picture to wipe between A and B; hold it, or the space bar, to flip to A.
The heat map is FLIP: black is equal, pale yellow as different as can be.</p>
</header>
<main>
{"".join(map(_section, pairs))}
</main>"""
    title = f"{comparison.reference} and {comparison.test} · forge3d"
    return webpage.page(title, _resource("page.css"), body, script=_resource("page.js"))


def _section(pair: Pair) -> str:
    first, second, heat = map(_data_uri, three(pair))
    name, missed = escape(pair.name), "".join(f'<span class="bad">{escape(text)}</span>' for text in pair.missed)
    return f"""<section>
<h2>{name}</h2><p class="numbers">{escape(numbers(pair))} {missed}</p>
<div class="pair">
<figure class="wipe"><img src="{second}" alt="B, {name}"><img class="over" src="{first}" alt="A, {name}">
<input type="range" min="0" max="100" value="50" aria-label="How much of A is shown, {name}"></figure>
<figure><img src="{heat}" alt="FLIP heat map, {name}"></figure>
</div>
</section>
"""


def _data_uri(pixels: npt.NDArray[np.uint8]) -> str:
    data = images.encode(fitted(pixels, (LONGEST_SIDE, LONGEST_SIDE)), "webp", lossless=True, effort=2)
    return f"data:image/webp;base64,{base64.b64encode(data).decode()}"


def _resource(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")
