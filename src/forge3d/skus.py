"""What a product may be called: its SKU is a folder's name, a part of URLs and of the keys of objects."""

from __future__ import annotations

import re

_SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_TAKEN = ("report.html", "summary.json", "pointers")  # names beside the products' folders


def is_sku(text: str) -> bool:
    """Whether a product may be called this: letters, digits, `.`, `_` and `-`, 128 at most."""
    return _SKU.fullmatch(text) is not None and text.lower() not in _TAKEN


def sku_of(stem: str) -> str:
    """The SKU that a file's name without its suffix suggests: what a URL cannot hold becomes `-`. Judge by `is_sku`."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.")
