"""The headphones' materials, and their three colour schemes."""

from __future__ import annotations

from forge3d.document.material import Anisotropy, Clearcoat, EmissiveStrength

from ..modelling.cloth_patterns import knit, leather
from ..modelling.finish import Finish, TextureSet, plain
from ..modelling.hard_patterns import brushed, moulded
from ..modelling.maps import linear, ramp


def finishes(size: int) -> tuple[dict[str, Finish], dict[str, dict[Finish, Finish]]]:
    metal = TextureSet(
        "Brushed aluminium",
        brushed(size, 0.09, 41),
        lambda tone: ramp([(0.2, "#b9b9b9"), (0.8, "#ffffff")], tone),
        metallic=1.0,
    )
    hide = TextureSet(
        "Leather",
        leather(size, 0.05, 42, 51),
        lambda tone: ramp([(0.15, "#8f8f8f"), (0.6, "#ffffff")], tone),
    )
    shell = TextureSet("Moulded plastic", moulded(size // 4, 0.01, 61))
    mesh = TextureSet("Acoustic mesh", knit(size // 4, 0.008, 8, 71))

    def look(name: str, alloy: str, hide_color: str, lacquer: str, accent: str, yarn: str) -> dict[str, Finish]:
        return {
            "metal": metal.finish(
                f"{name} aluminium", base_color_factor=(*linear(alloy), 1.0), anisotropy=Anisotropy(strength=0.55)
            ),
            "edge": plain(
                f"{name} polished edge",
                base_color_factor=(*linear(accent), 1.0), metallic_factor=1.0, roughness_factor=0.14,
            ),
            "leather": hide.finish(f"{name} leather", base_color_factor=(*linear(hide_color), 1.0), normal_scale=0.9),
            "lacquer": plain(
                f"{name} lacquer",
                base_color_factor=(*linear(lacquer), 1.0), metallic_factor=0.35, roughness_factor=0.42,
                clearcoat=Clearcoat(factor=1.0, roughness_factor=0.05),
            ),
            "thread": plain(f"{name} thread", base_color_factor=(*linear(yarn), 1.0), roughness_factor=0.7),
        }  # fmt: skip

    shared = {
        "plastic": shell.finish("Moulded plastic", base_color_factor=(0.022, 0.022, 0.024, 1.0)),
        "mesh": mesh.finish("Acoustic mesh", base_color_factor=(0.035, 0.035, 0.038, 1.0)),
        "port": plain("Port", base_color_factor=(0.01, 0.01, 0.01, 1.0), roughness_factor=0.6),
        "light": plain(
            "Status light",
            base_color_factor=(0.05, 0.05, 0.05, 1.0), roughness_factor=0.3,
            emissive_factor=(0.15, 0.75, 1.0), emissive_strength=EmissiveStrength(strength=4.0),
        ),
    }  # fmt: skip
    looks = {
        "Silver and cognac": look("Silver", "#dfe0e2", "#9c6440", "#e9e4da", "#f4f4f4", "#e8dcc4"),
        "Graphite": look("Graphite", "#8a8c90", "#3b3938", "#2b2c30", "#dcdde0", "#6b6864"),
        "Midnight": look("Midnight", "#5d74a4", "#343f5c", "#1c2a52", "#e8c48c", "#d2ae78"),
    }
    first = next(iter(looks.values()))
    variants = {name: {first[key]: made[key] for key in first} for name, made in looks.items()}
    return {**first, **shared}, variants
