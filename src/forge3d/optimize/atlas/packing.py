"""Rectangles in a rectangle."""

from __future__ import annotations

from collections.abc import Sequence

Size = tuple[int, int]


def pack(sizes: Sequence[Size], most: int) -> tuple[Size, list[Size]] | None:
    """Place rectangles in the smallest area whose sides are powers of two, at most `most`; None where they do not fit.

    Args:
        sizes: width and height of each.

    Returns:
        The size of the area, and the lower corner of each rectangle in the order given.
    """
    if not sizes:
        return (1, 1), []
    sides = [1 << n for n in range(most.bit_length()) if 1 << n <= most]
    widest, highest = max(w for w, _ in sizes), max(h for _, h in sizes)
    area = sum(w * h for w, h in sizes)
    shapes = [(w, h) for w in sides for h in sides if w >= widest and h >= highest and w * h >= area]
    for width, height in sorted(shapes, key=lambda shape: (shape[0] * shape[1], max(shape))):
        places = _shelves(sizes, width)
        if max(y + h for (_, y), (_, h) in zip(places, sizes, strict=True)) <= height:
            return (width, height), places
    return None


def _shelves(sizes: Sequence[Size], width: int) -> list[Size]:
    """Rows of falling height, each as high as its first rectangle (next-fit decreasing height, Coffman et al. 1980)."""
    places: list[Size] = [(0, 0)] * len(sizes)
    x = y = row = 0
    for number in sorted(range(len(sizes)), key=lambda n: (-sizes[n][1], -sizes[n][0], n)):
        w, h = sizes[number]
        if x + w > width:
            x, y, row = 0, y + row, 0
        row = row or h
        places[number] = (x, y)
        x += w
    return places
