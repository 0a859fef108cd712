"""The visor's materials, and its three looks."""

from __future__ import annotations

from forge3d.document.material import Clearcoat, Iridescence, Transmission, Volume

from ..modelling.cloth_patterns import knit
from ..modelling.finish import Finish, TextureSet, glowing, plain
from ..modelling.hard_patterns import brushed, moulded
from ..modelling.maps import linear
from .lens import THICK

Looks = dict[str, Finish]

# Pane, shell, light, second light, and the film's thickness in nanometres.
SCHEMES = {
    "Ice": ("#b4dcf5", "#e4e6e8", "#20e0ff", "#ffffff", 380.0),
    "Ember": ("#f0a468", "#1e1f22", "#ff5a1f", "#ffd27a", 290.0),
    "Void": ("#7d70b4", "#14151a", "#b06bff", "#20ffc8", 520.0),
}


def finishes(size: int) -> tuple[Looks, dict[str, dict[Finish, Finish]]]:
    """Finishes by what they are for, and the variants."""
    polymer = TextureSet("Moulded polymer", moulded(size, 0.012, 331))
    webbing = TextureSet("Elastic webbing", knit(size, 0.008, 10, 341))
    steel = TextureSet("Brushed titanium", brushed(size, 0.05, 351), metallic=1.0)

    def scheme(name: str, pane: str, shell: str, light: str, accent: str, film: float) -> Looks:
        return {
            "pane": plain(
                f"{name} pane", occluded=False,
                base_color_factor=(*linear(pane), 1.0), roughness_factor=0.03,
                transmission=Transmission(factor=0.82),
                volume=Volume(thickness_factor=THICK, attenuation_distance=0.004, attenuation_color=linear(pane)),
                iridescence=Iridescence(factor=0.9, ior=1.45, thickness_maximum=film),
            ),
            "shell": polymer.finish(
                f"{name} shell", base_color_factor=(*linear(shell), 1.0),
                clearcoat=Clearcoat(factor=0.35, roughness_factor=0.25),
            ),
            "neon": glowing(f"{name} light", light, 2.2, 0.3),
            "accent": glowing(f"{name} second light", accent, 2.2, 0.3),
        }  # fmt: skip

    shared: Looks = {
        "metal": steel.finish("Brushed titanium", base_color_factor=(*linear("#9a9da3"), 1.0)),
        "strap": webbing.finish("Elastic webbing", base_color_factor=(*linear("#1b1c20"), 1.0)),
    }
    looks = {name: scheme(name, *colors) for name, colors in SCHEMES.items()}
    first = next(iter(looks.values()))
    return {**shared, **first}, {name: {first[key]: made[key] for key in first} for name, made in looks.items()}
