"""The pictures of a report: files of the bundles as data URIs, within a budget for the whole page."""

from __future__ import annotations

import base64
from pathlib import Path

from ..manifest import File, Manifest

MIB = 1 << 20


class Pictures:
    """Reads pictures from the bundles while the budget lasts; products after that are shown without.

    Args:
        output: the folder of the bundles.
        budget: bytes of pictures that one page may hold. A page of that size still opens on a phone.
    """

    def __init__(self, output: Path, *, budget: int = 48 * MIB):
        self._output, self._left = output, budget
        self._sheets: dict[str, str] = {}

    def name(self, sku: str) -> str:
        """The CSS class that shows a product's spin, or an empty string where it has none."""
        return f"spin-{[*self._sheets].index(sku)}" if sku in self._sheets else ""

    def sheet(self, manifest: Manifest) -> File | None:
        """Make the product's spin available by class `name`, and return its file; None as `uri`."""
        sheet = next(iter(manifest.of("spin-sheet")), None)
        uri = self.uri(manifest.sku, sheet)
        if sheet is None or uri is None:
            return None
        columns, rows = sheet.columns or 1, -(-(sheet.frames or 1) // (sheet.columns or 1))
        # One rule holds the picture, however many elements show it.
        self._sheets[manifest.sku] = f"background-image:url({uri});background-size:{columns * 100}% {rows * 100}%"
        return sheet

    def style(self) -> str:
        """The CSS rules of all sheets."""
        return "\n".join(f".{self.name(sku)}{{{rule}}}" for sku, rule in self._sheets.items())

    def uri(self, sku: str, file: File | None) -> str | None:
        """A file of a bundle as a data URI; None where there is no file any more, or the budget is spent."""
        if file is None or file.bytes * 4 // 3 > self._left:
            return None
        try:
            data = (self._output / sku / file.path).read_bytes()
        except OSError:  # another build has put a new bundle in its place: that one writes its own report
            return None
        self._left -= file.bytes * 4 // 3
        return f"data:{file.media_type};base64,{base64.b64encode(data).decode()}"
