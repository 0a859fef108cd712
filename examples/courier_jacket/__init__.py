"""A cyberpunk courier's jacket, cut over the medium mannequin and bound to its skeleton."""

from __future__ import annotations

from forge3d.document import Document

from ..mannequin.body import body
from ..mannequin.measures import MEDIUM
from ..mannequin.weights import weights
from ..modelling.product import Product
from .collar import collar
from .finishes import finishes
from .panels import panels
from .piece import Piece
from .shell import Shell
from .trim import trim


class CourierJacket:
    """The jacket in the bind pose, in the place where the mannequin stands: the floor is at y = 0."""

    def __init__(self, texture: int = 512):
        self.texture = texture
        figure = body(MEDIUM)
        self.shell = Shell(figure, weights(figure))

    def document(self) -> Document:
        finish, variants = finishes(self.texture)
        product = Product("Courier jacket", "F3D-JACKET-02", 512, 64, variants=variants)
        parts = {
            "Cloth": [Piece(look, surface) for look, surface in panels(self.shell)],
            "Collar": [Piece(look, surface) for look, surface in collar(self.shell)],
            "Trim": trim(self.shell),
        }
        pieces: dict[int, Piece] = {}
        for part, found in parts.items():
            for piece in found:
                product.add(part, finish[piece.look], piece.surface)
                pieces[id(piece.surface)] = piece
        document, _ = product.rigged(self.shell.body.bones, lambda surface: pieces[id(surface)].shares(self.shell))
        return document


def build() -> CourierJacket:
    return CourierJacket()
