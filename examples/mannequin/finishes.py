"""The mannequin's lacquers."""

from __future__ import annotations

from ..modelling.finish import Finish, TextureSet
from ..modelling.hard_patterns import moulded
from ..modelling.maps import linear

COLORS = {"Chalk": "#d9d4cc", "Graphite": "#33343a", "Terracotta": "#a9674a"}


def finishes(size: int) -> tuple[Finish, dict[str, dict[Finish, Finish]]]:
    """The skin's finish, and the variants: matte lacquer, a little uneven where it was sprayed."""
    spray = TextureSet("Spray lacquer", moulded(size, 0.030, 141))
    skins = {
        name: spray.finish(
            f"{name} lacquer", base_color_factor=(*linear(color), 1.0), roughness_factor=1.0, normal_texture=None
        )
        for name, color in COLORS.items()
    }
    first = next(iter(skins.values()))
    return first, {name: {first: skin} for name, skin in skins.items()}
