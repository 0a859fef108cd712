"""Laws that hold for all accessors and all JSON."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forge3d.document import Accessor, Document, Node
from forge3d.document.encoding import Encoding
from forge3d.document.equality import differences
from forge3d.document.layout import bounds_of

from .build import document, triangle

DTYPES = [np.dtype(code) for code in ("i1", "u1", "i2", "u2", "u4", "f4")]
ENCODINGS = [None, Encoding(), Encoding("KHR_meshopt_compression", 3)]
FINITE: dict[str, Any] = {"allow_nan": False, "allow_infinity": False}
SHAPES = [(), (2,), (3,), (4,), (2, 2), (3, 3), (4, 4)]

elements = st.tuples(st.sampled_from(DTYPES), st.sampled_from(SHAPES), st.integers(1, 40)).flatmap(
    lambda kind: arrays(kind[0], (kind[2], *kind[1]), elements={"allow_nan": False} if kind[0].kind == "f" else None)
)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(**FINITE) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(elements, min_size=1, max_size=4),
    st.sampled_from(ENCODINGS),
)
def test_every_array_comes_back_to_the_bit(data: list[np.ndarray[Any, Any]], encoding: Encoding | None) -> None:
    made = Document(accessors=[Accessor(array) for array in data])
    again = Document.read(made.to_bytes(encoding=encoding))
    for before, after in zip(data, again.accessors, strict=True):
        assert (after.array.dtype, after.array.shape) == (before.dtype, before.shape)
        assert after.array.tobytes() == before.tobytes()


@settings(deadline=None, max_examples=60)
@given(arrays(np.float32, st.tuples(st.integers(1, 30), st.just(3)), elements=FINITE))
def test_bounds_are_exact(points: np.ndarray[Any, Any]) -> None:
    low, high = bounds_of(points)
    assert np.array_equal(np.array(low, np.float32), points.min(axis=0))
    assert np.array_equal(np.array(high, np.float32), points.max(axis=0))
    again = Document.read(document(triangle(POSITION=points)).to_bytes()) if len(points) > 2 else None
    if again is not None:
        assert again.accessors[0].bounds == (low, high)


@settings(deadline=None, max_examples=100)
@given(st.text(), json_values)
def test_names_and_extras_come_back(name: str, extras: Any) -> None:
    made = Document(nodes=[Node(name=name, extras=extras)])
    again = Document.read(made.to_bytes())
    assert again.nodes[0].name == name
    assert again.nodes[0].extras == extras
    assert differences(made, again) == []


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 30), max_size=30))
def test_any_tree_is_copied_and_comes_back(parents: list[int]) -> None:
    nodes = [Node(name="0")]
    for number, parent in enumerate(parents):
        nodes.append(Node(name=str(number + 1)))
        nodes[min(parent, number)].children.append(nodes[-1])
    made = Document(nodes=nodes)
    assert differences(made, made.copy()) == []
    assert differences(made, Document.read(made.to_bytes())) == []
