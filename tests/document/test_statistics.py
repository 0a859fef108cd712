"""Counts."""

from __future__ import annotations

import numpy as np

from forge3d.document import Accessor, Document, Image, Instancing, Mesh, Mode, Node, Primitive, Scene
from forge3d.document.copying import referring_names
from forge3d.document.encoding import Encoding
from forge3d.document.statistics import Statistics, repeated_vertices, statistics, triangle_count

from .build import PIXEL, TRIANGLE, document, triangle


def test_a_triangle() -> None:
    assert statistics(document(images=[Image(PIXEL)])) == Statistics(
        scenes=1, nodes=1, meshes=1, primitives=1, draw_calls=1, vertices=3, triangles=1, drawn_triangles=1,
        images=1, image_bytes=len(PIXEL), geometry_bytes=39, gpu_bytes=39 + 5,
    )  # fmt: skip


def test_meshes_count_once_and_are_drawn_as_often_as_they_are_shown() -> None:
    shared = Accessor(TRIANGLE)
    mesh = Mesh(primitives=[triangle(POSITION=shared), triangle(POSITION=shared)])
    many = Instancing(attributes={"TRANSLATION": Accessor(np.zeros((5, 3), np.float32))})
    nodes = [Node(mesh=mesh), Node(mesh=mesh, instancing=many), Node(mesh=mesh)]
    made = Document(nodes=nodes, meshes=[mesh], scenes=[Scene(nodes=nodes[:2])])
    counted = statistics(made)
    assert (counted.vertices, counted.triangles, counted.primitives) == (3, 2, 2)
    assert (counted.draw_calls, counted.drawn_triangles) == (4, 12)


def test_objects_that_are_only_referred_to_count_too() -> None:
    made = Document(scene=Scene(nodes=[Node(children=[Node(mesh=Mesh(primitives=[triangle()]))])]))
    counted = statistics(made)
    assert (counted.scenes, counted.nodes, counted.meshes, counted.triangles) == (1, 2, 1, 1)


def test_triangles_by_topology() -> None:
    positions = Accessor(np.zeros((7, 3), np.float32))
    counts = {mode: triangle_count(Primitive(attributes={"POSITION": positions}, mode=mode)) for mode in Mode}
    assert counts == {
        Mode.POINTS: 0, Mode.LINES: 0, Mode.LINE_LOOP: 0, Mode.LINE_STRIP: 0, Mode.TRIANGLES: 2,
        Mode.TRIANGLE_STRIP: 5, Mode.TRIANGLE_FAN: 5,
    }  # fmt: skip
    assert triangle_count(Primitive()) == 0


def test_nothing_is_decoded() -> None:
    read = Document.read(document(triangle(POSITION=np.tile(TRIANGLE, (99, 1)))).to_bytes(encoding=Encoding()))
    assert statistics(read).vertices == 297
    assert not any(accessor.decoded for accessor in read.accessors)


def test_pictures_that_cannot_be_read_cost_no_texture_memory() -> None:
    assert statistics(Document(images=[Image(b"no picture"), Image()])).gpu_bytes == 0


def test_repeated_vertices_count_every_instance_beyond_the_first() -> None:
    points = Primitive(attributes={"POSITION": Accessor(TRIANGLE)}, mode=Mode.POINTS)
    many = Instancing(attributes={"TRANSLATION": Accessor(np.zeros((5, 3), np.float32))})
    nodes = [Node(mesh=Mesh(primitives=[points])), Node(mesh=Mesh(primitives=[triangle()]), instancing=many)]
    assert repeated_vertices(Document(nodes=nodes, scenes=[Scene(nodes=nodes)])) == 12


def test_only_fields_of_numbers_and_text_are_passed_over() -> None:
    names = referring_names(Node)
    assert {"children", "mesh", "skin", "camera", "light", "instancing", "extensions", "xmp"} <= set(names)
    assert not {"name", "visible"} & set(names)
