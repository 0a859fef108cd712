"""Packages opened with USD's own library, and judged by its own validators."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forge3d.document import Accessor, Document, Material, Mesh, Node, Primitive, Scene
from forge3d.export import Usdz, faults, usdz

Opened = tuple[Any, Usdz]
Opener = Callable[[Document], Opened]


@pytest.fixture
def opened(tmp_path: Path) -> Opener:
    """Writes a document as USDZ, holds it against every validator that USD has, and opens it."""
    pxr = pytest.importorskip("pxr")
    from pxr import Usd

    assert pxr

    def open_it(document: Document) -> Opened:
        made = usdz(document)
        path = tmp_path / f"{len([*tmp_path.iterdir()])}.usdz"  # USD keeps what it has opened, by its path
        path.write_bytes(made.data)
        stage = Usd.Stage.Open(str(path))
        assert faults(made.data) == []
        return stage, made

    return open_it


def square(material: Material | None = None, **attributes: Any) -> Primitive:
    """A unit square of two triangles that faces +Z."""
    points = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
    arrays = {
        "POSITION": points, "NORMAL": np.tile(np.float32([0, 0, 1]), (4, 1)),
        "TEXCOORD_0": np.array([[0, 1], [1, 1], [1, 0], [0, 0]], np.float32),
    } | attributes  # fmt: skip
    return Primitive(
        attributes={name: Accessor(np.asarray(array)) for name, array in arrays.items() if array is not None},
        indices=Accessor(np.array([0, 1, 2, 0, 2, 3], np.uint16)),
        material=material,
    )


def scene(*nodes: Node, **others: Any) -> Document:
    """A document with these nodes at its root; the lists that are not given stay empty."""
    every: list[Node] = []
    waiting = list(nodes)
    while waiting:
        node = waiting.pop(0)
        every.append(node)
        waiting += node.children
    return Document(nodes=every, scenes=[Scene(nodes=list(nodes))], **others)


def product(*primitives: Primitive, **placed: Any) -> Document:
    """A document of one node with one mesh."""
    return scene(Node(name="Thing", mesh=Mesh(primitives=list(primitives)), **placed))
