"""Which primitives can be drawn in one call."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TypeVar

from ..document import Accessor, Primitive
from .joining import WHITE, topology

T = TypeVar("T")


def look(primitive: Primitive) -> Hashable:
    """Equal for primitives that can be drawn in one call, apart from their colours and where they stand."""
    variants = sorted((id(m.material), *sorted(id(v) for v in m.variants)) for m in primitive.variants)
    targets = tuple(_layout(target) for target in primitive.targets)
    attributes = {name: a for name, a in primitive.attributes.items() if name != WHITE}
    material = id(primitive.material)
    return (topology(primitive.mode), material, tuple(variants), _layout(attributes), targets)


def _layout(attributes: dict[str, Accessor]) -> Hashable:
    return tuple(sorted((name, *_kind(accessor)) for name, accessor in attributes.items()))


def _kind(accessor: Accessor) -> tuple[str, str, bool, str]:
    return accessor.type, accessor.dtype.str, accessor.normalized, repr((accessor.extras, accessor.extensions))


def by_color(group: Sequence[T], fill: bool, primitive_of: Callable[[T], Primitive]) -> Iterator[list[T]]:
    """The group in parts of one type of COLOR_0; those without go with the first type where they may be filled."""
    kinds: dict[Hashable, list[T]] = {}
    for item in group:
        color = primitive_of(item).attributes.get(WHITE)
        kinds.setdefault(_kind(color) if color is not None else None, []).append(item)
    morphed = any(WHITE in target for item in group for target in primitive_of(item).targets)
    if fill and None in kinds and len(kinds) > 1 and not morphed:
        plain = kinds.pop(None)
        first = next(iter(kinds))
        chosen = {id(item) for item in (*plain, *kinds[first])}
        kinds[first] = [item for item in group if id(item) in chosen]
    yield from kinds.values()
