"""Compression is set on the document and carried out by its writer."""

from __future__ import annotations

import pytest

from forge3d.document import Context, Document
from forge3d.document.encoding import Encoding
from forge3d.errors import RecipeError
from forge3d.optimize import Compress, Quantize, Reorder

from . import document, everything_drawn, sphere


def test_the_encoding_is_set() -> None:
    doc = document()
    Compress(extension="KHR", level=3, filters=False)(doc, Context())
    assert doc.encoding == Encoding("KHR_meshopt_compression", 3, False)
    with pytest.raises(RecipeError, match="takes one of EXT, KHR"):
        Compress(extension="MSFT")  # type: ignore[arg-type]


@pytest.mark.parametrize("extension", ["EXT", "KHR"])
def test_without_filters_every_bit_comes_back(extension: str) -> None:
    doc = document(sphere(16))
    doc.apply(Quantize(), Reorder())
    before, plain = everything_drawn(doc), len(doc.to_bytes())
    Compress(extension=extension, filters=False)(doc, Context())  # type: ignore[arg-type]
    data = doc.to_bytes()
    assert len(data) < plain * 0.6
    assert everything_drawn(Document.read(data)) == before
