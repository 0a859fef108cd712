"""The chair's materials, and its four fabrics."""

from __future__ import annotations

from forge3d.document.material import Sheen

from ..modelling.cloth_patterns import weave
from ..modelling.finish import Finish, TextureSet, plain
from ..modelling.hard_patterns import brushed, wood
from ..modelling.maps import linear, ramp


def finishes(size: int) -> tuple[Finish, Finish, Finish, Finish, Finish, dict[str, dict[Finish, Finish]]]:
    """Fabric, welt, timber, metal, glide, and the variants."""
    cloth = TextureSet(
        "Wool weave",
        weave(size, 0.16, 64, 3, relief=0.36),
        lambda tone: ramp([(0.12, "#9c9890"), (0.45, "#e2dfd8"), (0.75, "#ffffff")], tone),
    )
    grain = TextureSet(
        "Oak",
        wood(size, 0.24, 9, 21),
        lambda tone: ramp([(0.0, "#4f3722"), (0.35, "#94683f"), (0.7, "#c4965f"), (1.0, "#e0b985")], tone),
    )
    brass = TextureSet("Brushed brass", brushed(max(size // 2, 32), 0.05, 31), metallic=1.0)

    def fabric(name: str, color: str) -> Finish:
        tint = linear(color)
        glow = (tint[0] * 0.35 + 0.02, tint[1] * 0.35 + 0.02, tint[2] * 0.35 + 0.02)
        return cloth.finish(name, base_color_factor=(*tint, 1.0), sheen=Sheen(color_factor=glow, roughness_factor=0.45))

    def timber(name: str, color: str) -> Finish:
        return grain.finish(name, base_color_factor=(*linear(color), 1.0))

    oak, walnut = timber("Oak", "#f6efe2"), timber("Walnut", "#9c7861")
    metal = brass.finish("Brushed brass", base_color_factor=(*linear("#e2bd78"), 1.0))
    glide = plain("Felt glide", base_color_factor=(0.02, 0.02, 0.02, 1.0), roughness_factor=0.95)
    looks = {
        "Oat": ("#efe6d6", "#c9ab8b", oak),
        "Forest": ("#4f6b52", "#3a5340", walnut),
        "Terracotta": ("#c26a48", "#9a4f35", walnut),
        "Ink": ("#3f4a61", "#2c3548", oak),
    }
    made = {
        name: (fabric(f"{name} wool", color), fabric(f"{name} welt", edge), legs)
        for name, (color, edge, legs) in looks.items()
    }
    first = made["Oat"]
    variants = {name: dict(zip(first, look, strict=True)) for name, look in made.items()}
    return (*first, metal, glide, variants)
