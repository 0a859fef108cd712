from __future__ import annotations

import pytest

from .side_by_side import BEGIN, DOCS, END, table


@pytest.mark.peers
def test_what_the_khronos_validator_passes_is_found_as_the_docs_say() -> None:
    """Write the table anew with: python -m tests.validate.side_by_side"""
    lines, wrong = table()
    assert wrong == []
    assert DOCS.read_text("utf-8").partition(BEGIN)[2].partition(END)[0].split("\n") == ["", *lines, "", ""]
