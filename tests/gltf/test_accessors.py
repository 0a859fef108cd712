from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge3d.errors import InvalidAsset, LimitExceeded
from forge3d.gltf import Limits
from forge3d.gltf.accessors import DTYPES, ELEMENTS, SHAPES

from .build import codes, one_accessor, source


def failure(accessor: dict[str, Any], data: bytes = bytes(16), **view: Any) -> tuple[str | None, str | None]:
    with pytest.raises(InvalidAsset) as caught:
        one_accessor(data, accessor, **view).array(0)
    assert caught.value.file == "test.glb"
    return caught.value.pointer, caught.value.code


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("component_type", DTYPES)
@pytest.mark.parametrize("gap", [0, 4])
def test_every_type_and_shape_comes_back(component_type: int, kind: str, gap: int) -> None:
    """Lay elements out by the words of the specification: columns one after the other, each at a multiple of 4."""
    dtype, shape = DTYPES[component_type], SHAPES[kind]
    rows = shape[0] if shape else 1
    columns = shape[1] if len(shape) == 2 else 1
    values = np.arange(1, 1 + 3 * rows * columns).astype(dtype).reshape(3, columns, rows)
    data = b""
    for element in values:
        for column in element:
            data += column.tobytes()
            if len(shape) == 2:
                data += bytes(-len(data) % 4)
        data += bytes(gap)
    if len(shape) < 2 and gap:
        data, stride = strided(values, gap)
    else:
        stride = len(data) // 3
    view = {"byteStride": stride} if gap else {}
    asset = one_accessor(data, {"componentType": component_type, "count": 3, "type": kind}, **view)
    array = asset.array(0)
    assert array.dtype == dtype
    assert array.shape == (3, *shape)
    expected = values.transpose(0, 2, 1) if len(shape) == 2 else values.reshape(3, *shape)
    np.testing.assert_array_equal(array, expected)
    assert not array.flags.writeable
    assert asset.faults() == []


def strided(values: Any, gap: int) -> tuple[bytes, int]:
    """Elements at the next multiple of 4 that leaves a gap."""
    size = values[0].nbytes
    stride = -(-size // 4) * 4 + gap
    return b"".join(element.tobytes() + bytes(stride - size) for element in values), stride


@pytest.mark.parametrize(
    ("component_type", "kind", "stride", "used"),
    [
        (5120, "MAT2", 8, 6), (5121, "MAT3", 12, 11), (5122, "MAT2", 8, 8), (5123, "MAT3", 24, 22),
        (5120, "MAT4", 16, 16), (5126, "MAT3", 36, 36), (5126, "MAT4", 64, 64), (5121, "VEC3", 3, 3),
    ],
)  # fmt: skip
def test_element_sizes_are_the_specifications(component_type: int, kind: str, stride: int, used: int) -> None:
    element = ELEMENTS[component_type, kind]
    assert (element.stride, element.bytes) == (stride, used)


def test_the_last_matrix_needs_no_padding() -> None:
    accessor = {"componentType": 5121, "count": 1, "type": "MAT2"}
    np.testing.assert_array_equal(one_accessor(bytes([1, 2, 0, 0, 3, 4]), accessor).array(0), [[[1, 3], [2, 4]]])


def test_plain_data_are_views_of_the_file() -> None:
    asset = one_accessor(
        bytes(range(16)), {"componentType": 5121, "count": 4, "type": "VEC2", "byteOffset": 2}, byteStride=4
    )
    assert np.shares_memory(asset.array(0), np.frombuffer(asset.buffer(0), np.uint8))
    np.testing.assert_array_equal(asset.array(0)[:3], [[2, 3], [6, 7], [10, 11]])


def test_offsets_of_view_and_accessor_add_up() -> None:
    asset = one_accessor(
        bytes(range(12)),
        {"componentType": 5123, "count": 2, "type": "SCALAR", "byteOffset": 2},
        byteOffset=4,
        byteLength=8,
    )
    np.testing.assert_array_equal(asset.array(0), np.frombuffer(bytes(range(6, 10)), "<u2"))


def test_numbers_written_as_floats_are_integers() -> None:
    accessor = {"componentType": 5121, "count": 4.0, "type": "SCALAR", "byteOffset": 1.0}
    np.testing.assert_array_equal(one_accessor(bytes(range(8)), accessor).array(0), [1, 2, 3, 4])


SCALARS = {"componentType": 5121, "count": 4, "type": "SCALAR"}


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"count": 17}, "/accessors/0", "ACCESSOR_TOO_LONG"),
        ({"count": 2**31}, "/accessors/0", "ACCESSOR_TOO_LONG"),
        ({"count": 2**53}, "/accessors/0", "ACCESSOR_TOO_LONG"),
        ({"count": 2**70}, "/accessors/0/count", "VALUE_NOT_IN_RANGE"),
        ({"count": 0}, "/accessors/0/count", "VALUE_NOT_IN_RANGE"),
        ({"count": -1}, "/accessors/0/count", "VALUE_NOT_IN_RANGE"),
        ({"count": 1.5}, "/accessors/0/count", "TYPE_MISMATCH"),
        ({"count": True}, "/accessors/0/count", "TYPE_MISMATCH"),
        ({"count": None}, "/accessors/0/count", "TYPE_MISMATCH"),
        ({"byteOffset": 17}, "/accessors/0/byteOffset", "ACCESSOR_TOO_LONG"),
        ({"byteOffset": 13}, "/accessors/0", "ACCESSOR_TOO_LONG"),
        ({"byteOffset": -4}, "/accessors/0/byteOffset", "VALUE_NOT_IN_RANGE"),
        ({"byteOffset": "0"}, "/accessors/0/byteOffset", "TYPE_MISMATCH"),
        ({"type": "VEC5"}, "/accessors/0/type", "VALUE_NOT_IN_LIST"),
        ({"type": ["SCALAR"]}, "/accessors/0/type", "TYPE_MISMATCH"),
        ({"componentType": 5124}, "/accessors/0/componentType", "VALUE_NOT_IN_LIST"),
        ({"componentType": {}}, "/accessors/0/componentType", "TYPE_MISMATCH"),
        ({"normalized": 1}, "/accessors/0/normalized", "TYPE_MISMATCH"),
        ({"bufferView": 1}, "/accessors/0/bufferView", "UNRESOLVED_REFERENCE"),
        ({"bufferView": -1}, "/accessors/0/bufferView", "VALUE_NOT_IN_RANGE"),
        ({"bufferView": None}, "/accessors/0/bufferView", "TYPE_MISMATCH"),
        ({"bufferView": True}, "/accessors/0/bufferView", "TYPE_MISMATCH"),
        ({"sparse": 1}, "/accessors/0/sparse", "TYPE_MISMATCH"),
    ],
)
def test_broken_accessors_are_refused_by_name(change: dict[str, Any], pointer: str, code: str) -> None:
    assert failure({**SCALARS, **change}) == (pointer, code)
    assert code in dict(codes(one_accessor(bytes(16), {**SCALARS, **change}))) or change == {"bufferView": -1}


@pytest.mark.parametrize("key", ["componentType", "count", "type"])
def test_required_properties(key: str) -> None:
    accessor = {name: value for name, value in SCALARS.items() if name != key}
    assert failure(accessor) == ("/accessors/0", "UNDEFINED_PROPERTY")


def test_a_stride_smaller_than_an_element() -> None:
    accessor = {"componentType": 5126, "count": 1, "type": "VEC3"}
    assert failure(accessor, byteStride=8) == ("/accessors/0", "ACCESSOR_SMALL_BYTESTRIDE")


def test_without_a_view_elements_are_zero() -> None:
    asset = source(accessors=[{"componentType": 5123, "count": 3, "type": "VEC2"}])
    assert asset.array(0).tolist() == [[0, 0]] * 3
    assert asset.array(0).dtype == np.uint16
    assert asset.array(0) is asset.array(0)


def test_zeros_count_against_the_limit_once() -> None:
    huge = {"componentType": 5126, "count": 2**27, "type": "MAT4"}
    with pytest.raises(LimitExceeded, match="max_zero_bytes"):
        source(accessors=[huge]).array(0)
    small = {"componentType": 5121, "count": 10, "type": "SCALAR"}  # bytes count as the floats that they become
    asset = source(accessors=[small] * 3, limits=Limits(max_zero_bytes=100))
    for _ in range(5):
        assert asset.array(0).shape == asset.array(1).shape == (10,)
    with pytest.raises(LimitExceeded):
        asset.array(2)


# Sparse


def sparse_source(
    indices: list[int], values: list[int], based: bool = True, limits: Limits | None = None, **change: Any
) -> Any:
    data = bytes([10, 11, 12, 13, *indices, *values])
    views = [
        {"buffer": 0, "byteLength": 4},
        {"buffer": 0, "byteOffset": 4, "byteLength": len(indices)},
        {"buffer": 0, "byteOffset": 4 + len(indices), "byteLength": len(values)},
    ]
    sparse = {
        "count": len(indices),
        "indices": {"bufferView": 1, "componentType": 5121, **change},
        "values": {"bufferView": 2},
    }
    accessor = {"componentType": 5121, "count": 4, "type": "SCALAR", "sparse": sparse}
    if based:
        accessor["bufferView"] = 0
    return source(data, limits, bufferViews=views, accessors=[accessor])


def test_sparse_values_replace_elements_of_the_base() -> None:
    asset = sparse_source([1, 3], [21, 23])
    assert asset.array(0).tolist() == [10, 21, 12, 23]
    assert not asset.array(0).flags.writeable
    parts, base = asset.sparse(0)
    assert (parts.indices.tolist(), parts.values.tolist(), base.tolist()) == ([1, 3], [21, 23], [10, 11, 12, 13])
    assert asset.faults() == []


def test_sparse_values_without_a_base_replace_zeros() -> None:
    asset = sparse_source([1, 3], [21, 23], based=False)
    assert asset.array(0).tolist() == [0, 21, 0, 23]
    assert asset.sparse(0)[1] is None


def test_sparse_vectors_with_wide_indices() -> None:
    data = (
        np.array([0, 1, 2, 3, 4, 5], "<f4").tobytes()
        + np.array([1], "<u4").tobytes()
        + np.array([8, 9], "<f4").tobytes()
    )
    views = [
        {"buffer": 0, "byteLength": 24},
        {"buffer": 0, "byteOffset": 24, "byteLength": 4},
        {"buffer": 0, "byteOffset": 28, "byteLength": 8},
    ]
    sparse = {"count": 1, "indices": {"bufferView": 1, "componentType": 5125}, "values": {"bufferView": 2}}
    accessor = {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC2", "sparse": sparse}
    asset = source(data, bufferViews=views, accessors=[accessor])
    assert asset.array(0).tolist() == [[0, 1], [8, 9], [4, 5]]


def test_an_accessor_that_is_not_sparse_has_no_sparse_parts() -> None:
    assert one_accessor(bytes(4), SCALARS).sparse(0) is None


@pytest.mark.parametrize(
    ("asset", "pointer", "code"),
    [
        (sparse_source([1, 4], [1, 2]), "/accessors/0/sparse/indices", "ACCESSOR_SPARSE_INDEX_OOB"),
        (sparse_source([0, 1, 2, 3, 3], [1] * 5), "/accessors/0/sparse/count", "ACCESSOR_SPARSE_COUNT_OUT_OF_RANGE"),
        (sparse_source([], []), "/accessors/0/sparse/count", "VALUE_NOT_IN_RANGE"),
        (sparse_source([1], [1], bufferView=9),
         "/accessors/0/sparse/indices/bufferView", "UNRESOLVED_REFERENCE"),
        (sparse_source([1], [1], componentType=5126),
         "/accessors/0/sparse/indices/componentType", "VALUE_NOT_IN_LIST"),
        (sparse_source([1], [1], componentType=5125),
         "/accessors/0/sparse/indices", "ACCESSOR_TOO_LONG"),
    ],
)  # fmt: skip
def test_broken_sparse_parts(asset: Any, pointer: str, code: str) -> None:
    with pytest.raises(InvalidAsset) as caught:
        asset.array(0)
    assert (caught.value.pointer, caught.value.code) == (pointer, code)
    assert (code, pointer) in codes(asset)


def test_sparse_indices_that_do_not_rise_are_a_fault_but_read() -> None:
    asset = sparse_source([3, 1], [1, 2])
    assert asset.array(0).tolist() == [10, 2, 12, 1]
    assert codes(asset) == [("ACCESSOR_SPARSE_INDICES_NON_INCREASING", "/accessors/0/sparse/indices")]


def test_a_sparse_copy_counts_against_the_limit() -> None:
    with pytest.raises(LimitExceeded, match="max_decoded_bytes"):
        sparse_source([1], [1], limits=Limits(max_decoded_bytes=3)).array(0)


@settings(deadline=None)
@given(
    st.sampled_from(sorted(DTYPES)), st.sampled_from(sorted(SHAPES)), st.integers(1, 40), st.integers(0, 40),
    st.integers(0, 40), st.sampled_from([None, 4, 8, 12, 36, 64, 252]),
)  # fmt: skip
def test_bounds_are_exact(
    component_type: int, kind: str, count: int, offset: int, spare: int, stride: int | None
) -> None:
    """What is accepted reads exactly to its last byte; one byte less is refused."""
    element = ELEMENTS[component_type, kind]
    step = stride or element.stride
    accessor = {"componentType": component_type, "count": count, "type": kind, "byteOffset": offset}
    view = {"byteStride": stride} if stride else {}
    needed = offset + step * (count - 1) + element.bytes
    if step < element.bytes:
        assert failure(accessor, bytes(needed + spare + 1), **view)[1] == "ACCESSOR_SMALL_BYTESTRIDE"
        return
    assert one_accessor(bytes(needed + spare), accessor, **view).array(0).shape == (count, *element.shape)
    if needed > 1:
        assert failure(accessor, bytes(needed - 1), **view)[1] == "ACCESSOR_TOO_LONG"
