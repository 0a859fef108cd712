"""The courier jacket's materials, and its three colour schemes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forge3d.document import Image, Material, Texture, TextureInfo
from forge3d.document.material import Clearcoat, EmissiveStrength, Sheen

from ..modelling.cloth_patterns import knit, ripstop
from ..modelling.finish import Finish, TextureSet, glowing, plain, sampler
from ..modelling.maps import encode, linear, ramp, to_bytes
from ..modelling.noise import table
from ..modelling.technical_patterns import carbon, emblem, quilted
from .trim import PRINT

Array = npt.NDArray[np.float64]
Looks = dict[str, Finish]

# Shell, contrast, lining, first light, second light.
SCHEMES = {
    "Bone": ("#cfc9bd", "#23262c", "#b5401f", "#19d9ff", "#ff5a1f"),
    "Signal": ("#c2d62e", "#1d1f24", "#16181c", "#f4ffb0", "#ff2f8e"),
    "Midnight": ("#23283a", "#5b6172", "#4a1c6b", "#b06bff", "#20ffc8"),
}


def finishes(size: int) -> tuple[Looks, dict[str, dict[Finish, Finish]]]:
    """Finishes by what they are for, and the variants. Cloth has a back, which collar, cuffs and hem show."""
    cloth = TextureSet(
        "Ripstop",
        ripstop(size // 2, 0.034, 5, 181),
        lambda t: ramp([(0.2, "#9a9a9a"), (0.5, "#e0e0e0"), (0.8, "#ffffff")], t),
    )
    padding = TextureSet("Quilted nylon", quilted(size // 2, 0.12, 4, 191))
    ribbing = TextureSet("Rib knit", knit(size // 4, 0.018, 6, 201))
    fibre = TextureSet(
        "Carbon fibre", carbon(size // 2, 0.024, 8, 211), lambda t: ramp([(0.1, "#050506"), (0.7, "#5a5d63")], t)
    )
    shared: Looks = {
        "quilt": padding.finish("Quilted nylon", base_color_factor=(*linear("#24272e"), 1.0), double_sided=True),
        "padded": cloth.finish("Padded collar", base_color_factor=(*linear("#2b2e36"), 1.0), double_sided=True),
        "mesh": ribbing.finish("Knit side panel", base_color_factor=(*linear("#1f2228"), 1.0), double_sided=True),
        "rib": ribbing.finish("Rib knit", base_color_factor=(*linear("#262930"), 1.0), double_sided=True),
        "tape": plain("Bonded tape", base_color_factor=(*linear("#14161a"), 1.0), roughness_factor=0.42),
        "carbon": fibre.finish("Carbon fibre", clearcoat=Clearcoat(factor=1.0, roughness_factor=0.06)),
        "chrome": plain(
            "Black chrome", base_color_factor=(*linear("#8d9097"), 1.0), metallic_factor=1.0, roughness_factor=0.24,
        ),
    }  # fmt: skip
    ink, glyphs = emblem(size), display(size // 2)
    schemes = {name: _scheme(name, colors, ink, glyphs, cloth) for name, colors in SCHEMES.items()}
    first = next(iter(schemes.values()))
    return {**shared, **first}, {name: {first[key]: made[key] for key in first} for name, made in schemes.items()}


def _scheme(name: str, colors: tuple[str, ...], ink: Array, glyphs: Array, cloth: TextureSet) -> Looks:
    outer, contrast, lining, light, accent = colors

    def dyed(label: str, color: str) -> Finish:
        r, g, b = linear(color)
        haze = Sheen(color_factor=(r * 0.2 + 0.03, g * 0.2 + 0.03, b * 0.2 + 0.03), roughness_factor=0.5)
        return cloth.finish(f"{name} {label}", base_color_factor=(r, g, b, 1.0), sheen=haze, double_sided=True)

    return {
        "shell": dyed("shell", outer),
        "contrast": dyed("contrast", contrast),
        "lining": plain(f"{name} lining", base_color_factor=(*linear(lining), 1.0), roughness_factor=0.5),
        "neon": glowing(f"{name} light", light, 1.6),
        "accent": glowing(f"{name} accent light", accent, 1.6),
        "print": _lit(f"{name} print", ink, light, accent, PRINT * 1.002),
        "screen": _lit(f"{name} display", glyphs, light, accent, 0.036),
    }


def _lit(name: str, ink: Array, light: str, accent: str, metres: float) -> Finish:
    """Dark film with luminous ink, from the accent's colour above to the light's below."""
    at = np.linspace(0, 1, len(ink))[:, None, None]
    top, bottom = np.array(linear(accent)) ** (1 / 2.2), np.array(linear(light)) ** (1 / 2.2)
    pixels = to_bytes(ink[..., None] * (top + (bottom - top) * np.clip((at - 0.22) / 0.45, 0, 1)))
    glow = Texture(
        name=f"{name} glow",
        image=Image(encode(pixels, "image/jpeg"), name=f"{name} glow", mime_type="image/jpeg"),
        sampler=sampler(repeat=False),
    )
    material = Material(
        name=name,
        base_color_factor=(0.012, 0.013, 0.015, 1.0), metallic_factor=0.0, roughness_factor=0.28,
        emissive_texture=TextureInfo(texture=glow), emissive_factor=(1.0, 1.0, 1.0),
        emissive_strength=EmissiveStrength(strength=1.4),
    )  # fmt: skip
    return Finish(material, metres)


def display(size: int) -> Array:
    """What the forearm's display shows, `(size, size)` in [0, 1]: a map of streets, a route, bars and a frame."""
    at = (np.arange(size) + 0.5) / size
    x, y = np.meshgrid(at, at)
    soft = 1.6 / size

    def line(distance: Array, width: float) -> Array:
        return np.clip((width - np.abs(distance)) / soft + 0.5, 0, 1)

    inside = (x > 0.1) & (x < 0.9) & (y > 0.08) & (y < 0.66)
    streets = np.zeros((size, size))
    for place, lean, strength in table(301, 11, 3):
        across = x - place + (lean - 0.5) * 0.5 * (y - 0.4)
        down = y - 0.08 - 0.58 * place + (strength - 0.5) * 0.4 * (x - 0.5)
        streets = np.maximum(streets, 0.35 * np.maximum(line(across, 0.004), line(down, 0.003)))
    route = line(x - 0.3 - 0.35 * (y > 0.36), 0.011) * (y > 0.16) * (y < 0.6) + line(y - 0.36, 0.008) * (x > 0.3) * (
        x < 0.65
    )
    goal = line(np.hypot(x - 0.65, y - 0.58) - 0.04, 0.010)
    heights = table(302, 16)
    column = np.clip(((x - 0.1) / 0.8 * 16).astype(np.int64), 0, 15)
    bars = (y > 0.94 - 0.2 * heights[column]) & (y < 0.94) & (x > 0.1) & (x < 0.9) & (((x - 0.1) / 0.8 * 16) % 1 < 0.7)
    frame = line(np.maximum(np.abs(x - 0.5) - 0.44, np.abs(y - 0.5) - 0.46), 0.006)
    picture: Array = np.clip(streets * inside + (route + goal) * inside + 0.7 * bars + 0.6 * frame, 0, 1)
    return picture
