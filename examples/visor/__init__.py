"""A wrap-around visor with an iridescent pane and a line of light, made to measure for the medium mannequin's head."""

from __future__ import annotations

import numpy as np

from forge3d.document import Document, Node

from ..mannequin.body import body
from ..mannequin.measures import MEDIUM
from ..modelling.product import Product
from .finishes import finishes
from .fit import around_head
from .frame import frame
from .lens import pane


class Visor:
    """The visor on its own: it lies on y = 0, centred.

    A node called head lies where the wearer's joint of that name does, and the parts hang on it.
    """

    def __init__(self, texture: int = 128):
        self.texture = texture

    def document(self) -> Document:
        figure = body(MEDIUM)
        front, behind = around_head(figure.form), around_head(figure.form, behind=True)
        parts = [("Pane", "pane", pane(front)), *(("Frame", look, s) for look, s in frame(front, behind))]
        points = np.concatenate([surface.positions for _, _, surface in parts])
        low, high = points.min(axis=0), points.max(axis=0)
        origin = np.array([0.0, low[1], (low[2] + high[2]) / 2])
        finish, variants = finishes(self.texture)
        product = Product("Visor", "F3D-VISOR-01", 256, variants=variants)
        for part, look, surface in parts:
            product.add(part, finish[look], surface.moved(*(float(-v) for v in origin)))
        document = product.document()
        x, y, z = (float(v) for v in figure.bones.place("head") - origin)
        root, *hung = document.nodes
        joint = Node(name="head", translation=(x, y, z), children=hung)
        for node in hung:
            node.translation = (-x, -y, -z)
        root.children = [joint]
        document.nodes = [root, joint, *hung]
        return document


def build() -> Visor:
    return Visor()
