"""An immutable typed array: the data behind vertex attributes, indices, keyframes and matrices."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..gltf.accessors import DTYPES, SHAPES

if TYPE_CHECKING:
    from .payload import Payload

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float32]

_COMPONENT_TYPE_OF = {dtype: code for code, dtype in DTYPES.items()}
_TYPE_OF_SHAPE = {shape: name for name, shape in SHAPES.items()}


class Accessor:
    """Immutable data of one glTF accessor (specification §3.6.2).

    `array` has its natural shape: SCALAR `(n,)`, VECk `(n, k)`, MATk `(n, k, k)` indexed `[element, row, column]`, so
    that `matrices @ vector` means what mathematics means. It is read-only. Integers stay integers; `normalized` says
    whether they stand for fractions (§3.6.2.2), and `floats` applies that.

    Identity is meaning: two attributes that hold the same `Accessor` object share one accessor in the file, and caches
    (GPU buffers, bounds) key on the object. To change data, make a new `Accessor`.

    Args:
        array: the elements, or None when `load` gives them on first use.
        normalized: integers stand for [0, 1] (unsigned) or [-1, 1] (signed).
        load: called at most once, for payloads that are decoded lazily; needs `dtype` and `shape`.
        payload: the encoded form in the file, written back byte for byte while this accessor is in use.
        bounds: `(min, max)` as the file declared them, one list of numbers each (empty where only the other stood),
            or None.

    Attributes:
        referenced: whether an object of the file it was read from used it. The writer leaves out a listed accessor
            that was in use and is not any more, and keeps one that nothing ever used.
        view: name, extras and extensions of the buffer view that held it, or None where there were none.
    """

    __slots__ = (
        "__weakref__", "_array", "_floats", "_load", "bounds", "dtype", "extensions", "extras", "name", "normalized",
        "payload", "referenced", "shape", "view",
    )  # fmt: skip

    def __init__(
        self,
        array: npt.ArrayLike | None = None,
        *,
        normalized: bool = False,
        name: str | None = None,
        extras: Any = None,
        extensions: dict[str, Any] | None = None,
        load: Callable[[], Array] | None = None,
        dtype: npt.DTypeLike | None = None,
        shape: tuple[int, ...] | None = None,
        payload: Payload | None = None,
        bounds: tuple[list[float], list[float]] | None = None,
    ):
        self._array: Array | None = None
        self._floats: FloatArray | None = None
        self._load = load
        self.normalized = normalized
        self.name = name
        self.extras = extras
        self.extensions: dict[str, Any] = extensions or {}
        self.payload = payload
        self.bounds = bounds
        self.referenced = False
        self.view: dict[str, Any] | None = None
        if array is not None:
            data = _read_only(np.asarray(array))
            self._array, self.dtype, self.shape = data, data.dtype, data.shape
        elif load is not None and dtype is not None and shape is not None:
            self.dtype, self.shape = np.dtype(dtype), shape
        else:
            raise TypeError("Accessor needs an array, or load with dtype and shape")
        if self.dtype not in _COMPONENT_TYPE_OF or self.shape[1:] not in _TYPE_OF_SHAPE:
            raise TypeError(f"glTF has no accessor of {self.dtype} with element shape {self.shape[1:]}")

    @classmethod
    def lazy(
        cls, load: Callable[[], Array], dtype: np.dtype[Any], shape: tuple[int, ...], normalized: bool = False
    ) -> Accessor:
        """`Accessor(load=…)` for a type and shape that are known to be glTF's, without a second look at them."""
        self = cls.__new__(cls)
        self._load, self.dtype, self.shape, self.normalized = load, dtype, shape, normalized
        self._array = self._floats = self.name = self.extras = self.payload = self.bounds = self.view = None
        self.extensions = {}
        self.referenced = False
        return self

    @property
    def array(self) -> Array:
        """The elements, read-only, in natural shape and stored type. Decodes on first use."""
        if self._array is None:
            assert self._load is not None
            data = self._load()
            if data.shape != self.shape or data.dtype != self.dtype:
                raise ValueError(f"decoded {data.dtype} {data.shape} is not the declared {self.dtype} {self.shape}")
            self._array, self._load = _read_only(data), None
        return self._array

    @property
    def floats(self) -> FloatArray:
        """The elements as float32, with `normalized` applied (specification §3.6.2.2). Read-only, computed once."""
        if self._floats is None:
            self._floats = _read_only(dequantized(self.array, self.normalized))
        return self._floats

    @property
    def decoded(self) -> bool:
        """Whether `array` is already in memory, so that using it costs nothing."""
        return self._array is not None

    @property
    def component_type(self) -> int:
        """The glTF `componentType`: 5120 (byte) to 5126 (float)."""
        return _COMPONENT_TYPE_OF[self.dtype]

    @property
    def type(self) -> str:
        """The glTF `type`: SCALAR, VEC2, …, MAT4."""
        return _TYPE_OF_SHAPE[self.shape[1:]]

    @property
    def nbytes(self) -> int:
        """Bytes of the elements without padding."""
        return prod(self.shape) * self.dtype.itemsize

    def __len__(self) -> int:
        return int(self.shape[0])

    def __deepcopy__(self, memo: dict[int, Any]) -> Accessor:
        return self  # immutable: a copied document shares its data

    def __repr__(self) -> str:
        label = f" {self.name!r}" if self.name else ""
        return f"<Accessor{label} {self.type}[{len(self)}] {self.dtype}{' normalized' if self.normalized else ''}>"


def dequantized(array: Array, normalized: bool) -> FloatArray:
    """`array` as float32; where `normalized`, integers become fractions by §3.6.2.2 (signed: max(c / m, -1))."""
    if array.dtype == np.float32:
        return array
    floats = array.astype(np.float32)
    if normalized and array.dtype.kind in "iu":
        floats /= np.float32(np.iinfo(array.dtype).max)
        if array.dtype.kind == "i":
            np.maximum(floats, -1.0, out=floats)
    return floats


def extremes(rows: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """The smallest and largest of each component of `(n, k)` rows, n above 0: `(k,)` each; NaN where there is any.

    NumPy takes twenty times as long along the first axis of few columns.
    """
    columns = np.ascontiguousarray(rows.T)
    return columns.min(axis=1), columns.max(axis=1)


def _read_only(array: Array) -> Array:
    if array.flags.writeable:
        array = array.view()
        array.flags.writeable = False
    return array
