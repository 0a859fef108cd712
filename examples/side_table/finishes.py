"""The table's materials, and its three looks."""

from __future__ import annotations

from forge3d.document.material import Ior, Transmission, Volume

from ..modelling.finish import Finish, TextureSet, plain
from ..modelling.hard_patterns import brushed, wood
from ..modelling.maps import linear, ramp
from .tops import THICK

Looks = dict[str, Finish]

# Metal, its roughness beside the brushed one's, the glass' colour, and the wood's tint.
SCHEMES = {
    "Brass and smoke": ("#d9b26a", 0.8, "#6f7678", "#ffffff"),
    "Black steel": ("#3a3b3f", 1.1, "#cfe6df", "#8d7a6a"),
    "Copper and bronze": ("#c98563", 0.8, "#a2763f", "#e6cfae"),
}


def finishes(size: int) -> tuple[Looks, dict[str, dict[Finish, Finish]]]:
    """Finishes by what they are for, and the variants."""
    grain = TextureSet(
        "Walnut",
        wood(size, 0.22, 10, 501),
        lambda tone: ramp([(0.0, "#2a1a10"), (0.35, "#5a3a22"), (0.7, "#84593a"), (1.0, "#a8784f")], tone),
    )
    alloy = TextureSet("Brushed metal", brushed(size // 2, 0.06, 511), metallic=1.0)

    def scheme(name: str, metal: str, roughness: float, glass: str, tint: str) -> Looks:
        return {
            "metal": alloy.finish(
                f"{name} metal", base_color_factor=(*linear(metal), 1.0), roughness_factor=min(roughness, 1.0)
            ),
            "glass": plain(
                f"{name} glass", occluded=False, roughness_factor=0.0,
                ior=Ior(ior=1.52), transmission=Transmission(factor=1.0),
                volume=Volume(thickness_factor=THICK, attenuation_distance=0.010, attenuation_color=linear(glass)),
            ),
            "wood": grain.finish(f"{name} wood", base_color_factor=(*linear(tint), 1.0), normal_texture=None),
        }  # fmt: skip

    shared: Looks = {
        "glide": plain("Felt glide", base_color_factor=(0.03, 0.03, 0.03, 1.0), roughness_factor=0.95),
        "dark": plain("Blackened bolt", base_color_factor=(0.10, 0.10, 0.11, 1.0), metallic_factor=1.0,
                      roughness_factor=0.35),
    }  # fmt: skip
    looks = {name: scheme(name, *values) for name, values in SCHEMES.items()}
    first = next(iter(looks.values()))
    return {**shared, **first}, {name: {first[key]: made[key] for key in first} for name, made in looks.items()}
