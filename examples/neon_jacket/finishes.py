"""The jacket's materials, and its three light schemes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forge3d.document import Image, Material, Texture, TextureInfo
from forge3d.document.material import Clearcoat, EmissiveStrength, Sheen

from ..modelling.cloth_patterns import knit, ripstop
from ..modelling.finish import Finish, TextureSet, glowing, plain, sampler
from ..modelling.hard_patterns import brushed
from ..modelling.maps import encode, linear, orm, ramp, srgb, to_bytes
from ..modelling.noise import fractal
from ..modelling.technical_patterns import carbon, emblem, quilted
from .trim import PRINT

Array = npt.NDArray[np.float64]
Looks = dict[str, Finish]


SCHEMES = {
    "Cyan": ("#17e0ff", "#ff2f7e", "#7d1c4c"),
    "Violet": ("#a45bff", "#2fffd5", "#22305f"),
    "Amber": ("#ff9a1f", "#ff3b1f", "#6b2a10"),
}


def _grey(tone: Array) -> Array:
    return ramp([(0.2, "#7c7c7c"), (0.5, "#cfcfcf"), (0.8, "#ffffff")], tone)


def finishes(size: int) -> tuple[Looks, dict[str, dict[Finish, Finish]]]:
    """Finishes by what they are for, and the variants."""
    half = max(size // 2, 32)
    cloth = TextureSet("Ripstop", ripstop(half, 0.032, 5, 81), _grey)
    padding = TextureSet("Quilted nylon", quilted(size, 0.14, 4, 91), _grey)
    ribbing = TextureSet("Rib knit", knit(half // 2, 0.018, 6, 101))
    fibre = TextureSet(
        "Carbon fibre", carbon(half, 0.024, 8, 111), lambda t: ramp([(0.1, "#050506"), (0.7, "#5a5d63")], t)
    )
    steel = TextureSet("Brushed steel", brushed(half, 0.08, 121), metallic=1.0)

    def dyed(color: str) -> tuple[float, float, float, float]:
        return (*linear(color), 1.0)

    haze = Sheen(color_factor=(0.10, 0.11, 0.13), roughness_factor=0.5)
    shared: Looks = {
        "shell": cloth.finish("Ripstop shell", base_color_factor=dyed("#555d69"), sheen=haze),
        "mesh": ribbing.finish("Knit side panel", base_color_factor=dyed("#24272d")),
        "quilt": padding.finish("Quilted nylon", base_color_factor=dyed("#2b2e36")),
        "quilt_plain": cloth.finish("Padded collar", base_color_factor=dyed("#2b2e36"), roughness_factor=0.7),
        "rib": ribbing.finish("Rib knit", base_color_factor=dyed("#2a2d33")),
        "tape": plain("Bonded tape", base_color_factor=dyed("#15171a"), roughness_factor=0.42),
        "carbon": fibre.finish("Carbon fibre", clearcoat=Clearcoat(factor=1.0, roughness_factor=0.06)),
        "chrome": plain("Black chrome", base_color_factor=dyed("#b4b7bd"), metallic_factor=1.0, roughness_factor=0.22),
        "steel": steel.finish("Brushed steel", base_color_factor=dyed("#85888f")),
        "form": plain("Bust", base_color_factor=dyed("#1b1c1f"), roughness_factor=0.9),
    }
    picture = _Print(half)
    schemes = {name: _scheme(name, *colors, picture, cloth) for name, colors in SCHEMES.items()}
    first = next(iter(schemes.values()))
    variants = {name: {first[key]: made[key] for key in first} for name, made in schemes.items()}
    return {**shared, **first}, variants


def _scheme(name: str, light: str, accent: str, lining: str, picture: _Print, cloth: TextureSet) -> Looks:
    return {
        "neon": glowing(f"{name} light", light, 1.5),
        "accent": glowing(f"{name} accent light", accent, 1.5),
        "lining": plain(f"{name} lining", base_color_factor=(*linear(lining), 1.0), roughness_factor=0.45,
                        sheen=Sheen(color_factor=linear(lining), roughness_factor=0.35)),
        "print": picture.finish(name, light, accent, cloth),
    }  # fmt: skip


class _Print:
    """The luminous print on the back."""

    def __init__(self, size: int):
        self.ink = emblem(size)
        cracks = fractal(size, 12, 131, 5, 0.65)
        self.ink *= np.clip((cracks - 0.30) * 9, 0.25, 1)
        self.size = size
        clamp = sampler(repeat=False)

        def texture(label: str, pixels: npt.NDArray[np.uint8], media: str) -> Texture:
            return Texture(name=label, image=Image(encode(pixels, media), name=label, mime_type=media), sampler=clamp)

        base = np.array(srgb("#16181c")) + self.ink[..., None] * (np.array(srgb("#3a3d44")) - srgb("#16181c"))
        self.color = texture("Print color", to_bytes(base), "image/jpeg")
        self.rough = texture("Print roughness", orm(1.0, 0.62 - 0.3 * self.ink[::2, ::2], 0.0), "image/png")
        self.texture = texture

    def finish(self, name: str, light: str, accent: str, cloth: TextureSet) -> Finish:
        at = np.linspace(0, 1, self.size)[:, None, None]
        top, bottom = np.array(srgb(accent)), np.array(srgb(light))
        mix = np.clip((at - 0.22) / 0.45, 0, 1)
        pixels = to_bytes(self.ink[..., None] * (top + (bottom - top) * mix))
        glow = self.texture(f"{name} print glow", pixels, "image/jpeg")
        material = Material(
            name=f"{name} print",
            base_color_texture=TextureInfo(texture=self.color),
            metallic_roughness_texture=TextureInfo(texture=self.rough),
            emissive_texture=TextureInfo(texture=glow),
            emissive_factor=(1.0, 1.0, 1.0),
            emissive_strength=EmissiveStrength(strength=1.3),
        )
        return Finish(material, PRINT * 1.002)
