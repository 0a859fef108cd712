from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge3d.errors import InvalidAsset, LimitExceeded
from forge3d.gltf import Limits, json_text

LIMITS = Limits()

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_decode_inverts_encode(value: Any) -> None:
    assert json_text.decode(json_text.encode(value), LIMITS) == value


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (b'{"a": NaN}', "line 1, column 7", "NaN"),
        (b'{"NaN": "NaN",\n "b": -Infinity}', "line 2, column 7", "-Infinity"),
        (b'{"a": "\xff"}', "line 1, column 8", "UTF-8"),
        (b'{"a": 1,\n}', "line 2, column 1", "not JSON"),
        (b"", "line 1, column 1", "not JSON"),
        (b'{"a": 01}', "line 1, column 8", "not JSON"),
        (b"{} {}", "line 1, column 4", "not JSON"),
        (b"{'a': 1}", "line 1, column 2", "not JSON"),
    ],
)
def test_what_is_not_json_is_named_with_its_place(text: bytes, where: str, what: str) -> None:
    with pytest.raises(InvalidAsset) as caught:
        json_text.decode(text, LIMITS)
    assert where in str(caught.value)
    assert what in str(caught.value)
    assert caught.value.code == "INVALID_JSON"


def test_it_agrees_with_javascript_where_parsers_differ() -> None:
    assert json_text.decode(b'{"a": 1, "a": 2}', LIMITS) == {"a": 2}
    assert json_text.decode(b'{"a": 1e400, "b": -1e400}', LIMITS) == {"a": math.inf, "b": -math.inf}
    assert json_text.decode(rb'["\ud800", "\ud83d\ude00"]', LIMITS) == ["�", "😀"]
    assert json_text.decode(b"[" + b"9" * 5000 + b"]", LIMITS) == [math.inf]
    assert json_text.decode(b"[1.0]", LIMITS) == [1.0]


def test_a_byte_order_mark_is_skipped_and_told() -> None:
    assert json_text.decode(b"\xef\xbb\xbf{}", LIMITS) == {}
    assert json_text.has_bom(b"\xef\xbb\xbf{}")
    assert not json_text.has_bom(b"{}")


@pytest.mark.parametrize("value", [[], 1, "a", None])
def test_the_root_must_be_an_object(value: Any) -> None:
    with pytest.raises(InvalidAsset, match="not an object"):
        json_text.decode_object(json.dumps(value).encode(), LIMITS)


@pytest.mark.parametrize("text", [b"[" * 10**6, b'{"a":' * 10**5 + b"1" + b"}" * 10**5])
def test_deep_nesting_is_refused_before_it_is_parsed(text: bytes) -> None:
    with pytest.raises(LimitExceeded, match="max_json_depth"):
        json_text.decode(text, LIMITS)


def test_depth_is_refused_also_where_the_limit_would_allow_more_than_the_parser() -> None:
    with pytest.raises(LimitExceeded, match="max_json_depth"):
        json_text.decode(b"[" * 10**5 + b"]" * 10**5, Limits(max_json_depth=10**6))


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_depth_is_exact(value: Any) -> None:
    def depth(value: Any) -> int:
        children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
        return 0 if children is None else 1 + max((depth(child) for child in children), default=0)

    text = json.dumps(value).encode()
    allowed = Limits(max_json_depth=depth(value))
    assert json_text.decode(text, allowed) == value
    if depth(value):
        with pytest.raises(LimitExceeded):
            json_text.decode(text, Limits(max_json_depth=depth(value) - 1))


@pytest.mark.parametrize("text", [rb'["]]]]]", [[1]], "\"[[[["]', rb'["\\", [[1]], "\\\"{{"]', b'["", [[""]], "["]'])
def test_brackets_in_strings_do_not_nest(text: bytes) -> None:
    assert json_text.decode(text, Limits(max_json_depth=3)) == json.loads(text)
    with pytest.raises(LimitExceeded):
        json_text.decode(text, Limits(max_json_depth=2))


def test_a_long_text_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="max_json_bytes"):
        json_text.decode(b"[" + b" " * 100 + b"]", Limits(max_json_bytes=100))


def test_duplicate_keys_are_found_with_their_pointers() -> None:
    text = b'{"a": 1, "a": 2, "b": [{"x/y": 1, "x/y": 2, "c": 3}], "d": {"e": 1}}'
    assert json_text.duplicate_keys(text) == ["/a", "/b/0/x~1y"]
    assert json_text.duplicate_keys(b'{"a": {"a": 1}}') == []
