from __future__ import annotations

import pytest

from forge3d.skus import is_sku, sku_of


@pytest.mark.parametrize(
    ("stem", "sku"), [("chair", "chair"), ("Stuhl grün (2)", "Stuhl-gr-n-2"), ("..", ""), ("a.b_c-d", "a.b_c-d")]
)
def test_a_file_name_suggests_a_sku(stem: str, sku: str) -> None:
    assert sku_of(stem) == sku


@pytest.mark.parametrize("text", ["", ".hidden", "a/b", "a b", "x" * 129, "Report.html", "pointers", "a\n"])
def test_what_no_product_may_be_called(text: str) -> None:
    assert not is_sku(text)


def test_what_a_product_may_be_called() -> None:
    assert is_sku("CH-100_v2.1")
    assert is_sku("x" * 128)
