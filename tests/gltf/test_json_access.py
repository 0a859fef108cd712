from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge3d.errors import InvalidAsset
from forge3d.gltf import json_access as read

OWNER: dict[str, Any] = {
    "object": {}, "array": [1], "objects": [{}], "integer": 3, "whole": 3.0, "half": 1.5, "true": True, "text": "t",
    "null": None, "negative": -1, "indices": [0, 2], "numbers": [1, 2.5], "huge": 10**400, "infinite": float("inf"),
}  # fmt: skip


def failure(call: Callable[[], Any]) -> tuple[str | None, str | None]:
    with pytest.raises(InvalidAsset) as caught:
        call()
    assert str(caught.value)
    return caught.value.pointer, caught.value.code


def test_values_of_the_right_type_come_back() -> None:
    assert read.mapping(OWNER, "object", "/o") is OWNER["object"]
    assert read.array(OWNER, "array", "/o") is OWNER["array"]
    assert read.mappings(OWNER, "objects", "/o") is OWNER["objects"]
    assert read.integer(OWNER, "integer", "/o") == 3
    assert read.index(OWNER, "integer", "/o", 4) == 3
    assert read.indices(OWNER, "indices", "/o", 3) == [0, 2]
    assert read.number(OWNER, "half", "/o") == 1.5
    assert read.numbers(OWNER, "numbers", "/o", 2) == [1.0, 2.5]
    assert read.string(OWNER, "text", "/o") == "t"
    assert read.boolean(OWNER, "true", "/o") is True


def test_a_whole_float_is_an_integer() -> None:
    assert read.integer(OWNER, "whole", "/o") == 3
    assert type(read.integer(OWNER, "whole", "/o")) is int
    assert read.index(OWNER, "whole", "/o", 4) == 3


def test_what_is_absent_is_the_default_or_required() -> None:
    assert read.number(OWNER, "absent", "/o", 0.5) == 0.5
    assert read.index(OWNER, "absent", "/o", 3, None) is None
    assert read.numbers(OWNER, "absent", "/o", 3, None) is None
    for function in (read.mapping, read.array, read.mappings, read.integer, read.number, read.string, read.boolean):
        assert failure(lambda function=function: function(OWNER, "absent", "/o")) == ("/o", "UNDEFINED_PROPERTY")


def test_null_is_not_absent() -> None:
    assert failure(lambda: read.mapping(OWNER, "null", "/o", {})) == ("/o/null", "TYPE_MISMATCH")
    assert failure(lambda: read.index(OWNER, "null", "/o", 3, None)) == ("/o/null", "TYPE_MISMATCH")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: read.integer(OWNER, "true", "/o"), ("/o/true", "TYPE_MISMATCH")),
        (lambda: read.integer(OWNER, "half", "/o"), ("/o/half", "TYPE_MISMATCH")),
        (lambda: read.integer(OWNER, "negative", "/o"), ("/o/negative", "VALUE_NOT_IN_RANGE")),
        (lambda: read.integer(OWNER, "huge", "/o"), ("/o/huge", "VALUE_NOT_IN_RANGE")),
        (lambda: read.index(OWNER, "integer", "/o", 3), ("/o/integer", "UNRESOLVED_REFERENCE")),
        (lambda: read.index(OWNER, "negative", "/o", 3), ("/o/negative", "INVALID_INDEX")),
        (lambda: read.index(OWNER, "true", "/o", 3), ("/o/true", "TYPE_MISMATCH")),
        (lambda: read.indices(OWNER, "indices", "/o", 2), ("/o/indices/1", "UNRESOLVED_REFERENCE")),
        (lambda: read.number(OWNER, "infinite", "/o"), ("/o/infinite", "TYPE_MISMATCH")),
        (lambda: read.number(OWNER, "huge", "/o"), ("/o/huge", "TYPE_MISMATCH")),
        (lambda: read.numbers(OWNER, "numbers", "/o", 3), ("/o/numbers", "ARRAY_LENGTH_NOT_IN_LIST")),
        (lambda: read.mappings(OWNER, "array", "/o"), ("/o/array/0", "TYPE_MISMATCH")),
        (lambda: read.array(OWNER, "text", "/o"), ("/o/text", "TYPE_MISMATCH")),
        (lambda: read.boolean(OWNER, "integer", "/o"), ("/o/integer", "TYPE_MISMATCH")),
        (lambda: read.string(OWNER, "object", "/o"), ("/o/object", "TYPE_MISMATCH")),
    ],
)
def test_what_is_wrong_is_named(call: Callable[[], Any], expected: tuple[str, str]) -> None:
    assert failure(call) == expected


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
)


@settings(max_examples=50, deadline=None)
@given(ANYTHING)
def test_no_value_raises_anything_else(value: Any) -> None:
    owner = {"key": value}
    for call in (
        lambda: read.mapping(owner, "key", ""), lambda: read.array(owner, "key", ""),
        lambda: read.mappings(owner, "key", ""), lambda: read.integer(owner, "key", ""),
        lambda: read.index(owner, "key", "", 2), lambda: read.indices(owner, "key", "", 2),
        lambda: read.number(owner, "key", ""), lambda: read.numbers(owner, "key", ""),
        lambda: read.string(owner, "key", ""), lambda: read.boolean(owner, "key", ""),
    ):  # fmt: skip
        with contextlib.suppress(InvalidAsset):
            call()


def test_pointers_escape_their_tokens() -> None:
    assert read.at("/a", "b/c~d", 3) == "/a/b~1c~0d/3"


def test_messages_stay_short() -> None:
    values: list[Any] = ["x" * 10**6, [0] * 10**6, {str(n): n for n in range(1000)}, 10**400, -(10**5000), 1e308]
    assert all(len(read.shown(value)) < 100 for value in values)
    assert [read.shown(value) for value in (None, True, 1.5, "a", [], {"a": 1})] == [
        "null", "true", "1.5", "'a'", "an empty array", "an object of 1 entries",
    ]  # fmt: skip
