"""The speaker's materials, and its three colours."""

from __future__ import annotations

from forge3d.document.material import Clearcoat, EmissiveStrength, Sheen

from ..modelling.cloth_patterns import leather, weave
from ..modelling.finish import Finish, TextureSet, plain
from ..modelling.hard_patterns import brushed
from ..modelling.maps import linear, ramp

Looks = dict[str, Finish]

# Cloth, metal, leather, thread, label.
SCHEMES = {
    "Fog": ("#c9ccce", "#d9dadd", "#b98a5e", "#efe6d6", "#ff7a3d"),
    "Ink": ("#30343d", "#55585f", "#2a2826", "#8d8a85", "#3fb6ff"),
    "Clay": ("#b5694c", "#d8b48a", "#5d3a28", "#d9b48f", "#f2e3c8"),
}


def finishes(size: int) -> tuple[Looks, dict[str, dict[Finish, Finish]]]:
    """Finishes by what they are for, and the variants."""
    cloth = TextureSet(
        "Speaker cloth", weave(size, 0.036, 32, 401, basket=2, relief=0.30),
        lambda tone: ramp([(0.12, "#8f8f8f"), (0.45, "#d8d8d8"), (0.75, "#ffffff")], tone),
    )  # fmt: skip
    hide = TextureSet(
        "Strap leather", leather(size, 0.030, 26, 411),
        lambda tone: ramp([(0.15, "#8f8f8f"), (0.6, "#ffffff")], tone),
    )  # fmt: skip
    alloy = TextureSet("Brushed alloy", brushed(size, 0.06, 421), metallic=1.0)

    def scheme(name: str, yarn: str, metal: str, strap: str, thread: str, label: str) -> Looks:
        r, g, b = linear(yarn)
        return {
            "cloth": cloth.finish(
                f"{name} cloth", base_color_factor=(r, g, b, 1.0),
                sheen=Sheen(color_factor=(r * 0.3 + 0.02, g * 0.3 + 0.02, b * 0.3 + 0.02), roughness_factor=0.5),
            ),
            "metal": alloy.finish(f"{name} alloy", base_color_factor=(*linear(metal), 1.0)),
            "leather": hide.finish(f"{name} leather", base_color_factor=(*linear(strap), 1.0)),
            "thread": plain(f"{name} thread", base_color_factor=(*linear(thread), 1.0), roughness_factor=0.8),
            "tag": plain(f"{name} label", base_color_factor=(*linear(label), 1.0), roughness_factor=0.7),
        }  # fmt: skip

    shared: Looks = {
        "glass": plain(
            "Black glass", occluded=False, base_color_factor=(0.008, 0.008, 0.010, 1.0), roughness_factor=0.25,
            clearcoat=Clearcoat(factor=1.0, roughness_factor=0.03),
        ),
        "light": plain(
            "Ring of light", base_color_factor=(0.3, 0.3, 0.3, 1.0), roughness_factor=0.4,
            emissive_factor=(0.35, 0.85, 1.0), emissive_strength=EmissiveStrength(strength=2.5),
        ),
        "mark": plain("Touch mark", base_color_factor=(0.6, 0.6, 0.6, 1.0), roughness_factor=0.5,
                      emissive_factor=(0.25, 0.25, 0.25)),
        "rubber": plain("Rubber", base_color_factor=(0.02, 0.02, 0.02, 1.0), roughness_factor=0.75),
    }  # fmt: skip
    looks = {name: scheme(name, *colors) for name, colors in SCHEMES.items()}
    first = next(iter(looks.values()))
    return {**shared, **first}, {name: {first[key]: made[key] for key in first} for name, made in looks.items()}
